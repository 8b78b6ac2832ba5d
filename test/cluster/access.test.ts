import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { at } from '../../functions/core/kubernetes.ts';
import { toYaml } from '../../platform/yaml.ts';
import { environmentConfig } from '../request.ts';
import {
  apply,
  claim,
  eventually,
  get,
  kubectl,
  type Live,
  list,
  makeNamespace,
  psql,
  type Result,
  ready,
  removeNamespaces,
  run,
  touch,
} from './cluster.ts';

const [dev, staging, prod, careful, made] = ['access-dev', 'access-staging', 'access-prod', 'access-careful', 'access-made'] as const;
const namespaces = [dev, staging, prod, careful];

async function serviceAccountOfProvider(): Promise<unknown> {
  const [pod] = await list('pods', '-n', 'crossplane-system', '-l', 'pkg.crossplane.io/provider=crossplane-contrib-provider-sql');
  return pod?.spec?.['serviceAccountName'];
}

/** Who asks, as kubectl's `--as` takes it. */
const people = {
  developer: 'mallory',
  /** Has besides what Crossplane's own role for editors grants, status of claims and managed resources among it. */
  overgranted: 'mallory-and-crossplane-edit',
  viewer: 'vera',
  gitops: `system:serviceaccount:${staging}:gitops`,
  lead: 'lead-of-dev',
  administrator: 'ada',
  crossplane: 'system:serviceaccount:crossplane-system:crossplane',
  /** Whose name ends in a hash of its package. */
  provider: `system:serviceaccount:crossplane-system:${await serviceAccountOfProvider()}`,
  stranger: 'stranger',
} as const;
type Person = keyof typeof people;

const rbac = 'rbac.authorization.k8s.io';
const user = (person: Person) => ({ apiGroup: rbac, kind: 'User', name: people[person] });
const bound = (namespace: string, role: string, ...subjects: readonly object[]) => ({
  apiVersion: `${rbac}/v1`,
  kind: 'RoleBinding',
  metadata: { name: role.replaceAll(':', '-'), namespace },
  roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: role },
  subjects,
});
const boundEverywhere = (name: string, role: string, ...subjects: readonly object[]) => ({
  apiVersion: `${rbac}/v1`,
  kind: 'ClusterRoleBinding',
  metadata: { name },
  roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: role },
  subjects,
});
const ofCluster = [
  {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRole',
    metadata: { name: 'access-namespaces' },
    rules: [
      { apiGroups: [''], resources: ['namespaces', 'namespaces/status'], verbs: ['get', 'create', 'update', 'patch', 'delete'] },
      { apiGroups: ['platform.internal'], resources: ['environments'], resourceNames: ['dev'], verbs: ['use'] },
    ],
  },
  boundEverywhere('access-namespaces', 'access-namespaces', user('lead')),
  boundEverywhere('access-administer', 'golden-path:administer', user('administrator')),
];

const as = (person: Person, ...args: readonly string[]) => run('kubectl', [...args, '--as', people[person]]);
const applyAs = (person: Person, ...objects: readonly unknown[]) =>
  run('kubectl', ['apply', '-f', '-', '--as', people[person]], toYaml(...objects));

/** What an admission policy said, or whatever else kubectl did. */
const said = ({ code, stdout, stderr }: Result) =>
  code === 0 ? `done: ${stdout.trim()}` : (stderr.trim().split('denied request: ')[1] ?? stderr.trim());

const usages = 'usages.protection.crossplane.io';
const sqlKinds = ['roles', 'databases', 'grants'].map((plural) => `${plural}.postgresql.sql.m.crossplane.io`);

/** All of an object but what Crossplane and providers note by themselves. */
function lasting({ apiVersion, kind, metadata, status, ...rest }: Live) {
  const { resourceVersion: _, managedFields: __, ...known } = metadata as Live['metadata'] & { managedFields?: unknown };
  return { apiVersion, kind, metadata: known, ...rest, tier: at(status, 'tier') };
}

