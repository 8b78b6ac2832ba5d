import type { KubernetesObject } from '../../functions/core/kubernetes.ts';

/**
 * What a line of a file becomes: a field of the claim; what its environment says, or the platform always does; or nothing, and then it has
 * the row of docs/limits.md that begins so.
 */
type Becomes = `spec.${string}` | `data.${string}` | 'always' | `no: ${string}`;

export interface RealFile {
  /** The public repository, and the file in it; values are replaced, and only what says something of the service is here. */
  readonly file: string;
  readonly lines: Readonly<Record<string, readonly [value: unknown, becomes: Becomes]>>;
  /** What a developer writes instead; undefined where the platform has nothing of the kind. */
  readonly claim?: Pick<KubernetesObject, 'kind'> & { readonly spec: Readonly<Record<string, unknown>> };
  /** Claims that it is bound to. */
  readonly beside?: readonly string[];
  /** The same field by field, as somebody would copy it. */
  readonly copied?: Readonly<Record<string, unknown>>;
  /** What `goldenpath plan` says of what was copied, in dev. */
  readonly refused?: string;
  /** What it says of the claim where it does not allow it. */
  readonly but?: Readonly<Partial<Record<'dev' | 'staging' | 'prod', string>>>;
}

const versions = 'no: PostgreSQL 15 or older';
const capitals = 'no: a database name with capitals or dashes';
const small = 'no: under 20 GiB of storage';
const logins = 'no: several logins for one database';
const replicas = 'no: read replicas';
const snapshot =
  "no: a database that begins with a dump of something that is no claim's, or with a snapshot of an instance that no claim made; a cache that begins with a snapshot";
const parameters = 'no: other parameters than those of `spec.parameters`, a locale or SQL at the creation of a database';
const chosen = 'no: a name, a password or a Secret of its own choice';
const lifecycle = 'no: CORS, public access, lifecycle by prefix or storage classes of a bucket';
const senders = 'no: SNS topics or S3 events as senders of a queue';
const engines = 'no: MySQL, MariaDB, MongoDB, memcached, Kafka, AMQP';
const volumes = 'no: a volume that apps share';
const principals = 'no: AWS principals other than service accounts of the namespace';

const rds = 'terraform-aws-modules/terraform-aws-rds: examples';
const cache = 'terraform-aws-modules/terraform-aws-elasticache: examples';
const bucket = 'terraform-aws-modules/terraform-aws-s3-bucket: examples';
const queue = 'terraform-aws-modules/terraform-aws-sqs: examples';
const ministry = 'ministryofjustice/cloud-platform-environments: namespaces/cloud-platform-live-0.k8s.integration.dsd.io';
const cnpg = 'cloudnative-pg/cloudnative-pg: docs/src/samples';
const mastodon = 'mastodon/chart: templates';

const postgres = (spec: object) => ({ kind: 'AppDatabase', spec: { engine: 'postgres', ...spec } });
const oldVersion = (got: string) => `spec.version: got "${got}", want one of 16, 17, 18`;
const atLeast20 = (got: number) => `spec.storageGiB: got ${got}, want at least 20`;
const refusing = (kind: string, problems: string) => `cannot use ${kind} "real": ${problems}`;

/** An app's image, which the chart takes from its values. */
const image = 'docker.io/library/python:3.13-alpine';
const bindings = [
  { kind: 'AppDatabase', name: 'orders' },
  { kind: 'AppCache', name: 'orders' },
];
const env = {
  DB_PASS: '${bindings.orders-database.password}',
  REDIS_PASSWORD: '${bindings.orders-cache.password}',
  PORT: '4000',
};

