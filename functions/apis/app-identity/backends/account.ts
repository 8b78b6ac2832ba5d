import type { Accesses } from '../../../aws/access.ts';
import { type Roles, serviceAccountOf } from '../../../aws/role.ts';
import type { Context, Expansion } from '../../../core/api.ts';
import { shown } from '../../../core/problem.ts';
import type { Refusal } from '../../../core/step.ts';
import { byTurn } from '../../../core/turn.ts';
import { roleTerms } from '../role.ts';
import type { IdentitySettings } from '../schema.ts';

/** Every claim of the namespace that makes a role, this one among them. */
export interface Required {
  readonly identities: Roles;
  /** What gives service accounts access. */
  readonly accesses: Accesses;
}

type Given = Pick<Context<IdentitySettings, unknown, Required>, 'claim' | 'settings' | 'required'>;

/** EKS takes one role for a service account, so the oldest claim has it, until that claim is gone. */
function taken({ claim, required }: Given, serviceAccount: string): Refusal | undefined {
  const { kind, name, creationTimestamp } = claim;
  const self = { kind, metadata: { name, ...(creationTimestamp !== undefined && { creationTimestamp }) } };
  const [older] = required.identities.flatMap(({ terms, claims }) =>
    claims.filter(
      (other) =>
        (other.kind !== kind || other.metadata?.name !== name) &&
        serviceAccountOf(terms, other.metadata?.name, other['spec']) === serviceAccount &&
        byTurn(other, self) < 0,
    ),
  );
  if (older === undefined) return undefined;
  const message =
    `cannot use ${kind} ${shown(name)}: spec.${roleTerms.field}: got ${shown(serviceAccount)}, which is that of ${older.kind} ` +
    `${shown(older.metadata?.name)} already, want one that no other has: a service account has one identity`;
  return { reason: 'ServiceAccountTaken', message };
}

/** What every backend makes of a service account. */
export function account(given: Given): Expansion & { readonly serviceAccount: string } {
  const serviceAccount = serviceAccountOf(roleTerms, given.claim.name, given.settings);
  const refusal = taken(given, serviceAccount);
  return { serviceAccount, resources: {}, pending: {}, status: {}, inForce: { serviceAccount }, ...(refusal && { refusal }) };
}
