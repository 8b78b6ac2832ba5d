import { prometheus, telemetry } from '../../containers/monitoring.ts';
import type { Composed } from '../../core/api.ts';
import { typed } from '../../core/card.ts';
import { type FactsOf, needsOf } from '../../core/facts.ts';
import { httpRoute } from '../../kinds/kubernetes/http-route.ts';
import { ingress } from '../../kinds/kubernetes/ingress.ts';
import { networkPolicy } from '../../kinds/kubernetes/network-policy.ts';
import { instanceLabel } from './labels.ts';
import { metricsPortOf, portsOf } from './ports.ts';
import { routing } from './routing.ts';
import type { ServiceSettings } from './schema.ts';
import { volumes } from './volumes.ts';

/** What an environment may say for apps; one that says nothing of routing has no host, and one that says nothing of monitoring no alerts. */
export const needs = needsOf(routing, prometheus, telemetry, volumes);
export type Needs = FactsOf<typeof needs>;
type Routing = Needs['routing'];

interface Named {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A host that leads to a port of the app. */
interface Route {
  readonly host: string;
  readonly path: string;
  readonly port: number;
}

const dns = [
  { protocol: 'UDP', port: 53 },
  { protocol: 'TCP', port: 53 },
];

const namespaceOf = (name: string) => ({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } });

/** What pods that run before those of a deployment have there. */
export const instanceBefore = (name: string) => `${name}-first`;

/** Who may connect to the app, and where to it may connect. */
export function policyFor(settings: ServiceSettings, { name, labels }: Named, { routing: { from }, monitoring }: Needs): Composed {
  const { callers, egress, host, beforeDeploy } = settings;
  const metrics = metricsPortOf(settings)?.port;
  const scraped = metrics &&
    monitoring.prometheus && { from: [namespaceOf(monitoring.prometheus.namespace)], ports: [{ port: metrics.name, protocol: 'TCP' }] };
  const collector = monitoring.openTelemetry?.namespace;
  const ports = portsOf(settings).map(({ name: port, protocol }) => ({ port, protocol }));
  const outside = host === undefined || from === undefined ? [] : [from];
  const callersFrom = [{ podSelector: {} }, ...[...new Set([...callers, ...outside])].sort().map(namespaceOf)];
  return {
    object: {
      ...typed(networkPolicy),
      metadata: { name, labels },
      spec: {
        podSelector:
          beforeDeploy === undefined
            ? { matchLabels: labels }
            : { matchExpressions: [{ key: instanceLabel, operator: 'In', values: [name, instanceBefore(name)] }] },
        policyTypes: ['Ingress', ...(egress === undefined ? [] : ['Egress'])],
        ingress: [...(ports.length === 0 ? [] : [{ from: callersFrom, ports }]), ...(scraped === undefined ? [] : [scraped])],
        ...(egress !== undefined && {
          egress: [
            { to: [{ podSelector: {} }] },
            { ports: dns },
            ...(collector === undefined ? [] : [{ to: [namespaceOf(collector)] }]),
            ...egress.map(({ cidr, port }) => ({
              ...(cidr !== undefined && { to: [{ ipBlock: { cidr } }] }),
              ports: [{ port, protocol: 'TCP' }],
            })),
          ],
        }),
      },
    },
  };
}

/** What a host is reached by; a Gateway says itself what it listens on, which is taken to be TLS. */
export const scheme = ({ gateway, issuer }: Routing): 'http' | 'https' => ((gateway ?? issuer) === undefined ? 'http' : 'https');

/** A host on the environment's Gateway, or else on its Ingresses; undefined where it has neither. */
export function routeFor(
  { host, path, port }: Route,
  { name, labels }: Named,
  { gateway, ingressClass, issuer }: Routing,
): Readonly<Record<string, Composed>> | undefined {
  if (gateway !== undefined) {
    return {
      route: {
        object: {
          ...typed(httpRoute),
          metadata: { name, labels },
          spec: {
            parentRefs: [{ name: gateway.name, namespace: gateway.namespace }],
            hostnames: [host],
            rules: [{ matches: [{ path: { type: 'PathPrefix', value: path } }], backendRefs: [{ name, port }] }],
          },
        },
      },
    };
  }
  if (ingressClass === undefined) return undefined;
  return {
    ingress: {
      object: {
        ...typed(ingress),
        metadata: { name, labels, ...(issuer !== undefined && { annotations: { 'cert-manager.io/cluster-issuer': issuer } }) },
        spec: {
          ingressClassName: ingressClass,
          rules: [{ host, http: { paths: [{ path, pathType: 'Prefix', backend: { service: { name, port: { number: port } } } }] } }],
          ...(issuer !== undefined && { tls: [{ hosts: [host], secretName: `${name}-tls` }] }),
        },
      },
    },
  };
}
