import * as z from 'zod';
import { environmentLabel, kindLabel } from './group.ts';
import { at, type KubernetesObject } from './kubernetes.ts';
import { problemsOf, shown } from './problem.ts';
import type { Refusal, RequiredObjects } from './step.ts';
import { type Tier, tiers } from './tier.ts';

const text = z.string().min(1).max(256);
const cidr = z.union([z.cidrv4(), z.cidrv6()], 'want a CIDR such as 10.0.0.0/16');

/** An alias would do for encryption, but a statement of IAM is only ever about the key itself. */
const kmsKeyArn = z
  .string()
  .max(256)
  .regex(
    /^arn:aws(-cn|-us-gov)?:kms:[a-z0-9-]+:[0-9]{12}:key\/[A-Za-z0-9-]+$/,
    'want the ARN of a key, not of an alias, such as arn:aws:kms:eu-west-1:111122223333:key/…',
  );

const aws = z
  .strictObject({
    region: text.describe('AWS region that everything is made in.'),
    providerConfig: text.describe('Name of the ClusterProviderConfig of provider-aws.'),
    vpcId: text.optional().describe('VPC of databases and caches.'),
    subnetIds: z.array(text).min(2).max(20).optional().describe('Private subnets, in at least two availability zones.'),
    clientSecurityGroupIds: z.array(text).max(50).optional().describe('Security groups that may connect, such as that of the nodes.'),
    clientCidrs: z.array(cidr).max(50).optional().describe('Address ranges that may connect. Never 0.0.0.0/0.'),
    kmsKeyArn: kmsKeyArn.optional().describe('ARN of the KMS key for encryption at rest; the AWS managed key where there is none.'),
    accountId: z
      .string()
      .regex(/^[0-9]{12}$/)
      .optional()
      .describe('AWS account, 12 digits in quotes. Buckets and queues need it.'),
    clusterName: text.optional().describe('EKS cluster that Pod Identity belongs to. Identities need it.'),
    permissionsBoundaryArn: text.optional().describe('IAM policy that bounds what any role made here may do.'),
  })
  .describe('Facts of the AWS account.');

const shared = z
  .strictObject({
    postgres: z
      .strictObject({
        providerConfig: text.describe('Name of the ClusterProviderConfig of provider-sql.'),
        host: text.describe('Host name that apps connect to.'),
        port: z.int().min(1).max(65535).default(5432).describe('Port that apps connect to.'),
        adminRole: text.optional().describe('Role that the ClusterProviderConfig logs in as, where that is no superuser, as on RDS.'),
        sslMode: z.enum(['disable', 'require', 'verify-full']).default('require').describe('The sslmode that apps connect with.'),
      })
      .optional()
      .describe('The Postgres cluster that claims share.'),
  })
  .describe('Servers that claims share.');

/** Of what runs in containers, whichever API it is of. */
export const images = z
  .strictObject({
    postgres: text.optional().describe('Repository of the Postgres image, without a tag.'),
    valkey: text.optional().describe('Repository of the Valkey image, without a tag.'),
    s3: text.optional().describe('Repository of the image of the S3-compatible server, without a tag.'),
    sqs: text.optional().describe('Repository of the image of the SQS-compatible server, without a tag.'),
  })
  .describe('Container images to use in place of the public ones.');

const facts = {
  tier: z.enum(tiers).describe('Kind of environment; defaults and policies are written per tier.'),
  aws: aws.optional(),
  shared: shared.optional(),
  images: images.optional(),
  budget: z
    .strictObject({
      claimMonthlyUSD: z.number().min(0).optional().describe('Most that one claim may cost a month.'),
      namespaceMonthlyUSD: z.number().min(0).optional().describe('Most that the claims of one namespace may cost a month.'),
    })
    .optional()
    .describe('Limits on cost.'),
  tags: z.record(text, text).optional().describe('Tags on every cloud resource.'),
};

export const severities = ['deny', 'warn'] as const;
export type Severity = (typeof severities)[number];

const policySetting = z.strictObject({
  severity: z
    .enum([...severities, 'off'])
    .optional()
    .describe('What breaking the policy does here: refuse, warn, or nothing.'),
  waivable: z.boolean().optional().describe('Whether a claim may be let off by an annotation of its own.'),
});
const allowingSetting = policySetting.extend({
  allow: z.array(text).max(100).optional().describe('Values to allow besides those that the policy allows itself.'),
});
type PolicySetting = z.output<typeof allowingSetting>;

const factsSchema = z.strictObject(facts);
type Facts = z.output<typeof factsSchema>;

