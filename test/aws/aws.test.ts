import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { at, type KubernetesObject, stringAt } from '../../functions/core/kubernetes.ts';
import { foundBy } from '../../functions/core/look.ts';
import { isLook } from '../../functions/core/readiness.ts';
import { createAuthority, issueCertificate } from '../certificates.ts';
import { startPostgres } from '../clients/servers.ts';
import {
  answerLook,
  apply,
  bindingOf,
  claim,
  eventually,
  foundNothing,
  foundWith,
  get,
  inPod,
  kubectl,
  type Live,
  list,
  loseClaims,
  makeNamespace,
  oncePassed,
  psql,
  ready,
  removeNamespaces,
  saidOf,
  sleep,
} from '../cluster/cluster.ts';
import { environmentConfig } from '../request.ts';

const namespace = 'aws-claims';
const region = 'eu-west-1';
const awsCli = 'docker.io/amazon/aws-cli:2.23.6';

/** What the identity of a pod stands for in AWS; the simulator takes any. */
const credentials = { AWS_ACCESS_KEY_ID: 'simulated', AWS_SECRET_ACCESS_KEY: 'simulated' };

const claims = [
  claim(namespace, 'shop', { serviceAccount: 'shop' }, 'AppIdentity'),
  claim(namespace, 'reports', {}, 'AppIdentity'),
  claim(namespace, 'files', { versioning: true, readers: ['reports'], writers: ['shop'] }, 'AppBucket'),
  claim(namespace, 'orders', { maxReceives: 2, visibilityTimeoutSeconds: 1, consumers: ['shop'], producers: ['shop'] }, 'AppQueue'),
  claim(namespace, 'sessions', { engine: 'valkey' }, 'AppCache'),
  claim(namespace, 'ledger'),
];

interface FilledIn {
  readonly resource: string;
  readonly lacks: string;
  /** Of `status.atProvider`. */
  status(forProvider: unknown): Readonly<Record<string, unknown>>;
}

/**
 * What the simulator (moto 5.2) or provider-aws 2.5 cannot do, with the status that the provider's CRD and code give it in front
 * of AWS. Everything else is made, observed and reported by the real controllers.
 */
const filledIn: readonly FilledIn[] = [
  {
    resource: 'podidentityassociations.eks.aws.m.upbound.io',
    lacks: 'the simulator has no Pod Identity',
    status: () => ({
      associationId: 'a-simulated',
      associationArn: `arn:aws:eks:${region}:123456789012:podidentityassociation/prod/a-simulated`,
    }),
  },
  {
    resource: 'bucketlifecycleconfigurations.s3.aws.m.upbound.io',
    lacks: 'provider 2.5 never makes one, which 2.6 mended',
    status: (forProvider) => ({ bucket: stringAt(forProvider, 'bucket'), id: stringAt(forProvider, 'bucket') }),
  },
  {
    resource: 'queuepolicies.sqs.aws.m.upbound.io',
    lacks: 'the simulator forgets the policy of a queue when another attribute is set',
    status: (forProvider) => ({ id: stringAt(forProvider, 'queueUrl') }),
  },
  {
    resource: 'queueredriveallowpolicies.sqs.aws.m.upbound.io',
    lacks: 'the simulator knows no RedriveAllowPolicy',
    status: (forProvider) => ({ id: stringAt(forProvider, 'queueUrl') }),
  },
];

/** Answers for the provider where the simulator cannot be asked whether there is something. */
async function answerLooks(statusOf: (object: Live) => object): Promise<void> {
  for (const { objects } of await Promise.all(everyKind())) {
    for (const object of objects.filter((each) => isLook(each) && foundBy({}, each) === undefined))
      await answerLook(object, statusOf(object));
  }
}

const everyKind = () => filledIn.map(async ({ resource, status }) => ({ status, objects: await list(resource, '-n', namespace) }));

/** Pauses what cannot be made, since its controller would report that again, and writes the status that it would have. */
async function fillIn(): Promise<void> {
  const conditions = ['Ready', 'Synced'].map((type) => ({
    type,
    status: 'True',
    reason: type === 'Ready' ? 'Available' : 'ReconcileSuccess',
    lastTransitionTime: new Date().toISOString(),
  }));
  for (const { status, objects } of await Promise.all(everyKind())) {
    for (const { kind, apiVersion, metadata, spec } of objects.filter((object) => !isLook(object))) {
      const target = [`${kind}.${String(apiVersion).split('/')[0]}`, metadata.name, '-n', namespace];
      await kubectl('annotate', ...target, 'crossplane.io/paused=true', '--overwrite');
      const patch = JSON.stringify({ status: { atProvider: status(at(spec, 'forProvider')), conditions } });
      await kubectl('patch', ...target, '--subresource=status', '--type=merge', '-p', patch);
    }
  }
}

let endpoint: string;

