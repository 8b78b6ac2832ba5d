import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { apis } from '../apis/index.ts';
import type { Composed, Expansion } from '../core/api.ts';
import { type Card, type Failure, providerOf, typed } from '../core/card.ts';
import { at, groupKind, type KubernetesObject } from '../core/kubernetes.ts';
import type { ObservedResource } from '../core/step.ts';
import { goldenPath } from '../golden-path.ts';
import { rdsInstance } from '../kinds/aws/rds-instance.ts';
import { runtimeFailures } from '../kinds/crossplane/runtime.ts';
import { kinds } from '../kinds/index.ts';
import { sqlDatabase } from '../kinds/sql/database.ts';
import { sqlRole } from '../kinds/sql/role.ts';
import { failureOf, meaningOf } from './failures/index.ts';
import { progressOf } from './progress.ts';

/** A resource of a kind, reached as a failure says, as a claim wants it. */
function resourceOf(card: Card, { through = 'ClusterProviderConfig' }: Partial<Failure> = {}): KubernetesObject {
  return {
    ...typed(card),
    metadata: { name: 'orders-database-part' },
    spec: {
      providerConfigRef: { kind: through, name: 'main' },
      forProvider: {
        region: 'eu-west-1',
        instanceClass: 'db.m7g.large',
        nodeType: 'cache.t4g.small',
        engineVersion: '17',
        vpcId: 'vpc-1',
        sourceSecurityGroupId: 'sg-1',
        serviceAccount: 'orders',
        kmsKeyId: 'arn:aws:kms:eu-west-1:111122223333:key/1',
        extension: 'pg_cron',
      },
    },
  };
}

const backends = apis.flatMap((api) => Object.values(api.backends).map((backend) => ({ api, backend })));
const explains = Object.assign({}, ...backends.map(({ backend }) => backend.explains)) as Record<string, string>;
const audience = { environment: 'prod', explains };

const instance = resourceOf(rdsInstance);
const role = resourceOf(sqlRole);
const messageFor = (object: KubernetesObject, message: string, card: Card = object.kind === 'Role' ? sqlRole : rdsInstance) => {
  const meaning = meaningOf(card, object, message, audience);
  return 'cause' in meaning ? meaning.cause : `waits for ${meaning.waitsFor}`;
};

/** Each failure once, with a kind of which it is said: what holds of all kinds with one that has nothing to say itself. */
const rows: readonly { readonly of: string; readonly card: Card; readonly row: Failure }[] = [
  ...runtimeFailures.map((row) => ({ of: 'any', card: sqlDatabase, row })),
  ...[
    ...new Map(
      kinds.flatMap((card) => (card.failures.length === 0 && providerOf(card) ? [[providerOf(card)?.failures, card]] : [])),
    ).values(),
  ].flatMap((card) => (providerOf(card)?.failures ?? []).map((row) => ({ of: providerOf(card)?.package ?? '', card, row }))),
  ...kinds.flatMap((card) => card.failures.map((row) => ({ of: groupKind(card), card, row }))),
];
const named = rows.map((each) => ({ name: `${each.of} ${each.row.pattern.source}`, ...each }));

