import { describe, expect, test } from 'vitest';
import type { AddedStep, Step } from '../functions/core/pipeline.ts';
import { goldenPath } from '../functions/golden-path.ts';
import { configMap } from '../functions/kinds/kubernetes/config-map.ts';
import { definePlatform } from '../functions/platform.ts';
import { exampleEnvironments } from '../test/request.ts';
import { notRun, planClaim, runSteps, type World } from './run.ts';

const dashboard: AddedStep = {
  name: 'dashboard',
  package: 'xpkg.example.com/acme/function-dashboard',
  version: '>=v0.1.0',
  composes: [configMap],
};
const platform = definePlatform({ ...goldenPath, steps: [dashboard], releasable: [] });
const claim = { apiVersion: 'platform.internal/v1alpha1', kind: 'AppDatabase', metadata: { name: 'orders', namespace: 'shop' }, spec: {} };
const made = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'orders-dashboard', namespace: 'shop' }, data: { title: 'orders' } };
const addDashboard: Step = ({ desired }) => ({
  desired: { ...desired, dashboard: { object: made } },
  conditions: [{ type: 'Dashboard', status: 'True', reason: 'Made', message: 'It is there' }],
  events: [],
  ttlSeconds: 60,
});
const world: World = { platform, environments: exampleEnvironments };
const withStep = (step: Step): World => ({ ...world, steps: { dashboard: step } });

describe('a step that the platform adds', () => {
  test('is run where it is known, and the guard judges what it makes', () => {
    const { resources, steps, conditions } = planClaim(claim, 'dev', withStep(addDashboard));
    expect(steps).toEqual([{ name: 'dashboard', added: ['dashboard'], changed: [], removed: [] }]);
    expect(resources['dashboard']).toEqual(made);
    expect(conditions.map(({ type }) => type)).toEqual(['Resolved', 'Provisioned', 'Dashboard', 'Allowed']);
    const elsewhere: Step = (request) => {
      const { desired, ...rest } = addDashboard(request);
      const object = { ...made, metadata: { ...made.metadata, namespace: 'other' } };
      return { ...rest, desired: { ...desired, dashboard: { object } } };
    };
    expect(planClaim(claim, 'dev', withStep(elsewhere)).refused?.reason).toBe('PolicyViolated');
  });

  test('shows what it changes and takes away', () => {
    const step: Step = (request) => {
      const { binding, ...rest } = request.desired;
      const changed = Object.entries(rest).map(([key, { object }]) => {
        const metadata = { ...object.metadata, labels: { ...object.metadata?.labels, team: 'shop' } };
        return [key, { object: key === 'service' ? { ...object, metadata } : object }];
      });
      return { desired: Object.fromEntries(changed), conditions: [], events: [], ttlSeconds: 60 };
    };
    expect(planClaim(claim, 'dev', withStep(step)).steps).toEqual([
      { name: 'dashboard', added: [], changed: ['service'], removed: ['binding'] },
    ]);
  });

  test('that refuses ends the pipeline', () => {
    const refusal = { reason: 'NoDashboard', message: 'cannot make a dashboard: there are too many' };
    const { refused, policies } = planClaim(
      claim,
      'dev',
      withStep((request) => ({ ...addDashboard(request), refusal })),
    );
    expect({ refused, policies }).toEqual({ refused: refusal, policies: [] });
  });

  test('is said not to be run where it is not known, and what it had made stays', () => {
    const before = runSteps(claim, 'dev', withStep(addDashboard));
    const observed = Object.fromEntries(
      Object.entries(before.desired).map(([key, { object }]) => [key, { object, connectionDetails: {} }]),
    );
    const { steps, resources, refused } = planClaim({ ...claim, status: before.status }, 'dev', world, { observed });
    expect({ steps, refused }).toEqual({ steps: [{ name: 'dashboard', notRun }], refused: null });
    expect(resources['dashboard']).toEqual(made);
  });

  test('is not reached by a claim that expand refuses', () => {
    expect(planClaim({ ...claim, spec: { size: 'huge' } }, 'dev', withStep(addDashboard)).steps).toEqual([]);
  });
});

test('what a claim asks for in vain is told, in each environment of its own', () => {
  const asking = { ...claim, spec: { storageGiB: 300, size: 'large', highAvailability: true, version: '17' } };
  const idleIn = (environment: string) =>
    planClaim(asking, environment, { ...world, platform: goldenPath }).settings.flatMap(({ name, idle }) => (idle ? [name] : []));
  expect(['dev', 'staging', 'prod'].map(idleIn)).toEqual([['highAvailability'], ['storageGiB', 'highAvailability'], []]);
});
