import { defineKind, inPlace, none } from '../card.ts';
import { ending, podKind } from './pods.ts';

export const cronJob = defineKind({
  ...podKind('batch/v1', 'CronJob', 'cronjobs', 'spec.jobTemplate.spec.template.spec'),
  data: none('what it keeps goes with its pods'),
  // Its jobs carry the name and an 11-character time.
  names: [{ path: ['metadata', 'name'], most: 52 }],
  price: ending('spec', 'jobTemplate', 'spec', 'template', 'spec'),
  effects: { spec: inPlace('from its next job on') },
});
