import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { goldenPath } from '../../../functions/golden-path.ts';
import { scratch, write } from '../../../test/planning.ts';
import { writtenBy } from '../../../test/terminal.ts';
import { invoke } from '../../invoke.ts';

/** Runs a command line in the scratch folder, as in a repository without any file of ours. */
async function goldenpath(...args: readonly string[]) {
  process.chdir(scratch());
  return await writtenBy((terminal) => invoke({ platform: goldenPath, root: scratch() }, terminal, args));
}

const paths = ['goldenpath.yaml', 'environments/dev.yaml', 'claims/orders.yaml', '.github/workflows/goldenpath-plan.yml'];
const read = (path: string) => readFileSync(scratch(path), 'utf8');

test('what is made is planned, with no file named, and by the command of the workflow', async () => {
  expect(await goldenpath('init')).toEqual({
    code: 0,
    stdout: `${paths.map((path) => `made ${path}`).join('\n')}

Next: goldenpath plan --environment dev
In .github/workflows/goldenpath-plan.yml, GOLDENPATH is the repository of your platform.
`,
    stderr: '',
  });
  const planned = await goldenpath('plan', '--environment', 'dev');
  expect({ ...planned, stdout: planned.stdout.split('\n')[0] }).toEqual({
    code: 0,
    stdout: 'AppDatabase shop/orders in dev, as container',
    stderr: '',
  });
  const [, command = ''] = /cli\/main\.ts (plan [^>]*?) *\\\n *--from/.exec(read(paths[3] ?? '')) ?? [];
  const args = command.split(/[\s\\]+/);
  expect(args).toEqual(['plan', 'claims', '--environment', 'environments/dev.yaml']);
  expect(await goldenpath(...args)).toEqual(planned);
});

test.each(paths)('nothing is made where %s is there', async (path) => {
  write(path, 'mine\n');
  expect(await goldenpath('init')).toEqual({
    code: 2,
    stdout: '',
    stderr: `goldenpath: cannot begin a repository of claims: got "${path}", want none of them yet\n`,
  });
  rmSync(scratch(path));
  expect((await goldenpath('init')).code).toBe(0);
});

test('what cannot be made is named, and nothing is left of what was', async () => {
  writeFileSync(scratch('claims'), '');
  expect(await goldenpath('init')).toEqual({ code: 2, stdout: '', stderr: 'goldenpath: cannot make "claims/orders.yaml": EEXIST\n' });
  expect(readdirSync(scratch())).toEqual(['claims']);
});

test('goldenpath.yaml says where environments and claims are, and what is printed; what is on the command line counts before it', async () => {
  await goldenpath('init');
  mkdirSync(scratch('elsewhere'));
  write('elsewhere/dev.yaml', read('environments/dev.yaml').replace('name: dev', 'name: other'));
  write('elsewhere/receipts.yaml', read('claims/orders.yaml').replace('name: orders', 'name: receipts'));
  write('goldenpath.yaml', 'environments: elsewhere\nclaims: [elsewhere/receipts.yaml]\noutput: json\n');
  const named = (text: string) => (JSON.parse(text) as { claims: { claim: { name: string } }[] }).claims.map(({ claim }) => claim.name);
  expect(named((await goldenpath('plan', '-e', 'other')).stdout)).toEqual(['receipts']);
  expect(named((await goldenpath('plan', 'claims', '-e', 'other')).stdout)).toEqual(['orders']);
  expect(parse((await goldenpath('plan', '-e', 'other', '-o', 'table')).stdout.split('\n')[0] ?? '')).toBe(
    'AppDatabase shop/receipts in other, as container',
  );
  expect((await goldenpath('plan', '-e', 'dev')).stderr).toBe(
    'goldenpath: cannot use environment: --environment: got "dev", want one of other, or an EnvironmentConfig file ending in .yaml, .yml or .json\n',
  );
});

test.each<[string, string]>([
  ['', 'got undefined, want one document with environments, claims, domain, output'],
  ['- environments\n', 'got ["environments"], want one document with environments, claims, domain, output'],
  ['output: json\n---\noutput: yaml\n', 'got {"output":"json"}, want one document with environments, claims, domain, output'],
  ['environments: 3\n', 'environments: got 3, want string'],
  ['claims: claims\n', 'claims: got "claims", want array'],
  ['claims: []\n', 'claims: got [], want at least 1 items'],
  ['output: xml\n', 'output: got "xml", want one of table, json, yaml, markdown'],
  ['enviroments: here\n', 'enviroments: unknown field'],
])('a goldenpath.yaml of %j is refused', async (text, why) => {
  write('goldenpath.yaml', text);
  expect(await goldenpath('plan', '-e', 'dev')).toEqual({
    code: 2,
    stdout: '',
    stderr: `goldenpath: cannot use "${scratch('goldenpath.yaml')}": ${why}\n`,
  });
});
