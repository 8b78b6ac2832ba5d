import { describe, expect, test } from 'vitest';
import { apis } from '../../../functions/apis/index.ts';
import type { KubernetesObject } from '../../../functions/core/kubernetes.ts';
import { tiers } from '../../../functions/core/tier.ts';
import { goldenPath } from '../../../functions/golden-path.ts';
import { accessManifests } from '../../../platform/access.ts';
import { composedKinds } from '../../../platform/composed.ts';
import { age } from '../../conditions.ts';
import { judgeAccess, judgeHome } from './access.ts';
import { judgeAddedApis, restingOf } from './added-apis.ts';
import { judgeAdvised } from './advised.ts';
import { judgeApis } from './apis.ts';
import { judgeClaims, judgeGoing, judgeProofs } from './claims.ts';
import { judgeCrossplane } from './crossplane.ts';
import { judgeEnvironments, validEnvironments } from './environments.ts';
import { judgeManagedResources } from './managed-resources.ts';
import { judgeNamedObjects, judgeSelected, judgeServed } from './named-objects.ts';
import { judgeNamespaces } from './namespaces.ts';
import { judgePackages } from './packages.ts';
import { judgePermissions } from './permissions.ts';

// The objects are shaped as Crossplane 2.3.4 makes them, without the fields that nothing here reads.

const condition = (type: string, status: string, reason: string, message?: string) => ({
  type,
  status,
  reason,
  lastTransitionTime: '2026-11-25T01:30:21Z',
  observedGeneration: 1,
  ...(message === undefined ? {} : { message }),
});

const deployment = (image: string, availableReplicas?: number): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'crossplane',
    namespace: 'crossplane-system',
    labels: { app: 'crossplane', 'app.kubernetes.io/instance': 'crossplane', 'app.kubernetes.io/version': '2.3.4' },
  },
  spec: { template: { spec: { serviceAccountName: 'crossplane', containers: [{ name: 'crossplane', image }] } } },
  status: availableReplicas === undefined ? { replicas: 1 } : { replicas: 1, availableReplicas },
});

const configuration: KubernetesObject = {
  apiVersion: 'pkg.crossplane.io/v1',
  kind: 'Configuration',
  metadata: { name: 'golden-path-configuration-golden-path' },
  spec: { package: 'registry.example.com:5000/golden-path/configuration-golden-path:v0.1.0' },
  status: { conditions: [condition('Healthy', 'True', 'HealthyPackageRevision'), condition('Installed', 'True', 'ActivePackageRevision')] },
};

const unpacking =
  'cannot unpack package: cannot resolve registry.example.com:5000/golden-path/function-golden-path:v9.9.9 to digest:\n  MANIFEST_UNKNOWN: manifest unknown';

const brokenFunction: KubernetesObject = {
  apiVersion: 'pkg.crossplane.io/v1',
  kind: 'Function',
  metadata: { name: 'golden-path-function-golden-path' },
  spec: { package: 'registry.example.com:5000/golden-path/function-golden-path:v9.9.9' },
  status: {
    conditions: [
      condition('Installed', 'False', 'UnpackingPackage', unpacking),
      condition('Healthy', 'False', 'UnhealthyPackageRevision', unpacking),
    ],
  },
};

const healthyFunction: KubernetesObject = { ...brokenFunction, status: configuration['status'] };

const namespace = (name: string, labels: Readonly<Record<string, string>> = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: { 'kubernetes.io/metadata.name': name, ...labels } },
});

const claim = (conditions?: readonly unknown[]): KubernetesObject => ({
  apiVersion: 'platform.internal/v1alpha1',
  kind: 'AppDatabase',
  metadata: { name: 'orders', namespace: 'shop', creationTimestamp: '2026-11-25T01:30:00Z' },
  spec: { engine: 'postgres' },
  ...(conditions === undefined ? {} : { status: { conditions } }),
});

const environmentConfig = (name: string, data: unknown, labels?: Readonly<Record<string, string>>): KubernetesObject => ({
  apiVersion: 'apiextensions.crossplane.io/v1beta1',
  kind: 'EnvironmentConfig',
  metadata: { name, ...(labels === undefined ? {} : { labels }) },
  data,
});
const labelled = { 'platform.internal/kind': 'environment' };

