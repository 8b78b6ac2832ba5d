import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { appCache } from '../functions/apis/app-cache/index.ts';
import { appDatabase } from '../functions/apis/app-database/index.ts';
import type { Api } from '../functions/core/api.ts';
import type { Card } from '../functions/core/card.ts';
import { inputApiVersion } from '../functions/core/group.ts';
import { at } from '../functions/core/kubernetes.ts';
import { shown } from '../functions/core/problem.ts';
import { policies } from '../functions/guard/policies/index.ts';
import { s3Bucket } from '../functions/kinds/aws/s3-bucket.ts';
import { serviceMonitor } from '../functions/kinds/kubernetes/service-monitor.ts';
import { definePlatform } from '../functions/platform.ts';
import { parseBase } from '../package/build.ts';
import { activationPolicy, configurationContents, functionContents } from '../package/contents.ts';
import { debianPackageOf } from '../package/debian.ts';
import { dependenciesAmong, leftovers, waitingFor } from '../package/deploy.ts';
import { readElf } from '../package/elf.ts';
import { generatedFiles } from '../package/generate.ts';
import { type Architecture, image, nodeFlags, platforms, readTar } from '../package/image.ts';
import { installManifests } from '../package/install.ts';
import { project } from '../package/project.ts';
import { run } from '../package/run.ts';
import manifest from '../package.json' with { type: 'json' };
import {
  developmentTag,
  exampleRegistry,
  functionName,
  installedName,
  packageReference,
  parseRegistry,
  releaseTag,
  repositoryOf,
} from '../platform/names.ts';

/** One API, so that what is expected here stays the same whatever else is served. */
const platform = definePlatform({ name: 'golden-path', apis: [appDatabase], policies });
const annotations = { 'meta.crossplane.io/maintainer': 'Acme', 'meta.crossplane.io/description': 'What teams can claim.' };
const tested = { platform, version: manifest.version };

const text = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

describe('a registry', () => {
  const want = 'want HOST[:PORT][/PREFIX] in lower case and without a scheme, such as registry.example.com/acme';
  test.each(['registry.example.com', '10.244.0.1:5000', 'localhost:5000/a/b-c_d.e', 'registry.example.com/acme'])('takes %s', (value) => {
    expect(parseRegistry(value)).toBe(value);
  });
  test.each([
    'https://registry.example.com',
    'acme',
    'localhost',
    'registry.example.com/',
    'registry.example.com/Acme',
    'registry.example.com/acme:v1',
    'registry.example.com acme',
    '',
  ])('refuses %j', (value) => {
    expect(() => parseRegistry(value)).toThrow(new Error(`cannot use registry: --registry: got ${JSON.stringify(value)}, ${want}`));
  });
  test('refuses none', () => {
    expect(() => parseRegistry(undefined)).toThrow(new Error(`cannot use registry: --registry: missing, ${want}`));
  });
});

describe('names', () => {
  test.each([
    ['registry.example.com', 'golden-path-function-golden-path'],
    ['10.244.0.1:5000', 'golden-path-function-golden-path'],
    ['registry.example.com/acme', 'acme-golden-path-function-golden-path'],
    ['registry.example.com/acme/platform.eu', 'acme-platform-eu-golden-path-function-golden-path'],
    ['registry.example.com/a_b', 'ab-golden-path-function-golden-path'],
    [`registry.example.com/${'a'.repeat(50)}`, `${'a'.repeat(50)}-golden-path`],
  ])('of the function from %s', (registry, name) => {
    expect(installedName(registry, platform, functionName(platform))).toBe(name);
  });

  test.each(['10.244.0.1:5000/a/b', '10.244.0.1:5000/a/b:v1', '10.244.0.1:5000/a/b@sha256:00', '10.244.0.1:5000/a/b:v1@sha256:00'])(
    'of the repository of %s',
    (reference) => {
      expect(repositoryOf(reference)).toBe('10.244.0.1:5000/a/b');
    },
  );

  test.each(['registry.example.com', 'registry.example.com/acme'])('of the function agree wherever %s is used', (registry) => {
    const name = installedName(registry, platform, functionName(platform));
    const [installedFunction] = installManifests(tested, registry)['packages.yaml'];
    const [, budget] = installManifests(tested, registry)['runtime.yaml'];
    const compositions = Object.values(configurationContents(tested, registry, annotations)).filter(({ kind }) => kind === 'Composition');
    const steps = compositions.flatMap((composition) => at(composition, 'spec', 'pipeline') as readonly unknown[]);
    expect(installedFunction?.metadata?.name).toBe(name);
    expect(at(budget, 'spec', 'selector', 'matchLabels')).toEqual({ 'pkg.crossplane.io/function': name });
    expect(compositions).toHaveLength(platform.apis.length);
    expect(new Set(steps.map((step) => at(step, 'functionRef', 'name')))).toEqual(new Set([name]));
  });
});