/** What an EnvironmentConfig can say about parts of the platform that this file does not know. */
interface Extensions {
  /** By API, the schema of a patch on its profile. */
  readonly patches: Readonly<Record<string, z.ZodType<Readonly<Record<string, unknown>>>>>;
  /** The policies that an environment may set. */
  readonly policies: readonly { readonly id: string; readonly text: string; readonly allows?: string }[];
  /** What an id in the price list looks like. */
  readonly priceId: z.ZodType<string, string>;
}

/** The schema of an EnvironmentConfig's `data`. */
export function environmentSchema({ patches, policies, priceId }: Extensions) {
  const optional = Object.fromEntries(Object.entries(patches).map(([kind, patch]) => [kind, patch.optional()]));
  const settings: Record<string, z.ZodType<PolicySetting | undefined>> = Object.fromEntries(
    policies.map(({ id, text: doc, allows }) => [id, (allows === undefined ? policySetting : allowingSetting).optional().describe(doc)]),
  );
  return z.strictObject({
    ...facts,
    prices: z
      .record(priceId, z.number().min(0))
      .optional()
      .describe('Prices in USD that replace those of the price list or add to it, by id, such as `rds/db.m7g.large`.'),
    policies: z.strictObject(settings).optional().describe('By policy, how it holds in this environment.'),
    defaults: z.strictObject(optional).optional().describe('Defaults of this environment, by API: a patch on the profile of its tier.'),
  });
}

export interface Environment {
  readonly name: string;
  readonly tier: Tier;
  readonly facts: Facts;
  /** In USD by price id; only what differs from the price list. */
  readonly prices: Readonly<Record<string, number>>;
  readonly policies: Readonly<Record<string, PolicySetting | undefined>>;
  /** By API, a patch on the profile of the tier. */
  readonly defaults: Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;
}

export type EnvironmentSchema = ReturnType<typeof environmentSchema>;
export type Parsed<T> = { readonly value: T } | { readonly problem: string };

/** Reads an EnvironmentConfig; the problem names the object and each bad field. */
export function parseEnvironment(schema: EnvironmentSchema, object: KubernetesObject): Parsed<Environment> {
  const name = object.metadata?.name ?? '';
  const data = at(object, 'data') ?? {};
  const parsed = schema.safeParse(data);
  if (!parsed.success) {
    return { problem: `cannot use EnvironmentConfig ${shown(name)}: ${problemsOf(parsed.error, data, 'data')}` };
  }
  const { prices, policies, defaults, ...rest } = parsed.data;
  return { value: { name, tier: rest.tier, facts: rest, prices: prices ?? {}, policies: policies ?? {}, defaults: defaults ?? {} } };
}

/**
 * The environment that a claim belongs to: named by its Namespace's label, described by the EnvironmentConfig of that name.
 * A refusal says which of the two is at fault and which environments there are.
 */
export function resolveEnvironment(
  schema: EnvironmentSchema,
  namespace: string,
  required: { readonly [K in 'namespace' | 'environments']: NonNullable<RequiredObjects[K]> },
): { readonly environment: Environment } | { readonly refusal: Refusal } {
  const candidates = required.environments.filter((object) => at(object, 'metadata', 'labels', kindLabel) === 'environment');
  const names = candidates.map((object) => object.metadata?.name ?? '').sort();
  const choice = names.length === 0 ? 'there are no environments yet: apply an EnvironmentConfig' : `want one of ${names.join(', ')}`;
  const found = required.namespace.find((object) => object.metadata?.name === namespace);
  if (found === undefined) {
    const message = `cannot read namespace ${shown(namespace)}: Crossplane did not return it; run goldenpath doctor`;
    return { refusal: { reason: 'NamespaceUnreadable', message } };
  }
  const name = at(found, 'metadata', 'labels', environmentLabel);
  if (name === undefined) {
    const message = `cannot tell the environment of namespace ${shown(namespace)}: label ${environmentLabel}: missing, ${choice}`;
    return { refusal: { reason: 'NamespaceWithoutEnvironment', message } };
  }
  const object = candidates.find((candidate) => candidate.metadata?.name === name);
  if (object === undefined) {
    const message = `cannot tell the environment of namespace ${shown(namespace)}: label ${environmentLabel}: got ${shown(name)}, ${choice}`;
    return { refusal: { reason: 'EnvironmentNotFound', message } };
  }
  const parsed = parseEnvironment(schema, object);
  if ('problem' in parsed) {
    const others = names.filter((other) => other !== name);
    const message = `${parsed.problem}; namespace ${shown(namespace)} belongs to it${others.length === 0 ? '' : `; other environments: ${others.join(', ')}`}`;
    return { refusal: { reason: 'EnvironmentInvalid', message } };
  }
  return { environment: parsed.value };
}
