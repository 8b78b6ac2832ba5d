import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toYaml } from '../../platform/yaml.ts';
import { environmentConfig } from '../request.ts';
import { apply, claim, eventually, get, kubectl, type Live, list, makeNamespace, psql, ready, run, saidOf, tryApply } from './cluster.ts';

const acknowledge = 'platform.internal/acknowledge';
const teams = ['wharf', 'wharf-dock', 'harbor', 'pier'];

/** Where what a processor costs is no price. */
const unpriced = environmentConfig('quay', { tier: 'dev', prices: { 'compute/vcpu-hour': 1e9 } });

/** Room for two small containers, whichever namespaces they are in. */
const priced = environmentConfig('berth', {
  tier: 'dev',
  prices: { 'compute/vcpu-hour': 0.1, 'compute/gib-hour': 0.01, 'ebs/gp3-gib-month': 0 },
});

const team = (name: string, spec: object) => ({ apiVersion: 'platform.internal/v1alpha1', kind: 'Team', metadata: { name }, spec });

const wharf = {
  groups: [
    { name: 'wharf-developers', role: 'developer' },
    { name: 'wharf-owners', role: 'owner' },
    { name: 'wharf-guests', role: 'viewer' },
  ],
  contact: { chat: '#wharf' },
  environments: [
    { name: 'dev', quota: 'medium' },
    { name: 'berth', budgetMonthlyUSD: 20 },
    { name: 'quay', budgetMonthlyUSD: 1000 },
    { name: 'prod' },
  ],
  extraNamespaces: [{ name: 'jobs', environment: 'berth' }],
};

/** Makes Crossplane look again, which leaves out events of what changed often, as the quotas of a team do. */
async function look(resource: string, name: string, namespace?: string): Promise<void> {
  const where = namespace === undefined ? [] : ['-n', namespace];
  await kubectl('annotate', resource, name, ...where, '--overwrite', `example.com/touched=${Date.now()}`);
}

/** What a team or a claim is told, once it is refused. */
async function refusal(resource: string, name: string, type: 'Resolved' | 'Allowed', reason: string, namespace?: string): Promise<string> {
  return await eventually(async () => {
    await look(resource, name, namespace);
    const condition = saidOf(await get(resource, name, namespace), type);
    if (condition?.status !== 'False' || condition.reason !== reason) throw new Error(`${type} is ${JSON.stringify(condition)}`);
    return condition.message;
  }, 90);
}

const there = async (...args: readonly string[]) => (await run('kubectl', ['get', ...args])).code === 0;

/** Takes all out of a team, as a person has to, and then the team itself. */
async function removeTeam(name: string): Promise<void> {
  if (!(await there('team', name))) return;
  const held = ((await get('team', name)).status?.['namespaces'] ?? []) as readonly { readonly name: string }[];
  for (const { name: namespace } of held) {
    if (!(await there('namespace', namespace))) continue;
    await kubectl('delete', 'claim', '--all', '-n', namespace, '--cascade=foreground', '--timeout=120s');
    await kubectl('annotate', 'namespace', namespace, 'platform.internal/deletion=Allow', '--overwrite');
  }
  await kubectl('patch', 'team', name, '--type=merge', '-p', JSON.stringify({ spec: { environments: [], extraNamespaces: [] } }));
  await eventually(async () => {
    await look('team', name);
    const live = await get('team', name);
    const token = /acknowledge=(\S+)$/.exec(saidOf(live, 'Allowed')?.message ?? '')?.[1];
    if (token !== undefined) await kubectl('annotate', 'team', name, '--overwrite', `${acknowledge}=${token}`);
    await kubectl('delete', 'team', name, '--timeout=60s');
  }, 120);
  for (const { name: namespace } of held) await kubectl('wait', '--for=delete', `namespace/${namespace}`, '--timeout=120s');
}

const plain = ['harbor-dev', 'wharf-dev'];