describe('packages', () => {
  const contents = configurationContents(tested, 'registry.example.com/acme', annotations);

  test('have one version, that of package.json', () => {
    expect(releaseTag(manifest.version)).toBe(`v${manifest.version}`);
    expect(packageReference('registry.example.com/acme', platform, functionName(platform), releaseTag(manifest.version))).toBe(
      `registry.example.com/acme/golden-path/function-golden-path:v${manifest.version}`,
    );
  });

  test('built from a working tree sort before the release that they become', () => {
    expect(developmentTag(manifest.version, '0123456789abcdef')).toBe(`v${manifest.version}-dev-0123456789ab`);
  });

  test('the Configuration names what it depends on', () => {
    expect(contents['crossplane.yaml']).toEqual({
      apiVersion: 'meta.pkg.crossplane.io/v1',
      kind: 'Configuration',
      metadata: { name: 'configuration-golden-path', annotations },
      spec: {
        crossplane: { version: '>=v2.3.0-0' },
        dependsOn: [
          {
            apiVersion: 'pkg.crossplane.io/v1',
            kind: 'Function',
            package: 'registry.example.com/acme/golden-path/function-golden-path',
            version: `>=v${manifest.version}-0`,
          },
          {
            apiVersion: 'pkg.crossplane.io/v1',
            kind: 'Provider',
            package: 'xpkg.crossplane.io/crossplane-contrib/provider-aws-cloudwatch',
            version: '>=v2.6.0 <v3.0.0',
          },
          {
            apiVersion: 'pkg.crossplane.io/v1',
            kind: 'Provider',
            package: 'xpkg.crossplane.io/crossplane-contrib/provider-aws-ec2',
            version: '>=v2.6.0 <v3.0.0',
          },
          {
            apiVersion: 'pkg.crossplane.io/v1',
            kind: 'Provider',
            package: 'xpkg.crossplane.io/crossplane-contrib/provider-aws-rds',
            version: '>=v2.6.0 <v3.0.0',
          },
          {
            apiVersion: 'pkg.crossplane.io/v1',
            kind: 'Provider',
            package: 'xpkg.crossplane.io/crossplane-contrib/provider-sql',
            version: '>=v0.16.0 <v1.0.0',
          },
        ],
      },
    });
  });

  test('the Configuration holds an XRD and a Composition for each API', () => {
    expect(Object.keys(contents).sort()).toEqual([
      'activation-policy.yaml',
      'compositions/appdatabases.platform.internal.yaml',
      'crossplane.yaml',
      'xrds/appdatabases.platform.internal.yaml',
    ]);
  });

  test('have the added steps between expand and guard, and depend on their functions', () => {
    const step = { package: 'xpkg.crossplane.io/crossplane-contrib/function-python', version: '>=v0.1.0' };
    const input = { apiVersion: 'python.fn.crossplane.io/v1beta1', kind: 'Script', script: 'def compose(req, rsp): pass' };
    const stepped = definePlatform({
      ...platform,
      steps: [
        { name: 'bare', ...step },
        { name: 'labels', ...step, input },
      ],
    });
    const { 'crossplane.yaml': unstepped } = configurationContents(tested, exampleRegistry, annotations);
    const { 'crossplane.yaml': meta, ...others } = configurationContents({ ...tested, platform: stepped }, exampleRegistry, annotations);
    const pipeline = Object.values(others)
      .map((object) => at(object, 'spec', 'pipeline'))
      .find((steps) => steps !== undefined);
    const functionRef = { name: 'golden-path-function-golden-path' };
    const added = { functionRef: { name: 'crossplane-contrib-function-python' } };
    const own = { apiVersion: inputApiVersion };
    expect(pipeline).toEqual([
      { step: 'expand', functionRef, input: { ...own, kind: 'Expand' } },
      { step: 'bare', ...added },
      { step: 'labels', ...added, input },
      { step: 'guard', functionRef, input: { ...own, kind: 'Guard' } },
    ]);
    const [ownFunction, ...providers] = at(unstepped, 'spec', 'dependsOn') as readonly unknown[];
    expect(at(meta, 'spec', 'dependsOn')).toEqual([
      ownFunction,
      { apiVersion: 'pkg.crossplane.io/v1', kind: 'Function', ...step },
      ...providers,
    ]);
  });

  test('the activation policy turns on the managed resources that are composed, and no others', () => {
    expect(activationPolicy(platform)).toEqual({
      apiVersion: 'apiextensions.crossplane.io/v1alpha1',
      kind: 'ManagedResourceActivationPolicy',
      metadata: { name: 'golden-path' },
      spec: {
        activate: [
          'databases.postgresql.sql.m.crossplane.io',
          'extensions.postgresql.sql.m.crossplane.io',
          'grants.postgresql.sql.m.crossplane.io',
          'instances.rds.aws.m.upbound.io',
          'metricalarms.cloudwatch.aws.m.upbound.io',
          'parametergroups.rds.aws.m.upbound.io',
          'roles.postgresql.sql.m.crossplane.io',
          'securitygrouprules.ec2.aws.m.upbound.io',
          'securitygroups.ec2.aws.m.upbound.io',
          'snapshots.rds.aws.m.upbound.io',
          'subnetgroups.rds.aws.m.upbound.io',
        ],
      },
    });
  });

  test('the Function can do compositions, and is of the same people', () => {
    expect(functionContents(platform, annotations)).toEqual({
      'crossplane.yaml': {
        apiVersion: 'meta.pkg.crossplane.io/v1',
        kind: 'Function',
        metadata: {
          name: 'function-golden-path',
          annotations: {
            'meta.crossplane.io/maintainer': 'Acme',
            'meta.crossplane.io/description': 'The pipeline steps of configuration-golden-path.',
            'meta.crossplane.io/readme': 'configuration-golden-path depends on this package, and its Compositions call it.',
          },
        },
        spec: { crossplane: { version: '>=v2.3.0-0' }, capabilities: ['composition'] },
      },
    });
  });

  const { container } = appCache.backends;
  const contained: Api = { ...appCache, claimPolicies: [], backends: { ...(container && { container }) } };
  const provider = { package: 'xpkg.crossplane.io/example/provider-gcp-storage', version: '>=v2.0.0' };
  const bucket = { ...s3Bucket, apiVersion: 'storage.gcp.m.upbound.io/v1beta1', broughtBy: { ...provider, failures: [] } };
  const dnsProvider = { package: 'registry.example.com/provider-dns', version: '>=v1.0.0' };
  const zone = { ...bucket, apiVersion: 'dns.example.org/v1', kind: 'Zone', plural: 'zones', broughtBy: { ...dnsProvider, failures: [] } };
  const step = { name: 'more', package: 'xpkg.crossplane.io/example/function-more', version: '>=v0.1.0' };
  const composing = (...composes: readonly Card[]) => ({
    ...tested,
    platform: definePlatform({ ...platform, apis: [contained], steps: [{ ...step, composes }] }),
  });

  test('what an added step composes is granted, turned on, and brought by the provider that it names', () => {
    const given = composing(serviceMonitor, bucket, zone);
    const { 'crossplane.yaml': meta, 'activation-policy.yaml': activation } = configurationContents(given, exampleRegistry, annotations);
    const { 'rbac.yaml': rbac, 'namespace-protection.yaml': protection } = installManifests(given);
    const rules = at(rbac[0], 'rules') as readonly unknown[];
    expect({
      dependsOn: (at(meta, 'spec', 'dependsOn') as readonly unknown[]).slice(1),
      activate: at(activation, 'spec', 'activate'),
      granted: rules.map((rule) => [at(rule, 'apiGroups'), at(rule, 'resources')]).slice(1),
      protection: protection.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy').map(({ metadata }) => metadata?.name),
    }).toEqual({
      dependsOn: [
        { apiVersion: 'pkg.crossplane.io/v1', kind: 'Function', package: step.package, version: step.version },
        { apiVersion: 'pkg.crossplane.io/v1', kind: 'Provider', ...dnsProvider },
        { apiVersion: 'pkg.crossplane.io/v1', kind: 'Provider', ...provider },
      ],
      activate: ['buckets.storage.gcp.m.upbound.io', 'zones.dns.example.org'],
      granted: [
        [['apps'], ['statefulsets']],
        [['batch'], ['jobs']],
        [['monitoring.coreos.com'], ['prometheusrules', 'servicemonitors']],
        [['networking.k8s.io'], ['networkpolicies']],
        [['platform.internal'], ['claims']],
        [['platform.internal'], ['environments']],
      ],
      protection: [
        'namespace-environments.platform.internal',
        'namespace-protection.platform.internal',
        'claims-before-namespace.appcaches.platform.internal',
        'managed-before-namespace.buckets.storage.gcp.m.upbound.io',
        'managed-before-namespace.zones.dns.example.org',
      ],
    });
  });

  test('a platform without claim policies and managed resources has no policies for them, since the apiserver takes no empty lists', () => {
    const given = composing();
    expect(Object.keys(configurationContents(given, exampleRegistry, annotations))).toEqual([
      'crossplane.yaml',
      'xrds/appcaches.platform.internal.yaml',
      'compositions/appcaches.platform.internal.yaml',
    ]);
    expect(installManifests(given)['claim-policies.yaml'].map(({ kind, metadata }) => `${kind} ${metadata?.name}`)).toEqual(
      ['claim-writes', 'claim-exceptions', 'claim-sizes', 'claim-losses'].flatMap((name) => [
        `ValidatingAdmissionPolicy ${name}.platform.internal`,
        `ValidatingAdmissionPolicyBinding ${name}.platform.internal`,
      ]),
    );
    expect([...generatedFiles({ ...project, ...given, environments: {} }).keys()].filter((path) => path.startsWith('package/'))).toEqual([
      'package/install/rbac.yaml',
      'package/install/namespace-protection.yaml',
      'package/install/claim-policies.yaml',
      'package/install/composed-policies.yaml',
      'package/install/runtime.yaml',
      'package/install/packages.yaml',
    ]);
  });
});