describe('Crossplane', () => {
  test.each([
    { image: 'registry.example.com:5000/crossplane/crossplane:v2.3.4', version: undefined },
    { image: 'xpkg.crossplane.io/crossplane/crossplane:v2.10.0-rc.1@sha256:0123', version: undefined },
    { image: 'xpkg.crossplane.io/crossplane/crossplane@sha256:0123', version: undefined },
    { image: 'xpkg.crossplane.io/crossplane/crossplane:v2.2.1', version: '2.2.1' },
    { image: 'xpkg.crossplane.io/crossplane/crossplane:v1.20.0', version: '1.20.0' },
    { image: 'xpkg.crossplane.io/crossplane/crossplane:v3.0.0', version: '3.0.0' },
  ])('of $image', ({ image, version }) => {
    expect(judgeCrossplane(deployment(image, 1)).map(({ problem }) => problem)).toEqual(
      version === undefined ? [] : [`Crossplane is version ${version}: want >= 2.3, < 3`],
    );
  });

  test.each([
    [
      '1.14.0',
      "helm upgrade crossplane crossplane --repo https://charts.crossplane.io/stable --version '~1.15' --namespace crossplane-system; then doctor again, as each minor version has to be one of the steps",
    ],
    [
      '1.20.3',
      "helm upgrade crossplane crossplane --repo https://charts.crossplane.io/stable --version '~2.0' --namespace crossplane-system, once nothing uses what https://docs.crossplane.io/latest/guides/upgrade-to-crossplane-v2/ says is removed; then doctor again",
    ],
    [
      '2.0.2',
      "helm upgrade crossplane crossplane --repo https://charts.crossplane.io/stable --version '~2.1' --namespace crossplane-system; then doctor again, as each minor version has to be one of the steps",
    ],
    [
      '2.2.1',
      "helm upgrade crossplane crossplane --repo https://charts.crossplane.io/stable --version '~2.3' --namespace crossplane-system",
    ],
    ['0.14.0', 'install Crossplane anew: no upgrade leads there from before 1.0'],
    ['3.0.0', 'install a version of the platform that knows this Crossplane'],
  ])('%s is told with the next step of the way that is supported', (version, remedy) => {
    expect(judgeCrossplane(deployment(`xpkg.crossplane.io/crossplane/crossplane:v${version}`, 1)).map((finding) => finding.remedy)).toEqual(
      [remedy],
    );
  });

  test('that is absent is told with the command that installs it', () => {
    expect(judgeCrossplane(undefined)).toEqual([
      {
        severity: 'error',
        problem: 'Crossplane is not installed: no Deployment has the label app=crossplane',
        remedy:
          'helm install crossplane crossplane --repo https://charts.crossplane.io/stable --version ^2.3 --namespace crossplane-system --create-namespace',
      },
    ]);
  });

  test('that does not run is told', () => {
    expect(judgeCrossplane(deployment('xpkg.crossplane.io/crossplane/crossplane:v2.3.4')).map(({ problem }) => problem)).toEqual([
      'Crossplane is not running: Deployment crossplane-system/crossplane has no available replica',
    ]);
  });
});

describe('permissions', () => {
  test('that lack name the resource, the verbs and who grants them', () => {
    const findings = judgePermissions(
      [
        { resource: { apiVersion: 'v1', plural: 'namespaces' }, verbs: ['get', 'list', 'watch'], managed: false },
        { resource: { apiVersion: 'rds.aws.m.upbound.io/v1beta1', plural: 'instances' }, verbs: ['delete'], managed: true },
      ],
      'crossplane-system',
    );
    expect(findings).toEqual([
      {
        severity: 'error',
        object: 'namespaces',
        problem: 'Crossplane may not get, list, watch namespaces',
        remedy: 'kubectl apply -f package/install/rbac.yaml',
      },
      {
        severity: 'error',
        object: 'instances.rds.aws.m.upbound.io',
        problem: 'Crossplane may not delete instances.rds.aws.m.upbound.io',
        remedy: 'kubectl -n crossplane-system logs deployment/crossplane-rbac-manager, which grants what providers serve',
      },
    ]);
  });
});

