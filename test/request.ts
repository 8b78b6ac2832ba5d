import { type EnvironmentData, environmentConfig, environments, placeholderCertificate } from '../examples/examples.ts';
import { decode, encode } from '../functions/core/binding.ts';
import { apiVersion, environmentLabel } from '../functions/core/group.ts';
import { at, type KubernetesObject, stringAt } from '../functions/core/kubernetes.ts';
import type { Platform, StepRequest } from '../functions/core/pipeline.ts';
import { answered, answersTo, claimsOf, platformRequirements, requirementsOf } from '../functions/core/required.ts';
import type { ObservedResource, StepResponse } from '../functions/core/step.ts';
import { expand } from '../functions/expand/expand.ts';
import { goldenPath } from '../functions/golden-path.ts';

export { type EnvironmentData, environmentConfig };

/** The example environments. */
export const exampleEnvironments: readonly KubernetesObject[] = Object.entries(environments).map(([name, data]) =>
  environmentConfig(name, data),
);

/** Their names, as an error lists them. */
export const exampleEnvironmentNames = exampleEnvironments
  .flatMap(({ metadata }) => metadata?.name ?? [])
  .sort()
  .join(', ');

/** Facts with which every backend can work, whatever the tier. */
export const everything = {
  controlPlane: 'shop-eu-1',
  aws: {
    region: 'eu-west-1',
    providerConfig: 'aws',
    vpcId: 'vpc-1',
    subnetIds: ['subnet-2', 'subnet-1'],
    clientSecurityGroupIds: ['sg-1'],
    clientCidrs: ['10.0.0.0/16', 'fd00::/8'],
    providerSqlTls: 'verify-full',
    kmsKeyArn: 'arn:aws:kms:eu-west-1:111122223333:key/1',
    accountId: '111122223333',
    clusterName: 'shop',
    permissionsBoundaryArn: 'arn:aws:iam::111122223333:policy/boundary',
    notificationTopicArn: 'arn:aws:sns:eu-west-1:111122223333:alarms',
  },
  shared: {
    postgres: { providerConfig: 'shared-postgres', host: 'pg.shared.svc', caCertificate: placeholderCertificate },
  },
  volumes: { accessMode: 'ReadWriteMany', storageClassName: 'shared-files' },
  routing: { ingressClass: 'nginx', issuer: 'letsencrypt', from: 'ingress-nginx' },
  monitoring: {
    prometheus: { namespace: 'monitoring', labels: { release: 'prometheus' } },
    grafana: { annotations: { grafana_folder: 'Apps' } },
    openTelemetry: { endpoint: 'http://collector.monitoring.svc:4318', namespace: 'monitoring' },
  },
  tags: { team: 'shop' },
  policies: { 'allowed-hosts': { allow: ['*.example.com'] } },
} satisfies Partial<EnvironmentData>;

/** The same of AWS in another region. */
export const awsIn = (region: string) => ({
  ...everything.aws,
  region,
  notificationTopicArn: everything.aws.notificationTopicArn.replace(everything.aws.region, region),
});

export function namespace(name: string, environment: string | undefined): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, ...(environment !== undefined && { labels: { [environmentLabel]: environment } }) },
  };
}

export interface Given {
  readonly platform?: Platform;
  readonly kind?: string;
  readonly name?: string;
  readonly spec?: unknown;
  readonly status?: unknown;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly generation?: number;
  readonly environment?: string | undefined;
  readonly environments?: readonly KubernetesObject[];
  /** Other claims of the namespace; where it is left out, Crossplane has not looked for what the API itself requires. */
  readonly claims?: readonly KubernetesObject[];
  /** What there is in the cluster besides claims. */
  readonly objects?: readonly KubernetesObject[];
  readonly observed?: Readonly<Record<string, ObservedResource>>;
  readonly desired?: StepRequest['desired'];
  /** When it is; the time is not looked at where it is left out. */
  readonly now?: string;
}

/** Everything that Crossplane found of what a claim's API requires, and of what the guard may. */
function requiredOf(platform: Platform, claim: KubernetesObject, given: Given): StepRequest['required'] {
  const place = [namespace('shop', 'environment' in given ? given.environment : 'dev'), ...(given.environments ?? exampleEnvironments)];
  if (given.claims === undefined) {
    const asked = Object.entries(requirementsOf(platform, claim, {}));
    return answered(Object.fromEntries(asked.filter(([name]) => platformRequirements.some((own) => own === name))), place);
  }
  const objects = [...place, ...given.claims, ...(given.objects ?? [])];
  const claims = platform.apis.map((api) => [`claims-${api.plural}`, claimsOf(api, 'shop')] as const);
  return { ...answersTo(platform, claim, objects), ...answered(Object.fromEntries(claims), objects) };
}

