import { describe, expect, test } from 'vitest';
import { kinds } from '../kinds/index.ts';
import { defaultRegion, listPrice, priceIdSchema, priceIn, priceLists } from './prices.ts';

const priceId = priceIdSchema(kinds);

describe('the price lists', () => {
  const listed = priceLists.flatMap(({ region, prices }) => Object.entries(prices).map(([id, price]) => ({ region, id, price })));

  test('give each price once for a region', () => {
    const keys = listed.map(({ region, id }) => `${region} ${id}`);
    expect(keys).toEqual([...new Set(keys)]);
  });

  test('use ids that an environment can use too', () => {
    expect(listed.filter(({ id }) => !priceId.safeParse(id).success)).toEqual([]);
  });

  test('say when and where each price was read', () => {
    for (const { date, source } of priceLists) {
      expect(date).toMatch(/^20\d\d-\d\d-\d\d$/);
      expect(source).toMatch(/^https:\/\/(pricing\.us-east-1\.amazonaws\.com|b0\.p\.awsstatic\.com|aws\.amazon\.com)\//);
    }
  });

  test('have what containers need in the region that stands in for none', () => {
    expect(['compute/vcpu-hour', 'compute/gib-hour', 'ebs/gp3-gib-month'].map((id) => listPrice(defaultRegion, id))).toEqual([
      0.04048, 0.004445, 0.08,
    ]);
  });

  test('put nothing under the price of the list that another region is estimated from', () => {
    const ids = [...new Set(listed.map(({ id }) => id))];
    const regions = [...new Set(listed.map(({ region }) => region))];
    const below = regions.flatMap((region) =>
      ids.filter((id) => {
        const known = regions.flatMap((other) => listPrice(other, id) ?? []);
        return (priceIn(region, id)?.usd ?? 0) < (listPrice(region, id) ?? Math.max(...known));
      }),
    );
    expect([below, priceIn('eu-south-1', 'kms/key-month'), priceIn('eu-west-1', 'rds/db.z1d.large')]).toEqual([[], undefined, undefined]);
  });

  test('charge twice as much, within rounding, for the next larger instance of a family', () => {
    const steps = ['large', 'xlarge', '2xlarge', '4xlarge'];
    const odd = listed.filter(({ region, id, price }) => {
      const [, family, size] = /^(.+\.)(\w+)$/.exec(id) ?? [];
      const smaller = steps[steps.indexOf(size ?? '') - 1];
      const half = smaller === undefined ? undefined : listPrice(region, `${family}${smaller}`);
      return half !== undefined && Math.abs((price ?? 0) - 2 * half) > 0.0021;
    });
    expect(odd).toEqual([]);
  });
});

describe('a price id', () => {
  test.each([
    'rds/db.z1d.large',
    'rds/db.x2iedn.32xlarge',
    'elasticache/cache.r7g.16xlarge',
    'ebs/gp3-gib-month',
    'kms/key-month',
    'sns.aws.m.upbound.io/Topic-month',
    'Pod-month',
  ])('can be %s', (id) => {
    expect(priceId.safeParse(id).success).toBe(true);
  });

  test.each([
    '',
    'rds/db',
    'rds/db.',
    'rds/db.large',
    'rds/db.m7g.large ',
    'rds/DB.m7g.large',
    'rds/cache.m7g.large',
    'db.m7g.large',
    'ebs/gp4-gib-month',
    'batch/job-month',
    '/Job-month',
    '__proto__',
  ])('cannot be %j', (id) => {
    expect(priceId.safeParse(id).success).toBe(false);
  });
});