describe('roles and admission policies', () => {
  const wanted = accessManifests(goldenPath);
  const all = Object.values(wanted).flat();
  const named = (kind: string, name: string) => (object: KubernetesObject) => object.kind === kind && object.metadata?.name === name;
  const isBinding = named('ValidatingAdmissionPolicyBinding', 'claim-writes.platform.internal');
  const isRole = named('ClusterRole', 'golden-path:claims-edit');

  test('that are all there, with what the apiserver adds, give no finding', () => {
    const defaulted = all.map((object) =>
      object['spec'] === undefined ? object : { ...object, spec: { ...(object['spec'] as object), matchPolicy: 'Equivalent' } },
    );
    expect(judgeAccess(wanted, defaulted)).toEqual([]);
  });

  test('that are missing are told once for each file', () => {
    const first = all.find(({ kind }) => kind !== 'ClusterRole');
    expect(
      judgeAccess(
        wanted,
        all.filter((object) => !isBinding(object) && object !== first),
      ),
    ).toEqual([
      {
        severity: 'error',
        object: `ValidatingAdmissionPolicy ${first?.metadata?.name}`,
        problem: `ValidatingAdmissionPolicy ${first?.metadata?.name} of namespace-protection.yaml is not installed`,
        remedy: 'kubectl apply --server-side --force-conflicts -f package/install/namespace-protection.yaml',
      },
      {
        severity: 'error',
        object: 'ValidatingAdmissionPolicyBinding claim-writes.platform.internal',
        problem: 'ValidatingAdmissionPolicyBinding claim-writes.platform.internal of claim-policies.yaml is not installed',
        remedy: 'kubectl apply --server-side --force-conflicts -f package/install/claim-policies.yaml',
      },
    ]);
    expect(judgeAccess(wanted, []).map(({ problem }) => problem)).toEqual(
      Object.entries(wanted).map(([file, [object, ...others]]) => {
        const { kind, metadata } = object as KubernetesObject;
        return `${kind} ${metadata?.name} and ${others.length} more of ${file} are not installed`;
      }),
    );
  });

  test('that say something else are told', () => {
    const weakened = all.map((object) => {
      if (isBinding(object)) return { ...object, spec: { ...(object['spec'] as object), validationActions: ['Audit'] } };
      return isRole(object) ? { ...object, rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }] } : object;
    });
    expect(judgeAccess(wanted, weakened).map(({ problem }) => problem)).toEqual([
      'ClusterRole golden-path:claims-edit of rbac.yaml is not that of this version',
      'ValidatingAdmissionPolicyBinding claim-writes.platform.internal of claim-policies.yaml is not that of this version',
    ]);
  });

  test('let through what runs in one namespace only, so Crossplane has to be there', () => {
    const here = deployment('crossplane:v2.3.4', 1);
    const elsewhere = { ...here, metadata: { ...here.metadata, namespace: 'upbound-system' } };
    expect([judgeHome(here), judgeHome(elsewhere)]).toEqual([
      [],
      [
        {
          severity: 'error',
          object: 'Deployment upbound-system/crossplane',
          problem:
            'Deployment upbound-system/crossplane is not in namespace crossplane-system, whose service accounts alone may write what claims compose',
          remedy: 'install Crossplane in namespace crossplane-system',
        },
      ],
    ]);
  });
});

describe('packages', () => {
  test('that are healthy give no finding, in whatever registry', () => {
    const pinned = { ...configuration, spec: { package: 'ghcr.io/acme/golden-path/configuration-golden-path@sha256:0123' } };
    expect(judgePackages(goldenPath, [configuration, healthyFunction])).toEqual([]);
    expect(judgePackages(goldenPath, [pinned, healthyFunction])).toEqual([]);
  });

  test('of the platform that are absent are told', () => {
    const other = { ...configuration, spec: { package: 'ghcr.io/acme/not-golden-path/configuration-golden-path:v0.1.0' } };
    expect(judgePackages(goldenPath, [other]).map(({ problem }) => problem)).toEqual([
      'no Configuration is installed from a repository that ends in /golden-path/configuration-golden-path',
      'no Function is installed from a repository that ends in /golden-path/function-golden-path',
    ]);
  });

  test('that are broken say why on one line, once', () => {
    expect(judgePackages(goldenPath, [configuration, brokenFunction])).toEqual([
      {
        severity: 'error',
        object: 'Function golden-path-function-golden-path',
        problem:
          'Function golden-path-function-golden-path is not installed: cannot unpack package: cannot resolve registry.example.com:5000/golden-path/function-golden-path:v9.9.9 to digest: MANIFEST_UNKNOWN: manifest unknown',
        remedy: 'kubectl describe functions.pkg.crossplane.io golden-path-function-golden-path',
      },
    ]);
  });

  test('that have no conditions yet are told', () => {
    const { status, ...fresh } = brokenFunction;
    expect(judgePackages(goldenPath, [configuration, fresh]).map(({ problem }) => problem)).toEqual([
      'Function golden-path-function-golden-path is not installed: Installed is not reported yet',
    ]);
  });
});