/** What the apiserver called the claim of a request. */
const claimUid = 'uid-of-the-claim';

/** What Crossplane writes on all that the claim composes. */
export const controlledByClaim = [{ apiVersion, kind: 'App', name: 'orders', uid: claimUid, controller: true, blockOwnerDeletion: true }];

/** A request as Crossplane makes it for a claim in namespace `shop`, where its API has namespaces. */
export function stepRequest(given: Given = {}): StepRequest {
  const platform = given.platform ?? goldenPath;
  const kind = given.kind ?? 'AppDatabase';
  const claim: KubernetesObject = {
    apiVersion,
    kind,
    metadata: {
      name: given.name ?? 'orders',
      uid: claimUid,
      ...(platform.apis.find((api) => api.kind === kind)?.scope !== 'Cluster' && { namespace: 'shop' }),
      creationTimestamp: '2026-01-02T03:04:05Z',
      ...(given.generation !== undefined && { generation: given.generation }),
      ...(given.annotations !== undefined && { annotations: given.annotations }),
    },
    spec: given.spec ?? { engine: 'postgres' },
    ...(given.status !== undefined && { status: given.status }),
  };
  return {
    platform,
    claim,
    observed: given.observed ?? {},
    desired: given.desired ?? {},
    desiredStatus: {},
    required: requiredOf(platform, claim, given),
    now: given.now,
    issueSecret: () => 'secret-1',
  };
}

/** The response's resources as Crossplane would observe them once its providers are done. */
export function observedAfter(
  response: StepResponse,
  details: Readonly<Record<string, { readonly status?: unknown; readonly connectionDetails?: Readonly<Record<string, string>> }>> = {},
): Record<string, ObservedResource> {
  const ready = {
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'Synced', status: 'True' },
      { type: 'Complete', status: 'True' },
    ],
  };
  const replicas = { observedGeneration: 1, updatedReplicas: 1, readyReplicas: 1 };
  return Object.fromEntries(
    Object.entries(response.desired).map(([key, { object }]) => [
      key,
      {
        object: {
          ...object,
          metadata: { ...object.metadata, generation: 1, ownerReferences: controlledByClaim },
          status: { ...ready, ...replicas, ...(details[key]?.status as object | undefined) },
        },
        connectionDetails: details[key]?.connectionDetails ?? {},
      },
    ]),
  );
}

const inShop = (object: KubernetesObject, more: object = {}) => ({
  ...object,
  metadata: { ...object.metadata, namespace: 'shop', ...more },
});

/** A claim as Crossplane leaves it once it has composed something. */
const composing = (claim: KubernetesObject, composed: readonly KubernetesObject[]): KubernetesObject => ({
  ...claim,
  spec: {
    ...(claim['spec'] as object),
    crossplane: { resourceRefs: composed.map(({ apiVersion, kind, metadata }) => ({ apiVersion, kind, name: metadata?.name })) },
  },
});

/**
 * The claims beside that of a request, with what those that offer something make for it, from what was observed of it, on their backend of
 * prod.
 */
export function besides(given: Given): Required<Pick<Given, 'claims' | 'objects'>> {
  const { platform, claim, observed } = stepRequest(given);
  const made = Object.values(observed).map(({ object }) => object);
  const { claims = [], objects = [], environments = exampleEnvironments } = given;
  const others = claims.map((other) => {
    const { kind, metadata, spec = {} } = other;
    const api = platform.apis.find((each) => each.kind === kind && each.offers.length > 0);
    if (api === undefined || metadata?.uid === undefined) return { other, composed: [] };
    const defaults = { [kind]: { backend: api.profiles.prod['backend'] } };
    const asked = stepRequest({
      ...given,
      kind,
      name: String(metadata.name),
      spec,
      environments: environments.map((each) => ({ ...each, data: { ...(each['data'] as object), defaults } })),
      claims: [...claims, composing(claim, made)],
      objects: made.map((object) => inShop(object)),
      observed: {},
    });
    const { uid } = metadata;
    const answer = expand({ ...asked, claim: { ...asked.claim, metadata: { ...asked.claim.metadata, uid } } });
    const composed = Object.values(observedAfter(answer)).map(({ object }) => {
      const status = { ...(object['status'] as object), atProvider: at(object, 'spec', 'forProvider') };
      return inShop({ ...object, status }, { ownerReferences: [{ uid, controller: true }] });
    });
    return { other: composing(other, composed), composed };
  });
  return { claims: others.map(({ other }) => other), objects: [...objects, ...others.flatMap(({ composed }) => composed)] };
}

