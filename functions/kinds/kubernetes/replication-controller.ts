import { defineKind, none } from '../card.ts';
import { byCounts } from '../ready.ts';
import { podKind, standing } from './pods.ts';

export const replicationController = defineKind({
  ...podKind('v1', 'ReplicationController', 'replicationcontrollers'),
  data: none('what it keeps goes with its pods'),
  ready: byCounts((status, wanted) => status('readyReplicas') >= wanted),
  price: standing,
});
