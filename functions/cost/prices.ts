import * as z from 'zod';
import type { Card } from '../core/card.ts';

/** The id of what one object of a kind costs a month, by the kind's name, which an environment can give where nothing else tells it. */
export const kindPriceId = (name: string) => `${name}-month`;

const kindPriceIds = kindPriceId('(?:[a-z0-9.-]{1,253}/)?[A-Z][A-Za-z0-9]{0,62}');

/**
 * What an id of a price looks like: one that a card names, in which `*` stands for what an object says, such as a part of a class; or
 * that of a kind.
 */
export function priceIdSchema(cards: Iterable<Card>): z.ZodType<string, string> {
  const ids = [...cards].flatMap(({ price }) => (typeof price === 'object' && 'ids' in price ? price.ids : []));
  const patterns = [...new Set(ids)].map((id) => id.replaceAll('.', '\\.').replaceAll('*', '[a-z0-9-]{1,20}'));
  return z.string().regex(new RegExp(`^(?:${[...patterns, kindPriceIds].join('|')})$`));
}

/** Container and volume prices of a cluster whose environment names no AWS region. */
export const defaultRegion = 'us-east-1';

/** What one of AWS's lists says, and nothing that was not read there. */
interface PriceList {
  readonly region: string;
  /** When the list was published or, where a copy of it did not say, when that was read. */
  readonly date: string;
  readonly source: string;
  readonly prices: Readonly<Record<string, number>>;
}

const offer = (service: string, region: string, version = 'current') =>
  `https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/${service}/${version}/${region}/index.json`;
const rdsPage = 'https://b0.p.awsstatic.com/pricing/2.0/meteredUnitMaps/rds/USD/current/rds-postgresql-ondemand.json';

/**
 * What AWS's lists say, by price id: each an AWS list price in USD, on demand, without discounts, free tiers and taxes:
 *
 * | id                                                      | for one                                                       |
 * | ------------------------------------------------------- | ------------------------------------------------------------- |
 * | `rds/db.<family>.<size>`                                | hour of a Single-AZ PostgreSQL instance; Multi-AZ is twice it |
 * | `rds/gp3-gib-month`                                     | GiB and month of storage; Multi-AZ is twice it                |
 * | `rds/gp3-iops-month`, `rds/gp3-mibps-month`             | IOPS or MiB/s above what is included, and month               |
 * | `rds/backup-gib-month`                                  | GiB and month of backups beyond the size of the database      |
 * | `elasticache/cache.<family>.<size>`                     | hour of a Valkey node                                         |
 * | `s3/standard-gib-month`                                 | GiB and month, the first 50 TB                                |
 * | `s3/thousand-writes`, `s3/thousand-reads`               | 1000 requests: PUT, COPY, POST, LIST; GET and others          |
 * | `sqs/standard-million-requests`, `sqs/fifo-million-requests` | million requests                                         |
 * | `kms/key-month`, `secretsmanager/secret-month`          | key or secret, and month                                      |
 * | `cloudwatch/alarm-metric-month`                         | metric that an alarm looks at, and month                      |
 * | `compute/vcpu-hour`, `compute/gib-hour`                 | hour of what a container requests: Fargate's, Linux on x86    |
 * | `ebs/gp3-gib-month`                                     | GiB and month of a persistent volume                          |
 *
 * Fargate's rates stand in for the cluster's own nodes, whose price depends on how full they are.
 */
