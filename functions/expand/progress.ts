import type { Composed, Expansion } from '../core/api.ts';
import type { Card, Cards } from '../core/card.ts';
import { type Condition, groupKind, type KubernetesObject, numberAt } from '../core/kubernetes.ts';
import { foundBy, foundNothingLast, onlyObserves, strangerFoundBy } from '../core/look.ts';
import { shown } from '../core/problem.ts';
import { conditionOf, isGoing, isLook, isReady } from '../core/readiness.ts';
import type { ObservedResource } from '../core/step.ts';
import { type Audience, blamed, meaningOf } from './failures/index.ts';

const longestList = 5;

/**
 * What a resource's provider said is wrong. Synced is the newer of the two, but turns true as soon as the next attempt begins;
 * upjet leaves the last asynchronous attempt's condition false until one succeeds, or nothing is left to do.
 */
function errorsOf(observed: ObservedResource): readonly string[] {
  return ['Synced', 'LastAsyncOperation'].flatMap((type) => {
    const condition = conditionOf(observed?.object, type);
    return condition?.status === 'False' ? [String(condition.message || condition.reason)] : [];
  });
}

/** What was stopped is ready, and has no pod: that counts no more once it is to run. */
const isStarting = ({ object }: Composed, observed: ObservedResource | undefined): boolean =>
  numberAt(observed?.object, 'spec', 'replicas') === 0 && numberAt(object, 'spec', 'replicas') !== 0;

interface Finding {
  readonly resource: string;
  readonly cause?: string;
  readonly waiting?: string;
}

function find(card: Card | undefined, { object }: Composed, observed: ObservedResource | undefined, audience: Audience): Finding {
  const resource = `${object.kind} ${object.metadata?.name ?? ''}`;
  const look = card !== undefined && observed !== undefined && isLook(observed.object) ? { card, object: observed.object } : undefined;
  const stranger = look && strangerFoundBy(look.card, look.object);
  if (stranger !== undefined)
    return { resource, cause: `its provider shows ${shown(stranger.name)} in place of it: tell the platform team` };
  const isStillToMake =
    observed === undefined || foundNothingLast(observed.object) || (look !== undefined && foundBy(look.card, look.object) !== undefined);
  if (isStillToMake) return { resource, waiting: `${resource} is being ${onlyObserves(object) ? 'looked for' : 'created'}` };
  const meanings = errorsOf(observed).map((error) => meaningOf(card, object, error, audience));
  // What goes away by itself, such as a conflict, must not hide for a moment what does not.
  const meaning = meanings.find((each) => 'cause' in each) ?? meanings[0];
  if (meaning !== undefined) {
    return 'cause' in meaning ? { resource, cause: meaning.cause } : { resource, waiting: `${resource} waits for ${meaning.waitsFor}` };
  }
  const ready = isGoing(observed.object) ? 'it is being deleted' : (card?.ready(observed.object) ?? 'nothing is known of its kind');
  if (typeof ready === 'object') return { resource, cause: blamed(ready.about, ready.failed, object, audience) };
  return { resource, waiting: `${resource} is not ready${typeof ready === 'string' && ready !== '' ? ` (${ready})` : ''}` };
}

/** Why something that is being deleted is still there, for whoever waits for it. */
export function heldBy(card: Card | undefined, object: KubernetesObject, audience: Audience): string {
  const { resource, cause, waiting } = find(card, { object }, { object, connectionDetails: {} }, audience);
  return cause === undefined ? String(waiting) : `${resource}: ${cause}`;
}

function listed(items: readonly string[], separator: string): string {
  const rest = items.length - longestList;
  return [...items.slice(0, longestList), ...(rest > 0 ? [`and ${rest} more`] : [])].join(separator);
}

/** One sentence for each cause, since what one mistake breaks is often several resources. */
function failuresIn(findings: readonly Finding[]): readonly string[] {
  const failed = findings.filter(({ cause }) => cause !== undefined);
  return [...Map.groupBy(failed, ({ cause }) => cause)].map(
    ([cause, broken]) =>
      `cannot provision ${listed(
        broken.map(({ resource }) => resource),
        ', ',
      )}: ${cause}`,
  );
}

export interface Progress {
  readonly ready: Readonly<Record<string, boolean>>;
  readonly condition: Condition;
}

/** Which of the resources are ready, and for the developer, what went wrong and what the claim still waits for. */
export function progressOf(
  expansion: Expansion,
  observed: Readonly<Record<string, ObservedResource>>,
  cards: Cards,
  audience: Audience,
): Progress {
  const entries = Object.entries(expansion.resources).sort(([a], [b]) => (a < b ? -1 : 1));
  // A resource that serves, but whose last change failed, must not be ready in one moment and not in the next.
  const cardOf = ({ object }: Composed) => cards.get(groupKind(object));
  const isDone = (key: string, composed: Composed) =>
    composed.leaving === true ||
    (!isStarting(composed, observed[key]) &&
      isReady(cardOf(composed), observed[key]) &&
      conditionOf(observed[key]?.object, 'LastAsyncOperation')?.status !== 'False');
  const ready = Object.fromEntries(entries.map(([key, composed]) => [key, isDone(key, composed)]));
  const findings = entries
    .filter(([key]) => !ready[key])
    .map(([key, composed]) => find(cardOf(composed), composed, observed[key], audience));
  const failures = failuresIn(findings);
  const waiting = [
    ...findings.flatMap(({ waiting }) => waiting ?? []),
    ...Object.values(expansion.pending).map(({ kind, name, waitsFor }) => `${kind} ${name} waits for ${waitsFor}`),
  ];
  if (failures.length + waiting.length === 0) {
    const lacks = entries.flatMap(([key, composed]) => {
      const { object } = observed[key] ?? composed;
      const lack = cardOf(composed)?.lacks?.(object);
      return lack === undefined ? [] : [`${object.kind} ${object.metadata?.name} ${lack}`];
    });
    return {
      ready,
      condition:
        lacks.length === 0
          ? { type: 'Provisioned', status: 'True', reason: 'Ready', message: 'Everything that the claim needs is ready' }
          : { type: 'Provisioned', status: 'True', reason: 'ReadyWithLimits', message: `Everything serves, but ${listed(lacks, '; ')}` },
    };
  }
  const message = listed([...failures, ...waiting], '; ');
  return {
    ready,
    condition:
      failures.length > 0
        ? { type: 'Provisioned', status: 'False', reason: 'ProvisioningFailed', message }
        : { type: 'Provisioned', status: 'False', reason: 'Waiting', message },
  };
}
