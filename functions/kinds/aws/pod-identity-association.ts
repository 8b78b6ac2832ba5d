import { shown } from '../../core/problem.ts';
import { bare, defineKind } from '../card.ts';
import { regionOf, wanted } from '../failures.ts';
import { awsKind, tags } from './provider.ts';

export const podIdentityAssociation = defineKind({
  ...awsKind('eks', 'PodIdentityAssociation', 'podidentityassociations'),
  ...bare('which role the pods of a service account have, without a charge'),
  tags,
  names: [],
  effects: {},
  failures: [
    {
      pattern: /Association already exists: ([\w-]+)/,
      about: 'metadata.name',
      says: (failure) =>
        `service account ${wanted(failure, 'serviceAccount')} has a role in the EKS cluster already, by association ${failure.captured(1)}, which this claim does not know: have the platform team see whose it is`,
      // https://github.com/awslabs/crossplane-on-eks/issues/168
      example:
        'async create failed: resource creation call returned error diags: creating Amazon EKS (Elastic Kubernetes) Pod Identity Association ("a-stubassocid123456"): operation error EKS: CreatePodIdentityAssociation, https response error StatusCode: 409, RequestID: f9cb61ba-2e55-4c0e-a8f7-962bfd8302bc, ResourceInUseException: Association already exists: a-dt1bedfjc72dlwp5n: operation error EKS: CreatePodIdentityAssociation, https response error StatusCode: 409, RequestID: f9cb61ba-2e55-4c0e-a8f7-962bfd8302bc, ResourceInUseException: Association already exists: a-dt1bedfjc72dlwp5n',
    },
    {
      pattern: /No cluster found for name: ([\w-]+)/,
      about: 'data.aws.clusterName',
      says: (failure) => `got ${shown(failure.captured(1))}, want an EKS cluster that exists in ${regionOf(failure)}`,
      // https://github.com/iam-veeramalla/aws-devops-zero-to-hero/issues/40
      example:
        'unable to describe cluster control plane: operation error EKS: DescribeCluster, https response error StatusCode: 404, RequestID: a363bb46-4db6-49e2-a810-b8af86d3f65c, ResourceNotFoundException: No cluster found for name: demo-cluster.',
    },
  ],
});
