import { bare, defineKind, effectsOn, inPlace } from '../card.ts';
import { awsKind, untagged } from './provider.ts';

export const sqsQueuePolicy = defineKind({
  ...awsKind('sqs', 'QueuePolicy', 'queuepolicies'),
  ...bare('a setting of its queue, without a charge'),
  tags: untagged,
  names: [],
  access: { documents: [{ path: 'spec.forProvider.policy', of: 'resource' }], attached: [] },
  effects: effectsOn({ policy: inPlace('no downtime; whom the policy of before alone let in is shut out') }),
  failures: [],
});