/** What provider-aws publishes of an instance. */
export const instanceDetails = {
  status: { atProvider: { deletionProtection: true, engineVersionActual: '17.4', address: 'orders.rds.internal' } },
  connectionDetails: {
    username: 'app',
    password: 'p:/@%',
    host: 'orders.rds.internal',
    port: '5432',
    endpoint: 'orders.rds.internal:5432',
  },
};

/** What provider-sql publishes of the login that an app has on a server of its own. */
export const loginDetails = { connectionDetails: { username: 'app', password: 'own/@%' } };

export const roleDetails = { connectionDetails: { username: 'staging_shop_orders_efmqnf3lr49lc7jc', password: 'pw' } };

/** What provider-aws publishes of a replication group. */
export const replicationGroupDetails = {
  status: { atProvider: { engineVersionActual: '8.1.0', primaryEndpointAddress: 'master.orders.cache.internal' } },
  connectionDetails: {
    primary_endpoint_address: 'master.orders.cache.internal',
    reader_endpoint_address: 'replica.orders.cache.internal',
    port: '6379',
    'attribute.auth_token': 'p:/@%',
  },
};

/** What provider-aws publishes of the queues of a claim, by key. */
export const queueDetails = Object.fromEntries(
  [
    ['queue', 'prod-shop-orders'],
    ['dead-letter-queue', 'prod-shop-orders-dead-letters'],
  ].map(([key, name]) => [
    key,
    {
      status: {
        atProvider: {
          arn: `arn:aws:sqs:eu-west-1:111122223333:${name}`,
          url: `https://sqs.eu-west-1.amazonaws.com/111122223333/${name}`,
        },
      },
    },
  ]),
);

/** What was applied, as providers report it; `found` says what of each key, which of an instance is the one that was looked for. */
export function reported(
  { desired }: StepResponse,
  found: (object: KubernetesObject, key: string) => { readonly atProvider?: object; readonly conditions?: readonly object[] } | undefined,
): Record<string, ObservedResource> {
  return Object.fromEntries(
    Object.entries(desired).map(([key, { object }]) => {
      const said = found(object, key);
      const identifier = stringAt(object, 'spec', 'forProvider', 'identifier');
      const atProvider = { ...(identifier !== undefined && { identifier }), ...said?.atProvider };
      const metadata = { ...object.metadata, ownerReferences: controlledByClaim };
      return [key, { object: { ...object, metadata, ...(said && { status: { ...said, atProvider } }) }, connectionDetails: {} }];
    }),
  );
}

/** What is in a Secret. */
export function decoded(object: unknown): Readonly<Record<string, string>> {
  const data = at(object, 'data') as Readonly<Record<string, string>>;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, decode(value)]));
}

/** A claim of the namespace beside the one of a request. */
export const claimed = (kind: string, name: string, more: object = {}): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace: 'shop', uid: `uid-of-${kind}-${name}`, ...more },
  spec: {},
});

/** The Secret that a claim composed. */
export function bindingOf(
  { kind, metadata }: KubernetesObject,
  name: string,
  values: Readonly<Record<string, string>>,
  more: object = {},
): KubernetesObject {
  const ownerReferences = [{ apiVersion, kind, name: metadata?.name, uid: metadata?.uid, controller: true }];
  const data = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, encode(value)]));
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'shop', ...{ ownerReferences }, ...more }, data };
}

export const database = claimed('AppDatabase', 'orders');
export const databaseValues = {
  type: 'postgresql',
  host: 'orders-database.shop.svc',
  password: 'Pa55w0rdOfTheDatabase',
  uri: 'postgresql://app:Pa55w0rd@orders-database.shop.svc',
};
export const databaseBinding = bindingOf(database, 'orders-database', databaseValues);

const cache = claimed('AppCache', 'orders');

/** What the example of an app is bound to. */
export const boundTo: readonly KubernetesObject[] = [
  database,
  databaseBinding,
  cache,
  bindingOf(cache, 'orders-cache', { type: 'redis', host: 'orders-cache.shop.svc' }),
];
