import { type Alert, claimLabels, matching, type Recording, type Severity, type Watched } from '../../containers/monitoring.ts';
import { composedName } from '../../core/names.ts';
import { instanceLabel } from './labels.ts';
import { errorRatio, type Queries } from './queries.ts';
import { scaleOf } from './scale.ts';
import { type Criticality, type ServiceSettings, suffix } from './schema.ts';
import { claimedAs } from './volumes.ts';

/** What an app promises, and how loudly somebody is told that it does not hold. */
interface Objective {
  /** Share of requests that may fail. */
  readonly errors: number;
  /** Share of requests that may take longer than `seconds`. */
  readonly slow: number;
  readonly seconds: number;
  readonly urgent: Severity;
}

const objectives: Readonly<Record<Criticality, Objective>> = {
  'tier-1': { errors: 0.001, slow: 0.01, seconds: 0.5, urgent: 'critical' },
  'tier-2': { errors: 0.005, slow: 0.05, seconds: 0.5, urgent: 'critical' },
  'tier-3': { errors: 0.01, slow: 0.05, seconds: 2.5, urgent: 'warning' },
};

/**
 * How many times too fast the error budget of 30 days may be used up, over a long window, and over a short one, so that the alert ends
 * soon after its cause. https://sre.google/workbook/alerting-on-slos/#6-multiwindow-multi-burn-rate-alerts
 */
const urgentBurns = [
  { long: '1h', short: '5m', factor: 14.4 },
  { long: '6h', short: '30m', factor: 6 },
];
const slowBurn = { long: '3d', short: '6h', factor: 1 };

const windows = [...new Set([...urgentBurns, slowBurn].flatMap(({ long, short }) => [short, long]))];

/** Without what floating point adds. */
const plain = (value: number) => Number(value.toPrecision(6));

/** A share of requests that may go wrong. */
interface Slo {
  readonly slo: string;
  readonly what: string;
  readonly budget: number;
  ratio(window: string): string;
}

/** What an app promises, as Prometheus tells it. */
export function slosOf({ criticality }: Pick<ServiceSettings, 'criticality'>, queries: Queries): readonly Slo[] {
  const { errors, slow, seconds } = objectives[criticality];
  return [
    { slo: 'availability', what: 'end in an error of the server', budget: errors, ratio: queries.failed },
    { slo: 'latency', what: `take longer than ${seconds} s`, budget: slow, ratio: (window) => queries.slow(seconds, window) },
  ];
}

/** The ratios of an SLO over every window, and who is told when its budget burns. */
function burnsOf({ slo, what, budget, ratio }: Slo, watched: Watched, queries: Queries, urgent: Severity): readonly (Alert | Recording)[] {
  const burning = ({ long, short, factor }: (typeof urgentBurns)[number]) =>
    [long, short].map((window) => `${queries.errorRatio(slo, window)} > ${plain(factor * budget)}`).join(' and ');
  const alert = (burn: 'fast' | 'slow') => ({
    alert: 'AppServiceErrorBudgetBurn',
    labels: { slo, burn },
    description: `{{ $value | humanizePercentage }} of its requests ${what}, and ${plain(budget * 100)} % may in 30 days.`,
  });
  return [
    ...windows.map((window) => ({ record: errorRatio(window), expr: ratio(window), labels: { ...claimLabels(watched), slo } })),
    {
      ...alert('fast'),
      expr: urgentBurns.map((burn) => `(${burning(burn)})`).join(' or '),
      severity: urgent,
      summary: 'uses up its error budget fast',
    },
    { ...alert('slow'), expr: burning(slowBurn), severity: 'warning', summary: 'uses up its error budget' },
  ];
}

function trafficOf({ requests, requestsYesterday }: Queries): Alert {
  return {
    alert: 'AppServiceWithoutTraffic',
    expr: `(${requests('15m')} or vector(0)) == 0 and ${requestsYesterday('15m')} > 0.1`,
    for: '5m',
    severity: 'warning',
    summary: 'gets no requests',
    description: 'It had {{ $value }} requests a second at this time yesterday: its callers, its route or its metrics are broken.',
  };
}