/** Runs a script with the aws command in a pod that has one Secret, in front of the simulator in place of AWS. */
async function aws(secret: string, ...script: readonly string[]): Promise<string> {
  const { hostname, port } = new URL(endpoint);
  // By address, since the simulator has no name for each bucket.
  const simulator = `export AWS_ENDPOINT_URL=http://$(getent hosts ${hostname} | cut -d' ' -f1):${port} AWS_DEFAULT_REGION=${region}`;
  const { code, stdout, stderr } = await inPod(namespace, secret, '/binding', awsCli, ['set -e', simulator, ...script].join('\n'), {
    AWS_CONFIG_FILE: '/binding/config',
    ...credentials,
  });
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

async function ask(...words: readonly string[]) {
  return JSON.parse(await aws('platform-team', `aws ${words.join(' ')} --output json`));
}

/** A request to the simulator's own API, which answers with text. */
const simulator = async (method: 'GET' | 'POST', path: string) =>
  await aws(
    'platform-team',
    `python3 -c 'import os, urllib.request as web; print(web.urlopen(web.Request(os.environ["AWS_ENDPOINT_URL"] + "/moto-api/${path}", method="${method}")).read().decode())'`,
  );

/** Records what AWS is asked for from now on; what it was asked for before is forgotten. */
async function record(): Promise<void> {
  for (const what of ['reset', 'start']) await simulator('POST', `recorder/${what}-recording`);
}

interface Asked {
  /** The action of a service, or the method and the part of a bucket. */
  readonly what: string;
  readonly url: string;
  readonly body: string;
}

async function recorded(): Promise<readonly Asked[]> {
  const lines = (await simulator('GET', 'recorder/download-recording')).split('\n').filter(Boolean);
  return lines.map((line): Asked => {
    const { method, url, headers, body: encoded } = JSON.parse(line);
    const body = Buffer.from(String(encoded ?? ''), 'base64').toString();
    const target = headers['X-Amz-Target'] as string | undefined;
    const { pathname, search } = new URL(url);
    // The tags of a bucket are changed by S3 Control, whose requests say of which by their path.
    const part = /^\/v\d+\/tags\//.test(pathname) ? 'tags' : search.replace(/=?(&.*)?$/, '');
    const what = target?.split('.')[1] ?? new URLSearchParams(body).get('Action') ?? `${method} ${part}`;
    return { what, url, body };
  });
}

beforeAll(async () => {
  const { spec } = await get('clusterproviderconfig.aws.m.upbound.io', 'aws');
  const url = stringAt(spec, 'endpoint', 'url', 'static');
  if (url === undefined)
    throw new Error('cannot test: ClusterProviderConfig aws: spec.endpoint.url.static: missing, want the URL of a simulator of AWS');
  endpoint = url;
  // Without the account, which it asks for with that, the provider looks for a policy of IAM in another, and finds none.
  const patch = JSON.stringify({ spec: { skip_credentials_validation: false } });
  await kubectl('patch', 'clusterproviderconfig.aws.m.upbound.io', 'aws', '--type=merge', '-p', patch);
  await removeNamespaces(namespace);
  await makeNamespace(namespace);
  await apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'platform-team', namespace },
    stringData: { config: '[default]\n' },
  });
  // What an earlier run made is protected, and so is still there.
  await simulator('POST', 'reset');
  const { Subnets: subnets } = await ask('ec2 describe-subnets');
  const { KeyMetadata: key } = await ask('kms create-key');
  await apply(
    environmentConfig('aws-prod', {
      tier: 'prod',
      controlPlane: 'test',
      aws: {
        region,
        providerConfig: 'aws',
        vpcId: subnets[0].VpcId,
        subnetIds: subnets.map(({ SubnetId }: { SubnetId: string }) => SubnetId),
        clientCidrs: ['10.0.0.0/16'],
        accountId: key.AWSAccountId,
        clusterName: 'prod',
        kmsKeyArn: key.Arn,
        notificationTopicArn: `arn:aws:sns:${region}:${key.AWSAccountId}:alarms`,
      },
    }),
  );
  await makeNamespace(namespace, 'aws-prod');
  await apply(...claims);
});

const awsKinds = async () =>
  (await kubectl('api-resources', '--categories=managed', '--namespaced', '-o', 'name'))
    .trim()
    .split('\n')
    .filter((kind) => kind.includes('.aws.m.'));

/** What is in the simulator stays there, since it deletes policies that are attached, and then no role that had them. */
async function leave(namespace: string, environment = namespace): Promise<void> {
  for (const { kind, apiVersion, metadata } of await list((await awsKinds()).join(','), '-n', namespace)) {
    const target = [`${kind}.${String(apiVersion).split('/')[0]}`, metadata.name, '-n', namespace];
    await kubectl('annotate', ...target, 'crossplane.io/paused=true', '--overwrite');
    await kubectl('patch', ...target, '--type=merge', '-p', '{"metadata":{"finalizers":null}}');
  }
  await removeNamespaces(namespace);
  await kubectl('delete', 'environmentconfig', environment, '--ignore-not-found');
}