/** What a claim of staging is and has, which no refused request may change. */
async function victim(): Promise<readonly unknown[]> {
  const kinds = ['appdatabases', ...sqlKinds, 'providerconfigs.postgresql.sql.m.crossplane.io', 'secrets', 'configmaps', usages];
  return (await list(kinds.join(','), '-n', staging)).map(lasting);
}

beforeAll(async () => {
  await removeNamespaces(...namespaces, made);
  await apply(
    environmentConfig('careful', { tier: 'dev', policies: { 'multi-az': { waivable: true } }, exceptions: { permission: 'required' } }),
  );
  await makeNamespace(dev, 'dev');
  await makeNamespace(staging, 'staging');
  await makeNamespace(prod, 'prod');
  await makeNamespace(careful, 'careful');
  await apply(
    ...ofCluster,
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'gitops', namespace: staging } },
    ...namespaces.flatMap((namespace) => [
      bound(namespace, 'edit', user('developer'), user('overgranted'), user('administrator'), {
        kind: 'ServiceAccount',
        name: 'gitops',
        namespace: staging,
      }),
      bound(namespace, 'crossplane-edit', user('overgranted'), user('administrator')),
      bound(namespace, 'view', user('viewer')),
    ]),
  );
  // RBAC aggregates roles some seconds after they are there.
  await eventually(async () =>
    expect((await as('developer', 'auth', 'can-i', 'create', 'appdatabases', '-n', dev)).stdout.trim()).toBe('yes'),
  );
  await apply(claim(staging, 'orders', { engine: 'postgres', extensions: ['pg_trgm'] }), claim(dev, 'orders'), claim(prod, 'orders'));
  await Promise.all([ready(staging, 'orders'), ready(dev, 'orders')]);
  await eventually(async () => expect((await list(usages, '-n', prod)).length).toBe(1));
});
afterAll(async () => {
  await removeNamespaces(...namespaces, made);
  await kubectl('delete', 'environmentconfig', 'careful', '--ignore-not-found');
  await kubectl('delete', 'clusterrolebinding/access-namespaces', 'clusterrolebinding/access-administer', 'clusterrole/access-namespaces');
});

describe('who may do what by RBAC', () => {
  const sqlRoles = 'roles.postgresql.sql.m.crossplane.io';
  test.each<[Person, string, string, 'yes' | 'no']>([
    ...(['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'] as const).map((verb): [Person, string, string, 'yes'] => [
      'developer',
      verb,
      'appdatabases',
      'yes',
    ]),
    ['developer', 'create', 'appidentities', 'yes'],
    ['developer', 'patch', 'appdatabases/status', 'no'],
    ['developer', 'get', sqlRoles, 'yes'],
    ['developer', 'list', usages, 'yes'],
    ['developer', 'create', sqlRoles, 'no'],
    ['developer', 'delete', sqlRoles, 'no'],
    ['developer', 'delete', usages, 'no'],
    ['developer', 'create', 'providerconfigs.postgresql.sql.m.crossplane.io', 'no'],
    ['developer', 'create', 'roles.iam.aws.m.upbound.io', 'no'],
    ['viewer', 'get', 'appdatabases', 'yes'],
    ['viewer', 'list', sqlRoles, 'yes'],
    ['viewer', 'get', usages, 'yes'],
    ['viewer', 'create', 'appdatabases', 'no'],
    ['viewer', 'patch', 'appdatabases', 'no'],
    ['viewer', 'delete', 'appdatabases', 'no'],
    ['viewer', 'get', 'secrets', 'no'],
    ['gitops', 'patch', 'appdatabases', 'yes'],
    ['gitops', 'patch', 'appdatabases/status', 'no'],
    ['overgranted', 'patch', 'appdatabases/status', 'yes'],
    ['overgranted', 'create', sqlRoles, 'yes'],
    ['overgranted', 'delete', usages, 'yes'],
    ['provider', 'update', sqlRoles, 'yes'],
    ['provider', 'update', `${sqlRoles}/status`, 'yes'],
    ['provider', 'create', usages, 'no'],
    ['provider', 'get', 'appdatabases', 'no'],
    ['provider', 'patch', 'appdatabases/status', 'no'],
    ['provider', 'update', 'roles.iam.aws.m.upbound.io', 'no'],
    ['lead', 'create', 'appdatabases', 'no'],
    ['stranger', 'get', 'appdatabases', 'no'],
  ])('%s: %s %s: %s', async (person, verb, resource, want) => {
    const [kind = '', part] = resource.split('/');
    const { stdout } = await as(
      person,
      'auth',
      'can-i',
      verb,
      kind,
      ...(part === undefined ? [] : [`--subresource=${part}`]),
      '-n',
      staging,
    );
    expect(stdout.trim()).toBe(want);
  });
});

