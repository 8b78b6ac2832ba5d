import { bare, defineKind } from '../card.ts';
import { awsKind, untagged } from './provider.ts';

export const sqsQueueRedriveAllowPolicy = defineKind({
  ...awsKind('sqs', 'QueueRedriveAllowPolicy', 'queueredriveallowpolicies'),
  ...bare('a setting of its queue, without a charge'),
  tags: untagged,
  names: [],
  effects: {},
  failures: [],
});
