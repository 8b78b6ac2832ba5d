import { describe, expect, test } from 'vitest';
import { planClaim } from '../../../plan/run.ts';
import { provisioned } from '../../../test/lived.ts';
import { platform } from '../../../test/planning.ts';
import {
  environmentConfig,
  everything,
  type Given,
  instanceDetails,
  loginDetails,
  observedAfter,
  stepRequest,
} from '../../../test/request.ts';
import { at } from '../../core/kubernetes.ts';
import type { StepResponse } from '../../core/step.ts';
import { expand } from '../../expand/expand.ts';
import { guard } from '../../guard/guard.ts';
import { extensionsOf } from './extensions.ts';

const key = 'upgrade-check-17';
const name = `orders-database-${key}`;

type Observed = ReturnType<typeof observedAfter>;

/** What is reported of a claim whose instance runs this. */
const details = (engineVersionActual: string) => ({
  login: loginDetails,
  instance: {
    ...instanceDetails,
    status: { atProvider: { ...instanceDetails.status.atProvider, username: 'platform', engineVersionActual } },
  },
});

function prod(version: string, aws: object = everything.aws): Given {
  const environment = environmentConfig('prod', { ...everything, aws, tier: 'prod' });
  return { environment: 'prod', environments: [environment], spec: { engine: 'postgres', version }, claims: [] };
}

/** A claim of this version at rest. */
function settled(given: Given): { readonly observed: Observed; readonly status: StepResponse['status'] } {
  let response = expand(stepRequest(given));
  for (let round = 0; round < 5; round += 1) {
    response = expand(stepRequest({ ...given, status: response.status, observed: observedAfter(response, details('16.9')) }));
  }
  return { observed: observedAfter(response, details('16.9')), status: response.status };
}

/** The Job as Kubernetes says that it ended, or that it did not. */
const ended = (observed: Observed, condition?: object): Observed => {
  const { [key]: check, ...others } = observed;
  if (check === undefined) return observed;
  const conditions = condition === undefined ? [] : [{ status: 'True', ...condition }];
  return { ...others, [key]: { ...check, object: { ...check.object, status: { conditions } } } };
};
const failedWith = (code: number) => ({
  type: 'Failed',
  reason: 'PodFailurePolicy',
  message: `Container check for pod shop/${name}-x2x4z failed with exit code ${code} matching FailJob rule at index 0`,
});

const versionOf = ({ desired }: StepResponse) => at(desired['instance']?.object, 'spec', 'forProvider', 'engineVersion');
const rest = settled(prod('16'));
const next = (given: Given, observed: Observed = rest.observed) => expand(stepRequest({ ...given, status: rest.status, observed }));
const waits = 'version 16 runs on until a check finds nothing in the way of version 17';

