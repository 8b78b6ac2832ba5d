import type { Roles } from '../../../aws/role.ts';
import { serverHost } from '../../../containers/server.ts';
import type { Backend, Composed, Context, Expansion, Pending } from '../../../core/api.ts';
import { bind, bindingKey } from '../../../core/binding.ts';
import { type Card, typed } from '../../../core/card.ts';
import { at, type KubernetesObject, stringAt } from '../../../core/kubernetes.ts';
import { composedName } from '../../../core/names.ts';
import { shown } from '../../../core/problem.ts';
import { isReady } from '../../../core/readiness.ts';
import type { ClaimReference, FoundBindings } from '../../../core/requirement.ts';
import type { ObservedResource, Refusal } from '../../../core/step.ts';
import { byTurn } from '../../../core/turn.ts';
import { usage, useOf } from '../../../kinds/crossplane/usage.ts';
import { configMap } from '../../../kinds/kubernetes/config-map.ts';
import { cronJob } from '../../../kinds/kubernetes/cron-job.ts';
import { deployment } from '../../../kinds/kubernetes/deployment.ts';
import { horizontalPodAutoscaler } from '../../../kinds/kubernetes/horizontal-pod-autoscaler.ts';
import { httpRoute } from '../../../kinds/kubernetes/http-route.ts';
import { ingress } from '../../../kinds/kubernetes/ingress.ts';
import { job } from '../../../kinds/kubernetes/job.ts';
import { networkPolicy } from '../../../kinds/kubernetes/network-policy.ts';
import { podDisruptionBudget } from '../../../kinds/kubernetes/pod-disruption-budget.ts';
import { scaledBetween } from '../../../kinds/kubernetes/pods.ts';
import { prometheusRule } from '../../../kinds/kubernetes/prometheus-rule.ts';
import { secret } from '../../../kinds/kubernetes/secret.ts';
import { service } from '../../../kinds/kubernetes/service.ts';
import { serviceAccount } from '../../../kinds/kubernetes/service-account.ts';
import { serviceMonitor } from '../../../kinds/kubernetes/service-monitor.ts';
import { statefulSet } from '../../../kinds/kubernetes/stateful-set.ts';
import { type Before, beforeDeploy } from '../before-deploy.ts';
import { type Bound, boundTo } from '../bindings.ts';
import { filesOf } from '../files.ts';
import { identityOf } from '../identity.ts';
import { instanceLabel } from '../labels.ts';
import { type Needs, needs, policyFor, routeFor, scheme } from '../network.ts';
import { watching } from '../observability.ts';
import { appContainer, endingJob, type Given as Pods, servingPods } from '../pods.ts';
import { allPortsOf } from '../ports.ts';
import { contradictionIn, problemOfContainers } from '../problems.ts';
import { scaledTo, scaleOf } from '../scale.ts';
import { binding, type ServiceSettings, suffix } from '../schema.ts';
import { stopped } from '../stopped.ts';
import { variablesFor } from '../telemetry.ts';
import { isOfOneNode, keeping, problemOfKept } from '../volumes.ts';

export interface Required {
  readonly identities: Roles;
  readonly bindings: FoundBindings;
  /** The apps of the namespace, where this one has a host. */
  readonly apps: readonly KubernetesObject[];
  /** The claims of its persistent volumes that there are. */
  readonly volumes: readonly KubernetesObject[];
}

type Given = Context<ServiceSettings, Needs, Required>;

const composes = {
  binding: secret,
  account: serviceAccount,
  'files-*': configMap,
  'rendered-*': secret,
  deployment,
  'cron-job': cronJob,
  'first-*': job,
  disruption: podDisruptionBudget,
  autoscaler: horizontalPodAutoscaler,
  service,
  'network-policy': networkPolicy,
  route: httpRoute,
  ingress,
  'service-monitor': serviceMonitor,
  alerts: prometheusRule,
  'grafana-dashboard': configMap,
  'use-*': usage,
  'volume-*': statefulSet,
  protection: usage,
};

/** What goes once the claim says nothing any more that wants it; jobs and files also once those of another revision are in their place. */
export const releasable = [
  'deployment',
  'cron-job',
  'disruption',
  'autoscaler',
  'service',
  'route',
  'ingress',
  'service-monitor',
  'alerts',
  'grafana-dashboard',
  'use-*',
  'files-*',
  'rendered-*',
  'first-*',
  'protection',
] as const;

const invalid = ({ claim: { kind, name } }: Given, problem: string): Refusal => ({
  reason: 'ClaimInvalid',
  message: `cannot use ${kind} ${shown(name)}: ${problem}`,
});

const incomplete = ({ claim: { kind, name }, environment }: Pick<Given, 'claim' | 'environment'>, lacks: string): Refusal => ({
  reason: 'EnvironmentIncomplete',
  message: `cannot use EnvironmentConfig ${shown(environment)} for ${kind} ${shown(name)} ${lacks}`,
});