export const priceLists: readonly PriceList[] = [
  {
    region: 'us-east-1',
    date: '2026-08-06',
    source: offer('AmazonRDS', 'us-east-1', '20260806022930'),
    prices: {
      'rds/db.t4g.micro': 0.016,
      'rds/db.t4g.small': 0.032,
      'rds/db.t4g.medium': 0.065,
      'rds/db.t4g.large': 0.129,
      'rds/gp3-gib-month': 0.115,
    },
  },
  {
    region: 'us-east-1',
    date: '2026-10-01',
    source: offer('AmazonRDS', 'us-east-1'),
    prices: { 'rds/db.m7g.large': 0.168, 'rds/db.m7g.xlarge': 0.337, 'rds/db.m7g.2xlarge': 0.674 },
  },
  {
    region: 'us-east-1',
    date: '2026-07-29',
    source: offer('AmazonRDS', 'us-east-1'),
    prices: {
      'rds/db.r7g.large': 0.239,
      'rds/db.r7g.xlarge': 0.478,
      'rds/db.r7g.2xlarge': 0.956,
      'rds/db.r7g.4xlarge': 1.913,
      'rds/gp3-iops-month': 0.02,
      'rds/backup-gib-month': 0.095,
    },
  },
  {
    region: 'us-east-1',
    date: '2026-10-02',
    source: offer('AmazonElastiCache', 'us-east-1'),
    prices: {
      'elasticache/cache.t4g.micro': 0.0128,
      'elasticache/cache.t4g.small': 0.0256,
      'elasticache/cache.t4g.medium': 0.052,
      'elasticache/cache.m7g.large': 0.1264,
      'elasticache/cache.m7g.xlarge': 0.252,
      'elasticache/cache.m7g.2xlarge': 0.5032,
      'elasticache/cache.r7g.large': 0.1752,
      'elasticache/cache.r7g.xlarge': 0.3496,
      'elasticache/cache.r7g.2xlarge': 0.6984,
    },
  },
  {
    region: 'us-east-1',
    date: '2026-08-10',
    source: offer('AmazonS3', 'us-east-1'),
    prices: { 's3/standard-gib-month': 0.023, 's3/thousand-writes': 0.005, 's3/thousand-reads': 0.0004 },
  },
  {
    region: 'us-east-1',
    date: '2026-09-11',
    source: offer('AWSQueueService', 'us-east-1', '20260911124607'),
    prices: { 'sqs/standard-million-requests': 0.4, 'sqs/fifo-million-requests': 0.5 },
  },
  {
    region: 'us-east-1',
    date: '2026-09-11',
    source: offer('AWSSecretsManager', 'us-east-1', '20260911124610'),
    prices: { 'secretsmanager/secret-month': 0.4 },
  },
  { region: 'us-east-1', date: '2026-11-25', source: 'https://aws.amazon.com/kms/pricing/', prices: { 'kms/key-month': 1 } },
  {
    region: 'us-east-1',
    date: '2026-11-29',
    source: offer('AmazonCloudWatch', 'us-east-1'),
    prices: { 'cloudwatch/alarm-metric-month': 0.1 },
  },
  {
    region: 'us-east-1',
    date: '2026-09-11',
    source: offer('AmazonECS', 'us-east-1', '20260911124425'),
    prices: { 'compute/vcpu-hour': 0.04048, 'compute/gib-hour': 0.004445 },
  },
  {
    region: 'us-east-1',
    date: '2026-08-31',
    source: offer('AmazonEC2', 'us-east-1', '20260831181331'),
    prices: { 'ebs/gp3-gib-month': 0.08 },
  },

  {
    region: 'eu-west-1',
    date: '2024-09-28',
    source: rdsPage,
    prices: {
      'rds/db.t4g.micro': 0.017,
      'rds/db.t4g.small': 0.035,
      'rds/db.t4g.medium': 0.069,
      'rds/db.t4g.large': 0.138,
      'rds/db.m7g.large': 0.186,
      'rds/db.m7g.xlarge': 0.372,
      'rds/db.m7g.2xlarge': 0.745,
      'rds/db.m7g.4xlarge': 1.49,
      'rds/db.r7g.large': 0.268,
      'rds/db.r7g.xlarge': 0.536,
      'rds/db.r7g.2xlarge': 1.071,
      'rds/db.r7g.4xlarge': 2.143,
      'rds/gp3-gib-month': 0.127,
      'rds/gp3-iops-month': 0.022,
      'rds/gp3-mibps-month': 0.088,
      'rds/backup-gib-month': 0.095,
    },
  },
  {
    region: 'eu-west-1',
    date: '2026-03-23',
    source: offer('AmazonElastiCache', 'eu-west-1'),
    prices: {
      'elasticache/cache.t4g.micro': 0.0136,
      'elasticache/cache.t4g.small': 0.0272,
      'elasticache/cache.t4g.medium': 0.0544,
    },
  },
  {
    region: 'eu-west-1',
    date: '2026-03-23',
    source: offer('AmazonS3', 'eu-west-1'),
    prices: { 's3/standard-gib-month': 0.023, 's3/thousand-writes': 0.005, 's3/thousand-reads': 0.0004 },
  },
  {
    region: 'eu-west-1',
    date: '2026-11-25',
    source: offer('AWSQueueService', 'eu-west-1'),
    prices: { 'sqs/standard-million-requests': 0.4 },
  },
  { region: 'eu-west-1', date: '2026-11-25', source: 'https://aws.amazon.com/kms/pricing/', prices: { 'kms/key-month': 1 } },
  {
    region: 'eu-west-1',
    date: '2026-11-29',
    source: offer('AmazonCloudWatch', 'eu-west-1'),
    prices: { 'cloudwatch/alarm-metric-month': 0.1 },
  },
  {
    region: 'eu-west-1',
    date: '2026-11-25',
    source: offer('AmazonECS', 'eu-west-1'),
    prices: { 'compute/vcpu-hour': 0.04048, 'compute/gib-hour': 0.004445 },
  },
  {
    region: 'eu-west-1',
    date: '2026-09-10',
    source: offer('AmazonEC2', 'eu-west-1', '20260910195514'),
    prices: { 'ebs/gp3-gib-month': 0.088 },
  },

  {
    region: 'eu-central-1',
    date: '2024-09-28',
    source: rdsPage,
    prices: {
      'rds/db.t4g.micro': 0.019,
      'rds/db.t4g.small': 0.037,
      'rds/db.t4g.medium': 0.074,
      'rds/db.t4g.large': 0.149,
      'rds/db.m7g.large': 0.2,
      'rds/db.m7g.xlarge': 0.401,
      'rds/db.m7g.2xlarge': 0.801,
      'rds/db.m7g.4xlarge': 1.602,
      'rds/db.r7g.large': 0.291,
      'rds/db.r7g.xlarge': 0.582,
      'rds/db.r7g.2xlarge': 1.165,
      'rds/db.r7g.4xlarge': 2.329,
      'rds/gp3-gib-month': 0.137,
      'rds/gp3-iops-month': 0.024,
      'rds/gp3-mibps-month': 0.095,
      'rds/backup-gib-month': 0.103,
    },
  },
  {
    region: 'eu-central-1',
    date: '2026-11-25',
    source: offer('AmazonElastiCache', 'eu-central-1'),
    prices: { 'elasticache/cache.t4g.micro': 0.0144 },
  },
  {
    region: 'eu-central-1',
    date: '2026-11-25',
    source: offer('AWSSecretsManager', 'eu-central-1'),
    prices: { 'secretsmanager/secret-month': 0.4 },
  },
  { region: 'eu-central-1', date: '2026-11-25', source: 'https://aws.amazon.com/kms/pricing/', prices: { 'kms/key-month': 1 } },
  {
    region: 'eu-central-1',
    date: '2026-07-07',
    source: offer('AmazonECS', 'eu-central-1'),
    prices: { 'compute/vcpu-hour': 0.04656, 'compute/gib-hour': 0.00511 },
  },
  {
    region: 'eu-central-1',
    date: '2026-11-25',
    source: offer('AmazonEC2', 'eu-central-1'),
    prices: { 'ebs/gp3-gib-month': 0.0952 },
  },
];