describe('another major version on an instance that the cluster reaches', () => {
  const first = next(prod('17'));
  const checked = (condition?: object) => next(prod('17'), ended(observedAfter(first, details('16.9')), condition));

  test('is not asked for before a Job has looked', () => {
    const groups = Object.keys(first.desired).filter((each) => each.startsWith('parameter-group-'));
    expect([versionOf(first), groups, at(first.status, 'settings', 'version'), first.ttlSeconds]).toEqual([
      '16',
      ['parameter-group-16'],
      '16',
      15,
    ]);
    expect([provisioned(first)?.message, provisioned(checked())?.message].map((text) => text?.endsWith(waits))).toEqual([true, true]);
    expect(first.claimReady).toBeUndefined();
    const request = stepRequest({ ...prod('17'), ...rest });
    expect(guard({ ...request, desired: first.desired, desiredStatus: first.status ?? {} }).refusal).toBeUndefined();
  });

  test('is looked at with the login of the claim, by what is not tried again where it finds something', () => {
    const spec = at(first.desired[key]?.object, 'spec');
    const container = at(spec, 'template', 'spec', 'containers', '0');
    expect([at(spec, 'podFailurePolicy'), at(spec, 'backoffLimit'), at(container, 'env'), at(spec, 'template', 'spec', 'volumes')]).toEqual(
      [
        {
          rules: [
            {
              action: 'FailJob',
              onExitCodes: {
                containerName: at(container, 'name'),
                operator: 'In',
                values: Array.from({ length: 31 }, (_, index) => 65 + index),
              },
            },
          ],
        },
        2,
        [
          { name: 'KNOWN', value: extensionsOf('rds', '17').join(',') },
          { name: 'GONE', value: 'collection,old_snapshot,pg_logicalinspect,plcoffee,plls,roaringbitmap' },
          { name: 'VERSION', value: '17' },
          { name: 'UNHURRIED', value: expect.stringContaining('-c statement_timeout=0') },
          { name: 'TARGET', value: '/bindings/orders-database' },
        ],
        [
          { name: 'target', secret: { secretName: 'orders-database' } },
          { name: 'work', emptyDir: { sizeLimit: '64Mi' } },
        ],
      ],
    );
  });

  test.each([
    [65, 'found prepared transactions: kubectl logs -n shop job/NAME names each, and what to do'],
    [
      70,
      'found logical replication, columns that an upgrade cannot keep as they are: kubectl logs -n shop job/NAME names each, and what to do',
    ],
    [
      88,
      'found extensions that are not ready for the new version, databases that nobody can connect to: kubectl logs -n shop job/NAME names each, and what to do',
    ],
    [64, 'could not look: kubectl logs -n shop job/NAME says why'],
    [2, 'could not look: kubectl logs -n shop job/NAME says why'],
  ])('is not asked for where it ended with %i, which the claim says, and what runs serves on', (code, says) => {
    const failed = checked(failedWith(code));
    const message = `Everything that the claim needs is ready; version 16 runs on, since the check for version 17 ${says}; kubectl delete job -n shop NAME has it checked again`;
    expect([versionOf(failed), provisioned(failed)]).toEqual([
      '16',
      { type: 'Provisioned', status: 'True', reason: 'Ready', message: message.replaceAll('NAME', name) },
    ]);
    const again = next(prod('17'), ended(observedAfter(failed, details('16.9')), failedWith(code)));
    expect([again.desired[key], again.ttlSeconds]).toEqual([failed.desired[key], 300]);
  });

  test('is looked at again once the Job is deleted', () => {
    const { [key]: _, ...others } = observedAfter(first, details('16.9'));
    expect(next(prod('17'), others).desired[key]).toEqual(first.desired[key]);
  });

  test('is asked for once nothing was found, and stays so without a Job', () => {
    const done = checked({ type: 'Complete' });
    expect([versionOf(done), at(done.status, 'settings', 'version'), done.desired[key]?.object.kind]).toEqual(['17', '16', 'Job']);
    const pending = next(prod('17'), observedAfter(done, details('16.9')));
    expect([versionOf(pending), pending.desired[key], at(pending.status, 'pending')]).toEqual(['17', undefined, { version: '17' }]);
    const upgraded = next(prod('17'), observedAfter(pending, details('17.4')));
    expect([versionOf(upgraded), provisioned(upgraded)?.reason]).toEqual(['17', 'Ready']);
  });

  test('is not looked at while the instance does not serve', () => {
    const { instance, ...others } = rest.observed;
    const status = { conditions: [{ type: 'Ready', status: 'False' }] };
    const away = next(prod('17'), { ...others, instance: { ...instance, object: { ...instance?.object, status } } as Observed[string] });
    expect([versionOf(away), away.desired[key], provisioned(away)?.message.endsWith(waits)]).toEqual(['16', undefined, true]);
  });
});

test('another major version is asked for at once where the environment does not say that the cluster reaches it, and the claim and its plan say who checks', () => {
  const { providerSqlTls: _, ...unreached } = everything.aws;
  const only = 'RDS alone checks whether it can be taken to version 17, since the environment does not say that the cluster reaches it';
  const response = next(prod('17', unreached));
  expect([versionOf(response), response.desired[key], provisioned(response)?.message.endsWith(only)]).toEqual(['17', undefined, true]);
  const found = ended(observedAfter(next(prod('17')), details('16.9')), failedWith(65));
  expect(versionOf(next(prod('17', unreached), found))).toBe('16');
  const claim = {
    apiVersion: 'platform.internal/v1alpha1',
    kind: 'AppDatabase',
    metadata: { name: 'orders', namespace: 'shop', uid: 'uid-of-the-claim' },
    spec: { version: '17' },
  };
  const { environments = [] } = prod('17', unreached);
  expect(planClaim(claim, 'prod', { platform, environments }, { observed: rest.observed }).remarks).toEqual([only]);
});