describe('APIs', () => {
  const xrds = apis.map(
    ({ kind, plural }): KubernetesObject => ({
      apiVersion: 'apiextensions.crossplane.io/v2',
      kind: 'CompositeResourceDefinition',
      metadata: { name: `${plural}.platform.internal` },
      spec: { group: 'platform.internal', names: { kind, plural } },
      status: { conditions: [condition('Established', 'True', 'WatchingCompositeResource')] },
    }),
  );
  const compositions = apis.map(
    ({ kind, plural }): KubernetesObject => ({
      apiVersion: 'apiextensions.crossplane.io/v1',
      kind: 'Composition',
      metadata: { name: `${plural}.platform.internal` },
      spec: {
        compositeTypeRef: { apiVersion: 'platform.internal/v1alpha1', kind },
        mode: 'Pipeline',
        pipeline: [
          { step: 'expand', functionRef: { name: 'golden-path-function-golden-path' } },
          { step: 'guard', functionRef: { name: 'golden-path-function-golden-path' } },
        ],
      },
    }),
  );
  const database = apis.filter(({ kind }) => kind === 'AppDatabase');

  test('that are all there give no finding', () => {
    expect(judgeApis(apis, { xrds, compositions, functions: [healthyFunction] })).toEqual([]);
  });

  test('without definition and Composition are told', () => {
    expect(judgeApis(database, { xrds: [], compositions: [], functions: [] }).map(({ problem }) => problem)).toEqual([
      'AppDatabase cannot be claimed: no CompositeResourceDefinition appdatabases.platform.internal',
      'AppDatabase is not composed: no Composition of platform.internal/v1alpha1 AppDatabase',
    ]);
  });

  test('that are not established say why', () => {
    const refused = xrds.map((xrd) => ({
      ...xrd,
      status: { conditions: [condition('Established', 'False', 'ReconcileError', 'cannot apply CRD')] },
    }));
    expect(judgeApis(database, { xrds: refused, compositions, functions: [healthyFunction] }).map(({ problem }) => problem)).toEqual([
      'AppDatabase cannot be claimed: CompositeResourceDefinition appdatabases.platform.internal is not established: cannot apply CRD',
    ]);
  });

  test('whose Function is absent name it once', () => {
    expect(judgeApis(database, { xrds, compositions, functions: [] }).map(({ problem }) => problem)).toEqual([
      'Composition appdatabases.platform.internal calls Function golden-path-function-golden-path, which is not installed',
    ]);
  });
});

describe('managed resources', () => {
  const database = { apiVersion: 'postgresql.sql.m.crossplane.io/v1alpha1', kind: 'Database', plural: 'databases' };
  const role = { apiVersion: 'postgresql.sql.m.crossplane.io/v1alpha1', kind: 'Role', plural: 'roles' };
  const definition = (state: string, status: string, reason: string, message?: string): KubernetesObject => ({
    apiVersion: 'apiextensions.crossplane.io/v1alpha1',
    kind: 'ManagedResourceDefinition',
    metadata: { name: 'databases.postgresql.sql.m.crossplane.io' },
    spec: { group: 'postgresql.sql.m.crossplane.io', state },
    status: { conditions: [condition('Established', status, reason, message)] },
  });
  const active = definition('Active', 'True', 'EstablishedManagedResource');
  const inactive = definition('Inactive', 'False', 'InactiveManagedResource');

  test('that are active give no finding', () => {
    expect(judgeManagedResources([{ kind: database, definition: active }])).toEqual([]);
  });

  test('that are missing or inactive are told once a group', () => {
    const judge = (found: KubernetesObject | undefined) =>
      judgeManagedResources([database, role].map((kind) => ({ kind, definition: found }))).map(({ problem }) => problem);
    expect(judge(undefined)).toEqual([
      'no provider serves databases, roles of postgresql.sql.m.crossplane.io: there are no such ManagedResourceDefinitions',
    ]);
    expect(judge(inactive)).toEqual([
      'databases, roles of postgresql.sql.m.crossplane.io are inactive: no ManagedResourceActivationPolicy names them',
    ]);
  });

  test('that are not established say why', () => {
    const pending = definition('Active', 'False', 'PendingManagedResource', 'CRD is not established');
    expect(judgeManagedResources([{ kind: database, definition: pending }]).map(({ problem }) => problem)).toEqual([
      'ManagedResourceDefinition databases.postgresql.sql.m.crossplane.io is not established: CRD is not established',
    ]);
  });

  test('are those of providers, without their configuration', () => {
    const names = composedKinds(goldenPath)
      .filter(({ managed }) => managed)
      .map(({ kind }) => kind);
    expect(names).toContain('Instance');
    expect(names).not.toContain('StatefulSet');
    expect(names).not.toContain('ProviderConfig');
  });
});

