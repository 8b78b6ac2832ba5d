import { serverHost } from '../../../containers/server.ts';
import type { Backend, Composed, Context, Expansion, Pending } from '../../../core/api.ts';
import { bind, bindingKey } from '../../../core/binding.ts';
import { typed } from '../../../core/card.ts';
import { type KubernetesObject, stringAt } from '../../../core/kubernetes.ts';
import { composedName } from '../../../core/names.ts';
import { shown } from '../../../core/problem.ts';
import type { ClaimReference, FoundBindings } from '../../../core/requirement.ts';
import type { Refusal } from '../../../core/step.ts';
import { byTurn } from '../../../core/turn.ts';
import { usage, useOf } from '../../../kinds/crossplane/usage.ts';
import { deployment } from '../../../kinds/kubernetes/deployment.ts';
import { horizontalPodAutoscaler } from '../../../kinds/kubernetes/horizontal-pod-autoscaler.ts';
import { httpRoute } from '../../../kinds/kubernetes/http-route.ts';
import { ingress } from '../../../kinds/kubernetes/ingress.ts';
import { networkPolicy } from '../../../kinds/kubernetes/network-policy.ts';
import { podDisruptionBudget } from '../../../kinds/kubernetes/pod-disruption-budget.ts';
import { scaledBetween } from '../../../kinds/kubernetes/pods.ts';
import { secret } from '../../../kinds/kubernetes/secret.ts';
import { service } from '../../../kinds/kubernetes/service.ts';
import { serviceAccount } from '../../../kinds/kubernetes/service-account.ts';
import { type Bound, boundTo } from '../bindings.ts';
import { variablesOf } from '../env.ts';
import { type Needs, needs, policyFor, routeFor, scheme } from '../network.ts';
import { podsOf } from '../pods.ts';
import { portsOf } from '../ports.ts';
import { binding, type ServiceSettings, suffix } from '../schema.ts';

export interface Required {
  readonly bindings: FoundBindings;
  /** The apps of the namespace, where this one has a host. */
  readonly apps: readonly KubernetesObject[];
}

type Given = Context<ServiceSettings, Needs, Required>;

const composes = {
  binding: secret,
  account: serviceAccount,
  deployment,
  disruption: podDisruptionBudget,
  autoscaler: horizontalPodAutoscaler,
  service,
  'network-policy': networkPolicy,
  route: httpRoute,
  ingress,
  'use-*': usage,
};

/** What goes once the claim says no port, host, range or binding any more. */
export const releasable = ['autoscaler', 'service', 'route', 'ingress', 'use-*'] as const;

const invalid = ({ claim: { kind, name } }: Given, problem: string): Refusal => ({
  reason: 'ClaimInvalid',
  message: `cannot use ${kind} ${shown(name)}: ${problem}`,
});

/** What a claim says that cannot hold together. */
function contradiction(context: Given): Refusal | undefined {
  const { settings, sources } = context;
  const { autoscaling, health, port, replicas, host } = settings;
  if (replicas !== undefined && sources.autoscaling === 'claim') {
    return invalid(context, `spec.replicas: got ${replicas} beside spec.autoscaling, want one of the two`);
  }
  if (autoscaling.max < autoscaling.min) {
    return invalid(context, `spec.autoscaling.max: got ${autoscaling.max}, want at least ${autoscaling.min}, which is the least`);
  }
  const asked = (['path', 'tcp', 'exec'] as const).filter((each) => health?.[each] !== undefined);
  if (asked.length > 1) return invalid(context, `spec.health: got ${asked.join(' and ')}, want one of path, tcp, exec`);
  if (port === undefined && health?.path !== undefined) {
    return invalid(context, `spec.health.path: got ${shown(health.path)}, want spec.port too, on which it answers`);
  }
  if (port === undefined && host !== undefined) {
    return invalid(context, `spec.host: got ${shown(host)}, want spec.port too, to which it leads`);
  }
  const [twice] = portsOf(settings).filter((each, index, all) =>
    all.some((other, at) => at < index && (other.name === each.name || other.port === each.port)),
  );
  if (twice === undefined) return undefined;
  return invalid(context, `spec.ports: got ${twice.name} on ${twice.port}, whose name or number is that of another port, want each once`);
}

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
  const message = `cannot use EnvironmentConfig ${shown(environment)} for ${claim.kind} ${shown(claim.name)} with spec.host: data.routing.gateway: missing, want it or data.routing.ingressClass`;
  return { refusal: { reason: 'EnvironmentIncomplete', message } };
}