describe('installation', () => {
  const manifests = installManifests(tested);

  test('lets Crossplane do what its chart does not, and no more', () => {
    const verbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'];
    expect(manifests['rbac.yaml'][0]).toEqual({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'golden-path:aggregate-to-crossplane', labels: { 'rbac.crossplane.io/aggregate-to-crossplane': 'true' } },
      rules: [
        { apiGroups: [''], resources: ['namespaces'], verbs: ['get', 'list', 'watch'] },
        { apiGroups: ['apps'], resources: ['statefulsets'], verbs },
        { apiGroups: ['batch'], resources: ['cronjobs', 'jobs'], verbs },
        { apiGroups: ['monitoring.coreos.com'], resources: ['prometheusrules'], verbs },
        { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs },
        { apiGroups: ['platform.internal'], resources: ['claims'], verbs: ['administer'] },
        { apiGroups: ['platform.internal'], resources: ['environments'], verbs: ['use'] },
      ],
    });
  });

  test('gives people claims by the roles that they have, and no more of what claims compose than to read it', () => {
    const verbs = ['get', 'list', 'watch'];
    const claims = { apiGroups: ['platform.internal'], resources: ['appdatabases'] };
    const role = (name: string, rules: readonly object[], ...aggregated: readonly string[]) => ({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: {
        name: `golden-path:${name}`,
        ...(aggregated.length > 0 && {
          labels: Object.fromEntries(aggregated.map((into) => [`rbac.authorization.k8s.io/aggregate-to-${into}`, 'true'])),
        }),
      },
      rules,
    });
    expect(manifests['rbac.yaml'].slice(1)).toEqual([
      role(
        'claims-view',
        [
          { ...claims, verbs },
          { apiGroups: ['cloudwatch.aws.m.upbound.io'], resources: ['metricalarms'], verbs },
          { apiGroups: ['ec2.aws.m.upbound.io'], resources: ['securitygrouprules', 'securitygroups'], verbs },
          {
            apiGroups: ['postgresql.sql.m.crossplane.io'],
            resources: ['databases', 'extensions', 'grants', 'providerconfigs', 'roles'],
            verbs,
          },
          { apiGroups: ['protection.crossplane.io'], resources: ['usages'], verbs },
          { apiGroups: ['rds.aws.m.upbound.io'], resources: ['instances', 'parametergroups', 'snapshots', 'subnetgroups'], verbs },
        ],
        'view',
      ),
      role('claims-edit', [{ ...claims, verbs: [...verbs, 'create', 'update', 'patch', 'delete'] }], 'edit'),
      role('administer', [
        { apiGroups: ['platform.internal'], resources: ['claims'], verbs: ['administer'] },
        { apiGroups: ['platform.internal'], resources: ['claims'], verbs: ['waive'] },
        { apiGroups: ['platform.internal'], resources: ['environments'], verbs: ['use'] },
      ]),
    ]);
  });

  test('keeps Crossplane’s kinds of other domains for Crossplane too, where the platform composes them', () => {
    const dns = { ...s3Bucket, apiVersion: 'dns.example.org/v1', kind: 'Zone', plural: 'zones' };
    const step = { name: 'zones', package: 'xpkg.crossplane.io/example/function-zones', version: '>=v0.1.0', composes: [dns] };
    const condition = (given: typeof platform) =>
      at(installManifests({ ...tested, platform: given })['composed-policies.yaml'][0], 'spec', 'matchConditions', '0', 'expression');
    const theirs = "request.resource.group.matches('(^|[.])(crossplane|upbound)[.]io$')";
    expect([condition(platform), condition(definePlatform({ ...platform, steps: [step] }))]).toEqual([
      `(${theirs})`,
      `(${theirs} || request.resource.group in ['dns.example.org'])`,
    ]);
  });

  test('names no registry that could be somebody’s, and the version of package.json', () => {
    expect(manifests['packages.yaml']).toEqual([
      {
        apiVersion: 'pkg.crossplane.io/v1',
        kind: 'Function',
        metadata: { name: 'golden-path-function-golden-path' },
        spec: {
          package: `${exampleRegistry}/golden-path/function-golden-path:v${manifest.version}`,
          runtimeConfigRef: { name: 'golden-path' },
        },
      },
      {
        apiVersion: 'pkg.crossplane.io/v1',
        kind: 'Configuration',
        metadata: { name: 'golden-path-configuration-golden-path' },
        spec: {
          package: `${exampleRegistry}/golden-path/configuration-golden-path:v${manifest.version}`,
        },
      },
    ]);
  });

  test('lets nobody but what is in Crossplane’s namespace call the function, and the function nobody', () => {
    expect(manifests['runtime.yaml'][2]).toEqual({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'function-golden-path', namespace: 'crossplane-system' },
      spec: {
        podSelector: { matchLabels: { 'pkg.crossplane.io/function': 'golden-path-function-golden-path' } },
        policyTypes: ['Ingress', 'Egress'],
        ingress: [{ from: [{ podSelector: {} }], ports: [{ protocol: 'TCP', port: 9443 }] }, { ports: [{ protocol: 'TCP', port: 8080 }] }],
      },
    });
  });

  test('gives the function twice the memory that V8 may use', () => {
    const [runtime] = manifests['runtime.yaml'];
    const containers = at(runtime, 'spec', 'deploymentTemplate', 'spec', 'template', 'spec', 'containers') as readonly unknown[];
    const limit = Number.parseInt(String(at(containers[0], 'resources', 'limits', 'memory')), 10);
    const heap = Number(nodeFlags.map((flag) => /^--max-old-space-size=(\d+)$/.exec(flag)?.[1]).find((size) => size !== undefined));
    expect(limit).toBeGreaterThanOrEqual(2 * heap);
  });
});