describe('the table of failures', () => {
  test.each(named)('recognises the example of $name, in this row and in none before it', ({ card, row }) => {
    expect(row.example).not.toBe('');
    expect(failureOf(card, resourceOf(card, row), row.example)?.row).toBe(row);
  });

  test('says for each example what to change', () => {
    const said = rows.map(({ card, row }) => messageFor(resourceOf(card, row), row.example, card));
    expect(said).toMatchInlineSnapshot(`
      [
        "waits for Database example",
        "waits for what it refers to",
        "waits for the next attempt",
        "its provider was stopped while it created it; the platform team must see whether it exists, and then take the annotation crossplane.io/external-create-pending off",
        "waits for AWS to take more requests",
        "waits for AWS, which has it in state "creating" longer than its provider waited at once",
        "waits for the next attempt",
        "its policy is longer than the 6144 characters that IAM takes, which nobody can raise: name fewer service accounts, buckets or queues in one claim",
        "EnvironmentConfig "prod": data.aws.providerConfig: the AWS account of ClusterProviderConfig "main" is at a quota in eu-west-1 (StorageQuotaExceeded), raise it in Service Quotas; tell the platform team",
        "EnvironmentConfig "prod": data.aws.subnetIds: all in one availability zone (us-east-1a), want two; tell the platform team",
        "EnvironmentConfig "prod": data.aws.subnetIds: not all are in the VPC that data.aws.vpcId names, want those of one VPC; tell the platform team",
        "EnvironmentConfig "prod": data.aws.subnetIds: got "subnet-04cb33f4001924f59, subnet-084fb5fd9987a0cf7", want subnets that exist in eu-west-1; tell the platform team",
        "EnvironmentConfig "prod": data.aws.vpcId: got "vpc-12345678901234567", want a VPC that exists in eu-west-1; tell the platform team",
        "EnvironmentConfig "prod": data.aws.kmsKeyArn: got "arn:aws:kms:eu-west-1:111122223333:key/1", want a key that exists, is enabled, and may be used with ClusterProviderConfig "main"; tell the platform team",
        "metadata.name: the AWS account has one of the name that this claim does not know (EntityAlreadyExists): choose another name, or have the platform team see whose it is",
        "EnvironmentConfig "prod": data.aws.providerConfig: ClusterProviderConfig "main" may not do ec2:CreateSecurityGroup, allow it in IAM; tell the platform team",
        "EnvironmentConfig "prod": data.aws.providerConfig: ClusterProviderConfig "main" may not do what this resource needs, allow it in IAM; tell the platform team",
        "EnvironmentConfig "prod": data.aws.providerConfig: the credentials of ClusterProviderConfig "main" have expired, renew them; tell the platform team",
        "EnvironmentConfig "prod": data.aws.providerConfig: AWS refuses the credentials of ClusterProviderConfig "main", correct them; tell the platform team",
        "EnvironmentConfig "prod": data.aws.providerConfig: got "aws", want a ClusterProviderConfig of provider-aws that exists; tell the platform team",
        "EnvironmentConfig "prod": data.aws.providerConfig: provider-aws finds no credentials with ClusterProviderConfig "main", correct its spec.credentials; tell the platform team",
        "EnvironmentConfig "prod": data.aws.region: got "eu-west-1", want a region of AWS; tell the platform team",
        "AWS cannot change db_name of what exists, set back what changed it or make a new claim",
        "EnvironmentConfig "prod": data.shared.postgres.providerConfig: got "shared", want a ClusterProviderConfig of provider-sql that exists; tell the platform team",
        "EnvironmentConfig "prod": data.shared.postgres.providerConfig: the Secret "shared-postgres" of ClusterProviderConfig "main" does not exist, make it; tell the platform team",
        "EnvironmentConfig "prod": data.shared.postgres.providerConfig: ClusterProviderConfig "main" names no Secret, set spec.credentials.connectionSecretRef; tell the platform team",
        "waits for its ProviderConfig",
        "waits for its login to have the password that is in its Secret",
        "EnvironmentConfig "prod": data.shared.postgres.providerConfig: the server refuses the login of ClusterProviderConfig "main", correct username and password in its Secret; tell the platform team",
        "EnvironmentConfig "prod": data.shared.postgres.providerConfig: the server refuses how ClusterProviderConfig "main" connects, correct its sslMode or the server's pg_hba.conf; tell the platform team",
        "EnvironmentConfig "prod": data.shared.postgres.providerConfig: the server of ClusterProviderConfig "main" has no connection left, raise max_connections or move claims to another server; tell the platform team",
        "EnvironmentConfig "prod": data.shared.postgres.providerConfig: cannot reach the server of ClusterProviderConfig "main" (connection refused), correct endpoint and port in its Secret or start it; tell the platform team",
        "the server takes no connection from provider-sql; that of an instance in AWS does once the security group of the nodes of this cluster is in data.aws.clientSecurityGroupIds of the environment",
        "provider-sql does not trust the server: give its pods the certificates of the server's authority, or say require in data.aws.providerSqlTls of the environment, which only encrypts",
        "EnvironmentConfig "prod": data.shared.postgres.providerConfig: the login of ClusterProviderConfig "main" may not create a role, grant it CREATEROLE; tell the platform team",
        "EnvironmentConfig "prod": data.shared.postgres.providerConfig: the login of ClusterProviderConfig "main" may not give a database to a role that it makes, set its createrole_self_grant to 'set, inherit' and grant it role "staging_shop_orders_efmqnf3lr49lc7jc", which it made before; tell the platform team",
        "waits for the administrator of its server to be a member of role "app"",
        "waits for other sessions to leave database "template1"",
        "metadata.name: the server has a role "staging_shop_orders_efmqnf3lr49lc7jc" that this claim does not know: choose another name, or have the platform team see whose it is",
        "waits for role "staging_shop_orders_efmqnf3lr49lc7jc"",
        "waits for its attachments to go",
        "waits for its policies to be detached",
        "waits for role orders",
        "role orders-IamRoleCustomResourcesLa-ZKI29XIB3PPS has other policies of its own, with which it would have more than 10240 characters: ask the platform team to take them off it",
        "waits for role orders, which the identity of its service account makes: apply that if it is not there",
        "metadata.name: service account "orders" has a role in the EKS cluster already, by association a-dt1bedfjc72dlwp5n, which this claim does not know: have the platform team see whose it is",
        "EnvironmentConfig "prod": data.aws.clusterName: got "demo-cluster", want an EKS cluster that exists in eu-west-1; tell the platform team",
        "RDS reports "failed": it is beyond repair: have the platform team restore its last point in time beside it, and keep it until that is done",
        "EnvironmentConfig "prod": data.aws.kmsKeyArn: RDS reports "inaccessible-encryption-credentials": the key that it was made with cannot be used any more: enable that again, then restore the last point in time beside it; tell the platform team",
        "EnvironmentConfig "prod": data.aws.kmsKeyArn: RDS reports "inaccessible-encryption-credentials-recoverable": the key that it was made with cannot be used: within seven days enable that again, then start the instance in RDS; tell the platform team",
        "EnvironmentConfig "prod": data.aws.subnetIds: RDS reports "incompatible-network": it cannot recover in its network: see that its subnets have addresses left, and read its events in RDS; tell the platform team",
        "RDS reports "incompatible-option-group": have the platform team read its events in RDS and correct its option group",
        "RDS reports "incompatible-parameters": it does not start with its parameters: have the platform team read its events in RDS and undo their change",
        "RDS reports "incompatible-restore": it cannot be restored to that point in time: have the platform team read its events in RDS",
        "spec.size: RDS reports "insufficient-capacity": AWS has none free to make it with: wait for the next attempts, or choose another size",
        "RDS reports "restore-error": its data could not be restored: have the platform team read its events in RDS",
        "RDS reports "stopped": somebody stopped it: have the platform team start it in RDS",
        "spec.storageGiB: RDS reports "storage-full": it takes no writes until it has more storage: choose more",
        "waits for RDS, which has it in state "deleting"",
        "RDS protects it against deletion, and what is being deleted is not changed any more: the platform team decides in RDS",
        "its last snapshot cannot be taken, since RDS has one named "cloud-platform-2f8c3c1ceaf0a05d-finalsnapshot" already, so that the instance and its data stay: have the platform team see whose that is",
        "spec.databaseName: got "admin", a word that the engine reserves, choose another",
        "RDS takes iops and throughput for postgres from 400 GiB on only: tell the platform team",
        "its parameter group is of family postgres11, want one of postgres10: tell the platform team",
        "waits for AWS to finish what it does to the instance",
        "waits for its parameter group",
        "spec.version: RDS does not offer postgres "13.7" in eu-west-1, choose another version",
        "spec.version: RDS cannot take postgres from "14.3" to "14.2", choose a version in between",
        "spec.version: RDS cannot take it from "16.13" to "16.8", choose another version",
        "spec.version: RDS takes it to another version only after its read replica "cloud-platform-d5f93d55014f0b91", which no claim made: have the platform team upgrade that first",
        "spec.version: RDS cannot change something that the upgrade depends on: have the platform team read its events in RDS",
        "spec.size: RDS does not offer db.m4.large for postgres 13.6 in eu-west-1, choose another size or version",
        "spec.size: AWS has no "db.m7g.large" free in eu-west-1 now, wait for the next attempts or choose another size",
        "spec.storageGiB: AWS takes no change of storage until six hours after the last one and until that is optimized, wait for the next attempts",
        "spec.storageGiB: got 10, which RDS does not offer for postgres on gp2, choose another size",
        "spec.storageGiB: want at least 10 percent more than is in use, choose more",
        "waits for the database that still uses it to go",
        "waits for the database app-aws-williamcory-mypostgresinstance, which still uses it, to go",
        "its parameter group is of family redis2.8, want one of redis3.2: tell the platform team",
        "waits for AWS to finish what it does to the cache",
        "waits for its parameter group",
        "spec.version: ElastiCache does not offer redis "4.0.13" in eu-west-1, choose another version",
        "spec.size: AWS has no "cache.t4g.small" free in eu-west-1 now, wait for the next attempts or choose another size",
        "AWS gave up making it, mostly for want of "cache.t4g.small" in eu-west-1: have the platform team read its events in ElastiCache and clear away there what never served, it is then made again",
        "it still has objects or old versions, and S3 deletes only what is empty: the platform team decides in S3",
        "metadata.name: some AWS account has a bucket of the name already, choose another name",
        "waits for what still uses it to go",
        "EnvironmentConfig "prod": data.aws.clientSecurityGroupIds: got "sg-1", want security groups that exist in eu-west-1; tell the platform team",
        "spec.extensions: got "timescaledb", which the server does not have, take it off the list",
        "spec.extensions: got "plpython3u", which only a superuser may create, take it off the list or ask the platform team to create it",
        "spec.extensions: got "pg_cron", which its server has to load when it starts: have the platform team restart it, which RDS does not do by itself, elsewhere with shared_preload_libraries, or take it off the list",
        "spec.extensions: got "pg_cron", which its server has to load when it starts: have the platform team restart it, which RDS does not do by itself, elsewhere with shared_preload_libraries, or take it off the list",
        "waits for AWS to free the name of a queue that was deleted less than a minute ago",
        "waits for its dead-letter queue",
      ]
    `);
    expect(said.filter((line) => line.includes('\n') || line.includes('undefined') || line.length > 400)).toEqual([]);
    expect(said.filter((line) => /\b(delete|recreate)\b/.test(line))).toEqual([]);
  });

  test('has no pattern that keeps a state between two matches', () => {
    expect(rows.filter(({ row }) => row.pattern.global || row.pattern.sticky)).toEqual([]);
  });

  /** The schema at a path, or undefined where there is no such field. */
  function fieldOf(schema: unknown, [key, ...rest]: readonly string[]): unknown {
    if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return fieldOf(schema.unwrap(), [key ?? '', ...rest]);
    if (key === undefined || !(schema instanceof z.ZodObject)) return undefined;
    const field = at(schema.shape, key);
    return rest.length === 0 ? field : fieldOf(field, rest);
  }

  const blames = rows.flatMap(({ card, row }) => ('about' in row && row.about !== undefined ? [{ card, about: row.about }] : []));

  test.each(blames.flatMap(({ about }) => (typeof about === 'string' && about.startsWith('data.') ? [about] : [])))(
    'blames a field that an EnvironmentConfig has: %s',
    (field) => {
      expect(fieldOf(goldenPath.environment.data, field.split('.').slice(1))).toBeDefined();
    },
  );

  const fields = blames.flatMap(({ card, about }) => (typeof about === 'object' ? [{ card, kind: card.kind, field: about.field }] : []));

  test.each(fields)('blames $field of $kind, which every backend that composes it explains', ({ card, kind, field }) => {
    const composing = backends.filter(({ backend }) => Object.values(backend.composes).includes(card));
    expect(composing.length).toBeGreaterThan(0);
    for (const { backend } of composing) expect(backend.explains).toHaveProperty([`${kind}.${field}`]);
  });

  test.each(
    backends.flatMap(({ api, backend }) => Object.entries(backend.explains ?? {}).map(([field, setting]) => ({ api, field, setting }))),
  )('$field is explained by $setting, which a claim has, or an environment where no error is blamed on it', ({ api, field, setting }) => {
    const isBlamed = fields.some(({ kind, field: of }) => `${kind}.${of}` === field);
    expect(isBlamed ? ['claim'] : ['claim', 'platform']).toContain(api.fields[setting]?.of);
  });

  test('names the field of the cloud where no field of the claim sets it', () => {
    const full = { ...instance, status: { atProvider: { status: 'storage-full' } } };
    const storage = 'want at least 10 percent more than is in use, choose more';
    const message = 'InvalidParameterCombination: The allocated storage must be increased by at least 10 percent.';
    expect(meaningOf(rdsInstance, full, message, { environment: 'prod', explains: {} })).toEqual({
      cause: `allocatedStorage of the Instance: ${storage}; tell the platform team`,
    });
  });
});

