import type { Composed, Expansion } from '../core/api.ts';
import type { Condition } from '../core/kubernetes.ts';
import { conditionOf, isReady } from '../core/readiness.ts';
import type { ObservedResource } from '../core/step.ts';

const longestWhy = 200;
const longestList = 5;

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length <= longestWhy ? line : `${line.slice(0, longestWhy)}…`;
}

function why(composed: Composed, observed: ObservedResource | undefined): string {
  const where = `${composed.object.kind} ${composed.object.metadata?.name ?? ''}`;
  if (observed === undefined) return `${where} is being created`;
  const synced = conditionOf(observed, 'Synced');
  if (synced?.status === 'False') return `${where}: ${oneLine(String(synced.message ?? synced.reason))}`;
  const ready = conditionOf(observed, 'Ready');
  return `${where} is not ready${typeof ready?.reason === 'string' ? ` (${ready.reason})` : ''}`;
}

export interface Progress {
  readonly ready: Readonly<Record<string, boolean>>;
  readonly condition: Condition;
}

/** Which of the resources are ready, and for the developer, what the claim still waits for. */
export function progressOf(expansion: Expansion, observed: Readonly<Record<string, ObservedResource>>): Progress {
  const entries = Object.entries(expansion.resources).sort(([a], [b]) => (a < b ? -1 : 1));
  const ready = Object.fromEntries(entries.map(([key, composed]) => [key, isReady(observed[key], composed.readiness)]));
  const waiting = [
    ...entries.filter(([key]) => !ready[key]).map(([key, composed]) => why(composed, observed[key])),
    ...Object.values(expansion.pending).map(({ kind, name, waitsFor }) => `${kind} ${name} waits for ${waitsFor}`),
  ];
  if (waiting.length === 0) {
    return {
      ready,
      condition: { type: 'Provisioned', status: 'True', reason: 'Ready', message: 'Everything that the claim needs is ready' },
    };
  }
  const rest = waiting.length - longestList;
  const message = [...waiting.slice(0, longestList), ...(rest > 0 ? [`and ${rest} more`] : [])].join('; ');
  return { ready, condition: { type: 'Provisioned', status: 'False', reason: 'Waiting', message } };
}
