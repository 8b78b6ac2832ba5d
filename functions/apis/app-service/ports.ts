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

/** Every port of the app, the main one first. */
export function portsOf({ port, targetPort, ports }: Pick<ServiceSettings, 'port' | 'targetPort' | 'ports'>): readonly Port[] {
  const main = port === undefined ? [] : [{ name: mainPort, port, targetPort: targetPort ?? port, protocol: 'TCP' as const }];
  return [...main, ...ports.map((each) => ({ ...each, targetPort: each.targetPort ?? each.port }))];
}
