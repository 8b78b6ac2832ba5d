import { account, boundary, cluster, key } from '../../../aws/facts.ts';
import { policyDocument } from '../../../aws/policy-document.ts';
import { awsResources } from '../../../aws/resources.ts';
import { roleName } from '../../../aws/role.ts';
import { rolePolicy, rolePolicyKinds } from '../../../aws/role-policy.ts';
import type { Backend, Context, Expansion } from '../../../core/api.ts';
import { type FactsOf, needsOf } from '../../../core/facts.ts';
import { stringAt } from '../../../core/kubernetes.ts';
import { release } from '../../../core/managed.ts';
import { controlPlane } from '../../../core/names.ts';
import { iamRole } from '../../../kinds/aws/iam-role.ts';
import { podIdentityAssociation } from '../../../kinds/aws/pod-identity-association.ts';
import { type IdentitySettings, suffix } from '../schema.ts';
import { account as accountOf, type Required } from './account.ts';

const needs = needsOf(controlPlane, account, key, boundary, cluster);
type Needs = FactsOf<typeof needs>;

const composes = { role: iamRole, association: podIdentityAssociation, ...rolePolicyKinds };

function expand(context: Context<IdentitySettings, Needs, Required>): Expansion {
  const { claim, facts, observed, required } = context;
  const { serviceAccount, ...common } = accountOf(context);
  const resources = awsResources(context, suffix, 'association', release);
  const { identity, nameOf, resource, description, tags } = resources;
  const role = roleName(identity, claim.kind, serviceAccount);
  // AWS cannot move an association to another cluster.
  const clusterName = stringAt(observed['association']?.object, 'spec', 'forProvider', 'clusterName') ?? facts.aws.clusterName;
  // https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
  const assumeRolePolicy = policyDocument([
    {
      Effect: 'Allow',
      Principal: { Service: 'pods.eks.amazonaws.com' },
      Action: ['sts:AssumeRole', 'sts:TagSession'],
      Condition: {
        StringEquals: {
          'aws:RequestTag/eks-cluster-name': clusterName,
          'aws:RequestTag/kubernetes-namespace': claim.namespace,
          'aws:RequestTag/kubernetes-service-account': serviceAccount,
        },
      },
    },
  ]);
  const access = rolePolicy(context, resources, 'role', serviceAccount, required.accesses);
  return {
    ...common,
    ...access,
    resources: {
      role: resource(
        'role',
        composes.role,
        {
          description,
          assumeRolePolicy,
          ...(facts.aws.permissionsBoundaryArn !== undefined && { permissionsBoundary: facts.aws.permissionsBoundaryArn }),
          // AWS does not delete a role that has policies, as those that claims of earlier versions attached.
          forceDetachPolicies: true,
          tags,
        },
        { externalName: role },
      ),
      association: resource('association', composes.association, {
        clusterName,
        namespace: claim.namespace,
        serviceAccount,
        roleArnRef: { name: nameOf('role') },
        tags,
      }),
      ...access.resources,
    },
    status: { role },
  };
}

/** An IAM role of the service account's own, which EKS gives to its pods. */
export const podidentity: Backend<IdentitySettings, Needs, Required, keyof typeof composes> = {
  needs,
  composes,
  anchor: 'role',
  expand,
};
