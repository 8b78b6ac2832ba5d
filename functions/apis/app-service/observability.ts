import { type Monitoring, rulesFor } from '../../containers/monitoring.ts';
import type { Composed, Context } from '../../core/api.ts';
import { typed } from '../../core/card.ts';
import { composedName } from '../../core/names.ts';
import { configMap } from '../../kinds/kubernetes/config-map.ts';
import { serviceMonitor } from '../../kinds/kubernetes/service-monitor.ts';
import { alertsOf } from './alerts.ts';
import { dashboardOf } from './dashboard.ts';
import { instanceLabel } from './labels.ts';
import { metricsPortOf } from './ports.ts';
import { jobOf, queriesOf } from './queries.ts';
import { type ServiceSettings, suffix } from './schema.ts';

interface Named {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** What watches over an app: as much of it as the environment has somebody for. */
export function watching(
  { claim, environment, owner, settings, facts: { monitoring } }: Context<ServiceSettings, { readonly monitoring: Monitoring }>,
  { name, labels }: Named,
): Readonly<Record<string, Composed>> {
  const { prometheus, grafana, openTelemetry } = monitoring;
  const { metrics, port, owner: claimOwner } = settings;
  const watched = { claim, environment, owner, claimOwner };
  const queries = queriesOf(claim, name);
  const scraped = metricsPortOf(settings)?.port;
  // Only a server has requests, and only what is sent or scraped says anything of them.
  const requests = port !== undefined && (scraped !== undefined || openTelemetry !== undefined);
  return {
    ...(prometheus !== undefined &&
      metrics !== undefined &&
      scraped !== undefined && {
        'service-monitor': {
          object: {
            ...typed(serviceMonitor),
            metadata: { name, labels: { ...labels, ...prometheus.labels } },
            spec: {
              selector: { matchLabels: { [instanceLabel]: name } },
              endpoints: [{ port: scraped.name, path: metrics.path, relabelings: [{ targetLabel: 'job', replacement: jobOf(claim) }] }],
            },
          },
        },
      }),
    ...(prometheus !== undefined && {
      alerts: rulesFor(
        watched,
        prometheus,
        { name, labels },
        alertsOf(settings, watched, queries, { requests, scraped: scraped !== undefined }),
      ),
    }),
    ...(grafana !== undefined && {
      'grafana-dashboard': {
        object: {
          ...typed(configMap),
          metadata: {
            name: composedName(claim, suffix, 'grafana-dashboard'),
            labels: { ...labels, ...grafana.labels },
            ...(Object.keys(grafana.annotations).length > 0 && { annotations: grafana.annotations }),
          },
          data: { [`${claim.namespace}-${name}.json`]: `${JSON.stringify(dashboardOf(settings, watched, queries, requests), null, 2)}\n` },
        },
      },
    }),
  };
}
