import { claimLabels, matching } from '../../containers/monitoring.ts';
import type { Claim } from '../../core/api.ts';
import { appContainer } from './pods.ts';

/**
 * What Prometheus calls the app: as it names what comes by OTLP, so that an app that is scraped and one that sends are asked for alike.
 * https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#resource-attributes-1
 */
export const jobOf = ({ namespace, name }: Pick<Claim, 'namespace' | 'name'>) => `${namespace}/${name}`;

/** https://opentelemetry.io/docs/specs/semconv/http/http-metrics/#metric-httpserverrequestduration, as Prometheus writes it */
const duration = 'http_server_request_duration_seconds';

/** The ratio of requests that went wrong in one of the ways of an SLO, over some time. */
export const errorRatio = (window: string) => `slo:sli_error:ratio_rate${window}`;

/** What is asked of Prometheus about an app, in PromQL; `name` is that of its Deployment or CronJob. */
export function queriesOf(claim: Claim, name: string) {
  const { namespace } = claim;
  const job = { job: jobOf(claim) };
  // As a Deployment and a CronJob name their pods; those of an app whose name begins alike have one part more.
  const podsWith = (labels: Readonly<Record<string, string>>) =>
    matching({ namespace, container: appContainer, ...labels }, { pod: `${name}-[a-z0-9]+-[a-z0-9]+` });
  const pods = podsWith({});
  const limit = (resource: string) => `max by (pod) (kube_pod_container_resource_limits${podsWith({ resource })})`;
  const rate = (what: string, selector: string, window: string) => `rate(${duration}_${what}${selector}[${window}])`;
  const of = (kind: 'deployment' | 'cronjob' | 'horizontalpodautoscaler') => matching({ namespace, [kind]: name });
  const requests = (window: string) => `sum(${rate('count', matching(job), window)})`;
  return {
    requests,
    requestsYesterday: (window: string) => `sum(rate(${duration}_count${matching(job)}[${window}] offset 1d))`,
    requestsByStatus: (window: string) => `sum by (http_response_status_code) (${rate('count', matching(job), window)})`,
    /** Of all requests, those that the server answered with an error. */
    failed: (window: string) =>
      `(sum(${rate('count', matching(job, { http_response_status_code: '5..' }), window)}) or vector(0)) / (${requests(window)} > 0)`,
    /** Of all requests, those that took longer. The bound is one of those that OpenTelemetry asks for, and that every client writes alike. */
    slow: (seconds: number, window: string) =>
      `1 - sum(${rate('bucket', matching({ ...job, le: String(seconds) }), window)}) / (${requests(window)} > 0)`,
    quantile: (quantile: number, window: string) =>
      `histogram_quantile(${quantile}, sum by (le) (${rate('bucket', matching(job), window)}))`,
    errorRatio: (slo: string, window: string) => `${errorRatio(window)}${matching({ ...claimLabels({ claim }), slo })}`,
    up: `up${matching(job)}`,
    cpu: (window: string) => `sum by (pod) (rate(container_cpu_usage_seconds_total${pods}[${window}]))`,
    cpuLimit: limit('cpu'),
    memory: `max by (pod) (container_memory_working_set_bytes${pods})`,
    memoryLimit: limit('memory'),
    restarts: (window: string) => `sum(increase(kube_pod_container_status_restarts_total${pods}[${window}]))`,
    available: `kube_deployment_status_replicas_available${of('deployment')}`,
    wanted: `kube_deployment_spec_replicas${of('deployment')}`,
    scaledTo: `kube_horizontalpodautoscaler_status_current_replicas${of('horizontalpodautoscaler')}`,
    scaledToAtMost: `kube_horizontalpodautoscaler_spec_max_replicas${of('horizontalpodautoscaler')}`,
    runsNow: `kube_cronjob_status_active${of('cronjob')}`,
    begun: `kube_cronjob_status_last_schedule_time${of('cronjob')}`,
    succeeded: `kube_cronjob_status_last_successful_time${of('cronjob')}`,
  };
}

export type Queries = ReturnType<typeof queriesOf>;