test('a deployment waits for the packages of others that the platform needs', () => {
  const installed = (kind: string, name: string, reference: string) => ({
    apiVersion: 'pkg.crossplane.io/v1',
    kind,
    metadata: { name },
    spec: { package: reference },
  });
  const step = { name: 'labels', package: 'xpkg.crossplane.io/crossplane-contrib/function-python', version: '>=v0.1.0' };
  const items = [
    installed('Provider', 'rds', 'xpkg.crossplane.io/crossplane-contrib/provider-aws-rds:v2.6.0'),
    installed('Provider', 'other', 'xpkg.crossplane.io/crossplane-contrib/provider-helm:v1.0.0'),
    installed('Function', 'python', `${step.package}@sha256:00`),
    installed('Function', 'other', 'xpkg.crossplane.io/crossplane-contrib/function-auto-ready:v0.1.0'),
  ];
  const stepped = definePlatform({ ...platform, steps: [step] });
  expect(dependenciesAmong(items, stepped).map(({ metadata }) => metadata?.name)).toEqual(['rds', 'python']);
});

test('a deployment removes what an earlier one of the platform applied, and nothing of others', () => {
  const found = (kind: string, name: string, manager: string, operation = 'Apply') => ({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind,
    metadata: {
      name,
      managedFields: [
        { manager: 'kube-apiserver', operation: 'Update' },
        { manager, operation },
      ],
    },
  });
  const [policy, binding] = ['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'] as const;
  const items = [
    found(policy, 'kept', platform.name),
    found(policy, 'gone', platform.name),
    found(binding, 'gone', platform.name),
    found(policy, 'edited-by-hand', platform.name, 'Update'),
    found(policy, 'of-others', 'another-platform'),
    { apiVersion: 'admissionregistration.k8s.io/v1', kind: policy, metadata: { name: 'of-nobody' } },
  ];
  const applied = [{ apiVersion: 'admissionregistration.k8s.io/v1', kind: policy, metadata: { name: 'kept' } }];
  expect(leftovers(items, applied, platform)).toEqual([items[1], items[2]]);
});

