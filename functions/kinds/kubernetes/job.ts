import { conditionOf } from '../../core/readiness.ts';
import { defineKind, inPlace, none, replace } from '../card.ts';
import { refused } from './built-in.ts';
import { ending, podKind } from './pods.ts';

export const job = defineKind({
  ...podKind('batch/v1', 'Job', 'jobs'),
  pods: { path: 'spec.template.spec', fixed: true },
  data: none('what it keeps goes with its pods'),
  names: [{ path: ['metadata', 'name'], most: 63 }],
  // https://kubernetes.io/docs/concepts/workloads/controllers/job/#terminal-job-conditions
  ready(observed) {
    const failed = conditionOf(observed, 'Failed');
    if (failed?.status === 'True') return { failed: `it failed: ${String(failed.message || failed.reason)}` };
    return conditionOf(observed, 'Complete')?.status === 'True' || 'it is not complete yet';
  },
  price: ending('spec', 'template', 'spec'),
  effects: { 'spec.template': replace(refused), spec: inPlace('for pods that are started from now on') },
});