afterAll(() => leave(namespace, 'aws-prod'));

const conditionsOf = (object: KubernetesObject) =>
  Object.fromEntries(
    ((at(object, 'status', 'conditions') ?? []) as { type: string; status: string }[]).map(({ type, status }) => [type, status]),
  );

test('the real controllers make everything that the simulator can make', { timeout: 500_000 }, async () => {
  const real = (await awsKinds()).filter((kind) => !filledIn.some(({ resource }) => resource === kind)).join(',');
  await eventually(async () => {
    await answerLooks(foundNothing);
    const made = (await list(real, '-n', namespace)).map((object) => {
      const { Ready, Synced } = conditionsOf(object);
      return `${object.kind} ${object.metadata.name}: ready ${Ready}, synced ${Synced}`;
    });
    expect(made.sort()).toEqual(
      [
        'Bucket files-bucket-bucket',
        'BucketOwnershipControls files-bucket-ownership',
        'BucketPolicy files-bucket-policy',
        'BucketPublicAccessBlock files-bucket-public-access',
        'BucketServerSideEncryptionConfiguration files-bucket-encryption',
        'BucketVersioning files-bucket-versioning',
        'Instance ledger-database-instance',
        'MetricAlarm ledger-database-alarm-connections',
        'MetricAlarm ledger-database-alarm-cpu',
        'MetricAlarm ledger-database-alarm-free-storage',
        'MetricAlarm orders-queue-alarm-dead-letters',
        'MetricAlarm orders-queue-alarm-oldest-message',
        'MetricAlarm sessions-cache-alarm-cpu',
        'MetricAlarm sessions-cache-alarm-evictions',
        'ParameterGroup ledger-database-parameter-group-17',
        'ParameterGroup sessions-cache-parameter-group-8',
        'Queue orders-queue-dead-letter-queue',
        'Queue orders-queue-queue',
        'ReplicationGroup sessions-cache-replication-group',
        'Role reports-identity-role',
        'Role shop-identity-role',
        'RolePolicy reports-identity-access',
        'RolePolicy shop-identity-access',
        'SecurityGroup ledger-database-security-group',
        'SecurityGroup sessions-cache-security-group',
        'SecurityGroupRule ledger-database-ingress-638e1131',
        'SecurityGroupRule sessions-cache-ingress-638e1131',
        'SubnetGroup ledger-database-subnet-group',
        'SubnetGroup sessions-cache-subnet-group',
      ].map((name) => `${name}: ready True, synced True`),
    );
    const { metadata } = await get('instance.rds.aws.m.upbound.io', 'ledger-database-instance', namespace);
    expect(metadata.annotations?.['crossplane.io/external-name']).toMatch(/^db-[A-Z0-9]+$/);
  }, 420);
});

test.each(filledIn)('$resource: $lacks', async ({ resource }) => {
  await eventually(async () => {
    const found = (await list(resource, '-n', namespace)).map(conditionsOf);
    expect(found.some(({ Ready, Synced }) => Ready === 'False' || Synced === 'False')).toBe(true);
  });
});

test('the claims are ready once the rest has the status that it would have in AWS', async () => {
  await eventually(async () => {
    // More than once, since what had begun before the pause still reports.
    await fillIn();
    const found = await list('claim', '-n', namespace);
    expect(found.map((object) => `${object.kind}: ready ${conditionsOf(object)['Ready']}`).sort()).toEqual(
      ['AppBucket', 'AppCache', 'AppDatabase', 'AppIdentity', 'AppIdentity', 'AppQueue'].map((kind) => `${kind}: ready True`),
    );
  });
});

test('the instance is as the claim says, windows included', async () => {
  const { DBInstances: instances } = await ask('rds describe-db-instances');
  const { spec } = await get('instance.rds.aws.m.upbound.io', 'ledger-database-instance', namespace);
  const { identifier, maintenanceWindow, backupWindow } = at(spec, 'forProvider') as Readonly<Record<string, string>>;
  expect(instances.filter(({ DBInstanceIdentifier: id }: { readonly DBInstanceIdentifier: string }) => id === identifier)).toEqual([
    expect.objectContaining({
      MultiAZ: true,
      StorageEncrypted: true,
      DeletionProtection: true,
      PubliclyAccessible: false,
      BackupRetentionPeriod: 14,
      PreferredMaintenanceWindow: maintenanceWindow,
      PreferredBackupWindow: backupWindow,
    }),
  ]);
});