describe('environments', () => {
  test('that are valid give no finding', () => {
    expect(judgeEnvironments(goldenPath.environment, [environmentConfig('dev', { tier: 'dev' }, labelled)], new Set(['dev']))).toEqual([]);
  });

  test('are missed where there are none', () => {
    expect(
      judgeEnvironments(goldenPath.environment, [environmentConfig('other', { color: 'blue' })], new Set()).map(
        ({ severity, problem }) => ({ severity, problem }),
      ),
    ).toEqual([
      {
        severity: 'warning',
        problem: 'there are no environments: no EnvironmentConfig has the label platform.internal/kind=environment',
      },
    ]);
  });

  test('that the schema refuses name each bad field', () => {
    const config = environmentConfig('bad', { tier: 'gold', aws: { region: 'eu-central-1' } }, labelled);
    expect(judgeEnvironments(goldenPath.environment, [config], new Set())).toEqual([
      {
        severity: 'error',
        object: 'EnvironmentConfig bad',
        problem: `cannot use EnvironmentConfig "bad": data.aws.providerConfig: missing, want string; data.tier: got "gold", want one of ${tiers.join(', ')}`,
        remedy: 'kubectl edit environmentconfig bad',
      },
    ]);
  });

  test.each([
    { reason: 'a namespace names it', config: environmentConfig('dev', {}) },
    { reason: 'it has a tier', config: environmentConfig('qa', { tier: 'dev' }) },
  ])('that lack the label are told when $reason', ({ config }) => {
    const good = environmentConfig('prod', { tier: 'prod' }, labelled);
    expect(
      judgeEnvironments(goldenPath.environment, [good, config], new Set(['dev'])).map(({ severity, remedy }) => ({ severity, remedy })),
    ).toEqual([
      {
        severity: 'warning',
        remedy: `kubectl label environmentconfig ${config.metadata?.name} platform.internal/kind=environment --overwrite`,
      },
    ]);
  });
});

describe('provider configurations', () => {
  const environments = validEnvironments(goldenPath.environment, [
    environmentConfig(
      'prod',
      {
        tier: 'prod',
        aws: { region: 'eu-central-1', providerConfig: 'aws-prod' },
        shared: { postgres: { providerConfig: 'pg', host: 'pg.example.com', sslMode: 'disable' } },
        routing: { gateway: { name: 'public', namespace: 'gateways' }, ingressClass: 'nginx', issuer: 'letsencrypt' },
      },
      labelled,
    ),
    environmentConfig('dev', { tier: 'dev' }, labelled),
    environmentConfig('bad', { tier: 'gold' }, labelled),
  ]);
  const aws = 'clusterproviderconfigs.aws.m.upbound.io';
  const sql = 'clusterproviderconfigs.postgresql.sql.m.crossplane.io';
  const ways = {
    'gateways.gateway.networking.k8s.io': new Set(['public']),
    'ingressclasses.networking.k8s.io': new Set(['nginx']),
    'clusterissuers.cert-manager.io': new Set(['letsencrypt']),
  };

  test.each([
    { existing: { ...ways, [aws]: new Set(['aws-prod']), [sql]: new Set(['pg']) }, problems: [] },
    {
      existing: { [aws]: new Set(['aws-prod']), [sql]: new Set(['pg']), 'ingressclasses.networking.k8s.io': new Set(['traefik']) },
      problems: [
        'environment "prod" names no Gateway: data.routing.gateway.name: got "public", the Gateway API is not installed',
        'environment "prod" names no IngressClass: data.routing.ingressClass: got "nginx", want one of traefik',
        'environment "prod" names no ClusterIssuer: data.routing.issuer: got "letsencrypt", cert-manager is not installed',
      ],
    },
    {
      existing: { ...ways, [aws]: new Set(['default', 'aws']), [sql]: new Set<string>() },
      problems: [
        'environment "prod" names no ClusterProviderConfig: data.aws.providerConfig: got "aws-prod", want one of aws, default',
        'environment "prod" names no ClusterProviderConfig: data.shared.postgres.providerConfig: got "pg", there are none',
      ],
    },
    {
      existing: { ...ways, [sql]: new Set(['pg']) },
      problems: [
        'environment "prod" names no ClusterProviderConfig: data.aws.providerConfig: got "aws-prod", provider-family-aws is not installed',
      ],
    },
  ])('give $problems.length findings', ({ existing, problems }) => {
    expect(judgeNamedObjects(goldenPath.environment, environments, existing).map(({ problem }) => problem)).toEqual(problems);
  });
});

test('kinds that an environment says are served are missed where they are not', () => {
  const monitoring = { prometheus: { namespace: 'monitoring' } };
  const environments = validEnvironments(goldenPath.environment, [
    environmentConfig('prod', { tier: 'prod', monitoring }, labelled),
    environmentConfig('dev', { tier: 'dev' }, labelled),
  ]);
  const [monitors, rules] = ['servicemonitors.monitoring.coreos.com', 'prometheusrules.monitoring.coreos.com'];
  const judged = (...served: readonly string[]) => judgeServed(goldenPath.environment, environments, new Set(served));
  expect(judged(monitors, rules)).toEqual([]);
  expect(judged(monitors)).toEqual([
    {
      severity: 'error',
      object: 'EnvironmentConfig prod',
      problem:
        'environment "prod" says data.monitoring.prometheus, but the cluster serves no PrometheusRule: the Prometheus Operator is not installed',
      remedy: 'kubectl get crd prometheusrules.monitoring.coreos.com',
    },
  ]);
});

