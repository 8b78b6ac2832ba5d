import { awsAccess } from '../../aws/access.ts';
import { awsRole } from '../../aws/role.ts';
import { rolePolicyKinds } from '../../aws/role-policy.ts';
import { defineApi } from '../../core/api.ts';
import { claimsOffering } from '../../core/requirement.ts';
import { container } from './backends/container.ts';
import { podidentity } from './backends/podidentity.ts';
import { kind, roleTerms } from './role.ts';
import * as schema from './schema.ts';

export const appIdentity = defineApi({
  kind,
  plural: 'appidentities',
  shortName: 'appid',
  doc:
    "An identity for the pods of one ServiceAccount, which other claims, such as a bucket's `readers`, name to give them access without " +
    'static keys. The app brings the ServiceAccount. One policy of its role has all that claims give it, which is enough for some dozens of claims. Deleting the claim takes the access of those pods away, and nothing else; applied ' +
    'again, it is what it was.',
  example: { name: 'orders', spec: {} },
  columns: [{ name: 'SERVICEACCOUNT', type: 'string', path: '.status.settings.serviceAccount' }],
  schema,
  backends: { container, podidentity },
  releasable: ['access'],
  claimPolicies: [],
  requires: { identities: claimsOffering(awsRole), accesses: claimsOffering(awsAccess, 0) },
  offers: [awsRole.offer(roleTerms, rolePolicyKinds)],
});
