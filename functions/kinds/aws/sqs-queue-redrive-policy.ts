import { bare, defineKind } from '../card.ts';
import { awsKind, untagged } from './provider.ts';

export const sqsQueueRedrivePolicy = defineKind({
  ...awsKind('sqs', 'QueueRedrivePolicy', 'queueredrivepolicies'),
  ...bare('a setting of its queue, without a charge'),
  tags: untagged,
  names: [],
  effects: {},
  failures: [],
});
