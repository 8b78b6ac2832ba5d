import { expect, test } from 'vitest';
import { exampleClaim } from '../examples/examples.ts';
import { apis } from '../functions/apis/index.ts';
import { platform } from '../test/planning.ts';
import { exampleEnvironments } from '../test/request.ts';
import { planTogether } from './together.ts';

test.each(['dev', 'staging', 'prod'])('an app that is planned with what it is bound to is planned whole in %s', (environment) => {
  const claims = apis
    .filter(({ kind }) => ['AppDatabase', 'AppCache', 'AppService'].includes(kind))
    .map((api) => ({ claim: exampleClaim(api), before: undefined, observed: {}, namespace: undefined }));
  const plans = planTogether(claims, environment, { platform, environments: exampleEnvironments }, [], () => {});
  expect(plans.map(({ refused }) => refused)).toEqual([null, null, null]);
  expect(Object.keys(plans[2]?.resources ?? {})).toContain('deployment');
});