describe('an error that no row knows', () => {
  test('is passed on with the command that shows the rest', () => {
    expect(messageFor(instance, 'create failed:\n  InvalidParameter: no')).toBe(
      'InvalidParameter: no; see kubectl describe instance.rds.aws.m.upbound.io orders-database-part',
    );
    expect(messageFor(instance, '')).toBe('it did not say why; see kubectl describe instance.rds.aws.m.upbound.io orders-database-part');
  });

  test('is the same whichever condition it was read from', () => {
    const error = 'async update failed: failed to update the resource: [{0 updating RDS DB Instance (orders): InvalidParameter: no  []}]';
    expect(messageFor(instance, `update failed: ${error}`)).toBe(messageFor(instance, error));
    expect(messageFor(instance, error)).toBe(
      'updating RDS DB Instance (orders): InvalidParameter: no; see kubectl describe instance.rds.aws.m.upbound.io orders-database-part',
    );
  });

  test('is cut where it is too long, and keeps why it failed, which comes last', () => {
    const see = 'see kubectl describe instance.rds.aws.m.upbound.io orders-database-part';
    expect(messageFor(instance, 'no '.repeat(1_000_000))).toMatch(new RegExp(`^(no )+n?o?…o?( no)+; ${see}$`));
    const tried = `creating RDS DB Instance (orders): operation error RDS: CreateDBInstance, ${'with what it was given, '.repeat(60)}`;
    expect(messageFor(instance, `${tried}api error NovelFault: the moon is in the way`)).toBe(
      `${tried.slice(0, 250)}…${`${tried}api error NovelFault: the moon is in the way`.slice(-750)}; ${see}`,
    );
  });
});

