import { chownSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { claim, commit, failure, git, run, scratch, write } from '../../../test/planning.ts';
import { environmentConfig, everything } from '../../../test/request.ts';

const before = { storageGiB: 200 };
const after = { storageGiB: 100 };

/** Whether a plan from a revision knows what there was: less storage than that is refused. */
async function expectShrink(files: readonly string[], from = 'HEAD') {
  const { code, stdout } = await run(files, { environments: ['prod'], from });
  const words = stdout.replaceAll(/\s+/g, ' ');
  expect({ code, words }).toEqual({
    code: 1,
    words: expect.stringContaining('spec.storageGiB: storageGiB can only grow: to go back, make a new claim and move the data'),
  });
}

function link(target: string, path: string): string {
  const file = scratch(path);
  mkdirSync(dirname(file), { recursive: true });
  rmSync(file, { force: true, recursive: true });
  symlinkSync(target, file);
  return file;
}

describe('a claim is found in a revision wherever it was:', () => {
  test('in a file that was moved', async () => {
    write('old/orders.yaml', claim('orders', before));
    commit();
    rmSync(scratch('old'), { recursive: true });
    await expectShrink([write('new/orders.yaml', claim('orders', after))]);
  });

  test('behind a link to a file, which is now one itself', async () => {
    write('real/orders.yaml', claim('orders', before));
    const file = link('../real/orders.yaml', 'claims/orders.yaml');
    commit();
    rmSync(file);
    write('claims/orders.yaml', claim('orders', after));
    rmSync(scratch('real'), { recursive: true });
    await expectShrink([scratch('claims')]);
    await expectShrink([file]);
  });

  test('behind a link, now and then', async () => {
    write('real/orders.yaml', claim('orders', before));
    const folder = link('real', 'claims');
    commit();
    write('real/orders.yaml', claim('orders', after));
    await expectShrink([folder]);
    rmSync(scratch('real/orders.yaml'));
    expect((await run([folder], { environments: ['prod'], from: 'HEAD' })).stdout).toMatch(/^AppDatabase shop\/orders .*: deleted$/m);
  });

  test('in a list, or in a JSON file', async () => {
    write('claims.json', JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [claim('orders', before)] }));
    commit();
    rmSync(scratch('claims.json'));
    await expectShrink([write('claims.yaml', claim('orders', after))]);
  });

  test('in a submodule, as of then', async () => {
    write('origin/orders.yaml', claim('orders', before));
    commit(scratch('origin'));
    mkdirSync(scratch('outer'));
    commit(scratch('outer'));
    git(scratch('outer'), 'submodule', '--quiet', 'add', scratch('origin'), 'claims');
    commit(scratch('outer'));
    write('outer/claims/orders.yaml', claim('orders', after));
    commit(scratch('outer/claims'));
    process.chdir(scratch('outer'));
    await expectShrink(['claims']);
    await expectShrink(['.']);
    commit(scratch('outer'));
    await expectShrink(['claims/orders.yaml'], 'HEAD~1');
    // Within the submodule, its own revisions are meant.
    process.chdir(scratch('outer/claims'));
    expect((await run(['.'], { environments: ['prod'], from: 'HEAD' })).stdout).toContain(': unchanged');
    await expectShrink(['.'], 'HEAD~1');
  });

  test('and a claim that went elsewhere is not deleted', async () => {
    write('claims/orders.yaml', claim('orders'));
    write('claims/stays.yaml', claim('stays'));
    commit();
    rmSync(scratch('claims/orders.yaml'));
    write('other/orders.yaml', claim('orders'));
    const { code, stdout, stderr } = await run([scratch('claims')], { from: 'HEAD' });
    expect({ code, stderr, titles: stdout.match(/^AppDatabase.*$/gm) }).toEqual({
      code: 0,
      stderr:
        'goldenpath: passed over 1:\n  FOLDER/other/orders.yaml: AppDatabase shop/orders is here now, which no path that was given has\n',
      titles: ['AppDatabase shop/stays in dev, as container: unchanged'],
    });
  });

  test('but where it was in two states, at neither of which it is now, one has to be named', async () => {
    write('a/orders.yaml', claim('orders', before));
    write('b/orders.yaml', claim('orders', after));
    commit();
    const file = write('c/orders.yaml', claim('orders', after));
    expect(await failure([file], { from: 'HEAD' })).toBe(
      'cannot compare AppDatabase shop/orders: in "HEAD" it is in "FOLDER/a/orders.yaml" and in "FOLDER/b/orders.yaml", want one of them, as --from FILE',
    );
    expect((await run([scratch('b/orders.yaml')], { environments: ['prod'], from: 'HEAD' })).stdout).toContain(': unchanged');
  });
});