describe('alarms', () => {
  type Fields = Readonly<Record<string, unknown>>;
  const dimensionsOf = (of: Fields) => Object.entries(of['dimensions'] ?? {}).map(([Name, Value]) => ({ Name, Value }));
  const metricOf = (of: Fields) => ({ Namespace: of['namespace'], MetricName: of['metricName'], Dimensions: dimensionsOf(of) });
  const queryOf = ({ id: Id, expression: Expression, label: Label, returnData: ReturnData = false, metric }: Fields) => {
    const of = metric as Fields | undefined;
    return { Id, Expression, Label, ReturnData, MetricStat: of && { Metric: metricOf(of), Period: of['period'], Stat: of['stat'] } };
  };
  const sortedBy = (field: string, of: unknown) =>
    (of as readonly Fields[]).toSorted((a, b) => (String(a[field]) < String(b[field]) ? -1 : 1));

  test('are as the claims say, and tell the topic of the environment', async () => {
    const asked = (await list('metricalarms.cloudwatch.aws.m.upbound.io', '-n', namespace)).map(({ metadata, spec }) => {
      const of = at(spec, 'forProvider') as Fields;
      return {
        AlarmName: metadata.annotations?.['crossplane.io/external-name'],
        AlarmDescription: of['alarmDescription'],
        ...metricOf(of),
        Statistic: of['statistic'],
        Period: of['period'],
        Metrics: sortedBy('Id', ((of['metricQuery'] ?? []) as readonly Fields[]).map(queryOf)),
        EvaluationPeriods: of['evaluationPeriods'],
        ComparisonOperator: of['comparisonOperator'],
        Threshold: of['threshold'],
        TreatMissingData: of['treatMissingData'],
        AlarmActions: [`arn:aws:sns:${region}:123456789012:alarms`],
        OKActions: [`arn:aws:sns:${region}:123456789012:alarms`],
        InsufficientDataActions: [],
        ActionsEnabled: true,
      };
    });
    const { MetricAlarms: found } = (await ask('cloudwatch describe-alarms')) as { readonly MetricAlarms: readonly Fields[] };
    const settings = found.map(({ Metrics, ...alarm }) => {
      const others = Object.entries(alarm).filter(([field]) => !/^(AlarmArn|State.*|.*Timestamp)$/.test(field));
      return { ...Object.fromEntries(others), Metrics: sortedBy('Id', Metrics) };
    });
    expect(sortedBy('AlarmName', settings)).toEqual(sortedBy('AlarmName', asked));
    expect(asked.length).toBe(7);
  });
});

test('a client that the environment lets in no more is let in by nothing in AWS', async () => {
  const letIn = async () => {
    const { SecurityGroups: groups } = await ask('ec2 describe-security-groups --filters Name=tag:claim,Values=ledger');
    return (groups as readonly object[])
      .flatMap((group) => (at(group, 'IpPermissions') as readonly object[]).flatMap((rule) => at(rule, 'IpRanges') as readonly object[]))
      .map((range) => at(range, 'CidrIp'))
      .sort();
  };
  const clients = async (...clientCidrs: readonly string[]) => {
    const patch = JSON.stringify({ data: { aws: { clientCidrs } } });
    await kubectl('patch', 'environmentconfig', 'aws-prod', '--type=merge', '-p', patch);
    await oncePassed(namespace, 'ledger', 'appdatabase', async () => expect(await letIn()).toEqual(clientCidrs));
  };
  await clients('10.0.0.0/16', '10.1.0.0/16');
  await clients('10.0.0.0/16');
});

describe('the bucket', () => {
  test('is private, encrypted with the key of the environment, versioned and reached over TLS only', async () => {
    const { bucket } = await bindingOf(namespace, 'files', 'bucket');
    const arn = `arn:aws:s3:::${bucket}`;
    const { data } = await get('environmentconfig', 'aws-prod');
    const of = async (what: string) => await ask(`s3api get-${what} --bucket ${bucket}`);
    expect(await of('public-access-block')).toEqual({
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    });
    expect(await of('bucket-encryption')).toEqual({
      ServerSideEncryptionConfiguration: {
        Rules: [
          {
            ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: at(data, 'aws', 'kmsKeyArn') },
            BucketKeyEnabled: true,
          },
        ],
      },
    });
    expect(await of('bucket-versioning')).toEqual({ Status: 'Enabled' });
    expect(await of('bucket-ownership-controls')).toEqual({ OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] } });
    expect(JSON.parse((await of('bucket-policy')).Policy)).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:*',
          Resource: [arn, `${arn}/*`],
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
    });
  });

  test('takes and gives objects with nothing but the binding', async () => {
    // The simulator reads no conditions, so that it takes the policy that refuses what is not encrypted for one that refuses all.
    const { bucket } = await bindingOf(namespace, 'files', 'bucket');
    await kubectl('annotate', 'bucketpolicy', 'files-bucket-policy', '-n', namespace, 'crossplane.io/paused=true');
    await aws('platform-team', `aws s3api delete-bucket-policy --bucket ${bucket}`);
    const output = await aws(
      'files-bucket',
      'uri=$(cat /binding/uri)',
      'echo first | aws s3 cp - "$uri/hello.txt"',
      'echo second | aws s3 cp - "$uri/hello.txt"',
      'aws s3 cp "$uri/hello.txt" -',
      `aws s3api list-object-versions --bucket "$(cat /binding/bucket)" --query 'Versions[].Key' --output text`,
    );
    await kubectl('annotate', 'bucketpolicy', 'files-bucket-policy', '-n', namespace, 'crossplane.io/paused-');
    expect(output).toBe('second\nhello.txt\thello.txt');
  });
});