test.each<[string, object, boolean]>([
  ['every label', {}, true],
  ['nothing', { ruleSelector: undefined }, false],
  ['the label', { ruleSelector: { matchLabels: { release: 'main' } } }, true],
  ['another value of it', { ruleSelector: { matchLabels: { release: 'other' } } }, false],
  ['one of some values', { ruleSelector: { matchExpressions: [{ key: 'release', operator: 'In', values: ['main', 'next'] }] } }, true],
  ['none of some values', { ruleSelector: { matchExpressions: [{ key: 'release', operator: 'NotIn', values: ['main'] }] } }, false],
  ['a label that is there', { ruleSelector: { matchExpressions: [{ key: 'release', operator: 'Exists' }] } }, true],
  ['a label that is not there', { ruleSelector: { matchExpressions: [{ key: 'team', operator: 'DoesNotExist' }] } }, true],
  ['a label that is missed', { ruleSelector: { matchExpressions: [{ key: 'team', operator: 'Exists' }] } }, false],
])('labels of an environment are found by a Prometheus that selects %s: %j', (_, selectors, isFound) => {
  const monitoring = { prometheus: { namespace: 'monitoring', labels: { release: 'main' } } };
  const environments = validEnvironments(goldenPath.environment, [
    environmentConfig('prod', { tier: 'prod', monitoring }, labelled),
    environmentConfig('dev', { tier: 'dev' }, labelled),
  ]);
  const spec = { serviceMonitorSelector: {}, ruleSelector: {}, ...selectors };
  const prometheus = { apiVersion: 'monitoring.coreos.com/v1', kind: 'Prometheus', metadata: { name: 'main' }, spec };
  const judged = judgeSelected(goldenPath.environment, environments, { 'prometheuses.monitoring.coreos.com': [prometheus] });
  expect(judged.map(({ severity, object }) => [severity, object])).toEqual(isFound ? [] : [['warning', 'EnvironmentConfig prod']]);
});

test('what nobody looks for is said, with what is looked for', () => {
  const monitoring = { prometheus: { namespace: 'monitoring', labels: { release: 'main' } } };
  const environments = validEnvironments(goldenPath.environment, [environmentConfig('prod', { tier: 'prod', monitoring }, labelled)]);
  const spec = { serviceMonitorSelector: { matchLabels: { release: 'other' } }, ruleSelector: {} };
  const prometheus = { apiVersion: 'monitoring.coreos.com/v1', kind: 'Prometheus', metadata: { name: 'main' }, spec };
  expect(judgeSelected(goldenPath.environment, environments, { 'prometheuses.monitoring.coreos.com': [prometheus] })).toEqual([
    {
      severity: 'warning',
      object: 'EnvironmentConfig prod',
      problem:
        'environment "prod" has labels that nobody looks for: data.monitoring.prometheus.labels: got {"release":"main"}, want what serviceMonitorSelector of a Prometheus selects: {"matchLabels":{"release":"other"}}',
      remedy: 'kubectl edit environmentconfig prod',
    },
  ]);
});

describe('what environments should say', () => {
  const judged = (aws: object, defaults: object = {}) =>
    judgeAdvised(
      goldenPath.apis,
      validEnvironments(goldenPath.environment, [
        environmentConfig('prod', { tier: 'prod', aws: { region: 'eu-central-1', providerConfig: 'aws', ...aws }, defaults }, labelled),
      ]),
    );

  test('gives a finding where claims come to what it is for', () => {
    expect(judged({})).toEqual([
      {
        severity: 'warning',
        object: 'EnvironmentConfig prod',
        problem:
          'environment "prod", AppDatabase: data.aws.providerSqlTls: missing, so apps log in to new databases as the administrator of the server',
        remedy: 'kubectl edit environmentconfig prod',
      },
    ]);
  });

  test('gives none where it is said, or is for nothing there', () => {
    expect([judged({ providerSqlTls: 'require' }), judged({}, { AppDatabase: { backend: 'shared' } })]).toEqual([[], []]);
  });
});

