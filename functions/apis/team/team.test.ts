import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contract } from '../../../test/contract.ts';
import {
  controlledByClaim,
  environmentConfig,
  exampleEnvironmentNames,
  exampleEnvironments,
  observedAfter,
  stepRequest,
} from '../../../test/request.ts';
import { apiVersion } from '../../core/group.ts';
import type { KubernetesObject } from '../../core/kubernetes.ts';
import { requirementsOf } from '../../core/required.ts';
import type { ObservedResource, StepResponse } from '../../core/step.ts';
import { expand } from '../../expand/expand.ts';
import { goldenPath } from '../../golden-path.ts';
import { guard } from '../../guard/guard.ts';
import { definePlatform } from '../../platform.ts';
import { team } from './index.ts';
import { candidates, holdings, wantedBy } from './namespaces.ts';

// What its quotas count is of the platform's APIs, so that it is looked at beside one that stays.
contract(
  team,
  { claims: [] },
  {
    platform: definePlatform({ ...goldenPath, apis: goldenPath.apis.filter(({ kind }) => ['Team', 'AppDatabase'].includes(kind)) }),
    golden: new URL('../../../test/golden/', import.meta.url),
  },
);

const dev = [{ name: 'dev' }];
const created = (hour: string) => `2026-01-01T${hour}:00:00Z`;

const namespace = (name: string, labels: Readonly<Record<string, string>> = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels },
});

const other = (name: string, spec: object, more: object = {}): KubernetesObject => ({
  apiVersion,
  kind: 'Team',
  metadata: { name, creationTimestamp: created('00') },
  spec,
  ...more,
});

const claimIn = (where: string, name: string, kind = 'AppDatabase'): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace: where },
  spec: {},
});

interface Given {
  readonly name?: string;
  readonly spec: object;
  readonly objects?: readonly KubernetesObject[];
  readonly environments?: readonly KubernetesObject[];
  readonly observed?: Readonly<Record<string, ObservedResource>>;
  readonly status?: unknown;
  readonly annotations?: Readonly<Record<string, string>>;
}

const asked = (given: Given) => stepRequest({ kind: 'Team', name: 'shop', claims: [], ...given });
const refusalOf = (given: Given) => expand(asked(given)).refusal;

function judged(given: Given): StepResponse {
  const request = asked(given);
  const { desired, status = {} } = expand(request);
  return guard({ ...request, desired, desiredStatus: status });
}

/** A team as it is once all that it asks for is there. */
function settled(spec: object, name = 'shop') {
  const first = expand(asked({ name, spec }));
  const second = expand(asked({ name, spec, observed: observedAfter(first) }));
  return { observed: observedAfter(second), status: second.status };
}

describe('what it composes is of the environment', () => {
  const subjectsOf = (response: StepResponse) =>
    Object.fromEntries(
      Object.entries(response.desired).flatMap(([key, { object }]) =>
        object.kind === 'RoleBinding' ? [[key, [(object['roleRef'] as { name: string }).name, object['subjects']]]] : [],
      ),
    );
  const groups = [
    { name: 'devs', role: 'developer' },
    { name: 'leads', role: 'owner' },
    { name: 'support', role: 'viewer' },
  ];
  const person = (name: string) => ({ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name });
  const robot = { kind: 'ServiceAccount', name: 'gitops', namespace: 'shop-dev' };
  const bindings = (data: object) => {
    const environments = [environmentConfig('dev', data)];
    const first = expand(asked({ spec: { groups, environments: dev }, environments }));
    return subjectsOf(expand(asked({ spec: { groups, environments: dev }, environments, observed: observedAfter(first) })));
  };
  const byPeople = {
    'roles-dev-team-deployer': ['golden-path:team-deployer', [robot]],
    'roles-dev-team-developer': ['golden-path:team-developer', [person('devs'), person('leads')]],
    'roles-dev-team-viewer': ['golden-path:team-viewer', [person('support')]],
  };
  const byGitops = {
    'roles-dev-team-deployer': ['golden-path:team-deployer', [robot]],
    'roles-dev-team-owner': ['golden-path:team-owner', [person('leads')]],
    'roles-dev-team-viewer': ['golden-path:team-viewer', [person('devs'), person('support')]],
  };

  test.each([
    [{ tier: 'dev' }, byPeople],
    [{ tier: 'staging' }, byPeople],
    [{ tier: 'prod' }, byGitops],
    [{ tier: 'dev', writers: 'gitops' }, byGitops],
    [{ tier: 'prod', writers: 'people' }, byPeople],
  ])('where the EnvironmentConfig says %j', (data, want) => {
    expect(bindings(data)).toEqual(want);
  });

  test('and what that cannot mean is refused', () => {
    expect(
      refusalOf({ spec: { environments: dev }, environments: [environmentConfig('dev', { tier: 'dev', writers: 'nobody' })] }),
    ).toEqual({
      reason: 'EnvironmentInvalid',
      message: 'cannot use EnvironmentConfig "dev": data.writers: got "nobody", want one of people, gitops',
    });
  });
});