test.each<[Person, string, string, string, boolean]>([
  ['developer', 'administer', 'claims', '', false],
  ['developer', 'waive', 'claims', '', false],
  ['developer', 'use', 'environments', '', false],
  ['gitops', 'waive', 'claims', '', false],
  ['overgranted', 'administer', 'claims', '', false],
  ['administrator', 'administer', 'claims', '', true],
  ['administrator', 'waive', 'claims', '', true],
  ['administrator', 'use', 'environments', '', true],
  ['crossplane', 'administer', 'claims', '', true],
  ['crossplane', 'use', 'environments', '', true],
  ['crossplane', 'waive', 'claims', '', false],
  ['provider', 'administer', 'claims', '', false],
  ['provider', 'use', 'environments', '', false],
  ['provider', 'waive', 'claims', '', false],
  ['lead', 'use', 'environments', 'dev', true],
  ['lead', 'use', 'environments', 'prod', false],
  ['stranger', 'use', 'environments', '', false],
])('%s: permission %s of %s %s: %s', async (person, verb, resource, name, want) => {
  const resourceAttributes = { group: 'platform.internal', resource, verb, ...(resource === 'claims' ? { namespace: staging } : { name }) };
  const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } };
  const { stdout } = await run('kubectl', ['create', '-f', '-', '-o', 'json', '--validate=false', '--as', people[person]], toYaml(review));
  expect(at(JSON.parse(stdout), 'status', 'allowed') === true).toBe(want);
});

describe('a developer', () => {
  test('makes, reads back, changes and deletes claims', async () => {
    const asked = claim(dev, 'carts');
    expect(said(await applyAs('developer', asked))).toBe('done: appdatabase.platform.internal/carts created');
    await ready(dev, 'carts');
    expect(said(await applyAs('developer', { ...asked, spec: { engine: 'postgres', size: 'medium' } }))).toBe(
      'done: appdatabase.platform.internal/carts configured',
    );
    // What was read names its resourceVersion, which Crossplane may have moved on in between.
    await eventually(async () => {
      const read = await as('developer', 'get', 'appdatabase', 'carts', '-n', dev, '-o', 'yaml');
      expect(said(await run('kubectl', ['apply', '-f', '-', '--as', people.developer], read.stdout))).toBe(
        'done: appdatabase.platform.internal/carts configured',
      );
    });
    expect(said(await as('developer', 'annotate', 'appdatabase', 'carts', '-n', dev, 'crossplane.io/reconcile-requested-at=now'))).toBe(
      'done: appdatabase.platform.internal/carts annotated',
    );
    expect(said(await as('developer', 'delete', 'appdatabase', 'carts', '-n', dev, '--timeout=60s'))).toBe(
      `done: appdatabase.platform.internal "carts" deleted from ${dev} namespace`,
    );
    await eventually(async () =>
      expect(
        (await list('statefulsets,secrets', '-n', dev)).map(({ metadata }) => metadata.name).filter((name) => name.startsWith('carts')),
      ).toEqual([]),
    );
  });

  test('makes, changes and deletes Secrets of their own', async () => {
    const own = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'own', namespace: staging }, stringData: { token: 'a' } };
    expect(said(await applyAs('developer', own))).toBe('done: secret/own created');
    expect(said(await applyAs('developer', { ...own, stringData: { token: 'b' } }))).toBe('done: secret/own configured');
    expect(said(await as('developer', 'delete', 'secret', 'own', '-n', staging))).toBe(
      `done: secret "own" deleted from ${staging} namespace`,
    );
  });

  test('adds to a Secret that was made for a claim, and takes away again', async () => {
    const before = await victim();
    const secret = ['secret', 'orders-database', '-n', staging] as const;
    const patched = 'done: secret/orders-database patched';
    expect([
      said(await as('developer', 'annotate', ...secret, 'example.com/reload=1')),
      said(await as('developer', 'label', ...secret, 'example.com/team=shop')),
      said(await as('developer', 'patch', ...secret, '-p', '{"stringData":{"jdbc":"jdbc:a"}}')),
      said(await as('developer', 'patch', ...secret, '-p', '{"stringData":{"jdbc":"jdbc:b"}}')),
      said(await as('developer', 'patch', ...secret, '-p', '{"data":{"jdbc":null}}')),
      said(await as('developer', 'label', ...secret, 'example.com/team-')),
      said(await as('developer', 'annotate', ...secret, 'example.com/reload-')),
    ]).toEqual([
      'done: secret/orders-database annotated',
      'done: secret/orders-database labeled',
      patched,
      patched,
      patched,
      'done: secret/orders-database unlabeled',
      'done: secret/orders-database annotated',
    ]);
    expect(await victim()).toEqual(before);
  });
});

