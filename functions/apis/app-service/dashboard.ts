import type { Watched } from '../../containers/monitoring.ts';
import { hashOf } from '../../core/names.ts';
import { slosOf } from './alerts.ts';
import type { Queries } from './queries.ts';
import type { ServiceSettings } from './schema.ts';

/** As Grafana takes the window that fits the width of a panel. */
const window = '$__rate_interval';

interface Panel {
  readonly title: string;
  /** As Grafana calls it, such as `reqps`. */
  readonly unit: string;
  readonly series: readonly { readonly legend: string; readonly expr: string }[];
}

const datasource = { type: 'prometheus', uid: '${datasource}' };

/** Two in a row. */
const panelOf = ({ title, unit, series }: Panel, index: number) => ({
  id: index + 1,
  type: 'timeseries',
  title,
  datasource,
  gridPos: { h: 8, w: 12, x: (index % 2) * 12, y: Math.floor(index / 2) * 8 },
  fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
  targets: series.map(({ legend, expr }, at) => ({ refId: String.fromCharCode(65 + at), expr, legendFormat: legend })),
});

function panelsOf(settings: ServiceSettings, queries: Queries, requests: boolean): readonly Panel[] {
  const { requestsByStatus, failed, quantile, cpu, cpuLimit, memory, memoryLimit, available, wanted, restarts, runsNow } = queries;
  const ofRequests: readonly Panel[] = [
    { title: 'Requests', unit: 'reqps', series: [{ legend: '{{http_response_status_code}}', expr: requestsByStatus(window) }] },
    { title: 'Errors', unit: 'percentunit', series: [{ legend: 'errors', expr: failed(window) }] },
    {
      title: 'Latency',
      unit: 's',
      series: [0.5, 0.95, 0.99].map((each) => ({ legend: `p${each * 100}`, expr: quantile(each, window) })),
    },
    {
      title: 'Error budget burnt, 1 is as fast as may be',
      unit: 'none',
      series: slosOf(settings, queries).map(({ slo, budget }) => ({ legend: slo, expr: `${queries.errorRatio(slo, '1h')} / ${budget}` })),
    },
  ];
  const pods: readonly Panel[] =
    settings.schedule === undefined
      ? [
          {
            title: 'Pods',
            unit: 'none',
            series: [
              { legend: 'available', expr: available },
              { legend: 'wanted', expr: wanted },
            ],
          },
        ]
      : [{ title: 'Runs', unit: 'none', series: [{ legend: 'running', expr: runsNow }] }];
  return [
    ...(requests ? ofRequests : []),
    {
      title: 'CPU',
      unit: 'none',
      series: [
        { legend: '{{pod}}', expr: cpu(window) },
        { legend: 'limit', expr: `max(${cpuLimit})` },
      ],
    },
    {
      title: 'Memory',
      unit: 'bytes',
      series: [
        { legend: '{{pod}}', expr: memory },
        { legend: 'limit', expr: `max(${memoryLimit})` },
      ],
    },
    ...pods,
    { title: 'Restarts', unit: 'none', series: [{ legend: 'in an hour', expr: restarts('1h') }] },
  ];
}

/** A dashboard of Grafana, the same for every app but for its name. https://grafana.com/docs/grafana/latest/visualizations/dashboards/build-dashboards/view-dashboard-json-model/ */
export function dashboardOf(settings: ServiceSettings, { claim, environment }: Watched, queries: Queries, requests: boolean): object {
  const { kind, namespace, name } = claim;
  return {
    uid: hashOf([environment, namespace, kind, name]),
    title: `${kind} ${namespace}/${name} (${environment})`,
    tags: [claim.platform, environment, namespace],
    editable: false,
    refresh: '1m',
    time: { from: 'now-6h', to: 'now' },
    schemaVersion: 39,
    templating: { list: [{ name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Prometheus' }] },
    panels: panelsOf(settings, queries, requests).map(panelOf),
  };
}
