import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { claim, commit, failure, run, scratch, write } from '../../../test/planning.ts';

const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'orders', namespace: 'shop' }, spec: { replicas: 1 } };
const kustomization = (fields: object) => ({ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', ...fields });
const hasKustomize = spawnSync('kubectl', ['kustomize', '--help']).status === 0;

async function names(files: readonly string[], options: Parameters<typeof run>[1] = {}) {
  const { code, stdout, stderr } = await run(files, { output: 'json', ...options });
  const { claims } = JSON.parse(stdout) as {
    readonly claims: readonly { readonly claim: { readonly name: string }; readonly environment: string }[];
  };
  return { code, stderr, names: claims.map((each) => `${each.claim.name} in ${each.environment}`) };
}

describe('of a folder every claim is planned, and what is passed over is named:', () => {
  test('a Helm template, what cannot be read, and what is beside a claim', async () => {
    write('orders.yaml', claim('orders'), deployment);
    write('values.yaml', { replicas: 1 });
    write('chart/Chart.yaml', { name: 'orders', version: '0.1.0' });
    write('chart/templates/database.yaml', 'apiVersion: platform.internal/v1alpha1\nmetadata: {{ .Values.metadata }}\n');
    write('broken.yaml', 'apiVersion: platform.internal/v1alpha1\nspec: [\n');
    write('nameless.yaml', { ...claim('x'), metadata: { name: { first: 'x' } } });
    expect(await names([scratch()])).toEqual({
      code: 0,
      names: ['orders in dev'],
      stderr: `goldenpath: passed over 6:
  2 files without a claim
  FOLDER/broken.yaml: Flow sequence in block collection must be sufficiently indented and end with a ] at line 3, column 1
  FOLDER/chart/templates/database.yaml: it is a template of the Helm chart in "FOLDER/chart", want what helm template prints of that, through -
  FOLDER/nameless.yaml: metadata.name: got {"first":"x"}, want string
  FOLDER/orders.yaml: Deployment orders is no claim
`,
    });
    expect(await failure([scratch()], { strict: true })).toBe(
      'cannot plan: --strict: "FOLDER/broken.yaml": Flow sequence in block collection must be sufficiently indented and end with a ] at line 3, column 1; ' +
        '"FOLDER/chart/templates/database.yaml": it is a template of the Helm chart in "FOLDER/chart", want what helm template prints of that, through -; ' +
        '"FOLDER/nameless.yaml": metadata.name: got {"first":"x"}, want string; "FOLDER/orders.yaml": Deployment orders is no claim',
    );
  });

  test('a file of a deep path is named whole', async () => {
    const path = `${'a-folder-of-a-long-name/'.repeat(5)}orders.yaml`;
    write(path, 'apiVersion: platform.internal/v1alpha1\nspec: [\n');
    write('orders.yaml', claim('orders'));
    expect((await names([scratch()])).stderr).toContain(path);
    expect(await failure([scratch(path)])).toContain(path);
  });

  test('a link that leads nowhere or to a folder, either of which may have had a claim that is not planned, or is no new one', async () => {
    for (const folder of ['now', 'then']) {
      const orders = write(`${folder}/orders.yaml`, claim('orders'));
      symlinkSync(orders, scratch(folder, 'linked.yaml'));
      rmSync(scratch(folder, 'orders.yaml'));
      mkdirSync(scratch(folder, 'shared.yaml'));
      symlinkSync(scratch(folder), scratch(folder, 'around'));
    }
    symlinkSync(write('elsewhere.yaml', claim('alias')), scratch('now/alias.yml'));
    const unread = (folder: string) => [
      `FOLDER/${folder}/around: it is a link to a folder, want the folder itself`,
      `FOLDER/${folder}/linked.yaml: it is a link that leads nowhere`,
    ];
    expect(await names([scratch('now')])).toEqual({
      code: 0,
      names: ['alias in dev'],
      stderr: `goldenpath: passed over 2:\n${unread('now')
        .map((line) => `  ${line}\n`)
        .join('')}`,
    });
    const [around, linked] = unread('then').map((line) => line.replace(/^[^:]+/, '"$&"'));
    expect(await failure([scratch('now')], { from: scratch('then') })).toBe(
      `cannot compare AppDatabase shop/alias: it is not in what can be read of "FOLDER/then"; what cannot: ${around}; ${linked}`,
    );
  });

  test('lists, and JSON files, have claims too', async () => {
    write('list.yaml', { apiVersion: 'v1', kind: 'List', items: [claim('a'), deployment] });
    write(
      'typed.json',
      JSON.stringify({ apiVersion: 'platform.internal/v1alpha1', kind: 'AppDatabaseList', items: [{ metadata: { name: 'b' }, spec: {} }] }),
    );
    write('package.json', JSON.stringify({ name: 'shop' }));
    expect(await names([scratch()])).toMatchObject({ code: 0, names: ['a in dev', 'b in dev'] });
  });

  test('a patch of kustomize is no claim', async () => {
    write('base/orders.yaml', claim('orders'));
    write('base/kustomization.yaml', kustomization({ resources: ['orders.yaml'] }));
    const patch = write('overlays/prod/size.yaml', claim('orders', { size: 'large' }));
    write('overlays/prod/kustomization.yaml', kustomization({ resources: ['../../base'], patches: [{ path: 'size.yaml' }] }));
    process.chdir(scratch());
    const why = 'it is a patch of "overlays/prod/kustomization.yaml", want --kustomize "overlays/prod"';
    expect(await names(['.'])).toEqual({
      code: 0,
      names: ['orders in dev'],
      stderr: `goldenpath: passed over 3:\n  2 files without a claim\n  overlays/prod/size.yaml: ${why}\n`,
    });
    expect(await failure([patch])).toBe(`cannot use "FOLDER/overlays/prod/size.yaml": ${why}`);
  });
});

test('of a stream the claims are planned, as of what helm template prints', async () => {
  const stream = `---\n# Source: orders/templates/all.yaml\n${JSON.stringify(deployment)}\n---\n${JSON.stringify(claim('orders'))}\n---\n# nothing\n`;
  expect(await names(['-'], { stdin: async () => stream })).toEqual({
    code: 0,
    names: ['orders in dev'],
    stderr: 'goldenpath: passed over 1:\n  standard input: Deployment orders is no claim\n',
  });
  const before = write('before.yaml', deployment, claim('orders', { storageGiB: 200 }));
  const after = async () => JSON.stringify(claim('orders', { storageGiB: 100 }));
  expect((await run(['-'], { environments: ['prod'], stdin: after, from: before })).code).toBe(1);
});

test('what is of the apiserver is not taken from a file', async () => {
  const status = { backend: 'container', tier: 'dev', conditions: [] };
  const exported = {
    ...claim('orders'),
    metadata: { ...claim('orders').metadata, uid: '1', generation: 4, creationTimestamp: null },
    status,
  };
  expect(await run([write('orders.yaml', exported)], { environments: ['prod'] })).toEqual(
    await run([write('orders.yaml', claim('orders'))], { environments: ['prod'] }),
  );
});

describe.skipIf(!hasKustomize)('--kustomize', () => {
  const overlay = (size: string) => {
    write('base/orders.yaml', claim('orders', {}), deployment);
    write('base/kustomization.yaml', kustomization({ resources: ['orders.yaml'] }));
    write('clusters/prod/size.yaml', claim('orders', { storageGiB: size === 'large' ? 200 : 100 }));
    write('clusters/prod/kustomization.yaml', kustomization({ resources: ['../../base'], patches: [{ path: 'size.yaml' }] }));
    write('clusters/dev/orders.yaml', claim('orders', {}));
    return scratch('clusters/prod');
  };

  test('plans what is built, and compares with what a revision comes to', async () => {
    const folder = overlay('large');
    commit();
    overlay('small');
    const { code, stdout, stderr } = await run([], { kustomizations: [folder], environments: ['prod'], from: 'HEAD' });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'goldenpath: passed over 1:\n  kustomization FOLDER/clusters/prod: Deployment orders is no claim\n',
    });
    expect(stdout).toContain('spec.storageGiB: storageGiB can only grow: to go back, make a new claim and move the data');
    rmSync(scratch('base'), { recursive: true });
    expect(await failure([], { kustomizations: [folder], environments: ['prod'] })).toMatch(
      /^cannot build kustomization "FOLDER\/clusters\/prod": [^\n]+$/,
    );
    expect(await failure([], { kustomizations: [scratch('nowhere')] })).toBe(
      'cannot build kustomization "FOLDER/nowhere": it is not there, want a folder with a kustomization.yaml',
    );
    write('new/kustomization.yaml', kustomization({ resources: ['orders.yaml'] }));
    write('new/orders.yaml', claim('orders'));
    expect(await failure([], { kustomizations: [scratch('new')], from: 'HEAD' })).toBe(
      'cannot compare kustomization "FOLDER/new": it is not in "HEAD", want --from FILE or DIR',
    );
  });

  test('is what --environments-from does where a folder has a kustomization', async () => {
    overlay('large');
    process.chdir(scratch());
    expect(await names([], { environments: [], environmentsFrom: 'clusters/*/' })).toMatchObject({
      code: 0,
      names: ['orders in dev', 'orders in prod'],
    });
    commit();
    overlay('small');
    const { stdout } = await run([], { environments: [], environmentsFrom: 'clusters/*/', from: 'HEAD' });
    expect(stdout.match(/^AppDatabase.*$/gm)).toEqual([
      'AppDatabase shop/orders in dev, as container: unchanged',
      'AppDatabase shop/orders in prod',
    ]);
    expect(stdout).toContain('storageGiB can only grow');
  });
});

test.each<[string, Parameters<typeof run>[1], string]>([
  [
    'with what says the same',
    { environmentsFrom: 'clusters/*/' },
    'cannot plan: got --environments-from and FILE and --environment, want it alone, as its folders say both',
  ],
])('--environments-from %s is refused', async (_, options, message) => {
  expect(await failure(['claims'], options)).toBe(message);
});

test('--environments-from without a folder, or of no environment, is refused', async () => {
  const options = { environments: [], environmentsFrom: scratch('clusters/*/') };
  expect(await failure([], options)).toBe(
    `cannot plan: --environments-from: got "FOLDER/clusters/*/", want a pattern of folders, such as 'clusters/*/'`,
  );
  write('clusters/moon/orders.yaml', claim('orders'));
  symlinkSync(scratch('gone'), scratch('clusters/dev'));
  expect(await failure([], { ...options, environmentsFrom: scratch('clusters/*') })).toBe(
    'cannot plan: --environments-from: got "FOLDER/clusters/dev", which leads nowhere, want a folder',
  );
  expect(await failure([], options)).toMatch(/^cannot use environment: --environment: got "moon", want one of /);
});