describe('who edits in a namespace, and has what Crossplane grants editors besides,', () => {
  const patch = (kind: string, name: string, change: object, ...more: readonly string[]) =>
    as('overgranted', 'patch', kind, name, '-n', staging, '--type=merge', '-p', JSON.stringify(change), ...more);
  const refs = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'forged' }];
  const written = 'cannot apply the claim';
  const asItIs = 'leave it as it is, or leave it out of what kubectl apply is given';
  const owner = async () => {
    const { metadata } = await get('appdatabase', 'orders', staging);
    return { apiVersion: 'platform.internal/v1alpha1', kind: 'AppDatabase', name: 'orders', uid: metadata.uid, controller: true };
  };
  const sql = (kind: string, name: string) => ({
    apiVersion: 'postgresql.sql.m.crossplane.io/v1alpha1',
    kind,
    metadata: { name, namespace: staging },
    spec: { forProvider: {}, providerConfigRef: { kind: 'ClusterProviderConfig', name: 'shared-postgres' } },
  });
  const theirs = (operation: string, what: string) =>
    `cannot ${operation} ${what}: in a namespace of an environment only Crossplane and its providers do; change the claim instead`;
  const secret = 'orders-database';
  const encoded = (text: string) => Buffer.from(text).toString('base64');

  test.each<[string, () => Promise<Result>, string]>([
    [
      'writes no status',
      () => patch('appdatabase', 'orders', { status: { tier: 'prod' } }, '--subresource=status'),
      'cannot write status: Crossplane alone does',
    ],
    [
      'makes no claim with references',
      () => applyAs('overgranted', claim(staging, 'forged', { engine: 'postgres', crossplane: { resourceRefs: refs } })),
      `${written}: spec.crossplane: want what Crossplane writes: leave it out`,
    ],
    [
      'adds no references',
      () => patch('appdatabase', 'orders', { spec: { crossplane: { resourceRefs: refs } } }),
      `${written}: spec.crossplane: want what Crossplane writes: ${asItIs}`,
    ],
    [
      'chooses no Composition',
      () => patch('appdatabase', 'orders', { spec: { crossplane: { compositionRef: { name: 'other' } } } }),
      `${written}: spec.crossplane: want what Crossplane writes: ${asItIs}`,
    ],
    [
      'holds no claim at an old revision',
      () => patch('appdatabase', 'orders', { spec: { crossplane: { compositionUpdatePolicy: 'Manual' } } }),
      `${written}: spec.crossplane: want what Crossplane writes: ${asItIs}`,
    ],
    [
      'replaces no claim without what Crossplane wrote',
      () =>
        run(
          'kubectl',
          ['replace', '-f', '-', '--as', people.overgranted],
          toYaml(claim(staging, 'orders', { engine: 'postgres', extensions: ['pg_trgm'] })),
        ),
      `${written}: spec.crossplane: want what Crossplane writes: ${asItIs}`,
    ],
    [
      'pauses no claim',
      () => as('overgranted', 'annotate', 'appdatabase', 'orders', '-n', staging, 'crossplane.io/paused=true'),
      `${written}: metadata.annotations: crossplane.io/paused: want what Crossplane and administrators of the platform set`,
    ],
    [
      'has no claim looked at all the time',
      () => as('overgranted', 'annotate', 'appdatabase', 'orders', '-n', staging, 'crossplane.io/poll-interval=1s'),
      `${written}: metadata.annotations: crossplane.io/poll-interval: want what Crossplane and administrators of the platform set`,
    ],
    [
      'takes no finalizer away',
      () => patch('appdatabase', 'orders', { metadata: { finalizers: null } }),
      `${written}: metadata.finalizers: want what Crossplane writes: ${asItIs}`,
    ],
    [
      'gives a claim no owner',
      async () =>
        patch('appdatabase', 'orders', { metadata: { ownerReferences: [{ ...(await owner()), kind: 'AppCache', controller: false }] } }),
      `${written}: metadata.ownerReferences: want what Crossplane writes: ${asItIs}`,
    ],
    [
      'makes no login',
      () =>
        applyAs('overgranted', {
          ...sql('Role', 'root'),
          spec: { ...sql('Role', 'root').spec, forProvider: { privileges: { superUser: true } } },
        }),
      theirs('create', 'Role root'),
    ],
    [
      'makes no role in AWS',
      () =>
        applyAs('overgranted', {
          apiVersion: 'iam.aws.m.upbound.io/v1beta1',
          kind: 'Role',
          metadata: { name: 'root', namespace: staging },
          spec: { forProvider: { assumeRolePolicy: '{}' }, providerConfigRef: { kind: 'ClusterProviderConfig', name: 'aws' } },
        }),
      theirs('create', 'Role root'),
    ],
    [
      'makes no provider configuration',
      () =>
        applyAs('overgranted', {
          apiVersion: 'postgresql.sql.m.crossplane.io/v1alpha1',
          kind: 'ProviderConfig',
          metadata: { name: 'mine', namespace: staging },
          spec: {
            credentials: {
              source: 'PostgreSQLConnectionSecret',
              connectionSecretRef: { name: 'orders-database-role' },
            },
          },
        }),
      theirs('create', 'ProviderConfig mine'),
    ],
    [
      'changes no managed resource',
      () =>
        patch('roles.postgresql.sql.m.crossplane.io', 'orders-database-role', {
          spec: { forProvider: { privileges: { superUser: true } } },
        }),
      theirs('update', 'Role orders-database-role'),
    ],
    [
      'forges no state of a managed resource',
      () =>
        patch(
          'databases.postgresql.sql.m.crossplane.io',
          'orders-database-database',
          { status: { conditions: [] } },
          '--subresource=status',
        ),
      theirs('update', 'Database orders-database-database'),
    ],
    [
      'deletes no managed resource',
      () => as('overgranted', 'delete', 'databases.postgresql.sql.m.crossplane.io', 'orders-database-database', '-n', staging),
      theirs('delete', 'Database orders-database-database'),
    ],
    [
      'deletes no Usage',
      async () => as('overgranted', 'delete', usages, String((await list(usages, '-n', prod))[0]?.metadata.name), '-n', prod),
      theirs('delete', 'Usage orders-database'),
    ],
    [
      'holds nobody’s claim back',
      () =>
        applyAs('overgranted', {
          apiVersion: 'protection.crossplane.io/v1beta1',
          kind: 'Usage',
          metadata: { name: 'mine', namespace: staging },
          spec: { of: { apiVersion: 'platform.internal/v1alpha1', kind: 'AppDatabase', resourceRef: { name: 'orders' } }, reason: 'mine' },
        }),
      theirs('create', 'Usage mine'),
    ],
    [
      'deletes no Secret of a claim',
      () => as('overgranted', 'delete', 'secret', secret, '-n', staging),
      `cannot delete Secret ${secret}: it was made for a claim, and what logs in with it would be shut out`,
    ],
    [
      'deletes no Secret of a provider',
      () => as('overgranted', 'delete', 'secret', 'orders-database-role', '-n', staging),
      'cannot delete Secret orders-database-role: it was made for a claim, and what logs in with it would be shut out',
    ],
    [
      'deletes not all Secrets at once',
      () => as('overgranted', 'delete', '--raw', `/api/v1/namespaces/${staging}/secrets`),
      'cannot delete Secret orders-database: it was made for a claim, and what logs in with it would be shut out',
    ],
    [
      'changes no password',
      () => patch('secret', secret, { data: { password: encoded('guessed') } }),
      `cannot update Secret ${secret}: data: password: want what was made for the claim`,
    ],
    [
      'leads no login elsewhere',
      () => patch('secret', 'orders-database-role', { data: { endpoint: encoded('evil.example.com') } }),
      'cannot update Secret orders-database-role: data: endpoint: want what was made for the claim',
    ],
    [
      'drops no key',
      () => patch('secret', secret, { data: { host: null } }),
      `cannot update Secret ${secret}: data: host: want what was made for the claim`,
    ],
    [
      'freezes no Secret',
      () => patch('secret', secret, { immutable: true }),
      `cannot update Secret ${secret}: immutable: want it as before`,
    ],
    [
      'keeps no Secret alive',
      () => patch('secret', secret, { metadata: { finalizers: ['example.com/mine'] } }),
      `cannot update Secret ${secret}: metadata.finalizers: want it as before`,
    ],
    [
      'takes no key of a composition away',
      () => as('overgranted', 'annotate', 'secret', secret, '-n', staging, 'crossplane.io/composition-resource-name-'),
      `cannot update Secret ${secret}: metadata.annotations: crossplane.io/composition-resource-name: want what Crossplane and administrators of the platform set`,
    ],
    [
      'takes no Secret from its claim',
      () => patch('secret', secret, { metadata: { ownerReferences: null } }),
      'only Crossplane and its providers say what a claim, or what it composed, owns: leave metadata.ownerReferences as it is, or have the permission administer of claims.platform.internal',
    ],
    [
      'makes no Secret in a claim’s name',
      async () =>
        applyAs('overgranted', {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 'forged', namespace: staging, ownerReferences: [await owner()] },
          stringData: { password: "'; id #" },
        }),
      'only Crossplane and its providers say what a claim, or what it composed, owns: leave metadata.ownerReferences as it is, or have the permission administer of claims.platform.internal',
    ],
    [
      'makes no ConfigMap in a claim’s name',
      async () =>
        applyAs('overgranted', {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'forged', namespace: staging, ownerReferences: [await owner()] },
        }),
      'only Crossplane and its providers say what a claim, or what it composed, owns: leave metadata.ownerReferences as it is, or have the permission administer of claims.platform.internal',
    ],
  ])('%s', async (_, attempt, want) => {
    const before = await victim();
    expect(said(await attempt())).toBe(want);
    expect(await victim()).toEqual(before);
  });

  test('and neither does the ServiceAccount of GitOps, nor a developer', async () => {
    const before = await victim();
    const paused = `${written}: metadata.annotations: crossplane.io/paused: want what Crossplane and administrators of the platform set`;
    for (const person of ['gitops', 'developer'] as const) {
      expect(said(await as(person, 'annotate', 'appdatabase', 'orders', '-n', staging, 'crossplane.io/paused=true'))).toBe(paused);
      expect(said(await as(person, 'delete', 'secret', secret, '-n', staging))).toBe(
        `cannot delete Secret ${secret}: it was made for a claim, and what logs in with it would be shut out`,
      );
    }
    expect(await victim()).toEqual(before);
    expect(await psql(staging, 'orders', 'SELECT 1')).toEqual({ code: 0, stdout: '1', stderr: '' });
  });
});