const pricesOf: ReadonlyMap<string, ReadonlyMap<string, number>> = new Map(
  [...Map.groupBy(priceLists, ({ region }) => region)].map(([region, lists]) => [
    region,
    new Map(lists.flatMap(({ prices }) => Object.entries(prices))),
  ]),
);

/** The list price of a region. */
export function listPrice(region: string, id: string): number | undefined {
  return pricesOf.get(region)?.get(id);
}

/** The most that anything costs more in one region than in another, of what both lists have; never less than nothing more. */
function markup(own: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): number | undefined {
  const ratios = [...own].flatMap(([id, price]) => price / (other.get(id) ?? Number.NaN)).filter((ratio) => !Number.isNaN(ratio));
  return ratios.length === 0 ? undefined : Math.max(1, ...ratios);
}

/** To three digits, since more would pretend to be known. */
function roundedUp(usd: number): number {
  const unit = 10 ** (Math.floor(Math.log10(usd)) - 2);
  return Number((Math.ceil(Number((usd / unit).toPrecision(12))) * unit).toPrecision(3));
}

/** The list price of a region or, where its list lacks it, the most that follows from the lists of others: from which one, it says. */
export function priceIn(region: string, id: string): { readonly usd: number; readonly from?: string } | undefined {
  const usd = listPrice(region, id);
  if (usd !== undefined) return { usd };
  const own = pricesOf.get(region) ?? new Map<string, number>();
  const upwards = [...pricesOf].flatMap(([from, other]) => {
    const there = other.get(id);
    const more = markup(own, other);
    return there === undefined || more === undefined ? [] : [{ usd: roundedUp(there * more), from }];
  });
  return upwards.sort((a, b) => b.usd - a.usd)[0];
}