describe('waiting for an object', () => {
  const awaited = { resource: 'function/x', conditions: ['Installed', 'Healthy'] };
  const object = (...conditions: readonly object[]) => ({
    apiVersion: 'pkg.crossplane.io/v1',
    kind: 'Function',
    metadata: { generation: 2 },
    status: { conditions },
  });
  test.each([
    ['is not there', undefined, 'not there yet'],
    ['has no conditions', object(), 'not Installed yet'],
    ['has one', object({ type: 'Installed', status: 'True' }), 'not Healthy yet'],
    [
      'says why',
      object({ type: 'Installed', status: 'True' }, { type: 'Healthy', status: 'False', reason: 'Unhealthy', message: 'no such image' }),
      'not Healthy yet: Unhealthy: no such image',
    ],
    ['speaks of what was there before', object({ type: 'Installed', status: 'True', observedGeneration: 1 }), 'not Installed yet'],
    ['has both', object({ type: 'Installed', status: 'True', observedGeneration: 2 }, { type: 'Healthy', status: 'True' }), undefined],
  ])('that %s', (_, given, want) => {
    expect(waitingFor(given, awaited)).toBe(want);
  });
});

test('a program that is missing says how to get it', async () => {
  await expect(run('no-such-program', [])).rejects.toThrow(new Error('cannot run no-such-program: not found on PATH; install it'));
});

