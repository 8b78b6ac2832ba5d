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
  tryApply,
} from './cluster.ts';

const environment = 'clones';
const prod = 'clones-prod';
const staging = 'clones-staging';
const other = 'clones-other';

const maskedCopy = (...copyableBy: readonly string[]) =>
  claim(prod, 'masked', { engine: 'postgres', restoreFrom: { claim: 'orders', mask: { configMap: 'masks' } }, copyableBy });

const clone = (namespace: string, name: string, of = 'masked', from = prod) =>
  claim(namespace, name, { engine: 'postgres', restoreFrom: { claim: of, namespace: from } });

const counts = (namespace: string, of: string) =>
  answerOf(
    namespace,
    of,
    "SELECT (SELECT count(*) FROM customers), (SELECT count(*) FROM customers WHERE email LIKE '%@shop.example'), (SELECT sum(cents) FROM lines)",
  );

const waitsFor = async (namespace: string, of: string, what: string) =>
  await eventually(async () => expect(await provisioned(namespace, of)).toContain(what));

const unlent = (of: string, from: string, namespace: string) =>
  `AppDatabase ${of} of namespace ${from} to copy, which is not there, or does not have ${namespace} in its spec.copyableBy`;

/** The names of the Secrets and Jobs of a namespace that a copy is made with. */
const usedIn = async (namespace: string) =>
  (await list('secrets,jobs', '-n', namespace)).map(({ metadata: { name } }) => name).filter((name) => name.includes('-copy'));

beforeAll(async () => {
  await removeNamespaces(prod, staging, other);
  await makeDatabasesWith('shared', environment);
  for (const namespace of [prod, staging, other]) await makeNamespace(namespace, environment);
  await apply(claim(prod, 'orders', { engine: 'postgres' }));
  await ready(prod, 'orders');
  await answerOf(
    prod,
    'orders',
    `CREATE TABLE customers (id serial PRIMARY KEY, email text);
    INSERT INTO customers (email) SELECT 'person' || i || '@shop.example' FROM generate_series(1, 20000) i;
    CREATE TABLE lines (customer integer REFERENCES customers, cents integer);
    INSERT INTO lines SELECT i, i FROM generate_series(1, 5000) i`,
  );
});
afterAll(async () => {
  await removeNamespaces(prod, staging, other);
  await kubectl('delete', 'environmentconfig', environment);
});

test('where the mask fails, nobody has a binding in either namespace, nor the login to it; with one that succeeds both have what it left', async () => {
  await apply(masksOf(prod, "UPDATE customers SET email = id || '@invalid'; SELECT 1 / 0"), maskedCopy(staging), clone(staging, 'orders'));
  await waitsFor(prod, 'masked', 'which failed and changed nothing');
  await waitsFor(staging, 'orders', `the binding of AppDatabase masked of namespace ${prod}, whose data is copied`);
  const bindings = await list('secrets', '-A', '--field-selector=type=servicebinding.io/postgresql');
  expect(bindings.flatMap(({ metadata: { name, namespace } }) => ([prod, staging].includes(namespace ?? '') ? [name] : []))).toEqual([
    'orders-database',
  ]);
  expect(await usedIn(staging)).toEqual(['orders-database-copy-login']);
  await apply(masksOf(prod, "UPDATE customers SET email = id || '@invalid'"));
  await kubectl('delete', 'job', '-n', prod, 'masked-database-copy');
  await ready(prod, 'masked');
  await ready(staging, 'orders');
  expect([await counts(prod, 'orders'), await counts(prod, 'masked'), await counts(staging, 'orders')]).toEqual([
    '20000|20000|12502500',
    '20000|0|12502500',
    '20000|0|12502500',
  ]);
  const [source, target] = [await bindingOf(prod, 'masked'), await bindingOf(staging, 'orders')];
  expect(target['database']).not.toBe(source['database']);
  await eventually(async () => expect(await usedIn(staging)).toEqual([]));
});