function servingOf(settings: ServiceSettings, queries: Queries, urgent: Severity, at: string): readonly Alert[] {
  const { available, wanted, scaledTo, scaledToAtMost } = queries;
  const { min, max } = scaleOf(settings);
  return [
    {
      alert: 'AppServiceDown',
      expr: `${available} == 0 and ${wanted} > 0`,
      for: '5m',
      severity: urgent,
      summary: 'has no pod that serves',
      description: `No pod has been available for five minutes: kubectl ${at} says why.`,
    },
    {
      alert: 'AppServicePodsUnavailable',
      expr: `${wanted} - ${available} > 0`,
      for: '15m',
      severity: 'warning',
      summary: 'has fewer pods than it should',
      description: `{{ $value }} of its pods have not been available for 15 minutes: kubectl ${at} says why.`,
    },
    ...(min < max
      ? [
          {
            alert: 'AppServiceScaledToItsMost',
            expr: `${scaledTo} >= ${scaledToAtMost}`,
            for: '30m',
            severity: 'warning' as const,
            summary: 'has as many pods as it may have',
            description: 'It has had {{ $value }} pods for half an hour, and gets no more: raise spec.autoscaling.max, or spec.size.',
          },
        ]
      : []),
  ];
}

function saturationOf({ cpu, cpuLimit, memory, memoryLimit, restarts }: Queries, at: string): readonly Alert[] {
  return [
    {
      alert: 'AppServiceCpuSaturated',
      expr: `max(${cpu('5m')} / ${cpuLimit}) > 0.9`,
      for: '15m',
      severity: 'warning',
      summary: 'uses all the CPU that it may',
      description:
        'A pod uses {{ $value | humanizePercentage }} of its CPU limit: raise spec.size, spec.resources or spec.autoscaling.max.',
    },
    {
      alert: 'AppServiceMemorySaturated',
      expr: `max(${memory} / ${memoryLimit}) > 0.9`,
      for: '15m',
      severity: 'warning',
      summary: 'uses nearly all the memory that it may',
      description:
        'A pod uses {{ $value | humanizePercentage }} of its memory limit, and is restarted at 100 %: raise spec.size or spec.resources.',
    },
    {
      alert: 'AppServiceRestarting',
      expr: `${restarts('30m')} > 2`,
      severity: 'warning',
      summary: 'restarts again and again',
      description: `More than two restarts in half an hour: kubectl ${at} says why.`,
    },
  ];
}

function fillingOf({ volumes }: ServiceSettings, { namespace, name }: Watched['claim']): readonly Alert[] {
  return volumes
    .filter(({ persistent }) => persistent !== undefined)
    .map((volume) => {
      const claimed = matching({ namespace, persistentvolumeclaim: claimedAs({ name }, volume) });
      return {
        alert: 'AppServiceVolumeFilling',
        labels: { volume: volume.name },
        expr: `kubelet_volume_stats_available_bytes${claimed} / kubelet_volume_stats_capacity_bytes${claimed} < 0.1`,
        for: '15m',
        severity: 'warning',
        summary: `has little room left on its volume ${volume.name}`,
        description: '{{ $value | humanizePercentage }} of the volume is free. Once it is full, nothing can be written.',
      };
    });
}

function runsOf({ runsNow, begun, succeeded }: Queries, at: string): readonly Alert[] {
  return [
    {
      alert: 'AppServiceRunFailed',
      expr: `${begun} and ${runsNow} == 0 unless ${succeeded} >= ${begun}`,
      for: '5m',
      severity: 'warning',
      summary: 'did not succeed the last time that it ran',
      description: `Its last run ended without success: kubectl ${at} says why.`,
    },
  ];
}

/** What of an app is known to Prometheus. */
interface Known {
  /** What its server measures of requests, as OpenTelemetry names it. */
  readonly requests: boolean;
  /** Whether it is scraped. */
  readonly scraped: boolean;
}

/** The rules for an app, by group: each is evaluated in order, so that an alert finds what was recorded before it. */
export function alertsOf(settings: ServiceSettings, watched: Watched, queries: Queries, { requests, scraped }: Known) {
  const { claim } = watched;
  const { urgent } = objectives[settings.criticality];
  const at = `-n ${claim.namespace} describe pods -l ${instanceLabel}=${composedName(claim, suffix)}`;
  return {
    slo: requests ? slosOf(settings, queries).flatMap((slo) => burnsOf(slo, watched, queries, urgent)) : [],
    traffic: requests ? [trafficOf(queries)] : [],
    scrape: scraped
      ? [
          {
            alert: 'AppServiceNotScraped',
            expr: `absent(${queries.up} == 1)`,
            for: '15m',
            severity: 'warning' as const,
            summary: 'gives Prometheus no metrics',
            description: 'No pod has answered at spec.metrics for 15 minutes: nobody would be told of its errors.',
          },
        ]
      : [],
    pods: [
      ...(settings.schedule === undefined ? servingOf(settings, queries, urgent, at) : runsOf(queries, at)),
      ...saturationOf(queries, at),
      ...fillingOf(settings, claim),
    ],
  };
}
