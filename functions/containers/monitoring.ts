import * as z from 'zod';
import type { Composed, Context } from '../core/api.ts';
import { type Card, typed } from '../core/card.ts';
import { type FactsOf, facts, needsOf, section } from '../core/facts.ts';
import { prometheusRule } from '../kinds/kubernetes/prometheus-rule.ts';
import { serviceMonitor } from '../kinds/kubernetes/service-monitor.ts';

const monitoring = section('monitoring', 'What watches over apps and servers here. Nothing is composed for what is not named.');

const name = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'want the name of a namespace');
const labelKey = z
  .string()
  .max(317)
  .regex(/^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/, 'want the key of a label of Kubernetes');
const labels = z.record(
  labelKey,
  z.string().regex(/^([A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?)?$/, 'want the value of a label of Kubernetes'),
);

const namespaceNamed = {
  is: 'name',
  of: { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', package: 'Kubernetes' },
} as const;
const operator = 'the Prometheus Operator';
const served = ({ apiVersion, kind, plural }: Card) => ({ apiVersion, kind, plural, package: operator });

/** The Prometheus Operator, where there is one. */
export const prometheus = facts(
  monitoring,
  {
    prometheus: z
      .strictObject({
        namespace: name.describe('Namespace of the pods of Prometheus, which may connect to the ports that `spec.metrics` of apps names.'),
        labels: labels
          .default({})
          .describe('Labels that its selectors want on a ServiceMonitor and a PrometheusRule, such as `release: kube-prometheus-stack`.'),
      })
      .optional()
      .describe('The Prometheus Operator, with kube-state-metrics and the metrics of kubelets: apps are scraped, and alerts are made.'),
  },
  {
    means: {
      prometheus: { is: 'served', of: [serviceMonitor, prometheusRule].map(served) },
      'prometheus.namespace': namespaceNamed,
      'prometheus.labels': {
        is: 'selected',
        by: { apiVersion: 'monitoring.coreos.com/v1', kind: 'Prometheus', plural: 'prometheuses', package: operator },
        selectors: ['serviceMonitorSelector', 'ruleSelector'],
      },
    },
  },
);

/** What shows an app's metrics, and where it sends them, its traces and its logs by itself. */
export const telemetry = facts(
  monitoring,
  {
    grafana: z
      .strictObject({
        labels: labels
          .default({ grafana_dashboard: '1' })
          .describe(
            'Labels by which it finds ConfigMaps with dashboards, in every namespace; `grafana_dashboard: "1"` where they are left out.',
          ),
        annotations: z
          .record(labelKey, z.string().max(256))
          .default({})
          .describe('Annotations on those, such as that of the folder: `grafana_folder: Apps`.'),
      })
      .optional()
      .describe('Grafana with a sidecar that loads dashboards: apps get one.'),
    openTelemetry: z
      .strictObject({
        endpoint: z
          .string()
          .max(512)
          .regex(
            /^https?:\/\/[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?(:[0-9]{1,5})?(\/[-\w.~/]*)?$/,
            'want a URL such as http://collector.monitoring.svc:4318',
          )
          .describe('Where OTLP is taken, such as `http://collector.monitoring.svc:4318`.'),
        protocol: z.enum(['http/protobuf', 'grpc']).default('http/protobuf').describe('How it is spoken there.'),
        namespace: name
          .optional()
          .describe('Namespace of the pods that take it, to which apps that limit their `egress` may connect all the same.'),
      })
      .optional()
      .describe('The OpenTelemetry collector that apps send to: they get the OTEL variables.'),
  },
  { means: { 'openTelemetry.namespace': namespaceNamed } },
);

const both = needsOf(prometheus, telemetry);

/** What an environment says of what watches over it. */
export type Monitoring = FactsOf<typeof both>['monitoring'];

/** Of what alerts are, and who is told. */
export interface Watched extends Pick<Context<unknown, unknown>, 'claim' | 'environment' | 'owner'> {
  /** As the claim says itself, so that it can call nobody of another team. */
  readonly claimOwner?: string | undefined;
}

/** `critical` is for whoever is on call, `warning` for the next working day. */
export type Severity = 'critical' | 'warning';

/** Something that somebody is told. */
export interface Alert {
  readonly alert: string;
  /** In PromQL. */
  readonly expr: string;
  /** How long it has to be so, as Prometheus writes it. */
  readonly for?: string;
  readonly severity: Severity;
  /** What is wrong, after the claim's name. */
  readonly summary: string;
  /** What it means, and what to do; a template of Prometheus. */
  readonly description: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** A series that is worked out once for those who ask for it. */
export interface Recording {
  readonly record: string;
  /** In PromQL. */
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
}

interface Named {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A selector of PromQL. */
export const matching = (equal: Readonly<Record<string, string>>, like: Readonly<Record<string, string>> = {}) =>
  `{${[
    ...Object.entries(equal).map(([label, value]) => `${label}=${JSON.stringify(value)}`),
    ...Object.entries(like).map(([label, value]) => `${label}=~${JSON.stringify(value)}`),
  ].join(',')}}`;

/** Which claim a series or an alert is of. */
export const claimLabels = ({ claim: { namespace, kind, name } }: Pick<Watched, 'claim'>) => ({ namespace, kind, claim: name });

function ruleOf(rule: Alert | Recording, watched: Watched): object {
  if ('record' in rule) return rule;
  const { alert, expr, severity, summary, description, labels } = rule;
  const { claim, environment, owner, claimOwner } = watched;
  return {
    alert,
    expr,
    ...(rule.for !== undefined && { for: rule.for }),
    labels: {
      ...claimLabels(watched),
      environment,
      owner,
      ...(claimOwner !== undefined && { claim_owner: claimOwner }),
      severity,
      ...labels,
    },
    annotations: { summary: `${claim.kind} ${claim.namespace}/${claim.name} ${summary}`, description },
  };
}

/** Rules of Prometheus, in groups that are evaluated one after the other; every alert says whose it is. */
export function rulesFor(
  watched: Watched,
  { labels: selected }: NonNullable<Monitoring['prometheus']>,
  { name: named, labels: own }: Named,
  groups: Readonly<Record<string, readonly (Alert | Recording)[]>>,
): Composed {
  const filled = Object.entries(groups).filter(([, rules]) => rules.length > 0);
  return {
    object: {
      ...typed(prometheusRule),
      metadata: { name: named, labels: { ...own, ...selected } },
      spec: { groups: filled.map(([group, rules]) => ({ name: `${named}.${group}`, rules: rules.map((rule) => ruleOf(rule, watched)) })) },
    },
  };
}