async function clean(): Promise<void> {
  for (const name of teams) await removeTeam(name);
  for (const name of plain) {
    if (!(await there('namespace', name))) continue;
    await kubectl('delete', 'claim', '--all', '-n', name, '--cascade=foreground', '--timeout=120s');
    await kubectl('delete', 'namespace', name, '--timeout=120s');
  }
}

beforeAll(async () => {
  await clean();
  await apply(priced, unpriced);
});
afterAll(async () => {
  await clean();
  await kubectl('delete', 'environmentconfig', 'berth', 'quay', '--ignore-not-found');
});

/** All that an object says of itself, but for what counts its changes. */
async function stateOf(kind: string, name: string, namespace?: string) {
  const { metadata, spec, data } = await get(kind, name, namespace);
  const { uid, labels, annotations, ownerReferences } = metadata as typeof metadata & Readonly<Record<string, unknown>>;
  const { 'example.com/touched': _, ...said } = (annotations ?? {}) as Readonly<Record<string, string>>;
  return { uid, labels, annotations: said, ownerReferences, spec, data };
}

test('a team and its claim are running after one apply', async () => {
  const started = performance.now();
  await apply(
    // So that the claim, too, is taken at once.
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'wharf-dev', labels: { 'platform.internal/team': 'wharf' } } },
    team('wharf', wharf),
    claim('wharf-dev', 'orders'),
  );
  await ready('wharf-dev', 'orders');
  console.log(`a team, its namespaces and a database in one of them: ${((performance.now() - started) / 1000).toFixed(1)} s`);
  expect((await psql('wharf-dev', 'orders', 'select 1')).stdout).toBe('1');

  await kubectl('wait', 'team/wharf', '--for=condition=Ready', '--timeout=60s');
  const namespaces = JSON.parse(await kubectl('get', 'namespaces', '-l', 'platform.internal/team=wharf', '-o', 'json'))
    .items as readonly Live[];
  expect(
    namespaces.map(({ metadata }) => {
      const { name, labels, annotations } = metadata as typeof metadata &
        Readonly<Record<'labels' | 'annotations', Record<string, string>>>;
      return [name, labels['platform.internal/environment'], labels['platform.internal/owner'], annotations['platform.internal/chat']];
    }),
  ).toEqual([
    ['wharf-berth', 'berth', 'wharf', '#wharf'],
    ['wharf-dev', 'dev', 'wharf', '#wharf'],
    ['wharf-jobs', 'berth', 'wharf', '#wharf'],
    ['wharf-prod', 'prod', 'wharf', '#wharf'],
    ['wharf-quay', 'quay', 'wharf', '#wharf'],
  ]);
  const { status } = await get('resourcequota', 'team', 'wharf-dev');
  expect((status?.['used'] as Readonly<Record<string, string>> | undefined)?.['count/appdatabases.platform.internal']).toBe('1');
});

