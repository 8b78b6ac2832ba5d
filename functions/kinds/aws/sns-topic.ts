import { dataless, defineKind, externalNames, none } from '../card.ts';
import { awsKind, tags } from './provider.ts';

export const snsTopic = defineKind({
  ...awsKind('sns', 'Topic', 'topics'),
  ...dataless('what is published passes through it'),
  tags,
  access: { documents: [{ path: 'spec.forProvider.policy', of: 'resource' }], attached: [] },
  ingress: none('nobody connects to it'),
  privacy: none('its policy says who may use it'),
  inTransit: none('subscribers say how they are reached'),
  // https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
  names: externalNames({ most: 256, pattern: /^[\w-]+(\.fifo)?$/ }),
  classes: none('it runs on nothing'),
  price: 'unknown',
  effects: {},
  failures: [],
});