test('the Dockerfile starts the function as the package does, on a base that it has to be told', () => {
  const lines = text('package/Dockerfile')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const entrypoint = JSON.stringify(['/nodejs/bin/node', ...nodeFlags, '/app/main.mjs']).replaceAll(',', ', ');
  expect(lines).toEqual([
    'ARG BASE',
    'FROM $BASE',
    'COPY main.mjs /app/main.mjs',
    'WORKDIR /app',
    'ENV NODE_ENV=production',
    `ENTRYPOINT ${entrypoint}`,
  ]);
});

describe('the base of a release', () => {
  const distroless = 'gcr.io/distroless/nodejs24-debian13';
  test.each([undefined, `${distroless}@sha256:${'0'.repeat(64)}`, `${distroless}:nonroot@sha256:${'0'.repeat(64)}`])(
    'can be %s',
    (base) => {
      expect(parseBase(base)).toBe(base);
    },
  );
  test.each(['', distroless, `${distroless}:nonroot`, `${distroless}@sha256:00`, `@sha256:${'0'.repeat(64)}`])('cannot be %j', (base) => {
    expect(() => parseBase(base)).toThrow(
      new Error(`cannot use base: --base: got ${shown(base)}, want an image by its digest, such as ${distroless}@sha256:…`),
    );
  });
});