test('a message of the queue that is not deleted becomes a dead letter, with nothing but the binding', async () => {
  const receive = (queue: 'uri' | 'dead-letter-uri') =>
    `echo ${queue} $(aws sqs receive-message --queue-url "$(cat /binding/${queue})" --wait-time-seconds 2 --query 'Messages[].Body' --output text)`;
  const output = await aws(
    'orders-queue',
    'aws sqs send-message --queue-url "$(cat /binding/uri)" --message-body hello >/dev/null',
    ...Array.from({ length: 3 }, () => `${receive('uri')}; sleep 2`),
    receive('dead-letter-uri'),
  );
  expect(output.split('\n').map((line) => line.replace(' None', ''))).toEqual(['uri hello', 'uri hello', 'uri', 'dead-letter-uri hello']);
});

test('the role of the service account has one policy with what both claims give it, and is for its pods alone', async () => {
  const { status } = await get('appidentity', 'shop', namespace);
  const role = String(status?.['role']);
  const { AttachedPolicies: attached } = await ask(`iam list-attached-role-policies --role-name ${role}`);
  const { PolicyNames: names } = await ask(`iam list-role-policies --role-name ${role}`);
  expect([attached, names]).toEqual([[], ['shop-identity-access']]);
  const { PolicyDocument: document } = await ask(`iam get-role-policy --role-name ${role} --policy-name shop-identity-access`);
  const policy = await get('rolepolicies.iam.aws.m.upbound.io', 'shop-identity-access', namespace);
  expect(document).toEqual(JSON.parse(String(stringAt(policy, 'spec', 'forProvider', 'policy'))));
  const resources = document.Statement.flatMap(({ Resource }: { Resource: readonly string[] }) => Resource);
  const bucket = String((await get('appbucket', 'files', namespace)).status?.['bucket']);
  const [queue] = String((await get('appqueue', 'orders', namespace)).status?.['url'])
    .split('/')
    .slice(-1);
  expect(new Set(resources.filter((resource: string) => !resource.includes(':kms:')))).toEqual(
    new Set([
      `arn:aws:s3:::${bucket}`,
      `arn:aws:s3:::${bucket}/*`,
      `arn:aws:sqs:${region}:123456789012:${queue}`,
      `arn:aws:sqs:${region}:123456789012:${queue}-dead-letters`,
    ]),
  );
  const { Role: found } = await ask(`iam get-role --role-name ${role}`);
  expect(found.AssumeRolePolicyDocument).toEqual({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'pods.eks.amazonaws.com' },
        Action: ['sts:AssumeRole', 'sts:TagSession'],
        Condition: {
          StringEquals: {
            'aws:RequestTag/eks-cluster-name': 'prod',
            'aws:RequestTag/kubernetes-namespace': namespace,
            'aws:RequestTag/kubernetes-service-account': 'shop',
          },
        },
      },
    ],
  });
});