describe('an environment is found in a revision', () => {
  test('wherever it was', async () => {
    const live = (size: string) => environmentConfig('live', { ...everything, tier: 'prod', defaults: { AppDatabase: { size } } });
    const file = write('claims/orders.yaml', claim('orders', {}));
    write('environments/live.yaml', live('medium'));
    commit();
    rmSync(scratch('environments'), { recursive: true });
    const moved = write('clusters/eu/live.yaml', live('large'));
    const { stdout } = await run([file], { environments: [moved], from: 'HEAD' });
    expect(stdout).toContain('note: size stays "medium", with which it runs: the default is "large"');
  });
});

describe('what cannot be read is never new:', () => {
  test('a file that was broken', async () => {
    write('claims/orders.yaml', 'apiVersion: platform.internal/v1alpha1\nkind: [AppDatabase\n');
    commit();
    const file = write('claims/orders.yaml', claim('orders', after));
    expect(await failure([file], { from: 'HEAD' })).toMatch(
      /^cannot compare AppDatabase shop\/orders: it is not in what can be read of "HEAD"; what cannot: "FOLDER\/claims\/orders\.yaml": /,
    );
  });

  test('but what is as broken as it was has become of nothing', async () => {
    write('chart/broken.yaml', 'apiVersion: platform.internal/v1alpha1\nkind: [AppDatabase\n');
    commit();
    const file = write('claims/orders.yaml', claim('orders'));
    expect((await run([file], { from: 'HEAD' })).stdout).toContain(': new');
  });

  test('a link out of the repository', async () => {
    write('outside/orders.yaml', claim('orders', before));
    const file = link(scratch('outside/orders.yaml'), 'repository/orders.yaml');
    commit(scratch('repository'));
    expect(await failure([file], { from: 'HEAD' })).toBe(
      'cannot compare AppDatabase shop/orders: it is not in what can be read of "HEAD"; what cannot: ' +
        '"FOLDER/repository/orders.yaml": it is a link to "FOLDER/outside/orders.yaml", which is not in the revision',
    );
  });

  test('a submodule whose commit is not here', async () => {
    write('origin/orders.yaml', claim('orders', before));
    commit(scratch('origin'));
    mkdirSync(scratch('outer'));
    commit(scratch('outer'));
    git(scratch('outer'), 'submodule', '--quiet', 'add', scratch('origin'), 'claims');
    commit(scratch('outer'));
    const hash = git(scratch('outer/claims'), 'rev-parse', 'HEAD').slice(0, 12);
    git(scratch('outer'), 'rm', '--quiet', '--cached', 'claims');
    rmSync(scratch('outer/claims'), { recursive: true });
    write('outer/claims/orders.yaml', claim('orders', after));
    process.chdir(scratch('outer'));
    expect(await failure(['claims'], { from: 'HEAD' })).toBe(
      'cannot compare AppDatabase shop/orders: it is not in what can be read of "HEAD"; what cannot: ' +
        `"FOLDER/outer/claims": it is a submodule whose commit ${hash} is not here, want git submodule update --init, or git fetch in it`,
    );
  });

  test('a folder that is compared with', async () => {
    write('before/orders.yaml', 'apiVersion: platform.internal/v1alpha1\nkind: [AppDatabase\n');
    const file = write('after/orders.yaml', claim('orders'));
    expect(await failure([file], { from: scratch('before') })).toMatch(
      /^cannot compare AppDatabase shop\/orders: it is not in what can be read of "FOLDER\/before"; what cannot: /,
    );
  });
});

