import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { controlPlane, externalName, hashOf, type Identity, shortHash } from '../functions/core/names.ts';

/** `npm run test:nightly` sets more. */
const runs = Number(process.env['PROPERTY_RUNS'] ?? 100);
const count = runs * 100;

const orders: Identity = {
  controlPlane: 'shop-eu-1',
  environment: 'prod',
  place: ['111122223333', 'eu-west-1'],
  namespace: 'shop',
  kind: 'AppDatabase',
  name: 'orders',
};

const label = fc.stringMatching(/^[a-z]([-a-z0-9]{0,30}[a-z0-9])?$/);
const identity: fc.Arbitrary<Identity> = fc.record({
  controlPlane: label,
  environment: label,
  place: fc.array(label, { maxLength: 2 }),
  namespace: label,
  kind: fc.constantFrom('AppDatabase', 'AppCache'),
  name: label,
});

test('names stay the same for ever', () => {
  expect([
    externalName(orders, 63),
    externalName(orders, 63, '_'),
    externalName(orders, 28),
    externalName(orders, 63, '-', 'subnet-group'),
    externalName({ ...orders, place: ['postgres.shared.svc', '5432'] }, 63, '_'),
    shortHash('10.0.0.0/16'),
  ]).toEqual([
    'prod-shop-orders-6s1o1u7sme361jhg',
    'prod_shop_orders_6s1o1u7sme361jhg',
    'prod-shop-o-6s1o1u7sme361jhg',
    'prod-shop-orders-der6tfpniblfa7jf',
    'prod_shop_orders_rfs0okpnn1r6ic9j',
    '638e1131',
  ]);
});

test('names fit their limit and what AWS and Postgres take', () => {
  fc.assert(
    fc.property(identity, fc.integer({ min: 20, max: 63 }), (each, limit) => {
      const name = externalName(each, limit);
      expect(name.length).toBeLessThanOrEqual(limit);
      expect(name).toMatch(/^[a-z](-?[a-z0-9])*-[0-9a-v]{16}$/);
    }),
  );
});

describe('two claims never share a name', () => {
  test.each([
    ['controlPlane', { controlPlane: 'shop-eu-2' }],
    ['environment', { environment: 'staging' }],
    ['account', { place: ['444455556666', 'eu-west-1'] }],
    ['region', { place: ['111122223333', 'eu-west-2'] }],
    ['namespace', { namespace: 'pay' }],
    ['kind', { kind: 'AppCache' }],
    ['name', { name: 'order' }],
  ])('of another %s', (_, other) => {
    expect(externalName({ ...orders, ...other }, 20)).not.toBe(externalName(orders, 20));
  });

  /** Short labels of few letters, most of which join to the same text as others do. */
  const random = (most: number) => Math.floor(Math.random() * most);
  const anyLabel = () => Array.from({ length: 1 + random(3) }, () => 'a-'[random(2)]).join('');

  test(`${count} of them, whose parts join to the same text again and again`, () => {
    const hashes = new Set<string>();
    const joined = new Set<string>();
    const seen = new Set<string>();
    const add = (each: Identity, part: string) => {
      seen.add(JSON.stringify([each, part]));
      joined.add([each.controlPlane, each.environment, ...each.place, each.namespace, each.kind, each.name, part].join('-'));
      hashes.add(externalName(each, 63, '-', part).slice(-16));
    };
    // Two that join to the same, whatever chance brings.
    const twin = { place: [], namespace: 'a', kind: 'A', name: 'a' };
    add({ controlPlane: 'a', environment: 'a-a', ...twin }, 'a');
    add({ controlPlane: 'a-a', environment: 'a', ...twin }, 'a');
    while (seen.size < count) {
      const place = Array.from({ length: random(3) }, anyLabel);
      const [one, two, three, four, part] = Array.from({ length: 5 }, anyLabel) as [string, string, string, string, string];
      add({ controlPlane: one, environment: two, place, namespace: three, kind: random(2) === 0 ? 'A' : 'B', name: four }, part);
    }
    expect(hashes.size).toBe(seen.size);
    expect(joined.size).toBeLessThan(seen.size);
  }, 300_000);

  test('wherever one text is cut into parts, and whatever stands in them', () => {
    for (const text of ['a-b-c-d-e-f-g', '","],[\\"\\', '\u0000\u0000\u0000\u0000\u0000\u0000\u0000', '///////']) {
      const cuts = (left: string, parts: number): readonly (readonly string[])[] =>
        parts === 1
          ? [[left]]
          : Array.from({ length: left.length + 1 }, (_, at) => at).flatMap((at) =>
              cuts(left.slice(at), parts - 1).map((rest) => [left.slice(0, at), ...rest]),
            );
      const names = cuts(text, 6).flatMap(([one = '', two = '', three = '', four = '', five = '', six = '']) => [
        externalName({ controlPlane: one, environment: two, place: [three, four], namespace: five, kind: 'AppDatabase', name: six }, 63),
        externalName({ controlPlane: one, environment: two, place: [three], namespace: four, kind: five, name: six }, 63),
        externalName({ controlPlane: one, environment: two, place: [], namespace: three, kind: four, name: five }, 63, '-', six),
      ]);
      expect(new Set(names.map((name) => name.slice(-16))).size).toBe(names.length);
    }
  });
});