describe('a control plane that lost all', { timeout: 500_000 }, () => {
  /** What there is in AWS, each by what AWS itself calls it. */
  const inventory = async () =>
    (
      await aws(
        'platform-team',
        "aws s3api list-buckets --query 'Buckets[].Name' --output json",
        "aws sqs list-queues --query 'QueueUrls' --output json",
        "aws iam list-roles --query 'Roles[].RoleId' --output json",
        "aws iam get-account-authorization-details --filter Role --query 'RoleDetailList[].RolePolicyList[].PolicyName' --output json",
        "aws rds describe-db-instances --query 'DBInstances[].DbiResourceId' --output json",
        "aws rds describe-db-parameter-groups --query 'DBParameterGroups[].DBParameterGroupName' --output json",
        "aws rds describe-db-subnet-groups --query 'DBSubnetGroups[].DBSubnetGroupName' --output json",
        "aws elasticache describe-replication-groups --query 'ReplicationGroups[].ReplicationGroupId' --output json",
        "aws cloudwatch describe-alarms --query 'MetricAlarms[].AlarmName' --output json",
        "aws elasticache describe-cache-subnet-groups --query 'CacheSubnetGroups[].CacheSubnetGroupName' --output json",
        "aws ec2 describe-security-groups --query 'SecurityGroups[].[GroupId,length(IpPermissions)]' --output json",
      )
    )
      .split(/\n(?=\[)/)
      .map((listed) => JSON.parse(listed).sort());

  const groups = [
    ['AppDatabase', 'ledger', 'ledger-database-security-group', 'ledger-database-ingress-638e1131', 5432],
    ['AppCache', 'sessions', 'sessions-cache-security-group', 'sessions-cache-ingress-638e1131', 6379],
  ] as const;

  test('finds all of it again, with a hand for what AWS names, and makes nothing anew', async () => {
    const before = await inventory();
    await loseClaims(namespace);
    await apply(...claims);
    await eventually(async () => {
      await answerLooks(({ spec }) => foundWith(at(spec, 'forProvider', 'tags')));
      expect((await list('securitygroups.ec2.aws.m.upbound.io', '-n', namespace)).length).toBe(groups.length);
    });
    // As the page on operations says.
    const annotate = (resource: string, object: string, id: string) =>
      kubectl('annotate', resource, object, '-n', namespace, '--overwrite', `crossplane.io/external-name=${id}`);
    for (const [kind, name, object, rule, port] of groups) {
      const filters = ['control-plane=test', `namespace=${namespace}`, `claim=${name}`, `kind=${kind}`]
        .map((tag) => `Name=tag:${tag.replace('=', ',Values=')}`)
        .join(' ');
      const [id] = (await ask(`ec2 describe-security-groups --filters ${filters} --query 'SecurityGroups[].GroupId'`)) as readonly string[];
      await annotate('securitygroup.ec2.aws.m.upbound.io', object, String(id));
      await eventually(() => get('securitygrouprule.ec2.aws.m.upbound.io', rule, namespace));
      await annotate('securitygrouprule.ec2.aws.m.upbound.io', rule, `${id}_ingress_tcp_${port}_${port}_10.0.0.0/16`);
    }
    await eventually(async () => {
      await fillIn();
      const found = await list('claim', '-n', namespace);
      expect(found.map((object) => conditionsOf(object)['Ready'])).toEqual(claims.map(() => 'True'));
      const rules = await list('securitygrouprules.ec2.aws.m.upbound.io', '-n', namespace);
      expect(rules.map((rule) => [conditionsOf(rule)['Synced'], rule.metadata.annotations?.['crossplane.io/external-name']])).toEqual(
        groups.map(() => ['True', expect.stringMatching(/^sgrule-/)]),
      );
    }, 240);
    expect(await inventory()).toEqual(before);
  });
});

describe('what RDS keeps of a database', { timeout: 500_000 }, () => {
  const instanceOf = (name: string) => get('instance.rds.aws.m.upbound.io', `${name}-database-instance`, namespace);
  const identifierOf = async (name: string) => stringAt(await instanceOf(name), 'spec', 'forProvider', 'identifier');
  const copyOf = (name: string, more: object) => claim(namespace, name, { restoreFrom: { claim: 'ledger', ...more } });

  test('becomes new databases, of now and of a snapshot, while it goes on; what it does not keep is refused', async () => {
    const ledger = await identifierOf('ledger');
    await ask(`rds create-db-snapshot --db-instance-identifier ${ledger} --db-snapshot-identifier before`);
    await apply(copyOf('now', {}), copyOf('then', { snapshot: 'before' }), copyOf('never', { at: '2126-01-01T00:00:00Z' }));
    await eventually(async () => {
      await answerLooks(foundNothing);
      await fillIn();
      for (const name of ['now', 'then']) {
        expect([name, conditionsOf(await instanceOf(name))['Ready']]).toEqual([name, 'True']);
        expect((await bindingOf(namespace, name))['database']).toBe('app');
      }
    }, 400);
    const made = async (name: string) => {
      const { spec } = await instanceOf(name);
      return [at(spec, 'forProvider', 'restoreToPointInTime'), at(spec, 'forProvider', 'snapshotIdentifier')];
    };
    expect([await made('now'), await made('then')]).toEqual([
      [{ sourceDbInstanceIdentifier: ledger, useLatestRestorableTime: true }, undefined],
      [undefined, 'before'],
    ]);
    const { DBInstances: all } = await ask('rds describe-db-instances');
    const names = await Promise.all(['ledger', 'now', 'then'].map(identifierOf));
    expect(all.map(({ DBInstanceIdentifier: name }: { DBInstanceIdentifier: string }) => name).sort()).toEqual(names.sort());
    expect(new Set(all.map(({ DbiResourceId }: { DbiResourceId: string }) => DbiResourceId)).size).toBe(3);
    expect(saidOf(await get('appdatabase', 'never', namespace), 'Resolved')?.message).toMatch(
      /^cannot restore: spec\.restoreFrom\.at: got "2126-01-01T00:00:00Z", want at most "[^"]+", up to which RDS can restore it now$/,
    );
  });
});