describe('what each may do', () => {
  const person = (group: string) => ['--as', 'somebody', '--as-group', group, '--as-group', 'system:authenticated'];
  const developer = person('wharf-developers');
  const owner = person('wharf-owners');
  const guest = person('wharf-guests');
  const gitops = (namespace: string) => ['--as', `system:serviceaccount:${namespace}:gitops`];
  const crossplane = ['--as', 'system:serviceaccount:crossplane-system:crossplane'];

  const inNamespace = (namespace: string, kind: string, apiVersion: string, rest: object, name = 'tried') => ({
    apiVersion,
    kind,
    metadata: { name, namespace },
    ...rest,
  });
  const configMap = (namespace: string) => inNamespace(namespace, 'ConfigMap', 'v1', { data: { a: 'b' } });
  const identity = (namespace: string) => claim(namespace, 'tried', {}, 'AppIdentity');
  const binding = (namespace: string, role: string) =>
    inNamespace(namespace, 'RoleBinding', 'rbac.authorization.k8s.io/v1', {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'somebody' }],
    });
  const sqlRole = (namespace: string) =>
    inNamespace(namespace, 'Role', 'postgresql.sql.m.crossplane.io/v1alpha1', {
      spec: {
        forProvider: { privileges: { superUser: true } },
        providerConfigRef: { kind: 'ClusterProviderConfig', name: 'shared-postgres' },
      },
    });
  const pod = (namespace: string, more: object) =>
    inNamespace(namespace, 'Pod', 'v1', {
      spec: { containers: [{ name: 'a', image: 'docker.io/library/nginx:1.26', ...more }] },
    });

  const create = async (who: readonly string[], object: object) => await run('kubectl', ['create', ...who, '-f', '-'], toYaml(object));
  const call = async (who: readonly string[], ...args: readonly string[]) => await run('kubectl', [...args, ...who]);

  test.each([
    ['a developer', 'wharf-dev', developer],
    ['GitOps', 'wharf-dev', gitops('wharf-dev')],
    ['GitOps', 'wharf-prod', gitops('wharf-prod')],
    ['an owner', 'wharf-dev', owner],
  ])('%s writes in %s', async (_, namespace, who) => {
    const results = [
      await create(who, configMap(namespace)),
      await create(who, pod(namespace, {})),
      await call(who, 'delete', 'configmap,pod', 'tried', '-n', namespace, '--now'),
      await call(who, 'get', 'secrets', '-n', namespace),
      await call(who, 'get', 'claim', '-n', namespace),
      await run('kubectl', ['create', ...who, '--dry-run=server', '-f', '-'], toYaml(identity(namespace))),
    ];
    expect(
      results.map(({ stderr, code }) => [code, stderr.replace('No resources found in', 'none in').replace(/^none in.*\n/, '')]),
    ).toEqual(results.map(() => [0, '']));
  });

  test.each([
    ['a developer', 'wharf-prod', developer],
    ['a guest', 'wharf-dev', guest],
    ['an owner', 'wharf-prod', owner],
    ['GitOps of another namespace', 'wharf-prod', gitops('wharf-dev')],
    ['a developer of one team', 'shared', developer],
  ])('%s writes nothing in %s', async (_, namespace, who) => {
    for (const object of [configMap(namespace), identity(namespace), pod(namespace, {})]) {
      expect((await create(who, object)).stderr).toMatch(/^Error from server \(Forbidden\)/);
    }
  });

  test('people read in prod, no Secrets but for owners', async () => {
    const reads = async (who: readonly string[]) =>
      await Promise.all(
        ['claim', 'pods', 'configmaps', 'events', 'secrets'].map(async (kind) => (await call(who, 'get', kind, '-n', 'wharf-prod')).code),
      );
    expect([await reads(developer), await reads(guest), await reads(owner)]).toEqual([
      [0, 0, 0, 0, 1],
      [0, 0, 0, 0, 1],
      [0, 0, 0, 0, 0],
    ]);
    expect((await call(developer, 'get', 'secrets', '-n', 'wharf-berth')).code).toBe(0);
    expect((await call(developer, 'get', 'secrets', '-n', 'shared')).code).toBe(1);
  });

  test.each([
    ['a developer', developer],
    ['an owner', owner],
    ['GitOps', gitops('wharf-dev')],
  ])('%s changes nothing of what bounds the team', async (_, who) => {
    const before = await stateOf('namespace', 'wharf-dev');
    const refused = [
      await create(who, binding('wharf-dev', 'cluster-admin')),
      await create(who, binding('wharf-dev', 'golden-path:team-developer')),
      await create(who, sqlRole('wharf-dev')),
      await create(who, pod('wharf-dev', { securityContext: { privileged: true } })),
      await call(who, 'delete', 'resourcequota', 'team', '-n', 'wharf-dev'),
      await call(who, 'delete', 'limitrange', 'team', '-n', 'wharf-dev'),
      await call(who, 'delete', 'networkpolicy', 'team', '-n', 'wharf-dev'),
      await call(who, 'delete', 'rolebinding', 'team-viewer', '-n', 'wharf-dev'),
      await call(who, 'label', 'namespace', 'wharf-dev', 'platform.internal/environment=prod', '--overwrite'),
      await call(who, 'delete', 'namespace', 'wharf-dev'),
      await call(who, 'patch', 'team', 'wharf', '--type=merge', '-p', '{"spec":{"groups":[]}}'),
      await call(who, 'create', 'token', 'gitops', '-n', 'wharf-dev'),
    ];
    expect(
      refused.map(({ code, stderr }) => [code, /^(error: failed to create token|Error from server \(Forbidden\))/.test(stderr)]),
    ).toEqual(refused.map(() => [1, true]));
    expect(await stateOf('namespace', 'wharf-dev')).toEqual(before);
  });

  test('Crossplane binds the roles that come with it, and no others', async () => {
    expect((await create(crossplane, binding('wharf-dev', 'golden-path:team-viewer'))).code).toBe(0);
    await kubectl('delete', 'rolebinding', 'tried', '-n', 'wharf-dev');
    for (const role of ['cluster-admin', 'admin', 'edit', 'crossplane-admin']) {
      expect((await create(crossplane, binding('wharf-dev', role))).stderr).toMatch(/^Error from server \(Forbidden\)/);
    }
  });
});

