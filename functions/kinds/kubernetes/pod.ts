import { stringAt } from '../../core/kubernetes.ts';
import { conditionOf } from '../../core/readiness.ts';
import { defineKind, none } from '../card.ts';
import { fleeting, podKind } from './pods.ts';

export const pod = defineKind({
  ...podKind('v1', 'Pod', 'pods', 'spec'),
  data: none('what it keeps goes with its pods'),
  ready(observed) {
    const phase = stringAt(observed, 'status', 'phase');
    if (phase === 'Failed') return { failed: `it ended in failure: ${stringAt(observed, 'status', 'reason') ?? 'see its logs'}` };
    return phase === 'Succeeded' || conditionOf(observed, 'Ready')?.status === 'True' || '';
  },
  price: fleeting,
});
