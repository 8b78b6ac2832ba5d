import type { ServiceSettings } from './schema.ts';

/** What the main port is called. */
const mainPort = 'http';

/** Every port that the app listens on, the main one first. */
export function portsOf({
  port,
  ports,
}: Pick<ServiceSettings, 'port' | 'ports'>): readonly { readonly name: string; readonly port: number }[] {
  return [...(port === undefined ? [] : [{ name: mainPort, port }]), ...ports];
}