test('claims of several namespaces that come in one apply get no more together than the budget of their team', async () => {
  const [first, second] = ['wharf-berth', 'wharf-jobs'] as const;
  await apply(...[first, second].flatMap((namespace) => [claim(namespace, 'early'), claim(namespace, 'late')]));
  const verdicts = await eventually(async () => {
    const claims = [...(await list('appdatabases', '-n', first)), ...(await list('appdatabases', '-n', second))];
    for (const { metadata } of claims) await look('appdatabase', metadata.name, metadata.namespace);
    const told = claims.map((each) => saidOf(each, 'Allowed'));
    if (told.some((each) => each === undefined || each.reason === 'BudgetAwaited')) throw new Error(JSON.stringify(told));
    return told.map((each) => each?.reason);
  }, 180);
  expect(verdicts.toSorted()).toEqual(['OverBudget', 'OverBudget', 'PoliciesHold', 'PoliciesHold']);
  const made = [...(await list('statefulsets', '-n', first)), ...(await list('statefulsets', '-n', second))];
  expect(made.length).toBe(2);
  for (const namespace of [first, second]) {
    await kubectl('delete', 'appdatabase', '--all', '-n', namespace, '--cascade=foreground', '--timeout=120s');
  }
});

test('what has no price is refused under the budget of a team', async () => {
  await apply(claim('wharf-quay', 'orders'));
  expect(await refusal('appdatabase', 'orders', 'Allowed', 'OverBudget', 'wharf-quay')).toBe(
    'cannot apply in environment quay: it cannot be told what it would cost: server: 0.1 vCPU at the Fargate rate: got 73000000000 USD, want 0 to 1000000000',
  );
  expect(await list('statefulsets', '-n', 'wharf-quay')).toEqual([]);
  await kubectl('delete', 'appdatabase', 'orders', '-n', 'wharf-quay', '--cascade=foreground', '--timeout=120s');
});

test('the namespaces of an environment share its budget', async () => {
  await apply(claim('wharf-berth', 'first'), claim('wharf-berth', 'second'));
  await ready('wharf-berth', 'first');
  await ready('wharf-berth', 'second');
  const recorded = await eventually(async () => {
    const { status } = await get('appdatabase', 'second', 'wharf-berth');
    const cost = status?.['monthlyCostUSD'] as number | undefined;
    if (cost === undefined) throw new Error('no cost yet');
    return cost.toFixed(2);
  });
  const sum = (3 * Number(recorded)).toFixed(2);
  await apply(claim('wharf-jobs', 'third'));
  expect(await refusal('appdatabase', 'third', 'Allowed', 'OverBudget', 'wharf-jobs')).toBe(
    `cannot apply in environment berth: Team wharf in environment berth would cost ${sum} USD a month, of which ${recorded} for this claim ` +
      `besides AppDatabase wharf-berth/first ${recorded}, AppDatabase wharf-berth/second ${recorded}, ` +
      'want at most 20.00, the budget of Team wharf there; no smaller size fits',
  );
  expect(await there('statefulset', 'third-database', '-n', 'wharf-jobs')).toBe(false);
});