describe('a database whose server answers', { timeout: 500_000 }, () => {
  const reached = 'aws-reached';
  const folder = mkdtempSync(join(tmpdir(), 'aws-'));
  let server: Awaited<ReturnType<typeof startPostgres>> | undefined;

  afterAll(async () => {
    await leave(reached);
    server?.stop();
    rmSync(folder, { recursive: true });
  });

  test('is logged in to by its owner, whom the administrator that RDS was told of made', async () => {
    // Whom the server runs as.
    chmodSync(folder, 0o711);
    const authority = createAuthority(join(folder, 'authority'));
    const certificate = issueCertificate(authority, join(folder, 'issued'), '/CN=rds', 'DNS:*.rds.aws.internal');
    server = await startPostgres(join(folder, 'server'), certificate, [], { addresses: '*', port: 5432 });
    const ofProd = at(await get('environmentconfig', 'aws-prod'), 'data') as { readonly aws: object };
    const rdsCaCertificates = readFileSync(authority.certificate, 'utf8');
    await apply(environmentConfig(reached, { ...ofProd, aws: { ...ofProd.aws, rdsCaCertificates, providerSqlTls: 'require' } }));
    await removeNamespaces(reached);
    await makeNamespace(reached, reached);
    await record();
    await apply(claim(reached, 'ledger'));
    const { identifier, administrator, password } = await eventually(async () => {
      const created = (await recorded()).find(({ what, body }) => what === 'CreateDBInstance' && body.includes(reached));
      if (created === undefined) throw new Error('RDS was asked for no instance yet');
      const said = new URLSearchParams(created.body);
      const [identifier, administrator, password] = ['DBInstanceIdentifier', 'MasterUsername', 'MasterUserPassword'].map((key) =>
        said.get(key),
      );
      return { identifier, administrator, password };
    }, 180);
    // As RDS makes it.
    server.sql(`CREATE ROLE "${administrator}" LOGIN CREATEROLE CREATEDB PASSWORD '${password}'`);
    await ready(reached, 'ledger', 420);
    const { username, database, provider, host } = await bindingOf(reached, 'ledger');
    expect({ username, database, provider, host }).toEqual({
      username: 'app',
      database: 'app',
      provider: 'rds',
      host: `${identifier}.rds.aws.internal`,
    });
    const who = 'SELECT current_user, (SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()), rolcreaterole';
    expect(await psql(reached, 'ledger', `${who} FROM pg_roles WHERE rolname = current_user`)).toEqual({
      code: 0,
      stdout: 'app|app|f',
      stderr: '',
    });
    expect(administrator).not.toBe(username);
  });
});