describe('a namespace that is there already', () => {
  const taken = (what: string, next: string) => ({
    reason: 'NamespaceTaken',
    message: `cannot use Team "shop": spec.environments.0.name: got "dev", whose namespace "shop-dev" ${what}, want another name${next}`,
  });
  const giving = ', or the namespace given to the team first: kubectl label namespace shop-dev platform.internal/team=shop';

  test.each([
    ['has no label of ours, and no claims', namespace('shop-dev', { 'kubernetes.io/metadata.name': 'shop-dev' })],
    ['was given to the team', namespace('shop-dev', { 'platform.internal/team': 'shop', 'platform.internal/environment': 'dev' })],
  ])('is the team’s where it %s', (_, found) => {
    const { refusal, desired } = expand(asked({ spec: { environments: dev }, objects: [found] }));
    expect([refusal, Object.keys(desired)]).toEqual([undefined, ['namespace-dev']]);
  });

  test.each([
    [
      'is of another team',
      [namespace('shop-dev', { 'platform.internal/team': 'pay' })],
      taken('is that of another by its label platform.internal/team=pay', ''),
    ],
    [
      'has an environment',
      [namespace('shop-dev', { 'platform.internal/environment': 'dev' })],
      taken('is there and has label platform.internal/environment=dev', giving),
    ],
    [
      'has an owner',
      [namespace('shop-dev', { 'platform.internal/owner': 'pay' })],
      taken('is there and has label platform.internal/owner=pay', giving),
    ],
    [
      'has claims',
      [namespace('shop-dev'), claimIn('shop-dev', 'a'), claimIn('shop-dev', 'b', 'AppCache'), claimIn('pay-dev', 'c')],
      taken('is there and has claims: AppDatabase a, AppCache b', giving),
    ],
  ])('is not the team’s where it %s', (_, objects, want) => {
    expect(refusalOf({ spec: { environments: dev }, objects })).toEqual(want);
  });

  test.each([
    ['kube', 'system'],
    ['kube', 'node-lease'],
    ['crossplane', 'system'],
  ])('is never the cluster’s own: Team %s with %s', (name, part) => {
    const given = { name, spec: { environments: [{ name: part }] }, environments: [environmentConfig(part, { tier: 'dev' })] };
    expect(judged({ ...given, objects: [namespace(`${name}-${part}`)] }).refusal).toEqual({
      reason: 'PolicyViolated',
      message: `cannot apply: namespace-${part} (Namespace ${name}-${part}): metadata.name: got "${name}-${part}", want another: namespaces that begin with kube-, crossplane-system and default are the cluster's own [names-within-limits]`,
    });
  });
});