/** An older app of the namespace that has the host and path. */
function taken({ claim, settings: { host, path }, required }: Given): Refusal | undefined {
  const { kind, name, creationTimestamp } = claim;
  const self = { kind, metadata: { name, ...(creationTimestamp !== undefined && { creationTimestamp }) } };
  const older = required.apps.find(
    (other) =>
      other.metadata?.name !== name &&
      stringAt(other, 'spec', 'host') === host &&
      (stringAt(other, 'spec', 'path') ?? '/') === path &&
      byTurn(other, self) < 0,
  );
  if (host === undefined || older === undefined) return undefined;
  const message = `cannot use ${kind} ${shown(name)}: spec.host: got ${shown(host)} with path ${shown(path)}, which ${kind} ${shown(older.metadata?.name)} has already, want another host or path`;
  return { reason: 'HostTaken', message };
}

/** The ways in from outside of the cluster; a refusal where the environment has none. */
function routes(
  { claim, environment, facts, settings: { host, path, port } }: Given,
  named: Parameters<typeof routeFor>[1],
): { readonly routed: Readonly<Record<string, Composed>> } | { readonly refusal: Refusal } {
  if (host === undefined || port === undefined) return { routed: {} };
  const routed = routeFor({ host, path, port }, named, facts.routing);
  if (routed !== undefined) return { routed };
  return {
    refusal: incomplete({ claim, environment }, 'with spec.host: data.routing.gateway: missing, want it or data.routing.ingressClass'),
  };
}

/** What keeps the claims that an app is bound to while it is; one that is not there for a moment is kept all the same. */
function uses({ claim, settings, observed }: Given, { claims }: Bound): Readonly<Record<string, Composed>> {
  const isThere = (of: ClaimReference) => claims.some(({ kind, name }) => kind === of.kind && name === of.name);
  return Object.fromEntries(
    settings.bindings.flatMap((of) => {
      const key = `use-${of.kind.toLowerCase()}-${of.name}`;
      if (!isThere(of) && observed[key] === undefined) return [];
      const reason = `${claim.kind} ${claim.name} has it in spec.bindings, and would not work without it`;
      return [[key, useOf(of, composedName(claim, suffix, key), reason)]];
    }),
  );
}