describe('an administrator of the platform', () => {
  test('pauses a claim, and lets it go on', async () => {
    const annotated = 'done: appdatabase.platform.internal/orders annotated';
    expect(said(await as('administrator', 'annotate', 'appdatabase', 'orders', '-n', staging, 'crossplane.io/paused=true'))).toBe(
      annotated,
    );
    expect(said(await as('administrator', 'annotate', 'appdatabase', 'orders', '-n', staging, 'crossplane.io/paused-'))).toBe(annotated);
  });

  test('deletes a Secret, with which the provider makes a new login', async () => {
    const role = ['roles.postgresql.sql.m.crossplane.io', 'orders-database-role', '-n', staging] as const;
    const before = await get('secret', 'orders-database-role', staging);
    expect(said(await as('administrator', 'delete', 'secret', 'orders-database-role', '-n', staging))).toBe(
      `done: secret "orders-database-role" deleted from ${staging} namespace`,
    );
    await kubectl('annotate', ...role, '--overwrite', 'example.com/touched=now');
    const after = await eventually(() => get('secret', 'orders-database-role', staging));
    expect(after.metadata.uid).not.toBe(before.metadata.uid);
    await eventually(async () => {
      await touch(staging, 'orders');
      expect((await psql(staging, 'orders', 'SELECT 1')).stdout).toBe('1');
    }, 240);
  });
});