describe('a name that two teams could have', () => {
  // Both come to namespace a-b-c.
  const [long, short] = ['a-b', 'a'];
  const wanting = (part: string) => ({ environments: dev, extraNamespaces: [{ name: part, environment: 'dev' }] });
  const has = { status: { namespaces: [{ name: 'a-b-c', environment: 'dev' }], settings: { environments: [] } } };
  const refusal = {
    reason: 'NamespaceTaken',
    message:
      'cannot use Team "a": spec.extraNamespaces.0.name: got "b-c", whose namespace "a-b-c" is that of Team "a-b", want another name',
  };
  const older = { metadata: { name: long, creationTimestamp: created('00') } };
  const younger = { metadata: { name: long, creationTimestamp: '2026-02-01T00:00:00Z' } };

  test.each([
    ['older', other(long, wanting('c'), older), refusal],
    ['younger, and has it', other(long, wanting('c'), { ...younger, ...has }), refusal],
    ['younger, and only asks for it', other(long, wanting('c'), younger), undefined],
    ['older, and has another only', other(long, wanting('x'), older), undefined],
  ])('is left to the other where that is %s', (_, rival, want) => {
    expect(refusalOf({ name: short, spec: wanting('b-c'), objects: [rival] })).toEqual(want);
  });

  test('stays with the team that made it, whoever asks for it later', () => {
    const { observed, status } = settled(wanting('b-c'), short);
    expect(refusalOf({ name: short, spec: wanting('b-c'), observed, status, objects: [other(long, wanting('c'), older)] })).toBeUndefined();
  });

  test('is looked for among all teams that could have it, and no others', () => {
    const claim = other('a-b', { environments: dev, extraNamespaces: [{ name: 'c-d', environment: 'dev' }] });
    const teams = Object.entries(requirementsOf(goldenPath, claim, {})).filter(([name]) => name.startsWith('teams/'));
    expect(teams.map(([, each]) => each)).toEqual(['a', 'a-b-c'].map((name) => ({ apiVersion, kind: 'Team', name })));
  });

  test('is one of the candidates of its namespace, whatever both are called', () => {
    const label = fc.stringMatching(/^[a-z]([-a-z0-9]{0,8}[a-z0-9])?$/);
    fc.assert(
      fc.property(label, label, (name, part) => {
        const [wanted] = wantedBy(name, { environments: [{ name: part, quota: 'small' }], extraNamespaces: [] });
        expect(candidates(wanted?.name ?? '')).toContain(name);
      }),
      { numRuns: 2000 },
    );
  });

  test('is given to one of two teams only, whatever they ask for and whichever is looked at first', () => {
    const label = fc.constantFrom('a', 'b', 'a-b', 'b-a', 'a-b-a');
    const asking = fc.record({ name: label, parts: fc.uniqueArray(label, { maxLength: 3 }), hour: fc.constantFrom('00', '01') });
    const environments = ['a', 'b', 'a-b', 'b-a', 'a-b-a'].map((name) => environmentConfig(name, { tier: 'dev' }));
    let disputed = 0;
    fc.assert(
      fc.property(asking, asking, (one, two) => {
        fc.pre(one.name !== two.name);
        const claims = [one, two].map(({ name, parts, hour }) => {
          const spec = { environments: parts.map((part) => ({ name: part, quota: 'small' as const })), extraNamespaces: [] };
          return { ...other(name, spec), spec, metadata: { name, uid: 'uid-of-the-claim', creationTimestamp: created(hour) } };
        });
        const made = claims.map((claim, index) => {
          const request = asked({
            name: claim.metadata.name,
            spec: claim.spec,
            environments,
            objects: claims.filter((_, at) => at !== index),
          });
          return Object.values(expand({ ...request, claim }).desired).map(({ object }) => object.metadata?.name);
        });
        const [first = [], second = []] = made;
        expect(first.filter((name) => second.includes(name))).toEqual([]);
        const wants = claims.map(({ metadata, spec }) => wantedBy(metadata.name, spec));
        if (wants[0]?.some(({ name }) => wants[1]?.some((each) => each.name === name))) disputed += 1;
      }),
      { numRuns: 1000 },
    );
    expect(disputed).toBeGreaterThan(10);
  });
});