export const realFiles: readonly RealFile[] = [
  {
    file: `${rds}/complete-postgres/main.tf`,
    lines: {
      engine: ['postgres', 'spec.engine'],
      engine_version: ['11.10', versions],
      instance_class: ['db.t3.large', 'spec.size'],
      allocated_storage: [20, 'spec.storageGiB'],
      max_allocated_storage: [100, 'always'],
      db_name: ['allOrders', capitals],
      username: ['orders', chosen],
      multi_az: [true, 'spec.highAvailability'],
      vpc_security_group_ids: [['sg-1'], 'data.aws.clientSecurityGroupIds'],
      maintenance_window: ['Mon:00:00-Mon:03:00', 'data.aws.windows'],
      enabled_cloudwatch_logs_exports: [['postgresql'], 'always'],
      backup_retention_period: [0, 'spec.backupRetentionDays'],
      deletion_protection: [false, 'spec.deletion'],
      performance_insights_enabled: [true, 'always'],
      parameters: [{ autovacuum: 1 }, parameters],
    },
    claim: postgres({ size: 'medium', storageGiB: 20, highAvailability: true, backupRetentionDays: 7, deletion: 'Delete' }),
    copied: { engine: 'postgres', version: '11', storageGiB: 20, databaseName: 'allOrders' },
    refused: refusing('AppDatabase', `spec.databaseName: got "allOrders", want a match of /^[a-z][a-z0-9_]*$/; ${oldVersion('11')}`),
  },
  {
    file: `${rds}/replica-postgres/main.tf`,
    lines: {
      'master.engine_version': ['11.10', versions],
      'master.multi_az': [true, 'spec.highAvailability'],
      'master.backup_retention_period': [1, 'spec.backupRetentionDays'],
      'master.skip_final_snapshot': [true, 'spec.deletion'],
      'master.storage_encrypted': [false, 'always'],
      'replica.replicate_source_db': ['orders', replicas],
    },
    // As its author has it: too few days of backups.
    claim: postgres({ highAvailability: true, backupRetentionDays: 1, deletion: 'Delete' }),
    but: { prod: 'cannot apply in environment prod: spec.backupRetentionDays: got 1, want at least 7 [backed-up]' },
  },
  {
    file: `${rds}/complete-mysql/main.tf`,
    lines: { engine: ['mysql', engines] },
    copied: { engine: 'mysql' },
    refused: refusing('AppDatabase', 'spec.engine: got "mysql", want one of postgres'),
  },
  {
    file: `${ministry}/cccd-staging/resources/rds.tf`,
    lines: {
      db_engine_version: ['10.6', versions],
      db_name: ['orders_staging', 'spec.databaseName'],
      'is-production': ['false', 'data.tier'],
      'infrastructure-support': ['team@example.com', 'data.tags'],
      'kubernetes_secret.data.url': ['${module.rds.url}', 'always'],
      'kubernetes_secret.metadata.name': ['rds-output', chosen],
    },
    claim: postgres({ databaseName: 'orders_staging' }),
  },
  {
    file: `${ministry}/c100-application-staging/resources/redis.tf`,
    lines: {
      team_name: ['shop', 'data.tags'],
      'is-production': ['false', 'data.tier'],
      // Its author keeps jobs in it, which a cache that evicts loses.
      'for jobs': [true, 'spec.evictionPolicy'],
      'kubernetes_secret.data.auth_token': ['${module.redis.auth_token}', 'always'],
      'kubernetes_secret.metadata.name': ['redis-output', chosen],
    },
    claim: { kind: 'AppCache', spec: { evictionPolicy: 'noeviction' } },
  },
  {
    file: `${ministry}/categorisation-tool-dev/resources/s3.tf`,
    lines: {
      acl: ['private', 'spec.public'],
      versioning: [false, 'spec.versioning'],
      team_name: ['shop', 'data.tags'],
      'kubernetes_secret.data.access_key_id': ['${module.bucket.access_key_id}', 'spec.writers'],
      'kubernetes_secret.metadata.name': ['bucket-output', chosen],
    },
    claim: { kind: 'AppBucket', spec: { public: false, versioning: false, writers: ['shop'] } },
    but: { prod: 'cannot apply in environment prod: spec.versioning: got false, want true [backed-up]' },
  },
  {
    file: `${cache}/valkey-replication-group/main.tf`,
    lines: {
      engine: ['valkey', 'spec.engine'],
      engine_version: ['7.2', 'spec.version'],
      node_type: ['cache.t4g.small', 'spec.size'],
      transit_encryption_enabled: [true, 'always'],
      auth_token: ['chosen', chosen],
      apply_immediately: [true, 'data.defaults.AppCache.applyChanges'],
      subnet_ids: [['subnet-1'], 'data.aws.subnetIds'],
      'parameters.latency-tracking': ['yes', parameters],
    },
    claim: { kind: 'AppCache', spec: { engine: 'valkey', version: '7', size: 'small' } },
    copied: { engine: 'valkey', version: '7.2' },
    refused: refusing('AppCache', 'spec.version: got "7.2", want one of 7, 8, 9'),
  },
  {
    file: `${cache}/memcached-cluster/main.tf`,
    lines: { engine: ['memcached', engines], num_cache_nodes: [2, engines] },
    copied: { engine: 'memcached' },
    refused: refusing('AppCache', 'spec.engine: got "memcached", want one of valkey'),
  },
  {
    file: `${bucket}/notification/main.tf`,
    lines: {
      force_destroy: [true, 'spec.deletion'],
      sqs_notifications: [{ events: ['s3:ObjectCreated:Put'], filter_prefix: 'in/' }, senders],
      sns_notifications: [{ events: ['s3:ObjectRemoved:Delete'] }, senders],
    },
    claim: { kind: 'AppBucket', spec: { deletion: 'Delete' } },
    copied: { notifications: [{ queue: 'orders' }] },
    refused: refusing('AppBucket', 'spec.notifications: unknown field'),
  },
  {
    file: `${bucket}/s3-cors/main.tf`,
    lines: {
      acl: ['private', 'spec.public'],
      'cors_rule_inputs.allowed_origins': [['https://shop.example.com'], lifecycle],
    },
    claim: { kind: 'AppBucket', spec: { public: false } },
    copied: { public: false, cors: [{ origins: ['https://shop.example.com'] }] },
    refused: refusing('AppBucket', 'spec.cors: unknown field'),
  },
  {
    file: `${bucket}/s3-lifecycle-rule/main.tf`,
    lines: {
      'lifecycle_rule_inputs.0.expiration_inputs.days': [90, 'spec.expireAfterDays'],
      'lifecycle_rule_inputs.0.prefix': ['log/', lifecycle],
      'lifecycle_rule_inputs.1.noncurrent_version_transition_inputs': [[{ days: 30, storage_class: 'STANDARD_IA' }], lifecycle],
    },
    claim: { kind: 'AppBucket', spec: { expireAfterDays: 90 } },
  },
  {
    file: `${queue}/complete/main.tf`,
    lines: {
      'fifo_sqs.fifo_queue': [true, 'spec.fifo'],
      'fifo_sqs.create_dlq': [true, 'always'],
      'fifo_sqs.redrive_policy.maxReceiveCount': [10, 'spec.maxReceives'],
      'cmk_encrypted_sqs.kms_master_key_id': ['key-1', 'data.aws.kmsKeyArn'],
      'sqs_with_dlq.queue_policy_statements.account.principals': [['arn:aws:iam::111122223333:root'], principals],
    },
    claim: { kind: 'AppQueue', spec: { fifo: true, maxReceives: 10, producers: ['shop'], consumers: ['shop'] } },
  },
  {
    file: `${queue}/sqs-with-kms/main.tf`,
    lines: {
      name: ['users', 'always'],
      kms_master_key_id: ['arn:aws:kms:eu-west-1:111122223333:key/1', 'data.aws.kmsKeyArn'],
      tags: [{ Department: 'shop' }, 'data.tags'],
    },
    claim: { kind: 'AppQueue', spec: {} },
  },
  {
    file: `${cnpg}/cluster-example.yaml`,
    lines: {
      'spec.instances': [3, 'spec.highAvailability'],
      'spec.postgresql.synchronous': [{ method: 'any', number: 1 }, 'always'],
      'spec.storage.size': ['1Gi', small],
    },
    claim: postgres({ highAvailability: true }),
    copied: { engine: 'postgres', storageGiB: 1 },
    refused: refusing('AppDatabase', atLeast20(1)),
  },
  {
    file: `${cnpg}/cluster-example-initdb.yaml`,
    lines: {
      'spec.bootstrap.initdb.database': ['orders', 'spec.databaseName'],
      'spec.bootstrap.initdb.owner': ['shop', chosen],
      'spec.bootstrap.initdb.postInitTemplateSQL': [['create extension intarray'], 'spec.extensions'],
      'spec.bootstrap.initdb.postInitSQL': [['create table t (i integer)'], parameters],
      'spec.bootstrap.initdb.encoding': ['UTF8', parameters],
      'spec.storage.size': ['1Gi', small],
    },
    claim: postgres({ databaseName: 'orders', extensions: ['intarray'] }),
  },
  {
    file: `${cnpg}/cluster-example-with-roles.yaml`,
    lines: {
      'spec.instances': [3, 'spec.highAvailability'],
      'spec.managed.roles': [[{ name: 'reports', login: true, connectionLimit: 4, inRoles: ['pg_monitor'] }], logins],
      'spec.storage.size': ['1Gi', small],
    },
    claim: postgres({ highAvailability: true }),
    copied: { engine: 'postgres', roles: [{ name: 'reports' }] },
    refused: refusing('AppDatabase', 'spec.roles: unknown field'),
  },
  {
    file: `${cnpg}/cluster-example-with-backup.yaml`,
    lines: {
      'spec.backup.barmanObjectStore': [{ destinationPath: 's3://backups/' }, 'spec.backupRetentionDays'],
      'spec.storage.storageClass': ['fast', 'always'],
      'spec.storage.size': ['1Gi', small],
    },
    claim: postgres({ backupRetentionDays: 30 }),
  },
  {
    file: `${cnpg}/cluster-restore-pitr.yaml`,
    lines: {
      'spec.bootstrap.recovery.backup.name': ['orders', snapshot],
      'spec.bootstrap.recovery.recoveryTarget.targetTime': ['2026-11-26 15:22:00+00', snapshot],
      'spec.storage.size': ['5Gi', small],
    },
    copied: { engine: 'postgres', storageGiB: 5, restoreFrom: 'orders' },
    refused: refusing('AppDatabase', `spec.restoreFrom: got "orders", want object; ${atLeast20(5)}`),
  },
  {
    file: `${cnpg}/cluster-example-replica-streaming.yaml`,
    lines: { 'spec.bootstrap.pg_basebackup.source': ['orders', replicas], 'spec.replica.source': ['orders', replicas] },
  },
  {
    file: 'upbound/platform-ref-aws: examples/postgres-claim.yaml',
    lines: {
      'spec.parameters.engine': ['postgres', 'spec.engine'],
      'spec.parameters.engineVersion': ['13.7', versions],
      'spec.parameters.storageGB': [5, small],
      'spec.parameters.passwordSecretRef': [{ name: 'password' }, chosen],
      'spec.parameters.clusterRef': [{ id: 'shop' }, 'data.aws.vpcId'],
      'spec.writeConnectionSecretToRef': [{ name: 'connection' }, chosen],
    },
    claim: postgres({}),
    copied: { engine: 'postgres', version: '13', storageGiB: 5 },
    refused: refusing('AppDatabase', `${atLeast20(5)}; ${oldVersion('13')}`),
  },
  {
    file: 'upbound/platform-ref-aws: examples/mariadb-claim.yaml',
    lines: { 'spec.parameters.engine': ['mariadb', engines] },
    copied: { engine: 'mariadb' },
    refused: refusing('AppDatabase', 'spec.engine: got "mariadb", want one of postgres'),
  },
  {
    file: `${mastodon}/deployment-streaming.yaml`,
    lines: {
      'spec.replicas': [2, 'spec.replicas'],
      'spec.template.spec.containers.0.image': [image, 'spec.image'],
      'spec.template.spec.containers.0.command': [['node', './streaming'], 'spec.command'],
      'spec.template.spec.containers.0.env': [{ DB_PASS: { secretKeyRef: { key: 'password' } }, PORT: '4000' }, 'spec.env'],
      'spec.template.spec.containers.0.ports.0.containerPort': [4000, 'spec.port'],
      'spec.template.spec.containers.0.readinessProbe.httpGet.path': ['/health', 'spec.health'],
      'spec.template.spec.serviceAccountName': ['shop', chosen],
      'spec.template.metadata.annotations': [{ checksum: 'of the configuration' }, 'always'],
      'spec.template.spec.topologySpreadConstraints': [[], 'always'],
    },
    claim: {
      kind: 'AppService',
      spec: { image, command: ['node', './streaming'], port: 4000, replicas: 2, bindings, env, health: { path: '/health' } },
    },
    beside: ['AppDatabase', 'AppCache'],
  },
  {
    file: `${mastodon}/job-db-migrate.yaml`,
    lines: {
      'metadata.annotations.helm.sh/hook': ['pre-upgrade', 'spec.beforeDeploy'],
      'spec.template.spec.containers.0.command': [['bundle', 'exec', 'rake', 'db:migrate'], 'spec.beforeDeploy'],
      'spec.template.spec.volumes.0.persistentVolumeClaim': [{ claimName: 'assets' }, volumes],
    },
    claim: {
      kind: 'AppService',
      spec: { image, port: 4000, bindings, env, beforeDeploy: { command: ['bundle', 'exec', 'rake', 'db:migrate'] } },
    },
    beside: ['AppDatabase', 'AppCache'],
  },
  {
    file: `${mastodon}/cronjob-media-remove.yaml`,
    lines: {
      'spec.schedule': ['0 0 * * 0', 'spec.schedule'],
      'spec.jobTemplate.spec.template.spec.restartPolicy': ['OnFailure', 'always'],
      'spec.jobTemplate.spec.template.spec.containers.0.command': [['bin/tootctl', 'media', 'remove'], 'spec.command'],
      'spec.jobTemplate.spec.template.spec.volumes.0.persistentVolumeClaim': [{ claimName: 'assets' }, volumes],
      'spec.jobTemplate.spec.template.spec.affinity.podAffinity': [{}, volumes],
    },
    claim: {
      kind: 'AppService',
      spec: { image, command: ['bin/tootctl', 'media', 'remove'], bindings, env, schedule: { cron: '0 0 * * 0' } },
    },
    beside: ['AppDatabase', 'AppCache'],
  },
];