const hasDpkg = spawnSync('dpkg-query', ['--version']).error === undefined;

/** What dpkg itself says of an installed package, as a scanner reads it. */
function controlOf(name: string): string {
  const { stdout } = spawnSync('dpkg-query', ['--status', name], { encoding: 'utf8' });
  const [version = '', architecture, maintainer, source = name] = ['Version', 'Architecture', 'Maintainer', 'Source'].map(
    (field) => new RegExp(`^${field}: (.*)$`, 'm').exec(stdout)?.[1],
  );
  const sourced = source.includes(' ') ? source : `${source} (${version})`;
  return `Package: ${name}\nSource: ${sourced}\nVersion: ${version}\nArchitecture: ${architecture}\nMaintainer: ${maintainer}\n`;
}

const crossLibrary = '/usr/aarch64-linux-gnu/lib/libstdc++.so.6';

test.runIf(hasDpkg && existsSync(crossLibrary))(
  'scanners know a library for the other architecture by what it was built from',
  async () => {
    const found = await debianPackageOf(crossLibrary, 'arm64');
    const built = spawnSync('dpkg-query', ['--show', '--showformat', '$' + '{Built-Using}', 'libstdc++6-arm64-cross'], {
      encoding: 'utf8',
    });
    expect({ ...found, builtUsing: `${found?.source} (= ${found?.sourceVersion})` }).toMatchObject({
      name: 'libstdc++6',
      architecture: 'arm64',
      builtUsing: built.stdout,
    });
  },
);

test('a machine without dpkg knows the package of no library', async () => {
  vi.stubEnv('PATH', '');
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(await debianPackageOf(crossLibrary, 'arm64')).toBeUndefined();
});