describe('never shows', () => {
  const secret = 'hunter2/Very+Secret';
  const aws = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
  test.each([
    [`cannot connect: host=db user=app password=${secret} sslmode=require`],
    [`cannot connect: password='${secret}' host=db`],
    [`cannot parse {"username":"app","password":"${secret}"}`],
    [`cannot parse "{\\"password\\":\\"${secret}\\"}"`],
    [`cannot parse password: ${secret}`],
    [`cannot connect to postgres://app:${secret}@db:5432/app?sslmode=disable`],
    [`cannot connect to postgresql://app:p@${secret}@db:5432/app`],
    [`syntax error in CREATE ROLE "app" PASSWORD '${secret}' LOGIN`],
    [`syntax error in CREATE ROLE "app" PASSWORD '${secret}''${secret}`],
    [`Authorization: AWS4-HMAC-SHA256 Credential=${secret}, Signature=${secret}`],
    [`Authorization: Bearer ${secret}`],
    [`got header Bearer ${secret}`],
    [`aws_secret_access_key = ${secret}`],
    [`{"SecretAccessKey": "${secret}", "SessionToken": "${secret}"}`],
    [`SecretAccessKey: ${secret}`],
    [`GET https://s3/?X-Amz-Security-Token=${secret}&X-Amz-Signature=${secret}`],
    [`-----BEGIN RSA PRIVATE KEY-----\n${secret}\n-----END RSA PRIVATE KEY-----`],
    [`${'x '.repeat(1990)} postgres://app:${secret}${secret}@db`],
  ])('a secret: %s', (message) => {
    const line = messageFor(instance, message);
    expect(line).not.toContain('hunter2');
    expect(line).not.toContain('Very+Secret');
    expect(messageFor(role, `connect failed: pq: password authentication failed for user "${message}"`)).not.toContain('hunter2');
  });

  test.each([[`key ${aws} is wrong`], ['key AKIAIOSFODNN7EXAMPLE is wrong'], ['token eyJhbGciOi.eyJzdWIiOiI.c2lnbmF0 is wrong']])(
    'a credential that stands by itself: %s',
    (message) => {
      expect(messageFor(instance, message)).toMatch(/^(?:key|token) \*\*\* is wrong;/);
    },
  );

  test('less than a reader needs', () => {
    const harmless = 'cannot get credentials Secret: the token in Secret "aws" of key/0851aeeb-2800-4dfb-a67f-a0709ae8f410 is no JSON';
    expect(messageFor(instance, harmless)).toContain(harmless);
  });
});

