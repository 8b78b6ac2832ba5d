import type { ServiceSettings } from './schema.ts';

/** What the main port is called. */
export const mainPort = 'http';

/** A port of the app: where it is reached, and where it listens. */
export interface Port {
  readonly name: string;
  readonly port: number;
  readonly targetPort: number;
  readonly protocol: 'TCP' | 'UDP';
}

/** The ports on which others reach the app, the main one first. */
export function portsOf({ port, targetPort, ports }: Pick<ServiceSettings, 'port' | 'targetPort' | 'ports'>): readonly Port[] {
  const main = port === undefined ? [] : [{ name: mainPort, port, targetPort: targetPort ?? port, protocol: 'TCP' as const }];
  return [...main, ...ports.map((each) => ({ ...each, targetPort: each.targetPort ?? each.port }))];
}

/** The port that is asked for metrics: one of those, or else one of its own. */
interface MetricsPort {
  readonly port: Port;
  readonly isOwn: boolean;
}

/** Undefined where the app has no metrics, or no port for them. */
export function metricsPortOf(settings: ServiceSettings): MetricsPort | undefined {
  const { metrics, port, targetPort } = settings;
  const listens = metrics && (metrics.port ?? targetPort ?? port);
  if (listens === undefined) return undefined;
  const there = portsOf(settings).find((each) => each.protocol === 'TCP' && each.targetPort === listens);
  if (there !== undefined) return { port: there, isOwn: false };
  return { port: { name: 'metrics', port: listens, targetPort: listens, protocol: 'TCP' }, isOwn: true };
}

/** Every port on which the app listens. */
export function allPortsOf(settings: ServiceSettings): readonly Port[] {
  const metrics = metricsPortOf(settings);
  return [...portsOf(settings), ...(metrics?.isOwn ? [metrics.port] : [])];
}
