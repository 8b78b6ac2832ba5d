import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  answerOf,
  apply,
  bindingOf,
  claim,
  eventually,
  kubectl,
  list,
  makeDatabasesWith,
  makeNamespace,
  masksOf,
  provisioned,
  ready,
  removeNamespaces,
  run,
} from './cluster.ts';

const name = 'copies';

const copyOf = (of: string, mask?: string) => ({
  engine: 'postgres',
  restoreFrom: { claim: of, ...(mask !== undefined && { mask: { configMap: mask } }) },
});

const counts = (of: string) =>
  answerOf(
    name,
    of,
    "SELECT (SELECT count(*) FROM customers), (SELECT count(*) FROM shop.lines), (SELECT count(*) FROM spending), (SELECT last_value FROM customers_id_seq), (SELECT string_agg(DISTINCT tableowner, ',') = current_user FROM pg_tables WHERE schemaname IN ('public', 'shop'))",
  );

const emails = (of: string) => answerOf(name, of, "SELECT count(*) FILTER (WHERE email LIKE '%@shop.example'), count(*) FROM customers");

beforeAll(async () => {
  await removeNamespaces(name);
  await makeDatabasesWith('container', name);
  await makeNamespace(name, name);
  await apply(claim(name, 'orders', { engine: 'postgres', extensions: ['pgcrypto'] }));
  await ready(name, 'orders');
  await answerOf(
    name,
    'orders',
    `CREATE TABLE customers (id serial PRIMARY KEY, email text);
    INSERT INTO customers (email) SELECT 'person' || i || '@shop.example' FROM generate_series(1, 20000) i;
    CREATE SCHEMA shop;
    CREATE TABLE shop.lines (customer integer REFERENCES customers, cents integer, token bytea DEFAULT gen_random_bytes(8));
    INSERT INTO shop.lines SELECT i, i FROM generate_series(1, 5000) i;
    CREATE VIEW spending AS SELECT customer, sum(cents) FROM shop.lines GROUP BY customer`,
  );
  await makeDatabasesWith('shared', name);
});
afterAll(async () => {
  await removeNamespaces(name);
  await kubectl('delete', 'environmentconfig', name);
});

test('data moves to a newer major version', async () => {
  await makeDatabasesWith('container', name);
  await apply(claim(name, 'newest', { ...copyOf('orders'), version: '18', extensions: ['pgcrypto', 'pg_trgm'] }));
  await ready(name, 'newest');
  expect(await answerOf(name, 'newest', "SELECT current_setting('server_version_num')::int / 10000")).toBe('18');
  expect(await counts('newest')).toBe(await counts('orders'));
  await makeDatabasesWith('shared', name);
});

test('data moves from a container to a shared server with equal counts, its own login and the source as it was', async () => {
  const before = await counts('orders');
  await apply(claim(name, 'grown', copyOf('orders')));
  await ready(name, 'grown');
  expect((await bindingOf(name, 'grown'))['provider']).toBe('shared');
  expect(before).toBe('20000|5000|5000|20000|t');
  expect([await counts('grown'), await counts('orders')]).toEqual([before, before]);
  await answerOf(name, 'grown', 'CREATE TABLE later (); INSERT INTO customers (email) VALUES (NULL)');
  await eventually(async () =>
    expect(await list('jobs,secrets', '-n', name, '--field-selector=metadata.name=grown-database-copy')).toEqual([]),
  );
});

test('a copy whose mask fails is given to nobody, and says why; with a mask that succeeds nobody sees what it masks', async () => {
  await apply(masksOf(name, "UPDATE customers SET email = id || '@invalid'; SELECT 1 / 0"));
  await apply(claim(name, 'masked', copyOf('orders', 'masks')));
  await eventually(async () =>
    expect(await provisioned(name, 'masked')).toContain(
      `the data of AppDatabase orders to be copied, which failed and changed nothing: kubectl logs -n ${name} job/masked-database-copy says why`,
    ),
  );
  expect(await kubectl('logs', '-n', name, 'job/masked-database-copy')).toContain('division by zero');
  expect((await run('kubectl', ['get', 'secret', '-n', name, 'masked-database'])).stderr).toBe(
    'Error from server (NotFound): secrets "masked-database" not found\n',
  );
  await apply(masksOf(name, "UPDATE customers SET email = id || '@invalid'"));
  await kubectl('delete', 'job', '-n', name, 'masked-database-copy');
  await ready(name, 'masked');
  expect([await counts('masked'), await emails('masked'), await emails('orders')]).toEqual([
    '20000|5000|5000|20000|t',
    '0|20000',
    '20000|20000',
  ]);
});

test('a copy of a copy comes back into a container, and another claim is not copied over what is there', async () => {
  await makeDatabasesWith('container', name);
  await apply(claim(name, 'back', copyOf('grown')));
  await ready(name, 'back');
  expect([(await bindingOf(name, 'back'))['provider'], await answerOf(name, 'back', 'SELECT count(*) FROM customers')]).toEqual([
    'container',
    '20001',
  ]);
});

test('what a claim begins with is neither added nor changed later', async () => {
  for (const spec of [copyOf('masked'), copyOf('orders', 'masks')]) {
    const { code, stderr } = await run('kubectl', ['apply', '-f', '-'], JSON.stringify(claim(name, 'back', spec)));
    expect([code, stderr]).toEqual([1, expect.stringContaining('restoreFrom cannot be added or changed later')]);
  }
});