describe('what was there before its claim', { timeout: 500_000 }, () => {
  /** What would change something that is called legacy. */
  async function written(): Promise<readonly Asked[]> {
    const ofLegacy = (await recorded()).filter(({ url, body }) => [url, body].some((part) => part.includes('legacy-')));
    return ofLegacy.filter(({ what }) => !/^(Describe|List|Get|GET|HEAD)/.test(what));
  }

  /** What changes what is adopted, field by field, and what of its request is no field that was accepted. */
  const modified = [
    {
      kind: 'AppDatabase',
      key: 'instance',
      what: 'ModifyDBInstance',
      /** What RDS calls a field of the provider's, where that is another word. */
      called: {
        backupWindow: 'PreferredBackupWindow',
        enabledCloudwatchLogsExports: 'CloudwatchLogsExportConfiguration',
        instanceClass: 'DBInstanceClass',
        maintenanceWindow: 'PreferredMaintenanceWindow',
        parameterGroupName: 'DBParameterGroupName',
        password: 'MasterUserPassword',
        performanceInsightsEnabled: 'EnablePerformanceInsights',
      },
      silent: ['Action', 'Version', 'DBInstanceIdentifier', 'AllowMajorVersionUpgrade', 'ApplyImmediately'],
      sends: 'MasterUserPassword',
    },
    {
      kind: 'AppCache',
      key: 'replication-group',
      what: 'ModifyReplicationGroup',
      called: {
        description: 'ReplicationGroupDescription',
        maintenanceWindow: 'PreferredMaintenanceWindow',
        nodeType: 'CacheNodeType',
        parameterGroupName: 'CacheParameterGroupName',
      },
      silent: ['Action', 'Version', 'ReplicationGroupId', 'ApplyImmediately'],
      sends: 'CacheNodeType',
    },
  ] as const;

  const legacyToken = 'a-token-that-clients-use';
  const kinds = ['AppDatabase', 'AppBucket', 'AppCache', 'AppQueue'] as const;
  const tagOf = (kind: string) => `test/aws-prod/${namespace}/${kind}/taken`;
  const allowedOf = async (kind: string) => saidOf(await get(kind.toLowerCase(), 'taken', namespace), 'Allowed')?.message ?? '';

  test('is asked for nothing but how it is until its differences are accepted, and then for these alone', async () => {
    const { Subnets: subnets } = await ask('ec2 describe-subnets');
    const ids = subnets.map(({ SubnetId }: { SubnetId: string }) => SubnetId).join(' ');
    await aws(
      'platform-team',
      `aws rds create-db-subnet-group --db-subnet-group-name legacy-subnets --db-subnet-group-description legacy --subnet-ids ${ids} >/dev/null`,
      'aws rds create-db-instance --db-instance-identifier legacy-orders --db-instance-class db.m5.large --engine postgres --engine-version 17 ' +
        '--master-username postgres --master-user-password legacy-password --db-name legacy --allocated-storage 100 --storage-encrypted ' +
        `--db-subnet-group-name legacy-subnets --tags Key=adoptable-by,Value=${tagOf('AppDatabase')} >/dev/null`,
      `aws sqs create-queue --queue-name legacy-jobs --tags adoptable-by=${tagOf('AppQueue')} >/dev/null`,
      `aws s3api create-bucket --bucket legacy-files --create-bucket-configuration LocationConstraint=${region} >/dev/null`,
      `aws s3api put-bucket-tagging --bucket legacy-files --tagging 'TagSet=[{Key=adoptable-by,Value=${tagOf('AppBucket')}}]'`,
      `aws elasticache create-cache-subnet-group --cache-subnet-group-name legacy-subnets --cache-subnet-group-description legacy --subnet-ids ${ids} >/dev/null`,
      'aws elasticache create-replication-group --replication-group-id legacy-sessions --replication-group-description legacy --engine valkey ' +
        '--engine-version 8.1 --cache-node-type cache.m6g.large --num-cache-clusters 2 --automatic-failover-enabled --multi-az-enabled ' +
        `--at-rest-encryption-enabled --transit-encryption-enabled --transit-encryption-mode required --auth-token ${legacyToken} ` +
        '--cache-parameter-group-name default.valkey8 --cache-subnet-group-name legacy-subnets --security-group-ids sg-legacy --port 6379 ' +
        '--auto-minor-version-upgrade --snapshot-retention-limit 7 --snapshot-window 03:00-04:00 --preferred-maintenance-window sun:05:00-sun:06:00 ' +
        `--tags Key=adoptable-by,Value=${tagOf('AppCache')} Key=auth-token,Value=required >/dev/null`,
    );
    await record();
    await apply(
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'taken-cache-token', namespace },
        stringData: { password: legacyToken },
      },
      claim(namespace, 'taken', { adopt: { replicationGroup: 'legacy-sessions' } }, 'AppCache'),
      claim(namespace, 'taken', { adopt: { instance: 'legacy-orders' } }),
      claim(namespace, 'taken', { adopt: { bucket: 'legacy-files' } }, 'AppBucket'),
      claim(namespace, 'taken', { adopt: { queue: 'legacy-jobs' } }, 'AppQueue'),
    );
    await eventually(async () => {
      await answerLooks(foundNothing);
      for (const kind of kinds) expect(await allowedOf(kind)).toMatch(/^nothing of "legacy-[a-z]+" was changed yet; /);
    }, 240);
    // Each provider looks more than once meanwhile.
    await sleep(45_000);
    expect(await written()).toEqual([]);

    const differing = new Map<string, readonly string[]>();
    for (const { kind, key } of modified) {
      const found = [...(await allowedOf(kind)).matchAll(new RegExp(`${key}: (\\w+): runs `, 'g'))].map(([, field = '']) => field);
      differing.set(kind, found);
    }
    for (const kind of kinds) {
      // While something is looked at again the claim says that it waits for that.
      const token = await eventually(async () => {
        await answerLooks(foundNothing);
        const found = /acknowledge=([-,0-9a-v]+);/.exec(await allowedOf(kind))?.[1];
        if (found === undefined) throw new Error(`nothing of ${kind} can be accepted yet`);
        return found;
      });
      await kubectl('annotate', kind.toLowerCase(), 'taken', '-n', namespace, '--overwrite', `platform.internal/acknowledge=${token}`);
    }
    await eventually(async () => {
      await answerLooks(foundNothing);
      await fillIn();
      const asked = new Set((await written()).map(({ what }) => what));
      for (const what of ['ModifyDBInstance', 'ModifyReplicationGroup', 'PUT ?policy', 'SetQueueAttributes'])
        expect([...asked]).toContain(what);
    }, 300);
    const asked = await written();
    // Alarms watch it, and are new.
    const others = asked.filter(
      ({ what }) =>
        !/^(Modify(DBInstance|ReplicationGroup)|PutMetricAlarm|(Add|Remove)Tags\w+|SetQueueAttributes|(Tag|Untag)Queue|PUT \?\w+|(POST|DELETE) tags)$/.test(
          what,
        ),
    );
    expect(others).toEqual([]);
    for (const { kind, what: modify, called, silent, sends } of modified) {
      const fields = differing.get(kind) ?? [];
      const accepted = fields
        .map((field) => (called as Readonly<Record<string, string>>)[field] ?? field)
        .map((name) => name.toLowerCase());
      const sent = asked.filter(({ what }) => what === modify).flatMap(({ body }) => [...new URLSearchParams(body).keys()]);
      const names = new Set(sent.map((name) => name.split('.')[0] ?? '').filter((name) => !(silent as readonly string[]).includes(name)));
      expect([kind, [...names].filter((name) => !accepted.includes(name.toLowerCase()))]).toEqual([kind, []]);
      expect([...names]).toContain(sends);
    }
  });
});
