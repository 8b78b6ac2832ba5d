import type { Card, FieldChange, Item } from '../../core/card.ts';
import { group } from '../../core/group.ts';
import { at, stringAt } from '../../core/kubernetes.ts';
import { shown } from '../../core/problem.ts';
import { none, restart } from '../card.ts';
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

/** On what an autoscaler scales, whose number of pods is nowhere in it. */
const scaleAnnotation = `${group}/scale`;

/** That there are so many pods, by a HorizontalPodAutoscaler. */
export const scaledBetween = (min: number, max: number) => ({ [scaleAnnotation]: `${min}-${max}` });

function scaleOf(object: unknown): { readonly min: number; readonly more: number } | undefined {
  const [, min, max] = /^([0-9]+)-([0-9]+)$/.exec(stringAt(object, 'metadata', 'annotations', scaleAnnotation) ?? '') ?? [];
  return min === undefined ? undefined : { min: Number(min), more: Number(max) - Number(min) };
}

/** The scheduler sets aside what the containers request, and their limit where they request nothing. Sidecars run all the time too. */
function items(object: unknown): readonly Item[] {
  const said = at(object, 'spec', 'replicas');
  const scale = said === undefined ? scaleOf(object) : undefined;
  const replicas = said === undefined ? (scale?.min ?? 1) : countAt(at(object, 'spec'), 'replicas');
  if (replicas === undefined) return [got('spec.replicas', said, 'a number of pods')];
  const templates = at(object, 'spec', 'volumeClaimTemplates') ?? [];
  if (!Array.isArray(templates)) return [got('spec.volumeClaimTemplates', templates, 'a list')];
  const pod = at(object, 'spec', 'template', 'spec');
  const containers = [
    ...list(at(pod, 'initContainers')).filter((container) => at(container, 'restartPolicy') === 'Always'),
    ...list(at(pod, 'containers')),
  ];
  if (containers.length === 0) return [got('spec.template.spec.containers', at(pod, 'containers'), 'containers')];
  const requested = (resource: 'cpu' | 'memory', price: string, unit: number, name: string): readonly Item[] => {
    const amounts = containers.map((container) => {
      const request = at(container, 'resources', 'requests', resource) ?? at(container, 'resources', 'limits', resource);
      return { container, request, amount: parseQuantity(request) };
    });
    const bad = amounts.flatMap(({ container, request, amount }) =>
      amount === undefined
        ? [got(`container ${shown(at(container, 'name'))}: resources.requests.${resource}`, request, 'a quantity such as 500m or 1Gi')]
        : [],
    );
    if (bad.length > 0) return bad;
    const units = amounts.reduce((sum, { amount }) => sum + (amount ?? 0), 0) / unit;
    const each = `${plain(units)} ${name} at the Fargate rate`;
    return [
      { charge: `${times(replicas)}${each}`, price, units: units * replicas * hoursPerMonth },
      ...(scale === undefined
        ? []
        : [{ use: `up to ${scale.more} more pods, each ${each}`, price, per: 'month', factor: units * hoursPerMonth }]),
    ];
  };
  return [
    ...requested('cpu', 'compute/vcpu-hour', 1, 'vCPU'),
    ...requested('memory', 'compute/gib-hour', gib, 'GiB of memory'),
    ...templates.map((template) => volume(template, 'spec.volumeClaimTemplates: ', replicas)),
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
  backups: none('whoever runs the cluster makes them'),
  standby: none('its pods are started elsewhere when their node goes'),
  inTransit: none(where),
  privacy: none(where),
  ingress: none(where),
});

/** Of pods that stand all the time. */
export const standing: Card['price'] = { ids: ['compute/vcpu-hour', 'compute/gib-hour', 'ebs/gp3-gib-month'], items };

/** Of pods that come and go, so that nobody can tell beforehand for how long they stand. */
export const fleeting: Card['price'] = 'unknown';

/** A new template: the pods are replaced, and what they keep on their node goes with them. */
export function replacedPods({ is }: FieldChange, what: string) {
  const volumes = at(is, 'spec', 'template', 'spec', 'volumes');
  const isOnNode = list(volumes).some((each) => at(each, 'name') === 'data' && at(each, 'emptyDir') !== undefined);
  return restart(what, isOnNode ? 'is lost with the pod, since it is on no volume' : undefined);
}