test('a namespace that is not named is told what it would be told of a claim, or of a namespace, that there is not', async () => {
  await apply(clone(other, 'masked'), clone(other, 'nothing', 'nothing'), clone(other, 'nowhere', 'masked', 'clones-nowhere'));
  await waitsFor(other, 'masked', unlent('masked', prod, other));
  await waitsFor(other, 'nothing', unlent('nothing', prod, other));
  await waitsFor(other, 'nowhere', unlent('masked', 'clones-nowhere', other));
  // How far each is with what it makes beside may differ for a moment.
  await eventually(async () => {
    const [masked, nothing] = [await provisioned(other, 'masked'), await provisioned(other, 'nothing')];
    expect(masked).toBe(nothing.replaceAll('nothing', 'masked'));
  });
  expect((await usedIn(other)).filter((name) => !name.endsWith('-copy-login'))).toEqual([]);
});

test('a container is copied from and to as well', async () => {
  await makeDatabasesWith('container', environment);
  await apply(clone(staging, 'contained'));
  await ready(staging, 'contained');
  expect([(await bindingOf(staging, 'contained'))['provider'], await counts(staging, 'contained')]).toEqual([
    'container',
    '20000|0|12502500',
  ]);
  await apply(
    claim(prod, 'contained', { engine: 'postgres', restoreFrom: { claim: 'masked', mask: { configMap: 'masks' } }, copyableBy: [staging] }),
  );
  await ready(prod, 'contained');
  await apply(clone(staging, 'again', 'contained'));
  await ready(staging, 'again');
  expect(await counts(staging, 'again')).toBe('20000|0|12502500');
});

test('once the consent is taken away nothing is copied any more, and what was copied stays', async () => {
  await apply(maskedCopy());
  await apply(clone(staging, 'late'));
  await waitsFor(staging, 'late', unlent('masked', prod, staging));
  // A server in a container has it from its start.
  await eventually(async () =>
    expect((await usedIn(staging)).filter((used) => used.startsWith('late-'))).toEqual(['late-database-copy-login']),
  );
  await ready(staging, 'orders');
  expect(await counts(staging, 'orders')).toBe('20000|0|12502500');
});

test('what an earlier claim of the name left is not given on as masked', async () => {
  await makeDatabasesWith('shared', environment);
  const kept = { engine: 'postgres', deletion: 'Snapshot' };
  await apply(claim(prod, 'kept', { ...kept, restoreFrom: { claim: 'orders' } }));
  await ready(prod, 'kept');
  await kubectl('delete', 'appdatabase', '-n', prod, 'kept', '--cascade=foreground', '--timeout=120s');
  await apply(
    claim(prod, 'kept', {
      engine: 'postgres',
      deletion: 'Delete',
      restoreFrom: { claim: 'orders', mask: { configMap: 'masks' } },
      copyableBy: [staging],
    }),
    clone(staging, 'kept', 'kept'),
  );
  await waitsFor(prod, 'kept', 'which failed and changed nothing');
  expect(await kubectl('logs', '-n', prod, 'job/kept-database-copy')).toContain(
    'the database has tables already, and does not say that they were masked',
  );
  await waitsFor(staging, 'kept', `the binding of AppDatabase kept of namespace ${prod}, whose data is copied`);
});

test('the apiserver refuses what is lent without a mask, and a time of what another namespace has', async () => {
  const refused = async (spec: object) => (await tryApply(claim(prod, 'bare', { engine: 'postgres', ...spec }))).stderr;
  const restoreFrom = { claim: 'masked', namespace: staging };
  expect([
    await refused({ copyableBy: [staging] }),
    await refused({ copyableBy: [staging], restoreFrom: { claim: 'orders' } }),
    await refused({ copyableBy: ['*'], restoreFrom: { claim: 'orders', mask: { configMap: 'masks' } } }),
    await refused({ restoreFrom: { ...restoreFrom, at: '2026-11-28T07:00:00Z' } }),
    await refused({ restoreFrom: { ...restoreFrom, snapshot: 'final' } }),
  ]).toEqual([
    expect.stringContaining('copyableBy is for masked copies alone'),
    expect.stringContaining('copyableBy is for masked copies alone'),
    expect.stringContaining('spec.copyableBy[0]'),
    expect.stringContaining('restoreFrom has a namespace, from which data is copied as it is now'),
    expect.stringContaining('restoreFrom has a namespace, from which data is copied as it is now'),
  ]);
});