describe.runIf(process.platform === 'linux')('the image', () => {
  const architecture: Architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
  const program = Buffer.from('console.log(1)');
  const cache = join(project.root, 'node_modules/.cache/golden-path-platform');
  let archive: Buffer;
  let unlisted: readonly string[];
  beforeAll(async () => {
    const built = await image(architecture, program, cache);
    if ('missing' in built) throw new Error(`cannot test the image: missing ${built.missing}`);
    ({ archive, unlisted } = built);
  });

  const layerOf = async (whole: Buffer) => await readTar((await readTar(whole)).get('layer.tar')?.content ?? Buffer.alloc(0));

  test('is the same each time', async () => {
    const again = await image(architecture, program, cache);
    expect('missing' in again ? again.missing : again.archive.equals(archive)).toBe(true);
  });

  test.runIf(hasDpkg)('lists the packages of its libraries where scanners look, with the versions of this machine', async () => {
    const files = await layerOf(archive);
    const listed = [...files]
      .filter(([name]) => name.startsWith('var/lib/dpkg/status.d/'))
      .map(([name, { content }]) => [name, `${content}`]);
    const installed = ['libc6', 'libgcc-s1', 'libstdc++6'].map((name) => [`var/lib/dpkg/status.d/${name}`, controlOf(name)]);
    expect({ listed, unlisted }).toEqual({ listed: installed, unlisted: [] });
    expect(files.get('etc/os-release')?.content).toEqual(readFileSync('/etc/os-release'));
    expect(files.get('etc/debian_version')?.content).toEqual(readFileSync('/etc/debian_version'));
  });

  test('starts node without privileges', async () => {
    const files = await readTar(archive);
    expect(JSON.parse(files.get('manifest.json')?.content.toString() ?? '')).toEqual([
      { Config: 'config.json', RepoTags: [], Layers: ['layer.tar'] },
    ]);
    expect(JSON.parse(files.get('config.json')?.content.toString() ?? '')).toMatchObject({
      architecture,
      os: 'linux',
      created: '1970-01-01T00:00:00.000Z',
      config: { User: '65532:65532', Entrypoint: ['/bin/node', ...nodeFlags, '/app/main.mjs'] },
    });
  });

  test('holds node, all that it loads, the bundle, and nothing else', async () => {
    const files = await layerOf(archive);
    const node = readElf(files.get('bin/node')?.content ?? Buffer.alloc(0), 'bin/node');
    const libraries = [...files.keys()].filter((name) => name.startsWith('lib/') || name.startsWith('lib64/'));
    const present = new Set(libraries.map((name) => name.slice(name.lastIndexOf('/') + 1)));
    const forScanners = /^(etc\/(os-release|debian_version|lsb-release)|var\/lib\/dpkg\/status\.d\/.+)$/;
    expect([...files.keys()].filter((name) => !libraries.includes(name) && !forScanners.test(name))).toEqual([
      'app/main.mjs',
      'bin/node',
      'etc/group',
      'etc/passwd',
    ]);
    expect(libraries).toContain(node.interpreter?.slice(1));
    for (const name of ['bin/node', ...libraries]) {
      const elf = readElf(files.get(name)?.content ?? Buffer.alloc(0), name);
      expect({ name, machine: elf.machine }).toEqual({ name, machine: platforms[architecture].elfMachine });
      expect(elf.needed.filter((library) => !present.has(library))).toEqual([]);
    }
    expect(files.get('app/main.mjs')?.content.equals(program)).toBe(true);
    expect(files.get('bin/node')?.mode).toBe(0o755);
  });
});

test('what is no program is refused', () => {
  expect(() => readElf(Buffer.from('#!/bin/sh'), 'lib/x.so')).toThrow(
    new Error('cannot read lib/x.so: got 23212f62696e, want a 64-bit little-endian ELF file'),
  );
});