describe('nothing but the length of the hash stands between a forger and a name, and no way is shorter than trying', () => {
  const digits = runs < 1000 ? 2 : 3;
  const values = 32 ** digits;
  const claims = (index: number): Identity => ({ ...orders, namespace: 'forger', name: `c${index}` });
  test.each<[string, (index: number) => string]>([
    ['names of claims', (index) => externalName(claims(index), 63)],
    [
      'names of claims that only the end tells apart',
      (index) => externalName({ ...claims(0), name: `orders-${'0'.repeat(20)}${index.toString(2)}` }, 63),
    ],
    ['parts of one claim', (index) => externalName(claims(0), 63, '_', `part-${index}`)],
    ['service accounts', (index) => externalName({ ...claims(index), kind: 'AppIdentity', place: ['111122223333'] }, 64)],
  ])('with %s', (_, nameOf) => {
    // For each value that a hash of five bits a digit can have, how many names are tried until one has it: on average as many as there are values.
    const tries = new Map<string, number>();
    for (let index = 0; index < 8 * values; index += 1) {
      const end = nameOf(index).slice(-digits);
      if (!tries.has(end)) tries.set(end, index + 1);
    }
    const mean = [...tries.values()].reduce((sum, each) => sum + each, 0) / tries.size;
    expect(tries.size / values).toBeGreaterThan(0.995);
    expect(mean / values).toBeGreaterThan(0.9);
    expect(mean / values).toBeLessThan(1.1);
  });
});

test('a control plane is named by a label', () => {
  const problem = (name: unknown) => controlPlane.schema.safeParse({ controlPlane: name }).error?.issues[0]?.message;
  expect(['shop-eu-1', '1', 'a'.repeat(63)].map(problem)).toEqual([undefined, undefined, undefined]);
  expect([undefined, '', 'Shop', 'shop_eu', '-shop', 'shop-', 'a'.repeat(64), 'a/b'].map(problem)).not.toContain(undefined);
});

test('a hash is the same in whatever order the wire brings fields, and another for another order of a list', () => {
  const hash = hashOf([{ rule: [{ id: 'a', days: 1 }, { id: 'b' }], status: 'Enabled' }]);
  expect(hashOf([{ status: 'Enabled', rule: [{ days: 1, id: 'a' }, { id: 'b' }] }])).toBe(hash);
  expect(hashOf([{ status: 'Enabled', rule: [{ id: 'b' }, { days: 1, id: 'a' }] }])).not.toBe(hash);
});
