import type { Card, Effect, FieldChange, Item } from '../../core/card.ts';
import { group, stoppedAnnotation } from '../../core/group.ts';
import { at, type KubernetesObject, stringAt } from '../../core/kubernetes.ts';
import { shown } from '../../core/problem.ts';
import { inPlace, none, restart } from '../card.ts';
import { countAt, got, hoursPerMonth, plain } from '../price.ts';
import { parseQuantity } from '../quantity.ts';
import { inCluster } from './built-in.ts';

const gib = 2 ** 30;
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const times = (count: number) => (count === 1 ? '' : `${count} × `);

/** What a claim of a volume costs, so many times. */
export function volume(claim: unknown, path: string, count: number): Item {
  const storage = at(claim, 'spec', 'resources', 'requests', 'storage');
  const bytes = parseQuantity(storage);
  if (bytes === undefined) return got(`${path}spec.resources.requests.storage`, storage, 'a quantity such as 20Gi');
  return { charge: `${times(count)}${plain(bytes / gib)} GiB volume`, price: 'ebs/gp3-gib-month', units: (bytes / gib) * count };
}

/** On what an autoscaler scales, whose number of pods is not for good. */
const scaleAnnotation = `${group}/scale`;

/** That there are so many pods, by a HorizontalPodAutoscaler. */
export const scaledBetween = (min: number, max: number) => ({ [scaleAnnotation]: `${min}-${max}` });

/** Whether it has no pods since its claim is stopped. */
export const isStopped = (object: unknown): boolean =>
  at(object, 'spec', 'replicas') === 0 && at(object, 'metadata', 'annotations', stoppedAnnotation) !== undefined;

/** What has that many pods when it runs, without any. It keeps its cost, since it can be started at any moment. */
export function stoppedAt(object: KubernetesObject, min: number, max: number): KubernetesObject {
  const annotations = { ...object.metadata?.annotations, ...scaledBetween(min, max), [stoppedAnnotation]: 'true' };
  const spec = { ...(object['spec'] as object | undefined), replicas: 0 };
  return { ...object, metadata: { ...object.metadata, annotations }, spec };
}

function scaleOf(object: unknown): { readonly min: number; readonly more: number } | undefined {
  const [, min, max] = /^([0-9]+)-([0-9]+)$/.exec(stringAt(object, 'metadata', 'annotations', scaleAnnotation) ?? '') ?? [];
  return min === undefined ? undefined : { min: Number(min), more: Number(max) - Number(min) };
}

const isSidecar = (container: unknown) => at(container, 'restartPolicy') === 'Always';

interface Requested {
  readonly container: unknown;
  readonly amount: number;
}

/**
 * As much as a pod takes at its most: sidecars run all the time, and each init container beside those that started before it.
 * https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#resource-sharing-within-containers
 */
function mostOf(first: readonly Requested[], containers: readonly Requested[]): number {
  const sidecars = (all: readonly Requested[]) => all.filter(({ container }) => isSidecar(container));
  const sum = (all: readonly Requested[]) => all.reduce((total, { amount }) => total + amount, 0);
  const starting = first.map((each, index) => sum(sidecars(first.slice(0, index))) + each.amount);
  return Math.max(sum([...sidecars(first), ...containers]), ...starting);
}

/** What a pod costs, of each resource as `items` has it: the scheduler sets aside what containers request, or else their limit. */
function podItems(
  object: unknown,
  path: readonly string[],
  items: (what: string, price: string, units: number) => readonly Item[],
): readonly Item[] {
  const pod = at(object, ...path);
  const [first, containers] = [list(at(pod, 'initContainers')), list(at(pod, 'containers'))];
  if (containers.length === 0) return [got(`${path.join('.')}.containers`, at(pod, 'containers'), 'containers')];
  const resources = [
    { resource: 'cpu', price: 'compute/vcpu-hour', unit: 1, name: 'vCPU' },
    { resource: 'memory', price: 'compute/gib-hour', unit: gib, name: 'GiB of memory' },
  ];
  return resources.flatMap(({ resource, price, unit, name }) => {
    const requestOf = (container: unknown) =>
      at(container, 'resources', 'requests', resource) ?? at(container, 'resources', 'limits', resource);
    // An init container that requests nothing has nothing set aside for it.
    const asking = first.filter((container) => isSidecar(container) || requestOf(container) !== undefined);
    const bad = [...asking, ...containers].filter((container) => parseQuantity(requestOf(container)) === undefined);
    if (bad.length > 0) {
      return bad.map((container) => {
        const field = `container ${shown(at(container, 'name'))}: resources.requests.${resource}`;
        return got(field, requestOf(container), 'a quantity such as 500m or 1Gi');
      });
    }
    const amounts = (all: readonly unknown[]) => all.map((container) => ({ container, amount: parseQuantity(requestOf(container)) ?? 0 }));
    const units = mostOf(amounts(first), amounts(containers)) / unit;
    return items(`${plain(units)} ${name} at the Fargate rate`, price, units);
  });
}

