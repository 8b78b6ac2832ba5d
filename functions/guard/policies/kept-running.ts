import { stoppedAnnotation } from '../../core/group.ts';
import { at } from '../../core/kubernetes.ts';
import type { Policy } from '../../core/pipeline.ts';
import { each } from '../inspect.ts';

export const keptRunning: Policy = {
  id: 'kept-running',
  severity: 'deny',
  tiers: ['prod'],
  text: 'What runs in prod is not stopped.',
  why: 'A claim is the same file in every environment: one that is stopped in dev over a holiday would stop production with it.',
  fix: 'Leave out `spec.running` of the claim, or say true. An environment can let claims waive this, for an app that has to be stopped at once.',
  check: each((object) =>
    at(object, 'metadata', 'annotations', stoppedAnnotation) === undefined
      ? []
      : ['spec.replicas: got 0 of what is stopped, want at least 1'],
  ),
};