describe('what --from means', () => {
  test('has to be said where it is a folder and a branch', async () => {
    write('claims/orders.yaml', claim('orders', before));
    const hash = commit();
    write('main/orders.yaml', claim('orders', after));
    write(`${hash}/orders.yaml`, claim('orders', after));
    write('claims/orders.yaml', claim('orders', after));
    process.chdir(scratch());
    const both = (name: string, revision: string) =>
      `cannot compare: --from: got "${name}", which is both there and a git revision, want ./${name} for what is there, or ${revision} for the revision`;
    expect(await failure(['claims'], { from: 'main' })).toBe(both('main', 'refs/heads/main'));
    expect(await failure(['claims'], { from: hash })).toBe(both(hash, `${hash}^{commit}`));
    expect((await run(['claims'], { from: './main' })).stdout).toContain(': unchanged');
    await expectShrink(['claims'], 'refs/heads/main');
    await expectShrink(['claims'], `${hash}^{commit}`);
  });

  test('is no revision of a shallow clone, which is told', async () => {
    write('origin/orders.yaml', claim('orders'));
    const hash = commit(scratch('origin'));
    commit(scratch('origin'));
    git(scratch(), 'clone', '--quiet', '--depth', '1', `file://${scratch('origin')}`, 'clone');
    expect(await failure([scratch('clone/orders.yaml')], { from: hash })).toBe(
      `cannot compare: --from: got "${hash}", which this shallow clone does not have, want git fetch --unshallow, or fetch-depth: 0 in a workflow`,
    );
  });

  // Who is not root cannot give a folder to somebody else.
  test.skipIf(process.getuid?.() !== 0)('is no revision of a repository that git does not trust, in its own words', async () => {
    const file = write('theirs/orders.yaml', claim('orders'));
    commit(scratch('theirs'));
    chownSync(scratch('theirs'), 12_345, 12_345);
    expect(await failure([file], { from: 'HEAD' })).toMatch(
      /^cannot compare with a revision: git cannot read "FOLDER\/theirs": detected dubious ownership in repository at [^\n]+ git config --global --add safe\.directory [^\n]+$/,
    );
  });
});

test('a new version of an app replaces its pods, and leaves alone what it is bound to', async () => {
  const app = (image: string) => ({
    ...claim('orders', { image, port: 8080, bindings: [{ kind: 'AppDatabase', name: 'orders' }] }),
    kind: 'AppService',
  });
  write('orders.yaml', claim('orders'), app('docker.io/library/python:3.12-alpine'));
  commit();
  const file = write('orders.yaml', claim('orders'), app('docker.io/library/python:3.13-alpine'));
  const { code, stdout } = await run([file], { environments: ['dev'], from: 'HEAD' });
  expect(code).toBe(0);
  expect(stdout).toMatchInlineSnapshot(`
    "AppDatabase shop/orders in dev, as container: unchanged

      USD a month: 3.77 → 3.77 (0.00)

      1 of 1 policies hold

      ✓ allowed

    AppService shop/orders in dev, as container

      SETTING  BEFORE                  AFTER                   EFFECT
      image    docker.io/library/pyth  docker.io/library/pyth  restart: a rolling
               on:3.12-alpine          on:3.13-alpine          update: new pods come
                                                               before the old ones
                                                               go

      ~ deployment (Deployment orders-service): restart
        spec.template.spec.containers.app.image:
        docker.io/library/python:3.12-alpine → docker.io/library/python:3.13-alpine
          restart: a rolling update: new pods come before the old ones go

      USD a month: 3.77 → 3.77 (0.00)

      1 of 1 policies hold

      ✓ allowed
    "
  `);
});
