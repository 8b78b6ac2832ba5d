import { bare, defineKind } from '../card.ts';
import { awsKind, tags } from './provider.ts';

export const podIdentityAssociation = defineKind({
  ...awsKind('eks', 'PodIdentityAssociation', 'podidentityassociations'),
  ...bare('which role the pods of a service account have, without a charge'),
  tags,
  names: [],
  effects: {},
  failures: [],
});
