import { defineKind, none } from '../card.ts';
import { byCounts } from '../ready.ts';
import { podKind, standing } from './pods.ts';

export const replicaSet = defineKind({
  ...podKind('apps/v1', 'ReplicaSet', 'replicasets'),
  data: none('what it keeps goes with its pods'),
  ready: byCounts((status, wanted) => status('readyReplicas') >= wanted),
  price: standing,
});