/** That its pods are made and never started, so that nothing is set aside for them. */
export const isGated = (object: unknown): boolean => list(at(object, 'spec', 'template', 'spec', 'schedulingGates')).length > 0;

/** Of pods that stand all the time. */
function standingItems(object: unknown): readonly Item[] {
  const said = at(object, 'spec', 'replicas');
  const scaled = scaleOf(object);
  const most = scaled === undefined ? 0 : scaled.min + scaled.more;
  // How many there are at the moment is no cost that stands.
  const scale = said === undefined || (typeof said === 'number' && said <= most) ? scaled : undefined;
  const replicas = scale?.min ?? (said === undefined ? 1 : countAt(at(object, 'spec'), 'replicas'));
  if (replicas === undefined) return [got('spec.replicas', said, 'a number of pods')];
  const templates = at(object, 'spec', 'volumeClaimTemplates') ?? [];
  if (!Array.isArray(templates)) return [got('spec.volumeClaimTemplates', templates, 'a list')];
  return [
    ...podItems(object, ['spec', 'template', 'spec'], (each, price, units) =>
      isGated(object)
        ? []
        : [
            { charge: `${times(replicas)}${each}`, price, units: units * replicas * hoursPerMonth },
            ...(scale === undefined || scale.more === 0
              ? []
              : [{ use: `up to ${scale.more} more pods, each ${each}`, price, per: 'month', factor: units * hoursPerMonth }]),
          ],
    ),
    // Those of pods that were scaled down stay.
    ...templates.map((template) => volume(template, 'spec.volumeClaimTemplates: ', Math.max(replicas, 1))),
  ];
}

const where = 'the policies of its containers and a NetworkPolicy say so';

/** What all kinds that make pods have in common. */
export const podKind = (apiVersion: string, kind: string, plural: string, path = 'spec.template.spec') => ({
  ...inCluster(apiVersion, kind, plural),
  pods: { path },
  deletionProtection: none('Kubernetes has none'),
  finalSnapshot: none('Kubernetes takes none'),
  outliving: none('it is in the cluster'),
  atRest: none('the class of its volumes says so'),
  backups: none('only whoever runs the cluster can make some, of volumes'),
  standby: none('its pods are started elsewhere when their node goes'),
  inTransit: none(where),
  privacy: none(where),
  ingress: none(where),
  hosts: none(where),
});

/** Of pods that stand all the time. */
export const standing: Card['price'] = { ids: ['compute/vcpu-hour', 'compute/gib-hour', 'ebs/gp3-gib-month'], items: standingItems };

/** Of pods that end by themselves: how long they take only a run can tell. */
export const ending = (...path: readonly string[]): Card['price'] => ({
  ids: ['compute/vcpu-hour', 'compute/gib-hour'],
  items: (object) => podItems(object, path, (each, price, factor) => [{ use: each, price, per: 'hour that it runs', factor }]),
});

/** Of pods that come and go, so that nobody can tell beforehand for how long they stand. */
export const fleeting: Card['price'] = 'unknown';

/** Whether what pods keep goes with them, since it is on their node. */
function isOnNode(object: KubernetesObject): boolean {
  const volumes = at(object, 'spec', 'template', 'spec', 'volumes');
  return list(volumes).some((each) => at(each, 'name') === 'data' && at(each, 'emptyDir') !== undefined);
}

/** A new template: the pods are replaced, and what they keep on their node goes with them. */
export const replacedPods = ({ is }: FieldChange, what: string): Effect =>
  restart(what, isOnNode(is) ? 'is lost with the pod, since it is on no volume' : undefined);

/** Another number of pods: with none, it is down for as long as somebody wants it to be. */
export const rescaled = ({ after }: FieldChange): Effect => (after === 0 ? restart('down until it is started again') : inPlace());

/** The same of pods that keep data: unlike one that is replaced now and then, one that is stopped on purpose takes it along knowingly. */
export function scaledWithData(change: FieldChange): Effect {
  const { impact, known, what } = rescaled(change);
  const loses = change.after === 0 && isOnNode(change.was);
  return { impact, known, what, ...(loses && { data: 'loses what it has, since that is on no volume', loses }) };
}