describe('what has claims stays', () => {
  test('a team cannot be deleted', async () => {
    const before = await stateOf('team', 'wharf');
    const { code, stderr } = await run('kubectl', ['delete', 'team', 'wharf']);
    expect([code, stderr.trim()]).toEqual([
      1,
      'Error from server (Forbidden): teams.platform.internal "wharf" is forbidden: ' +
        "ValidatingAdmissionPolicy 'emptied-first.teams.platform.internal' with binding 'emptied-first.teams.platform.internal' denied request: " +
        'cannot delete Team "wharf": it has namespaces wharf-dev, wharf-berth, wharf-quay, wharf-prod, wharf-jobs, which would go with all that is in them: take them out of its spec first',
    ]);
    expect(await stateOf('team', 'wharf')).toEqual(before);
  });

  test('a namespace of it cannot be deleted, by whomever', async () => {
    for (const who of [
      [],
      ['--as', 'system:serviceaccount:kube-system:generic-garbage-collector'],
      ['--as', 'system:serviceaccount:crossplane-system:crossplane'],
    ]) {
      const { code, stderr } = await run('kubectl', ['delete', 'namespace', 'wharf-dev', ...who]);
      expect([code, stderr.trim().replace(/^.*denied request: /, '')]).toEqual([
        1,
        'cannot delete namespace "wharf-dev" of team "wharf": it has AppDatabase "orders"',
      ]);
    }
  });

  test('an environment or an extra namespace cannot be taken out, and says of which claims', async () => {
    const before = await Promise.all([stateOf('namespace', 'wharf-dev'), stateOf('statefulset', 'orders-database', 'wharf-dev')]);
    await apply(team('wharf', { ...wharf, environments: wharf.environments.slice(1) }));
    expect(await refusal('team', 'wharf', 'Resolved', 'ClaimsLeft')).toBe(
      'cannot use Team "wharf": namespace "wharf-dev", which spec.environments and spec.extraNamespaces leave out, has claims: AppDatabase orders, want it back, or without claims first',
    );
    await apply(team('wharf', { ...wharf, extraNamespaces: [] }));
    await eventually(async () => {
      const message = await refusal('team', 'wharf', 'Resolved', 'ClaimsLeft');
      if (!message.includes('namespace "wharf-jobs"') || !message.includes('AppDatabase third')) throw new Error(message);
    }, 90);
    expect(await Promise.all([stateOf('namespace', 'wharf-dev'), stateOf('statefulset', 'orders-database', 'wharf-dev')])).toEqual(before);
    expect((await psql('wharf-dev', 'orders', 'select 1')).stdout).toBe('1');

    await apply(team('wharf', wharf));
    await eventually(async () => {
      await look('team', 'wharf');
      const condition = saidOf(await get('team', 'wharf'), 'Resolved');
      if (condition?.status !== 'True') throw new Error(`Resolved is ${JSON.stringify(condition)}`);
    }, 90);
  });
});

