import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { at } from '../../functions/core/kubernetes.ts';
import { copyOfCheckout } from '../copy.ts';
import { environmentConfig } from '../request.ts';
import {
  apply,
  claim,
  eventually,
  functionServes,
  get,
  kubectl,
  makeNamespace,
  ready,
  removeNamespaces,
  runsAs,
  theFunction,
  touch,
} from './cluster.ts';

const namespace = 'upgraded';

/** Has a version of the function's package installed, and waits until it serves. */
async function install(reference: string): Promise<void> {
  const before = await functionServes();
  const { metadata } = await theFunction();
  const patch = JSON.stringify({ spec: { package: reference } });
  await kubectl('patch', 'functions.pkg.crossplane.io', metadata.name, '--type=merge', '-p', patch);
  await functionServes(before);
}

/** Builds and pushes these sources with another default for apps of dev. */
async function withLargeApps(installed: string): Promise<string> {
  const copy = copyOfCheckout();
  const file = join(copy.folder, 'functions/apis/app-service/schema.ts');
  const [source, small] = [readFileSync(file, 'utf8'), "default: { dev: 'small', prod: 'medium' }"];
  expect(source.split(small).length).toBe(2);
  writeFileSync(file, source.replace(small, small.replace('small', 'large')));
  const reference = `${installed}-large-${Date.now()}`;
  const line = `npm run package && crossplane xpkg push --package-files "$(ls dist/function-*.xpkg | paste -sd,)" ${reference}`;
  const { code, stderr } = await copy.run(line);
  if (code !== 0) throw new Error(stderr);
  return reference;
}

beforeAll(async () => {
  await removeNamespaces(namespace);
  const policies = { 'allowed-registries': { allow: ['registry.example.com/shop'] } };
  await apply(environmentConfig(namespace, { tier: 'dev', policies }));
  await makeNamespace(namespace, namespace);
  const bindings = ['AppDatabase', 'AppCache'].map((kind) => ({ kind, name: 'orders' }));
  // From `.ci/app-image.sh`.
  const image = 'registry.example.com/shop/orders:1.0.0';
  const env = { DATABASE_URL: '${bindings.orders-database.uri}' };
  await apply(
    claim(namespace, 'orders'),
    claim(namespace, 'orders', { engine: 'valkey' }, 'AppCache'),
    claim(namespace, 'orders', { image, port: 8080, health: { path: '/healthz' }, bindings, env }, 'AppService'),
  );
  for (const kind of ['appdatabase', 'appcache', 'appservice']) await ready(namespace, 'orders', 200, kind);
});
afterAll(async () => {
  await removeNamespaces(namespace);
  await kubectl('delete', 'environmentconfig', namespace);
});

test('no pod of an app is replaced when the function is upgraded to one with another default, and taken back', async () => {
  const before = await runsAs(namespace);
  const available = async () => at((await get('appservice', 'orders', namespace)).status, 'available');
  const installed = String(at((await theFunction()).spec, 'package'));
  const upgrade = await withLargeApps(installed);
  try {
    await install(upgrade);
    await touch(namespace, 'orders', 'appservice');
    await eventually(async () => expect(await available()).toEqual({ size: 'large' }));
    expect(await runsAs(namespace)).toEqual(before);
  } finally {
    await install(installed);
  }
  await touch(namespace, 'orders', 'appservice');
  await eventually(async () => expect(await available()).toBeUndefined());
  expect(await runsAs(namespace)).toEqual(before);
});