describe('who may use dev only', () => {
  const label = (namespace: string, ...labels: readonly string[]) => as('lead', 'label', 'namespace', namespace, '--overwrite', ...labels);
  const refused = (namespace: string, ...environments: readonly string[]) =>
    `cannot change where namespace "${namespace}" belongs, its owner, or whether it can be deleted: want the permission use of environments.platform.internal for ${environments.map((name) => `"${name}"`).join(' and ')}`;
  const state = async (namespace: string) => lasting(await get('namespace', namespace));

  test('makes a namespace of dev, with an owner, and takes it out again', async () => {
    const metadata = { name: made, labels: { 'platform.internal/environment': 'dev', 'platform.internal/owner': 'team-shop' } };
    expect([
      said(await applyAs('lead', { apiVersion: 'v1', kind: 'Namespace', metadata })),
      said(await label(made, 'platform.internal/owner=team-carts')),
      said(await label(made, 'platform.internal/environment-')),
      said(await label(made, 'platform.internal/environment=dev')),
    ]).toEqual([
      `done: namespace/${made} created`,
      `done: namespace/${made} labeled`,
      `done: namespace/${made} labeled`,
      `done: namespace/${made} labeled`,
    ]);
  });

  test.each<[string, string, () => Promise<Result>, string]>([
    ['moves none of dev to prod', made, () => label(made, 'platform.internal/environment=prod'), refused(made, 'dev', 'prod')],
    [
      'moves none to where there is nothing',
      made,
      () => label(made, 'platform.internal/environment=nowhere'),
      refused(made, 'dev', 'nowhere'),
    ],
    [
      'moves none by its status',
      made,
      () =>
        as(
          'lead',
          'patch',
          'namespace',
          made,
          '--subresource=status',
          '--type=merge',
          '-p',
          '{"metadata":{"labels":{"platform.internal/environment":"prod"}}}',
        ),
      refused(made, 'dev', 'prod'),
    ],
    ['takes none out of prod', prod, () => label(prod, 'platform.internal/environment-'), refused(prod, 'prod')],
    ['moves none of prod to dev', prod, () => label(prod, 'platform.internal/environment=dev'), refused(prod, 'prod', 'dev')],
    ['gives none of prod an owner', prod, () => label(prod, 'platform.internal/owner=mallory'), refused(prod, 'prod')],
    [
      'lets none of prod be deleted',
      prod,
      () => as('lead', 'annotate', 'namespace', prod, 'platform.internal/deletion=Allow'),
      refused(prod, 'prod'),
    ],
  ])('%s', async (_, namespace, attempt, want) => {
    const before = await state(namespace);
    expect(said(await attempt())).toBe(want);
    expect(await state(namespace)).toEqual(before);
  });

  test('makes none of prod', async () => {
    const metadata = { name: 'access-other', labels: { 'platform.internal/environment': 'prod' } };
    expect(said(await applyAs('lead', { apiVersion: 'v1', kind: 'Namespace', metadata }))).toBe(refused('access-other', 'prod'));
    expect((await run('kubectl', ['get', 'namespace', 'access-other'])).code).toBe(1);
  });

  test('changes what else a namespace of prod says', async () => {
    expect(said(await label(prod, 'example.com/note=1'))).toBe(`done: namespace/${prod} labeled`);
  });
});

