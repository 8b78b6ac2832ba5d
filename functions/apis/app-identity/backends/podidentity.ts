import * as z from 'zod';
import { policyDocument, roleName } from '../../../aws/access.ts';
import { accountNeeds, awsResources } from '../../../aws/resources.ts';
import type { Backend, Context, Expansion } from '../../../core/api.ts';
import { stringAt } from '../../../core/kubernetes.ts';
import { release } from '../../../core/managed.ts';
import { iamRole } from '../../../kinds/aws/iam-role.ts';
import { podIdentityAssociation } from '../../../kinds/aws/pod-identity-association.ts';
import { secret } from '../../../kinds/kubernetes/secret.ts';
import { type IdentitySettings, suffix } from '../schema.ts';
import { account } from './account.ts';

const needs = z.object({
  ...accountNeeds.shape,
  aws: accountNeeds.shape.aws.extend({ clusterName: z.string(), permissionsBoundaryArn: z.string().optional() }),
});
type Needs = z.output<typeof needs>;

const kinds = { role: iamRole, association: podIdentityAssociation };

function expand(context: Context<IdentitySettings, Needs>): Expansion {
  const { claim, environment, facts, observed } = context;
  const { serviceAccount, ...common } = account(context, 'podidentity');
  const { nameOf, resource, description, tags } = awsResources(context, suffix, 'association', release);
  const role = roleName(environment, claim.namespace, serviceAccount);
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
  return {
    ...common,
    resources: {
      ...common.resources,
      role: resource(
        'role',
        kinds.role,
        {
          description,
          assumeRolePolicy,
          ...(facts.aws.permissionsBoundaryArn !== undefined && { permissionsBoundary: facts.aws.permissionsBoundaryArn }),
          // Other claims attach policies to the role, with which AWS would not delete it.
          forceDetachPolicies: true,
          tags,
        },
        { externalName: role },
      ),
      association: resource('association', kinds.association, {
        clusterName,
        namespace: claim.namespace,
        serviceAccount,
        roleArnRef: { name: nameOf('role') },
        tags,
      }),
    },
    status: { role },
  };
}

/** An IAM role of the service account's own, which EKS gives to its pods. */
export const podidentity: Backend<IdentitySettings, Needs> = {
  needs,
  composes: [secret, ...Object.values(kinds)],
  expand,
};