describe('what claims rest on', () => {
  const app = (name: string, environment: string, kind = 'HorizontalPodAutoscaler', apiVersion = 'autoscaling/v2') => ({
    apiVersion: 'platform.internal/v1alpha1',
    kind: 'AppService',
    metadata: { name, namespace: 'shop' },
    spec: {
      crossplane: {
        resourceRefs: [
          { apiVersion: 'apps/v1', kind: 'Deployment', name: `${name}-service` },
          { apiVersion, kind, name: `${name}-service` },
        ],
      },
    },
    status: { environment },
  });
  const service = (status: string, reason: string, message: string): KubernetesObject => ({
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: 'v1beta1.metrics.k8s.io' },
    status: { conditions: [condition('Available', status, reason, message)] },
  });
  const claims = [
    app('orders', 'prod'),
    app('cart', 'prod'),
    app('once', 'prod', 'CronJob', 'batch/v1'),
    app('orders', 'staging'),
    { ...app('new', 'prod'), spec: {} },
  ];
  const judged = (services: Readonly<Record<string, KubernetesObject>>) => judgeAddedApis(restingOf(claims, goldenPath.cards), services);
  const why = 'failing or missing response from https://10.0.0.1:443';

  test('gives a finding for each environment where it is not there, and what to run', () => {
    const install = 'kubectl apply -f https://github.com/kubernetes-sigs/metrics-server/releases/latest/download/components.yaml';
    const problem = (what: string) =>
      `${what} not scaled by load: the cluster does not serve APIService v1beta1.metrics.k8s.io: metrics-server is not installed`;
    expect(judged({})).toEqual([
      {
        severity: 'warning',
        object: 'EnvironmentConfig prod',
        problem: problem('environment "prod": AppService shop/cart and 1 more are'),
        remedy: install,
      },
      {
        severity: 'warning',
        object: 'EnvironmentConfig staging',
        problem: problem('environment "staging": AppService shop/orders is'),
        remedy: install,
      },
    ]);
  });

  test('gives one where it does not answer, with its own words', () => {
    const [first] = judged({ 'v1beta1.metrics.k8s.io': service('False', 'FailedDiscoveryCheck', why) });
    expect(first).toEqual({
      severity: 'warning',
      object: 'EnvironmentConfig prod',
      problem: `environment "prod": AppService shop/cart and 1 more are not scaled by load: the cluster does not serve APIService v1beta1.metrics.k8s.io: ${why}`,
      remedy: 'kubectl describe apiservice v1beta1.metrics.k8s.io',
    });
  });

  test('gives none where it is served, or nothing rests on it', () => {
    expect(judged({ 'v1beta1.metrics.k8s.io': service('True', 'Passed', 'all checks passed') })).toEqual([]);
    expect(judgeAddedApis(restingOf([app('once', 'prod', 'CronJob', 'batch/v1')], goldenPath.cards), {})).toEqual([]);
  });
});

describe('namespaces', () => {
  const shop = (environment: string) => namespace('shop', { 'platform.internal/environment': environment });

  test('of an environment, and those without claims, give no finding', () => {
    expect(judgeNamespaces([shop('dev'), namespace('kube-system')], ['dev'], [claim()])).toEqual([]);
  });

  test('of no environment that exists are told', () => {
    expect(judgeNamespaces([shop('nowhere')], ['staging', 'dev'], [])).toEqual([
      {
        severity: 'error',
        object: 'Namespace shop',
        problem: 'Namespace shop is of no environment: label platform.internal/environment: got "nowhere", want one of dev, staging',
        remedy: 'kubectl label namespace shop platform.internal/environment=<environment> --overwrite',
      },
    ]);
  });

  test('that hold claims but lack the label are told', () => {
    expect(judgeNamespaces([namespace('shop')], [], [claim()]).map(({ problem }) => problem)).toEqual([
      'Namespace shop holds 1 claim, but lacks the label platform.internal/environment: there are no environments yet',
    ]);
  });
});