describe('a namespace is not deleted', () => {
  const lost = 'access-lost';
  afterAll(() => removeNamespaces(lost));
  const survives = async (namespace: string, why: string) => {
    expect((await run('kubectl', ['delete', 'namespace', namespace, '--wait=false'])).stderr).toContain(
      `denied request: cannot delete namespace "${namespace}": ${why}`,
    );
    expect((await get('namespace', namespace)).metadata).not.toHaveProperty('deletionTimestamp');
  };

  test('while a claim in it is of prod, even if its environment is not there any more', async () => {
    await survives(prod, '');
    await kubectl('label', 'namespace', prod, 'platform.internal/environment=nowhere', '--overwrite');
    await survives(prod, '');
    await kubectl('label', 'namespace', prod, 'platform.internal/environment=prod', '--overwrite');
  });

  test('while nobody knows of which tier a claim in it is', async () => {
    await makeNamespace(lost, 'nowhere');
    await apply(claim(lost, 'orders'));
    await survives(
      lost,
      `AppDatabase "orders" in it is of no known tier; to delete it all the same, first run: kubectl annotate namespace ${lost} platform.internal/deletion=Allow`,
    );
  });
});

test('an exception takes a permission where the environment says so, and taking it back takes none', async () => {
  const note = (person: Person, ...annotations: readonly string[]) =>
    as(person, 'annotate', 'appdatabase', 'carts', '-n', careful, '--overwrite', ...annotations);
  const asked = claim(careful, 'carts');
  const waived = { ...asked, metadata: { ...asked.metadata, annotations: { 'platform.internal/waive-policies': 'multi-az' } } };
  const refused =
    'cannot apply in environment careful: metadata.annotations: platform.internal/waive-policies and platform.internal/acknowledge want the permission waive of claims.platform.internal in the namespace';
  const annotated = 'done: appdatabase.platform.internal/carts annotated';
  expect([
    said(await applyAs('developer', waived)),
    said(await applyAs('developer', asked)),
    said(await note('developer', 'platform.internal/acknowledge=WouldMove-1a2b3c4d')),
    said(await note('gitops', 'platform.internal/waive-policies=multi-az')),
    said(await note('administrator', 'platform.internal/waive-policies=multi-az')),
    said(await note('developer', 'example.com/note=1')),
    said(await note('developer', 'platform.internal/waive-policies=multi-az,backed-up')),
    said(await note('developer', 'platform.internal/waive-policies-')),
  ]).toEqual([refused, 'done: appdatabase.platform.internal/carts created', refused, refused, annotated, annotated, refused, annotated]);
  // Where the environment asks for none, none is needed.
  expect(said(await as('developer', 'annotate', 'appdatabase', 'orders', '-n', dev, 'platform.internal/waive-policies=multi-az'))).toBe(
    'done: appdatabase.platform.internal/orders annotated',
  );
});
