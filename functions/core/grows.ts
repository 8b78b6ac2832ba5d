import type { Context } from './api.ts';
import { shown } from './problem.ts';
import type { Refusal } from './step.ts';

/**
 * A setting that can only grow, seen from what runs now: a default that became smaller is ignored, since nobody asked for
 * this database to shrink, and a claim that asks for less is refused.
 */
export function grown<Settings, Name extends keyof Settings & string>(
  { settings, sources }: Pick<Context<Settings, unknown>, 'settings' | 'sources'>,
  name: Name,
  running: Settings[Name] | undefined,
): { readonly value: Settings[Name] } | { readonly refusal: Refusal } {
  const wanted = settings[name];
  if (running === undefined || Number(wanted) >= Number(running)) return { value: wanted };
  if (sources[name] !== 'claim') return { value: running };
  const message = `cannot shrink: spec.${name}: got ${shown(wanted)}, want at least ${shown(running)}, which is in use`;
  return { refusal: { reason: 'WouldShrink', message } };
}
