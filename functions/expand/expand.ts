import { bindingStatus } from '../core/binding.ts';
import { turnAt } from '../core/hours.ts';
import type { Condition } from '../core/kubernetes.ts';
import { composedName } from '../core/names.ts';
import type { StepRequest } from '../core/pipeline.ts';
import { proofs } from '../core/proofs.ts';
import { conditionOf } from '../core/readiness.ts';
import { withRecord } from '../core/record.ts';
import type { DesiredResource, Refusal, StepResponse } from '../core/step.ts';
import { availableTo, type Expanded, expandClaim, recordedOf, settingsInForce } from './expand-claim.ts';
import { type Deferred, deferredOf } from './pending.ts';
import { progressOf } from './progress.ts';

const settledTtlSeconds = 300;
const waitingTtlSeconds = 15;

function refused(request: StepRequest, refusal: Refusal): StepResponse {
  const condition: Condition = { type: 'Resolved', status: 'False', reason: refusal.reason, message: refusal.message };
  return { desired: request.desired, conditions: [condition], events: [], refusal, ttlSeconds: waitingTtlSeconds };
}

/** Where a claim lives and what it is realised with, for its status and for a person. */
function placed({ environment, backend }: Expanded) {
  if (environment === undefined) return { status: {}, message: 'The claim is the same in every environment' };
  const { name, tier } = environment;
  return { status: { environment: name, tier, backend }, message: `Environment ${name} of tier ${tier}, backend ${backend}` };
}

/** The step that writes a claim's resources, their readiness, and the claim's status and conditions. */
export function expand(request: StepRequest): StepResponse {
  return expandedTo(request, expandClaim(request));
}

/** The step's answer, from what was worked out of its request. */
export function expandedTo(request: StepRequest, expanded: Expanded | { readonly refusal: Refusal } | undefined): StepResponse {
  if (expanded === undefined) return { desired: request.desired, conditions: [], events: [], ttlSeconds: waitingTtlSeconds };
  if ('refusal' in expanded) return refused(request, expanded.refusal);
  const { api, claim, environment, expansion } = expanded;

  const backend = api.backends[expanded.backend];
  const progress = progressOf(expansion, request.observed, request.platform.cards, {
    environment: environment?.name,
    explains: backend?.explains ?? {},
  });
  const own = Object.entries(expansion.resources).map(([key, { object }]): [string, DesiredResource] => [
    key,
    {
      object: key === backend?.anchor ? withRecord(object, environment?.name, recordedOf(expanded)) : object,
      ready: progress.ready[key] === true,
    },
  ]);
  const available = availableTo(expanded);
  const done = progress.condition.status === 'True';
  const settings = settingsInForce(expanded);
  const deferred = backend && deferredOf(api, backend, settings, expansion.resources, request);
  const ended: Condition | undefined = expanded.expiry?.isOver ? { ...expanded.expiry.condition, type: 'Provisioned' } : undefined;
  const settled = done ? settledAs(expanded, deferred) : undefined;
  const provisioned = withRemarks(ended ?? settled ?? progress.condition, remarksOf(expanded));
  const place = placed(expanded);
  const lasting = lastingOf(request, expanded);
  const who = `${api.kind} ${claim.name}`;
  const connect = api.binding === undefined ? '' : `: connect with Secret ${composedName(claim, api.suffix)}`;
  return {
    desired: { ...request.desired, ...Object.fromEntries(own) },
    status: {
      ...place.status,
      // A claim that has expired has nothing, and what it would make again is another, with a binding of its own.
      ...(ended === undefined && {
        ...bindingStatus(api, claim, request.observed),
        ...expansion.status,
        settings: deferred?.settings ?? settings,
        ...(deferred !== undefined && { pending: deferred.pending }),
        ...(Object.keys(available).length > 0 && { available }),
      }),
      ...(expanded.expiry?.at !== undefined && { expiresAt: expanded.expiry.at }),
    },
    ...((Object.keys(expansion.pending).length > 0 || ended !== undefined) && { claimReady: false }),
    conditions: [
      { type: 'Resolved', status: 'True', reason: 'Settled', message: place.message },
      provisioned,
      ...lasting,
      ...proofsOf(request, expanded),
    ],
    events: [...eventsOf(request, provisioned, who, connect), ...warningsOf(request, lasting, who)],
    ttlSeconds: Math.min(done && expansion.awaiting !== true ? settledTtlSeconds : waitingTtlSeconds, ...nextTurn(request, expanded)),
  };
}