describe('claims', () => {
  const now = new Date('2026-11-25T01:33:21Z');
  const responsive = condition('Responsive', 'True', 'WatchCircuitClosed');
  const synced = condition('Synced', 'True', 'ReconcileSuccess');

  test('that are being deleted say what holds them, in the words of its provider', () => {
    const deletionTimestamp = '2026-11-25T01:29:00Z';
    const going = (kind: string, message?: string): KubernetesObject => ({
      apiVersion: 'postgresql.sql.m.crossplane.io/v1alpha1',
      kind,
      metadata: { name: `orders-database-${kind.toLowerCase()}`, namespace: 'shop', deletionTimestamp },
      status: { conditions: message === undefined ? [] : [condition('Synced', 'False', 'ReconcileError', message)] },
    });
    const deleted = { ...claim([synced, condition('Ready', 'False', 'Deleting')]), status: { environment: 'staging' } };
    const open = { ...deleted, metadata: { ...deleted.metadata, deletionTimestamp } };
    const held = 'delete failed: cannot drop database: pq: database "staging_shop_orders" is being accessed by other users (55006)';
    const object = 'AppDatabase shop/orders';
    const remedy = 'kubectl -n shop describe database.postgresql.sql.m.crossplane.io orders-database-database';
    expect(judgeGoing([{ claim: open, left: [going('Database', held), going('Role')] }], goldenPath.cards, now)).toEqual([
      {
        severity: 'warning',
        object,
        problem: `${object} is being deleted for 4m: Database orders-database-database waits for other sessions to leave database "staging_shop_orders"; Role orders-database-role is not ready (it is being deleted)`,
        remedy,
      },
    ]);
    expect(judgeGoing([{ claim: open, left: [] }], goldenPath.cards, now)).toEqual([
      {
        severity: 'warning',
        object,
        problem: `${object} is being deleted for 4m: all that it made is gone`,
        remedy: 'kubectl -n shop describe appdatabase.platform.internal orders',
      },
    ]);
  });

  test('that are synced and ready give no finding', () => {
    expect(judgeClaims([claim([synced, condition('Ready', 'True', 'Available'), responsive])], now)).toEqual([]);
  });

  test.each([
    {
      name: 'Synced first',
      conditions: [
        condition('Synced', 'False', 'ReconcileError', 'cannot compose resources: cannot find an active FunctionRevision'),
        condition('Provisioned', 'Unknown', 'FatalError', 'A fatal error occurred'),
        responsive,
      ],
      severity: 'error',
      problem: 'AppDatabase shop/orders is not synced for 3m: cannot compose resources: cannot find an active FunctionRevision',
    },
    {
      name: 'then its own conditions',
      conditions: [
        synced,
        condition('Ready', 'False', 'Creating', 'Unready resources: instance'),
        condition('Resolved', 'True', 'Settled', 'Environment prod of tier prod, backend rds'),
        condition('Provisioned', 'False', 'Waiting', 'Waiting for Instance orders-database-instance'),
        responsive,
      ],
      severity: 'warning',
      problem: 'AppDatabase shop/orders is not ready for 3m: Waiting for Instance orders-database-instance',
    },
    {
      name: 'then the message of Ready',
      conditions: [synced, condition('Ready', 'False', 'Creating', 'Unready resources: instance')],
      severity: 'warning',
      problem: 'AppDatabase shop/orders is not ready for 3m: Unready resources: instance',
    },
    {
      name: 'then the reason of Ready',
      conditions: [synced, condition('Ready', 'False', 'Creating')],
      severity: 'warning',
      problem: 'AppDatabase shop/orders is not ready for 3m: Creating',
    },
    {
      name: 'but not what it can be brought back from',
      conditions: [
        synced,
        condition('BackedUp', 'Unknown', 'NoneYet', 'No backup yet'),
        condition('Ready', 'False', 'Creating', 'Unready resources: instance'),
      ],
      severity: 'warning',
      problem: 'AppDatabase shop/orders is not ready for 3m: Unready resources: instance',
    },
    {
      name: 'and that nobody has looked',
      conditions: undefined,
      severity: 'warning',
      problem: 'AppDatabase shop/orders is not synced for 3m: Crossplane has not looked at it yet',
    },
  ])('that are stuck say why: $name', ({ conditions, severity, problem }) => {
    const remedy = 'kubectl -n shop describe appdatabase orders';
    expect(judgeClaims([claim(conditions)], now)).toEqual([{ severity, object: 'AppDatabase shop/orders', problem, remedy }]);
  });

  test('that serve, and could not be brought back, give a warning', () => {
    const ready = [synced, condition('Ready', 'True', 'Available')];
    const failed = condition('BackedUp', 'False', 'Failed', 'The backup of 2026-11-25T01:30:00Z failed');
    const object = 'AppDatabase shop/orders';
    expect(judgeProofs([claim([...ready, failed])], now)).toEqual([
      {
        severity: 'warning',
        object,
        problem: `${object} is not BackedUp for 3m: The backup of 2026-11-25T01:30:00Z failed`,
        remedy: 'kubectl -n shop describe appdatabase.platform.internal orders',
      },
    ]);
    const proven = [condition('BackedUp', 'Unknown', 'NoneYet'), condition('RestoreProven', 'True', 'Succeeded')];
    expect(judgeProofs([claim([...ready, ...proven])], now)).toEqual([]);
  });

  test.each([
    [-5, '0s'],
    [119, '119s'],
    [120, '2m'],
    [7199, '119m'],
    [7200, '2h'],
    [172800, '2d'],
  ])('of %d seconds are %s old', (seconds, shown) => {
    expect(age(seconds * 1000)).toBe(shown);
  });
});