describe('any message', () => {
  const uuid = fc.uuid();
  const moment = fc.date({ noInvalidDate: true, min: new Date('1970-01-01'), max: new Date('2999-01-01') });
  const attempt = fc.record({
    id: uuid,
    when: moment,
    pointer: fc.integer({ min: 0x1000, max: 0xffffffff }),
    port: fc.integer({ min: 1, max: 65535 }),
  });

  test('becomes one line within the limit', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 5000 }), (message) => {
        const line = messageFor(instance, message);
        expect(line.length).toBeLessThan(400);
        expect(line).not.toMatch(/[\r\n]/);
      }),
    );
  });

  const shapes: readonly ((before: string, after: string, attempt: { id: string; when: Date; pointer: number; port: number }) => string)[] =
    [
      (before, after, { id }) => `${before}, https response error StatusCode: 400, RequestID: ${id}, HostID: ${id}=, api error ${after}`,
      (before, after, { id }) => `${before}\n\tstatus code: 400, request id: ${id} ${after}`,
      (before, after, { id }) => `${before} (Service: Rds, Status Code: 400, Request ID: ${id}) (RequestToken: ${id}) ${after}`,
      (before, after, { id, when }) => `${before} at ${when.toISOString()} ${after} (${id})`,
      (before, after, { when, port }) =>
        `${before} operation that started at ${when.toISOString().replace('T', ' ').replace('Z', ' +0000 UTC')} m=+${port}.25 is still running ${after}`,
      (before, after, { pointer }) => `${before} 0xc${pointer.toString(16)} ${after}`,
      (before, after, { port }) => `${before} read tcp 10.0.0.5:${port}->10.0.0.9:5432: i/o timeout ${after}`,
      (before, after, { port }) => `${before} after ${port}.5s ${after}`,
      (before, after, { pointer }) => `${before} arn:aws:sts::111122223333:assumed-role/provider/${pointer} ${after}`,
    ];

  test('is the same for two attempts that differ only in what differs by attempt', () => {
    const text = fc.string({ maxLength: 60 });
    fc.assert(
      fc.property(fc.constantFrom(...shapes), text, text, attempt, attempt, (shape, before, after, one, other) => {
        expect(messageFor(instance, shape(before, after, one))).toBe(messageFor(instance, shape(before, after, other)));
      }),
      { numRuns: 2000 },
    );
  });

  test('of a row is the same for another request', () => {
    const again = (message: string) =>
      message.replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=,|$)/g, '00000000-0000-4000-8000-000000000000');
    expect(rows.map(({ card, row }) => messageFor(resourceOf(card, row), again(row.example), card))).toEqual(
      rows.map(({ card, row }) => messageFor(resourceOf(card, row), row.example, card)),
    );
  });
});

