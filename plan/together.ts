import type { KubernetesObject } from '../functions/core/kubernetes.ts';
import type { ObservedResource } from '../functions/core/step.ts';
import { byTurn } from '../functions/core/turn.ts';
import { refusalOnArrival } from './admission.ts';
import { identityOf } from './identity.ts';
import { type Outcome, type Plan, runSteps, type World } from './run.ts';

/** A claim to be planned, with what there is already. */
export interface Subject {
  readonly claim: KubernetesObject;
  readonly observed: Readonly<Record<string, ObservedResource>>;
  readonly namespace?: KubernetesObject | undefined;
  /** The claim as it is; undefined where it is new. */
  readonly before: KubernetesObject | undefined;
}

/** Of a claim whose values are not what their schema wants, the cluster looks at no rule. */
const unreadable = new Set(['ClaimInvalid', 'KindUnknown']);

/** The plan, or the same refused where the cluster would not even take the claim. */
function admitted(plan: Plan, { claim, before }: Subject, { platform }: World): Plan {
  if (plan.refused !== null && unreadable.has(plan.refused.reason)) return plan;
  return { ...plan, refused: refusalOnArrival(platform, claim, before) ?? plan.refused };
}

/** The claim as it and others see it once it was looked at, with what that says of it. */
function lookedAt(claim: KubernetesObject, { plan: { refused, conditions }, status }: Outcome): KubernetesObject {
  const before = claim['status'] as object | undefined;
  const synced = { type: 'Synced', observedGeneration: claim.metadata?.generation };
  if (refused === null) return { ...claim, status: { ...before, ...status, conditions: [...conditions, { ...synced, status: 'True' }] } };
  const allowed = { type: 'Allowed', status: 'False', ...refused };
  return { ...claim, status: { ...before, conditions: [allowed, { ...synced, status: 'False' }] } };
}

const isOfBudget = ({ plan: { refused } }: Outcome) => ['OverBudget', 'BudgetAwaited'].includes(refused?.reason ?? '');

/**
 * Plans claims of one environment, each as often as the cluster would look at it, so that a claim finds the budgets that it shares as
 * others leave them. `others` are claims that are there and are not planned.
 */
export function planTogether(
  subjects: readonly Subject[],
  environment: string,
  world: World,
  others: readonly KubernetesObject[],
  onPlanned: () => void,
): readonly Plan[] {
  const claims = new Map([...others, ...subjects.map(({ claim }) => claim)].map((claim) => [identityOf(claim), claim]));
  const objects = world.objects?.filter((object) => !claims.has(identityOf(object)));
  const around = { ...world, ...(objects !== undefined && { objects }) };
  const outcomes = new Map<Subject, Outcome>();

  /** Looks at a claim, and says whether the verdict is another than before. */
  const turn = (subject: Subject): boolean => {
    const { observed, namespace } = subject;
    const identity = identityOf(subject.claim);
    const claim = claims.get(identity) ?? subject.claim;
    const ran = runSteps(claim, environment, around, { namespace, claims: [...claims.values()], observed });
    const outcome = { ...ran, plan: admitted(ran.plan, subject, world) };
    const before = outcomes.get(subject);
    outcomes.set(subject, outcome);
    claims.set(identity, lookedAt(claim, outcome));
    return before?.plan.refused?.reason !== outcome.plan.refused?.reason;
  };

  let open = subjects.toSorted((a, b) => byTurn(a.claim, b.claim));
  for (const subject of open) {
    turn(subject);
    onPlanned();
  }
  for (let changed = true; changed; ) {
    open = open.filter((subject) => {
      const outcome = outcomes.get(subject);
      return outcome !== undefined && isOfBudget(outcome);
    });
    changed = open.map(turn).includes(true);
  }
  return subjects.flatMap((subject) => outcomes.get(subject)?.plan ?? []);
}
