import { at, type KubernetesObject } from '../functions/core/kubernetes.ts';
import type { ObservedResource } from '../functions/core/step.ts';
import { byTurn } from '../functions/core/turn.ts';
import { type Admission, admissionOf } from './admission.ts';
import { identityOf, nameOf } from './identity.ts';
import { type Plan, planClaim, type World } from './run.ts';

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
function admitted(plan: Plan, { claim, before }: Subject, admission: Admission): Plan {
  if (plan.refused !== null && unreadable.has(plan.refused.reason)) return plan;
  return { ...plan, refused: admission(claim, before) ?? plan.refused };
}

/** The claim as others see it once it had its turn: the cost of one that is allowed is recorded on it. */
function recorded(claim: KubernetesObject, plan: Plan): KubernetesObject {
  const status = claim['status'] as object | undefined;
  if (plan.refused === null) return { ...claim, status: { ...status, monthlyCostUSD: plan.cost?.monthlyUSD ?? 0 } };
  return { ...claim, status: { ...status, conditions: [{ type: 'Allowed', status: 'False' }] } };
}

/**
 * Plans claims of one environment one after the other, as the cluster gives them their turn, so that a claim finds the budget of its
 * namespace as those before it left it. `others` are claims that are there and are not planned.
 */
export function planTogether(
  subjects: readonly Subject[],
  environment: string,
  world: World,
  others: readonly KubernetesObject[],
  onPlanned: () => void,
): readonly Plan[] {
  const admission = admissionOf(world.platform);
  const plans = new Map<Subject, Plan>();
  const groups = Map.groupBy(subjects, ({ claim }) => nameOf(claim).namespace);
  for (const [namespace, group] of groups) {
    const claims = new Map(
      [...others.filter((claim) => nameOf(claim).namespace === namespace), ...group.map(({ claim }) => claim)].map((claim) => [
        identityOf(claim),
        claim,
      ]),
    );
    const turn = (subject: Subject) => {
      const { claim, observed, namespace } = subject;
      const planned = planClaim(claim, environment, world, { namespace, claims: [...claims.values()], observed });
      const plan = admitted(planned, subject, admission);
      plans.set(subject, plan);
      claims.set(identityOf(claim), recorded(claim, plan));
      return plan;
    };
    const ordered = group.toSorted((a, b) => byTurn(a.claim, b.claim));
    let freed = false;
    for (const subject of ordered) {
      const plan = turn(subject);
      const before = at(subject.claim, 'status', 'monthlyCostUSD');
      freed ||= plan.refused === null && typeof before === 'number' && (plan.cost?.monthlyUSD ?? 0) < before;
      onPlanned();
    }
    // A refused claim is tried again, and finds what others have given back since.
    if (freed) for (const subject of ordered) if (plans.get(subject)?.refused?.reason === 'OverBudget') turn(subject);
  }
  return subjects.flatMap((subject) => plans.get(subject) ?? []);
}
