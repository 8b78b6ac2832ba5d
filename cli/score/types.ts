/** A type of resource that a claim of its own is made for. */
export interface DataType {
  readonly kind: string;
  /** Which key of the binding an output is; the binding's other keys are outputs by their own names. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Outputs that are the same for every claim. */
  readonly known?: Readonly<Record<string, string>>;
  /** Outputs that there are elsewhere and not here, and what is used instead. */
  readonly without?: Readonly<Record<string, string>>;
  /** The fields of the claim that list which ServiceAccounts may use it. */
  readonly access?: readonly string[];
}

const ownRole = 'AWS_CONFIG_FILE: ${resources.<name>.config_file}, since in AWS an app has a role in place of keys';
const keys = ['access_key_id', 'secret_key', 'aws_access_key_id', 'aws_secret_key'];

/** What the outputs of each type are; `connection_string` is ours, and all else as Score's own implementations have it. */
export const dataTypes: Readonly<Record<string, DataType>> = {
  postgres: {
    kind: 'AppDatabase',
    outputs: { name: 'database', connection_string: 'uri' },
  },
  redis: {
    kind: 'AppCache',
    outputs: { connection_string: 'uri' },
    known: { username: 'default' },
  },
  s3: {
    kind: 'AppBucket',
    outputs: { connection_string: 'uri' },
    without: Object.fromEntries(keys.map((key) => [key, ownRole])),
    access: ['writers'],
  },
  sqs: {
    kind: 'AppQueue',
    outputs: { name: 'queue', url: 'uri', connection_string: 'uri' },
    without: Object.fromEntries(keys.map((key) => [key, ownRole])),
    access: ['consumers', 'producers'],
  },
};

/** An output of whatever has settings of AWS in its binding: the path of the file with them. */
export const configFile = { output: 'config_file', key: 'config' };

/** Types of what an app itself has, and not a claim beside it. */
export const ownTypes = ['dns', 'environment', 'horizontal-pod-autoscaler', 'route', 'service', 'service-port', 'volume'] as const;
export type OwnType = (typeof ownTypes)[number];

/** Types that the platform has not, and what it has instead. */
export const insteadOf: Readonly<Record<string, string>> = {
  mysql: 'want postgres, the database that the platform has',
  mssql: 'want postgres, the database that the platform has',
  mongodb: 'want postgres, whose type jsonb is for documents',
  amqp: 'want sqs, the queue that the platform has',
  kafka: 'want sqs, the queue that the platform has',
  'kafka-topic': 'want sqs, the queue that the platform has',
};

/** The kind of the claim that a workload becomes, of that which other workloads are, and of that which gives its ServiceAccount a role. */
export const appKind = 'AppService';
export const identityKind = 'AppIdentity';
