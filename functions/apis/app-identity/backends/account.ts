import { identityKind, serviceAccountOf } from '../../../aws/access.ts';
import type { Claim, Context, Expansion } from '../../../core/api.ts';
import { bind, bindingKey } from '../../../core/binding.ts';
import type { KubernetesObject } from '../../../core/kubernetes.ts';
import { composedName } from '../../../core/names.ts';
import { shown } from '../../../core/problem.ts';
import type { Refusal } from '../../../core/step.ts';
import { byTurn } from '../../../core/turn.ts';
import { binding, bindingOf, type IdentitySettings, suffix } from '../schema.ts';

/** EKS takes one role for a service account, so the oldest claim has it, until that claim is gone. */
function taken(claim: Claim, serviceAccount: string, claims: readonly KubernetesObject[]): Refusal | undefined {
  const { kind, name, creationTimestamp } = claim;
  const self = { kind, metadata: { name, ...(creationTimestamp !== undefined && { creationTimestamp }) } };
  const older = claims.find(
    (other) =>
      other.kind === identityKind &&
      other.metadata?.name !== claim.name &&
      serviceAccountOf(other.metadata?.name, other['spec']) === serviceAccount &&
      byTurn(other, self) < 0,
  );
  if (older === undefined) return undefined;
  const message =
    `cannot use ${identityKind} ${shown(claim.name)}: spec.serviceAccount: got ${shown(serviceAccount)}, which is that of ${identityKind} ` +
    `${shown(older.metadata?.name)} already, want one that no other has: a service account has one identity; delete this claim, or that one first`;
  return { reason: 'ServiceAccountTaken', message };
}

/** What every backend makes of a service account. */
export function account(
  { claim, claims, settings, observed }: Context<IdentitySettings, unknown>,
  provider: IdentitySettings['backend'],
): Expansion & { readonly serviceAccount: string } {
  const serviceAccount = serviceAccountOf(claim.name, settings);
  const refusal = taken(claim, serviceAccount, claims);
  const name = composedName(claim, suffix);
  const { resources, pending } = bind(claim, name, binding, bindingOf(provider, serviceAccount), observed[bindingKey], '');
  return { serviceAccount, resources, pending, status: {}, inForce: { serviceAccount }, ...(refusal && { refusal }) };
}