describe('the condition Provisioned', () => {
  interface Said {
    readonly type: string;
    readonly status: string;
    readonly reason?: string;
    readonly message?: string;
  }
  const composed = (object: KubernetesObject, name: string): Composed => ({
    object: { ...object, metadata: { name } },
  });
  const resources = {
    database: composed({ ...role, kind: 'Database' }, 'a'),
    instance: composed(instance, 'b'),
    role: composed(role, 'c'),
  };
  const expansion: Expansion = { resources, pending: {}, status: {} };
  const ready: readonly Said[] = [
    { type: 'Ready', status: 'True' },
    { type: 'Synced', status: 'True' },
  ];
  const seen = (conditions: Readonly<Record<string, readonly Said[]>>): Record<string, ObservedResource> =>
    Object.fromEntries(
      Object.entries(resources).map(([key, { object }]) => [
        key,
        { object: { ...object, status: { conditions: conditions[key] ?? ready } }, connectionDetails: {} },
      ]),
    );
  const failed = (message: string, type = 'Synced'): Said => ({ type, status: 'False', reason: 'ReconcileError', message });
  const progress = (conditions: Readonly<Record<string, readonly Said[]>>) =>
    progressOf(expansion, seen(conditions), goldenPath.cards, audience);

  test('is true once nothing is wrong', () => {
    expect(progress({})).toEqual({
      ready: { database: true, instance: true, role: true },
      condition: { type: 'Provisioned', status: 'True', reason: 'Ready', message: 'Everything that the claim needs is ready' },
    });
  });

  test('is not failed by what its provider said of it while it was only looked for', () => {
    expect(progress({ role: [failed('observe failed: external resource does not exist')] }).condition).toEqual({
      type: 'Provisioned',
      status: 'False',
      reason: 'Waiting',
      message: 'Role c is being created',
    });
  });

  test('says one cause once, and failures before what is under way', () => {
    const refused = failed('observe failed: cannot select role: pq: password authentication failed for user "postgres" (28P01)');
    const instanceIs = [{ type: 'Ready', status: 'False', reason: 'Creating' }];
    expect(progress({ database: [refused], role: [refused], instance: instanceIs })).toEqual({
      ready: { database: false, instance: false, role: false },
      condition: {
        type: 'Provisioned',
        status: 'False',
        reason: 'ProvisioningFailed',
        message:
          'cannot provision Database a, Role c: EnvironmentConfig "prod": data.shared.postgres.providerConfig: the server refuses the login of ' +
          'ClusterProviderConfig "main", correct username and password in its Secret; tell the platform team; Instance b is not ready (Creating)',
      },
    });
  });

  test('only waits where the error goes away by itself', () => {
    const early = failed('create failed: cannot create database: pq: role "x" does not exist (42704)');
    expect(progress({ database: [early] }).condition).toEqual({
      type: 'Provisioned',
      status: 'False',
      reason: 'Waiting',
      message: 'Database a waits for role "x"',
    });
  });

  test('does not change from one attempt to the next, nor between two', () => {
    const error = (id: string) =>
      `async create failed: failed to create the resource: [{0 creating RDS DB Instance (orders): operation error RDS: CreateDBInstance, https response error StatusCode: 400, RequestID: ${id}, api error InvalidParameterCombination: Cannot find version 17 for postgres  []}]`;
    const last = (id: string) => ({ ...failed(error(id), 'LastAsyncOperation'), reason: 'AsyncCreateFailure' });
    const [first = '', second = ''] = ['39f2b367-24ae-43fd-95ab-bafce917195c', '0981f485-c3d1-4f1c-809f-791b89edb893'];
    const between = [{ type: 'Synced', status: 'True' }, { type: 'Ready', status: 'False', reason: 'Creating' }, last(first)];
    // An instance that serves, and whose last change failed.
    const serving = [...ready, last(second)];
    const conflict = failed(
      'cannot update managed resource: the object has been modified; please apply your changes to the latest version',
    );
    const states = [
      [conflict, last(first)],
      [failed(`create failed: ${error(first)}`), last(first)],
      between,
      [failed(`create failed: ${error(second)}`), last(second)],
      serving,
    ];
    const all = states.map((conditions) => progress({ instance: conditions }));
    const same = {
      ready: { database: true, instance: false, role: true },
      condition: {
        type: 'Provisioned',
        status: 'False',
        reason: 'ProvisioningFailed',
        message: 'cannot provision Instance b: spec.version: RDS does not offer postgres "17" in eu-west-1, choose another version',
      },
    };
    expect(all).toEqual(states.map(() => same));
  });
});