/** How many pods at least and at most. */
function scaleOf({ replicas, autoscaling: { min, max } }: ServiceSettings): { readonly min: number; readonly max: number } {
  return replicas === undefined ? { min, max } : { min: replicas, max: replicas };
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

function expand(context: Given): Expansion {
  const { claim, settings, observed, required, facts } = context;
  const none = { resources: {}, pending: {}, status: {} };
  const name = composedName(claim, suffix);
  const labels = {
    'app.kubernetes.io/name': claim.name,
    'app.kubernetes.io/instance': name,
    'app.kubernetes.io/managed-by': claim.platform,
  };
  const metadata = { name, labels };
  const routed = routes(context, metadata);
  const refusal = contradiction(context) ?? taken(context) ?? ('refusal' in routed ? routed.refusal : undefined);
  if (refusal !== undefined || 'refusal' in routed) return { ...none, ...(refusal && { refusal }) };
  const found = boundTo(required.bindings, claim, settings.bindings, observed['deployment']);
  if ('refusal' in found) return { ...none, refusal: found.refusal };
  const given = variablesOf(settings.env, found.keyed);
  if ('problem' in given) return { ...none, refusal: invalid(context, given.problem) };

  const ports = portsOf(settings);
  const { min, max } = scaleOf(settings);
  const host = serverHost(claim, name);
  const { port } = settings;
  const inside = port === undefined ? {} : { host, port: String(port), url: `http://${host}:${port}` };
  const issued = bind(claim, name, binding, { type: 'http', provider: 'container', ...inside }, observed[bindingKey], '');
  const app: Composed = {
    object: {
      ...typed(deployment),
      metadata: { ...metadata, ...(min < max && { annotations: scaledBetween(min, max) }) },
      spec: {
        // What an autoscaler has set is its own: written here, it would be set back.
        ...(min === max && { replicas: min }),
        selector: { matchLabels: labels },
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
        template: podsOf(settings, name, labels, found, given.variables),
      },
    },
  };
  const starts = found.waitsFor.length === 0 || observed['deployment'] !== undefined;
  const pending: Readonly<Record<string, Pending>> =
    found.waitsFor.length === 0 ? {} : { deployment: { ...typed(deployment), name, waitsFor: found.waitsFor.join(', and ') } };
  const url = settings.host === undefined ? inside.url : `${scheme(facts.routing)}://${settings.host}${settings.path}`;
  return {
    resources: {
      ...issued.resources,
      account: { object: { ...typed(serviceAccount), metadata, automountServiceAccountToken: false } },
      ...(starts && { deployment: app }),
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
              ports: ports.map((each) => ({ name: each.name, port: each.port, protocol: 'TCP', targetPort: each.name })),
            },
          },
        },
      }),
      'network-policy': policyFor(settings, metadata, facts.routing),
      ...routed.routed,
      ...uses(context, found),
    },
    pending,
    status: { ...(url !== undefined && { url }) },
    // A Secret that changes tells nobody, so that it is looked at again.
    ...(found.waitsFor.length > 0 && { awaiting: true }),
  };
}

/** A Deployment in the claim's own namespace, and what it needs around it. */
export const container: Backend<ServiceSettings, Needs, Required, keyof typeof composes> = {
  needs,
  composes,
  anchor: 'deployment',
  expand,
};