interface Named {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** What makes the pods of an app, and what they are a revision of. */
interface Workload {
  readonly key: 'deployment' | 'cron-job';
  readonly card: Card;
  readonly composed: Composed;
  /** What has to run before pods of the revision. */
  readonly before: Before;
  /** Whether pods that name a ConfigMap or Secret may still be started. */
  mayStart(named: string): boolean;
}

/** Whether the pods of a workload, as it was last seen, have something of that name. */
const names = (workload: ObservedResource | undefined, named: string) =>
  JSON.stringify(workload?.object['spec'] ?? {}).includes(`"${named}"`);

/** Pods that stay, and are replaced by those of another revision once what comes before them has succeeded. */
function deployed(context: Given, pods: Pods, { name, labels }: Named, canStart: boolean): Workload {
  const { claim, settings, observed } = context;
  const key = 'deployment';
  const template = servingPods(pods, labels);
  const before = beforeDeploy(pods, template, { claim, labels, observed, canStart });
  const { min, max } = scaleOf(settings);
  const { replicas, resourceVersion } = scaledTo({ min, max }, observed);
  const object = {
    ...typed(deployment),
    metadata: {
      name,
      labels,
      ...(min < max && { annotations: scaledBetween(min, max) }),
      ...(resourceVersion !== undefined && { resourceVersion }),
    },
    spec: {
      ...(replicas !== undefined && { replicas }),
      // A Deployment that is paused keeps and scales the pods of its last template, and starts none of another.
      ...(before.waitsFor !== undefined && { paused: true }),
      selector: { matchLabels: labels },
      // Where a pod has a volume, the next would wait for it on another node.
      strategy: isOfOneNode(context) ? { type: 'Recreate' } : { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template,
    },
  };
  const isRolledOut = before.waitsFor === undefined && isReady(deployment, observed[key]);
  const mayStart = (named: string) => !isRolledOut || names(observed[key], named);
  return { key, card: deployment, composed: { object }, before, mayStart };
}

/** Pods that end, and are started again when it is time. */
function scheduled(
  { claim, observed }: Given,
  { cron, timeZone, concurrency, suspend }: NonNullable<ServiceSettings['schedule']>,
  pods: Pods,
  { name, labels }: Named,
  canStart: boolean,
): Workload {
  const key = 'cron-job';
  const spec = endingJob(pods, labels, pods.settings);
  const object = {
    ...typed(cronJob),
    metadata: { name, labels },
    spec: {
      schedule: cron,
      timeZone,
      concurrencyPolicy: concurrency,
      suspend,
      // Without it, a hundred runs that were missed are the end of it: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#job-creation
      startingDeadlineSeconds: 300,
      jobTemplate: { metadata: { labels }, spec },
    },
  };
  const active = at(observed[key]?.object, 'status', 'active');
  const mayStart = (named: string) => (Array.isArray(active) && active.length > 0) || names(observed[key], named);
  const before = beforeDeploy(pods, spec, { claim, labels, observed, canStart });
  return { key, card: cronJob, composed: { object }, before, mayStart };
}

/** What an app that serves has around its pods. */
function around(settings: ServiceSettings, metadata: Named): Readonly<Record<string, Composed>> {
  const { name, labels } = metadata;
  const ports = allPortsOf(settings);
  const { min, max } = scaleOf(settings);
  return {
    disruption: {
      object: {
        ...typed(podDisruptionBudget),
        metadata,
        spec: { maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow', selector: { matchLabels: labels } },
      },
    },
    ...(min < max && {
      autoscaler: {
        object: {
          ...typed(horizontalPodAutoscaler),
          metadata,
          spec: {
            scaleTargetRef: { ...typed(deployment), name },
            minReplicas: min,
            maxReplicas: max,
            metrics: [
              {
                type: 'Resource',
                resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: settings.autoscaling.cpuPercent } },
              },
            ],
          },
        },
      },
    }),
    ...(ports.length > 0 && {
      service: {
        object: {
          ...typed(service),
          metadata,
          spec: {
            selector: labels,
            ports: ports.map((each) => ({ name: each.name, port: each.port, protocol: each.protocol, targetPort: each.name })),
          },
        },
      },
    }),
  };
}

function expand(context: Given): Expansion {
  const { claim, settings, observed, required, facts } = context;
  const none = { resources: {}, pending: {}, status: {} };
  const name = composedName(claim, suffix);
  const labels = {
    'app.kubernetes.io/name': claim.name,
    [instanceLabel]: name,
    'app.kubernetes.io/managed-by': claim.platform,
  };
  const metadata = { name, labels };
  const routed = routes(context, metadata);
  const contradiction = contradictionIn(settings, context.sources);
  if (contradiction !== undefined) return { ...none, refusal: invalid(context, contradiction) };
  const refusal = taken(context) ?? ('refusal' in routed ? routed.refusal : undefined);
  if (refusal !== undefined || 'refusal' in routed) return { ...none, ...(refusal && { refusal }) };
  const kept = problemOfKept(context);
  if (kept !== undefined) {
    return { ...none, refusal: 'lacks' in kept ? incomplete(context, kept.lacks) : invalid(context, kept.problem) };
  }
  const bound = boundTo(required.bindings, claim, name, settings.bindings, observed);
  if ('refusal' in bound) return { ...none, refusal: bound.refusal };
  const problem = problemOfContainers(settings, bound);
  if (problem !== undefined) return { ...none, refusal: invalid(context, problem) };

  const host = serverHost(claim, name);
  const { port, schedule } = settings;
  const inside = port === undefined ? {} : { host, port: String(port), url: `http://${host}:${port}` };
  const issued = bind(claim, name, binding, { type: 'http', provider: 'container', ...inside }, observed[bindingKey], '');
  const files = filesOf(
    [{ container: appContainer, files: settings.files }, ...settings.sidecars.map((each) => ({ container: each.name, files: each.files }))],
    { claim, labels, bound, observed },
  );
  const { role, waitsFor: missing } = identityOf(required.identities, name, observed);
  const volumes = keeping(context, labels);
  const pods = { settings, account: name, bound, role, files, kept: volumes.mounted, given: variablesFor(context) };
  const asksFor = [...bound.waitsFor, ...missing];
  const isBound = asksFor.length === 0;
  const workload =
    schedule === undefined ? deployed(context, pods, metadata, isBound) : scheduled(context, schedule, pods, metadata, isBound);
  const { key, card, composed, before, mayStart } = workload;
  const waitsFor = [...asksFor, ...(before.waitsFor === undefined ? [] : [before.waitsFor])];
  const pending: Readonly<Record<string, Pending>> =
    waitsFor.length === 0 ? {} : { [key]: { ...typed(card), name, waitsFor: waitsFor.join(', and ') } };
  const url = settings.host === undefined ? inside.url : `${scheme(facts.routing)}://${settings.host}${settings.path}`;
  return {
    resources: {
      ...issued.resources,
      account: { object: { ...typed(serviceAccount), metadata, automountServiceAccountToken: false } },
      ...files.resources(mayStart),
      ...before.resources,
      ...((observed[key] !== undefined || waitsFor.length === 0) && { [key]: composed }),
      ...(schedule === undefined && around(settings, metadata)),
      'network-policy': policyFor(settings, metadata, facts),
      ...routed.routed,
      ...watching(context, metadata),
      ...uses(context, bound),
      ...volumes.resources,
    },
    pending,
    status: { ...(url !== undefined && { url }) },
    remarks: bound.remarks,
    // A Secret or a volume that changes tells nobody, so that it is looked at again.
    ...(!(isBound && volumes.isSettled) && { awaiting: true }),
  };
}

/** A Deployment or a CronJob in the claim's own namespace, and what it needs around it. */
export const container: Backend<ServiceSettings, Needs, Required, keyof typeof composes> = {
  needs,
  composes,
  anchor: 'account',
  stops: 'can',
  expand(context) {
    const running = expand(context);
    return context.stop === undefined ? running : stopped(running, context.settings, (key) => context.observed[key] !== undefined);
  },
};