describe('what is taken out of a team', () => {
  const both = { environments: [{ name: 'dev' }, { name: 'staging' }], extraNamespaces: [{ name: 'jobs', environment: 'dev' }] };
  const { observed, status } = settled(both);
  const left = (where: string, claims: string) => ({
    reason: 'ClaimsLeft',
    message: `cannot use Team "shop": namespace "${where}", which spec.environments and spec.extraNamespaces leave out, ${claims}`,
  });

  test.each([
    ['an environment', { ...both, environments: dev }, 'shop-staging'],
    ['an extra namespace', { ...both, extraNamespaces: [] }, 'shop-jobs'],
  ])('stays while it has claims, which are named: %s', (_, spec, where) => {
    const objects = [claimIn(where, 'orders'), claimIn(where, 'sessions', 'AppCache'), claimIn('shop-dev', 'kept')];
    expect(refusalOf({ spec, observed, status, objects })).toEqual(
      left(where, 'has claims: AppDatabase orders, AppCache sessions, want it back, or without claims first'),
    );
  });

  test('is not for another environment while it has claims', () => {
    const spec = { ...both, extraNamespaces: [{ name: 'jobs', environment: 'staging' }] };
    const given = { spec, observed, status };
    expect([refusalOf({ ...given, objects: [claimIn('shop-jobs', 'orders')] }), refusalOf(given)]).toEqual([
      {
        reason: 'ClaimsLeft',
        message:
          'cannot use Team "shop": namespace "shop-jobs": environment: got "staging", want "dev", for which it has claims: AppDatabase orders',
      },
      undefined,
    ]);
  });

  test('stays where nobody has looked for claims in it', () => {
    expect(refusalOf({ spec: { environments: dev }, observed, status: {} })).toEqual(
      left('shop-jobs', 'may have claims, which were not looked for, want it back'),
    );
  });

  test('goes without claims once its loss is acknowledged, since more than claims may be in it', () => {
    const given = { spec: { ...both, extraNamespaces: [] }, observed, status };
    const { reason, message } = judged(given).refusal ?? {};
    expect([reason, message?.replace(/remove-[a-z0-9]+$/, 'TOKEN')]).toEqual([
      'WouldRemove',
      "cannot apply: it would delete namespace-jobs (Namespace shop-jobs), which nothing in the claim's spec asks for any more; if that loss is meant, run: " +
        'kubectl annotate team shop --overwrite platform.internal/acknowledge=TOKEN',
    ]);
    const token = /remove-[a-z0-9]+$/.exec(message ?? '')?.[0] ?? '';
    const after = judged({ ...given, annotations: { 'platform.internal/acknowledge': token } });
    expect([after.refusal, Object.keys(after.desired).filter((key) => key.includes('-jobs'))]).toEqual([undefined, []]);
  });

  test('is given up at once where it is a group of people', () => {
    const before = settled({ groups: [{ name: 'devs', role: 'developer' }], environments: dev });
    const after = judged({ spec: { environments: dev }, ...before });
    expect([after.refusal, Object.keys(after.desired).filter((key) => key.startsWith('roles-'))]).toEqual([
      undefined,
      ['roles-dev-team-deployer'],
    ]);
  });
});

test.each([
  [{ environments: [{ name: 'qa' }] }, 'EnvironmentNotFound', `spec.environments.0.name: got "qa", want one of ${exampleEnvironmentNames}`],
  [
    { environments: dev, extraNamespaces: [{ name: 'jobs', environment: 'prod' }] },
    'ClaimInvalid',
    'spec.extraNamespaces.0.environment: got "prod", want one of spec.environments: dev',
  ],
  [
    { environments: dev, extraNamespaces: [{ name: 'dev', environment: 'dev' }] },
    'ClaimInvalid',
    'spec.extraNamespaces.0.name: got "dev" twice among the environments and extra namespaces, want each once',
  ],
])('refuses %j', (spec, reason, problem) => {
  expect(refusalOf({ spec, environments: exampleEnvironments })).toEqual({ reason, message: `cannot use Team "shop": ${problem}` });
});

test('has what was recorded of it, and no namespace whose name is not of it', () => {
  const { status } = settled({ environments: [{ name: 'dev', budgetMonthlyUSD: 5 }, { name: 'prod' }] });
  expect(holdings({ name: 'shop', status })).toEqual({
    namespaces: [
      { name: 'shop-dev', environment: 'dev' },
      { name: 'shop-prod', environment: 'prod' },
    ],
    monthlyUSD: { dev: 5 },
  });
  expect(holdings({ name: 'sho', status })).toEqual({ namespaces: [], monthlyUSD: { dev: 5 } });
  expect(holdings({ name: 'shop', status: undefined })).toEqual({ namespaces: [], monthlyUSD: {} });
});

test('believes no namespace that another controls', () => {
  const { observed, status } = settled({ environments: dev });
  const key = 'namespace-dev';
  const { object, connectionDetails } = observed[key] as ObservedResource;
  const theirs = [{ ...controlledByClaim[0], uid: 'of-others' }];
  const forged = {
    ...observed,
    [key]: { object: { ...object, metadata: { ...object.metadata, ownerReferences: theirs } }, connectionDetails },
  };
  expect(refusalOf({ spec: { environments: dev }, observed: forged, status })?.reason).toBe('ForeignObject');
});