/** What there is to say of a claim that waits for nothing, besides that it serves. */
function settledAs({ stop, expansion }: Expanded, deferred: Deferred | undefined): Condition | undefined {
  const settled = { type: 'Provisioned', status: 'True' } as const;
  if (stop !== undefined && expansion.stopped === true) return { ...settled, reason: 'Stopped', message: stop.message };
  return deferred && { ...settled, reason: 'ChangePending', message: deferred.message };
}

/** What the developer should know of a claim whatever it waits for. */
function remarksOf({ environment, expansion: { stopped, remarks = [] } }: Expanded): readonly string[] {
  const runsOn =
    typeof stopped === 'object' ? [`it runs outside of the hours of environment ${environment?.name} too: ${stopped.runsOn}`] : [];
  return [...runsOn, ...remarks];
}

const withRemarks = (condition: Condition, remarks: readonly string[]): Condition => ({
  ...condition,
  message: [condition.message, ...remarks].join('; '),
});

/** What happened to a claim since it was last looked at. */
function eventsOf({ claim }: StepRequest, { status, reason, message }: Condition, who: string, connect: string): readonly string[] {
  const before = conditionOf(claim, 'Provisioned');
  if (status !== 'True' || reason === before?.reason) return [];
  if (reason === 'Stopped') return [`${who}: ${message}`];
  return before?.status === 'False' || before?.reason === 'Stopped' ? [`${who} is ready${connect}`] : [];
}

/** How long it lasts, for a claim that has, or had, an end. */
function lastingOf({ claim }: StepRequest, { expiry }: Expanded): readonly Condition[] {
  if (expiry !== undefined) return [expiry.condition];
  if (conditionOf(claim, 'Lasting') === undefined) return [];
  return [{ type: 'Lasting', status: 'True', reason: 'Lasting', message: 'Until it is deleted' }];
}

/** What it can be brought back from; of a claim that does not ask for it any more, that nobody looks. */
function proofsOf({ claim }: StepRequest, { expansion: { proofs: said = [] } }: Expanded): readonly Condition[] {
  return proofs.flatMap((type): readonly Condition[] => {
    const before = conditionOf(claim, type);
    const own = said.find((each) => each.type === type);
    if (own !== undefined) {
      const { undecided, ...found } = own;
      const isKept = undecided === true && before?.status === 'False';
      return [isKept ? { type, status: 'False', reason: String(before.reason), message: String(before.message) } : found];
    }
    return before === undefined ? [] : [{ type, status: 'Unknown', reason: 'NotAsked', message: 'It is not looked at any more' }];
  });
}

/** What is told before, and when, what a claim made goes: once, since each is another message. */
function warningsOf({ claim }: StepRequest, lasting: readonly Condition[], who: string): readonly string[] {
  const before = conditionOf(claim, 'Lasting')?.message;
  return lasting.flatMap(({ reason, message }) => (reason === 'Lasting' || message === before ? [] : [`${who}: ${message}`]));
}

/** In how many seconds something becomes of a claim by itself; a moment later than that, as timers are not exact. */
function nextTurn({ now }: StepRequest, { environment, expiry, expansion }: Expanded): readonly number[] {
  const turn = now === undefined || environment?.hours === undefined ? undefined : turnAt(environment.hours, now).secondsUntil;
  return [turn, expiry?.secondsUntil, expansion.secondsUntil].flatMap((seconds) => (seconds === undefined ? [] : [seconds + 1]));
}