describe('nobody takes what is another’s', () => {
  test('of two teams that come to one namespace, the second is refused', async () => {
    await apply(team('wharf-dock', { environments: [{ name: 'dev' }] }));
    await kubectl('wait', 'team/wharf-dock', '--for=condition=Ready', '--timeout=90s');
    const before = await stateOf('namespace', 'wharf-dock-dev');
    await apply(team('wharf', { ...wharf, extraNamespaces: [...wharf.extraNamespaces, { name: 'dock-dev', environment: 'dev' }] }));
    expect(await refusal('team', 'wharf', 'Resolved', 'NamespaceTaken')).toBe(
      'cannot use Team "wharf": spec.extraNamespaces.1.name: got "dock-dev", whose namespace "wharf-dock-dev" is that of Team "wharf-dock", want another name',
    );
    expect(await stateOf('namespace', 'wharf-dock-dev')).toEqual(before);
    await apply(team('wharf', wharf));
  });

  test('a namespace that somebody uses is not adopted', async () => {
    await makeNamespace('harbor-dev', 'dev');
    await apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'theirs', namespace: 'harbor-dev' }, data: { a: 'b' } });
    const before = await Promise.all([stateOf('namespace', 'harbor-dev'), stateOf('configmap', 'theirs', 'harbor-dev')]);
    await apply(team('harbor', { environments: [{ name: 'dev' }] }));
    expect(await refusal('team', 'harbor', 'Resolved', 'NamespaceTaken')).toBe(
      'cannot use Team "harbor": spec.environments.0.name: got "dev", whose namespace "harbor-dev" is there and has label platform.internal/environment=dev, ' +
        'want another name, or the namespace given to the team first: kubectl label namespace harbor-dev platform.internal/team=harbor',
    );
    expect(await Promise.all([stateOf('namespace', 'harbor-dev'), stateOf('configmap', 'theirs', 'harbor-dev')])).toEqual(before);
    expect(await there('rolebindings', 'team-deployer', '-n', 'harbor-dev')).toBe(false);
  });

  test('a namespace that says of itself whose it is gets no budget from that', async () => {
    await apply({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'harbor-dev', labels: { 'platform.internal/environment': 'berth', 'platform.internal/team': 'wharf' } },
    });
    await apply(claim('harbor-dev', 'orders'));
    expect(await refusal('appdatabase', 'orders', 'Allowed', 'NamespaceDisputed', 'harbor-dev')).toBe(
      'cannot apply in environment berth: namespace "harbor-dev": label platform.internal/team: got "wharf", which has no such namespace, ' +
        'want that of who has it: wait until it has, or look at kubectl describe team wharf',
    );
    expect(await there('statefulset', 'orders-database', '-n', 'harbor-dev')).toBe(false);
  });
});

test('a team goes once it has nothing left, step by step', async () => {
  await apply(team('pier', { environments: [{ name: 'dev' }] }));
  await kubectl('wait', 'team/pier', '--for=condition=Ready', '--timeout=90s');
  await apply(team('pier', { environments: [] }));
  const told = await refusal('team', 'pier', 'Allowed', 'WouldRemove');
  expect(told.replace(/remove-[a-z0-9]+$/, 'TOKEN')).toBe(
    "cannot apply: it would delete namespace-dev (Namespace pier-dev), which nothing in the claim's spec asks for any more; if that loss is meant, run: " +
      `kubectl annotate team pier --overwrite ${acknowledge}=TOKEN`,
  );
  expect((await get('namespace', 'pier-dev')).status?.['phase']).toBe('Active');
  await removeTeam('pier');
  expect([await there('team', 'pier'), await there('namespace', 'pier-dev')]).toEqual([false, false]);
});

test('a team of the cluster’s own name gets none of its namespaces', async () => {
  const before = await stateOf('namespace', 'kube-system');
  const system = environmentConfig('system', { tier: 'dev' });
  await apply(system, team('kube', { environments: [{ name: 'system' }] }));
  try {
    expect(await refusal('team', 'kube', 'Allowed', 'PolicyViolated')).toContain('got "kube-system", want another');
    expect(await stateOf('namespace', 'kube-system')).toEqual(before);
    expect((await tryApply(team('kube', { environments: [] }))).code).toBe(0);
  } finally {
    await kubectl('delete', 'team', 'kube');
    await kubectl('delete', 'environmentconfig', 'system');
  }
});
