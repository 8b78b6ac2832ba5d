import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { goldenPath } from '../../../functions/golden-path.ts';
import { definePlatform } from '../../../functions/platform.ts';
import { notRun } from '../../../plan/run.ts';
import { packageRoot } from '../../../platform/manifest.ts';
import { toYaml } from '../../../platform/yaml.ts';
import { claim, commit, failure, run, scratch, write } from '../../../test/planning.ts';
import { awsIn, environmentConfig, everything, exampleEnvironmentNames } from '../../../test/request.ts';
import type { PlanOptions } from './command.ts';

/** An environment whose prices are its own, so that no change of the price list shows here. */
const priced = (budget: object) => environmentConfig('priced', { tier: 'dev', budget });

describe('output', () => {
  test('table', async () => {
    expect(await run([write('orders.yaml', claim('orders'))])).toMatchSnapshot();
  });

  test.each(['json', 'yaml', 'markdown'])('%s', async (output) => {
    const result = await run([write('orders.yaml', claim('orders'))], { output });
    expect(result).toMatchSnapshot();
    expect(result.stdout).not.toContain(Buffer.from('issued-when-applied').toString('base64'));
  });

  test('says that a step which the platform adds was not run', async () => {
    const step = { name: 'dashboard', package: 'xpkg.example.com/acme/function-dashboard', version: '>=v0.1.0' };
    const platform = definePlatform({ ...goldenPath, steps: [step] });
    const file = write('orders.yaml', claim('orders'));
    const words = async (options: Partial<PlanOptions>) => (await run([file], { platform, ...options })).stdout.replaceAll(/\s+/g, ' ');
    for (const options of [{}, { output: 'markdown' }, { from: file }, { against: 'prod' }]) {
      expect(await words(options)).toContain(` step dashboard: not run: ${notRun} `);
    }
    expect(JSON.parse(await words({ output: 'json' })).claims[0].steps).toEqual([{ name: 'dashboard', notRun }]);
  });

  test('has an environment that was named twice once', async () => {
    const file = write('orders.yaml', claim('orders'));
    expect(await run([file], { environments: ['dev', 'prod', 'dev'] })).toEqual(await run([file], { environments: ['dev', 'prod'] }));
  });

  test('is the same every time', async () => {
    const file = write('orders.yaml', claim('orders'));
    expect(await run([file], { environments: ['prod'] })).toEqual(await run([file], { environments: ['prod'] }));
  });

  test('of a table fits a terminal', async () => {
    const file = write(
      'orders.yaml',
      claim('orders', { extensions: ['pg_trgm', 'uuid-ossp', 'pgcrypto', 'hstore', 'citext', 'ltree', 'cube'] }),
    );
    const { stdout } = await run([file], { environments: ['dev', 'staging', 'prod'] });
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('warns of what has no price, as the cluster does, also where only a change is shown', async () => {
    const aws = awsIn('eu-north-1');
    const environments = [write('north.yaml', environmentConfig('north', { ...everything, aws, tier: 'prod' }))];
    const cache = (spec: object) => ({ ...claim('orders', spec), kind: 'AppCache' });
    const file = write('orders.yaml', cache({ version: '8' }));
    const from = write('before.yaml', cache({ version: '7' }));
    const printed = [
      await run([file], { environments }),
      await run([file], { environments, from }),
      await run([file], { environments, output: 'markdown' }),
    ];
    expect(printed.map(({ stdout }) => stdout).join('\n---\n')).toMatchSnapshot();
  });
});

test('--against shows differences only', async () => {
  const { code, stdout } = await run([write('orders.yaml', claim('orders'))], { against: 'staging' });
  expect({ code, stdout }).toMatchSnapshot();
});

describe('--from', () => {
  test('a folder of a revision: what is new, changed, deleted and the same', async () => {
    write('claims/changed.yaml', claim('changed'));
    write('claims/deleted.yaml', claim('deleted'));
    write('claims/same.yaml', claim('same'));
    commit();
    write('claims/changed.yaml', claim('changed', { size: 'large' }));
    write('claims/new.yaml', claim('new'));
    rmSync(scratch('claims/deleted.yaml'));
    expect(await run([scratch('claims')], { environments: ['prod'], from: 'HEAD' })).toMatchSnapshot();
  });

  test('a revision: its environment too, where that is in the same repository', async () => {
    const environment = (path: string, size: string, name = 'live') =>
      write(path, environmentConfig(name, { ...everything, tier: 'prod', defaults: { AppDatabase: { size } } }));
    const inside = environment('environments/live.yaml', 'medium');
    const file = write('claims/orders.yaml', claim('orders'), claim('sized', { size: 'small' }));
    const outside = environment('other/live.yaml', 'medium');
    writeFileSync(scratch('.gitignore'), 'other\n');
    commit(scratch('other'));
    commit();
    environment('environments/live.yaml', 'large');
    environment('other/live.yaml', 'large');
    const unborn = environment('environments/new.yaml', 'large', 'new');
    const printed = await Promise.all(
      [inside, outside, unborn].map(async (each) => (await run([file], { environments: [each], from: 'HEAD' })).stdout),
    );
    expect(printed.join('\n---\n')).toMatchSnapshot();
  });

  test('a file that was deleted', async () => {
    const file = write('deleted.yaml', claim('deleted'));
    commit();
    rmSync(file);
    expect(await run([file], { from: 'HEAD' })).toMatchSnapshot();
  });

  test.each<[string, object, object, string]>([
    [
      'storage that shrinks',
      claim('orders', { storageGiB: 200 }),
      claim('orders', { storageGiB: 100 }),
      'AppDatabase "orders": spec.storageGiB: storageGiB can only grow: to go back, make a new claim and move the data',
    ],
    [
      'another name of the database',
      claim('orders', { databaseName: 'orders' }),
      claim('orders', { databaseName: 'sales' }),
      'AppDatabase "orders": spec.databaseName: databaseName cannot be changed: make a new claim and move the data',
    ],
    [
      'a queue that becomes fifo, which it was not by default',
      { ...claim('orders', {}), kind: 'AppQueue' },
      { ...claim('orders', { fifo: true }), kind: 'AppQueue' },
      'AppQueue "orders": spec.fifo: fifo cannot be changed: make a new claim and move the data',
    ],
    [
      'a version that is taken off',
      { ...claim('orders', { version: '8' }), kind: 'AppCache' },
      { ...claim('orders', {}), kind: 'AppCache' },
      'AppCache "orders": spec: version cannot be removed: leave the value that it has',
    ],
  ])('a file: %s is refused as by the apiserver', async (_, was, is, problem) => {
    const { code, stdout } = await run([write('after.yaml', is)], { environments: ['dev', 'prod'], from: write('before.yaml', was) });
    const verdict = `  ✗ refused: cannot use ${problem}`;
    expect({ code, verdicts: stdout.split('\n').filter((line) => /^ {2}[✓✗]/.test(line)) }).toEqual({
      code: 1,
      verdicts: [verdict, verdict],
    });
  });

  test('a major version: the parameter group is handed over', async () => {
    const before = write('before.yaml', claim('orders', { version: '16' }));
    const after = write('after.yaml', claim('orders', { version: '17' }));
    expect(await run([after], { environments: ['prod'], from: before })).toMatchSnapshot();
  });

  test('neither a path nor a revision', async () => {
    const file = write('orders.yaml', claim('orders'));
    commit();
    expect(await failure([file], { from: 'nowhere' })).toBe(
      'cannot compare: --from: got "nowhere", want a file or a folder that exists, or a git revision of "FOLDER/orders.yaml"',
    );
    expect(await failure(['-'], { from: 'HEAD', stdin: async () => toYaml(claim('orders')) })).toBe(
      'cannot compare standard input: --from: got "HEAD", want a file or a folder, since it has no path',
    );
    expect(await failure([scratch('missing.yaml')], { from: 'HEAD' })).toBe(
      'cannot use "FOLDER/missing.yaml": it is neither there nor in "HEAD", want a YAML file',
    );
  });
});

describe('input', () => {
  test('a folder: every claim at any depth, whatever else is there', async () => {
    write('b.yaml', claim('b'));
    write('a/a.yml', claim('a'), { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
    write('values.yaml', { replicas: 1 });
    write('.hidden/c.yaml', claim('c'));
    const { code, stdout, stderr } = await run([scratch()], { output: 'json' });
    const names = (JSON.parse(stdout).claims as readonly { claim: { name: string } }[]).map((each) => each.claim.name);
    expect({ code, names, stderr }).toEqual({
      code: 0,
      names: ['a', 'b'],
      stderr: 'goldenpath: passed over 2:\n  1 file without a claim\n  FOLDER/a/a.yml: Namespace shop is no claim\n',
    });
  });

  test('a kind of ours that is unknown is an error, and what is not ours is no claim', async () => {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
    const { code, stdout } = await run([write('typo.yaml', { ...claim('orders'), kind: 'AppDatabse' })]);
    expect(code).toBe(2);
    expect(stdout).toContain('cannot expand: kind: got "platform.internal/v1alpha1 AppDatabse", want one of');
    expect(await failure([write('namespace.yaml', namespace)])).toBe(
      'cannot plan "FOLDER/namespace.yaml": there is no claim, want one or more',
    );
  });

  test('a claim without a spec is refused, as by the apiserver', async () => {
    const { spec: _, ...bare } = claim('orders');
    const { code, stdout } = await run([write('orders.yaml', bare)]);
    expect({ code, verdict: stdout.split('\n').at(-2) }).toEqual({
      code: 2,
      verdict: '  ✗ refused: cannot use AppDatabase "orders": spec: missing, want object',
    });
  });

  test('a rule of the whole spec is refused, as by the apiserver', async () => {
    const bucket = { ...claim('orders', { versioning: false, retentionDays: 7 }), kind: 'AppBucket' };
    const { code, stdout } = await run([write('orders.yaml', bucket)], { output: 'markdown' });
    expect(code).toBe(1);
    expect(stdout).toContain(
      'cannot use AppBucket "orders": spec: retentionDays is for old versions, which there are with versioning only: leave out retentionDays, or versioning: false',
    );
  });

  test('a name that the server reserves is refused in every environment', async () => {
    const { code, stdout } = await run([write('orders.yaml', claim('orders', { databaseName: 'user' }))], { output: 'markdown' });
    expect(code).toBe(1);
    expect(stdout).toContain(
      'cannot use AppDatabase "orders": spec: databaseName is a word that PostgreSQL or RDS reserves: choose another',
    );
  });

  test('what an app that ends has none of is refused, as by the apiserver', async () => {
    const app = (more: object) => ({
      ...claim('orders', { image: 'docker.io/library/python:3.13-alpine', schedule: { cron: '@daily' }, ...more }),
      kind: 'AppService',
    });
    const verdictOf = async (more: object) => (await run([write('orders.yaml', app(more))], { output: 'markdown' })).stdout;
    const refusal =
      'cannot use AppService "orders": spec: schedule is of an app that ends: leave out port, ports, replicas, autoscaling, health, host, callers, beforeDeploy, metrics, or schedule';
    expect(await verdictOf({})).not.toContain(refusal);
    for (const more of [{ port: 80 }, { callers: ['shop'] }, { beforeDeploy: { command: ['true'] } }]) {
      expect(await verdictOf(more)).toContain(refusal);
    }
  });

  test('null is nothing, as to the apiserver', async () => {
    const [odd, plain] = [write('odd.yaml', claim('orders', { version: null, size: null })), write('plain.yaml', claim('orders', {}))];
    expect(await run([odd])).toEqual(await run([plain]));
    expect((await run([odd], { from: plain })).stdout).toContain('unchanged');
    expect((await run([plain], { from: odd })).stdout).toContain('unchanged');
  });

  test('a plain scalar is what it is to kubectl', async () => {
    const text = toYaml(claim('orders')).replace(/spec:\n/, 'spec:\n  storageGiB: 1:40\n  databaseName: 2024-01-01\n');
    const { code, stdout } = await run(['-'], { stdin: async () => text });
    expect({ code, verdict: stdout.replaceAll(/\s+/g, ' ') }).toEqual({
      code: 2,
      verdict: expect.stringMatching(/spec\.databaseName: got "2024-01-01", want .*; spec\.storageGiB: got "1:40", want /),
    });
  });

  test('standard input, and a claim without a namespace', async () => {
    const { apiVersion, kind, spec } = claim('orders');
    const stdin = async () => toYaml({ apiVersion, kind, metadata: { name: 'orders' }, spec });
    const { code, stdout } = await run(['-'], { stdin });
    expect([code, stdout.split('\n')[0]]).toEqual([0, 'AppDatabase default/orders in dev, as container']);
  });

  test.each<[string, Partial<PlanOptions>, string]>([
    [
      'no environment',
      { environments: [] },
      'cannot plan: --environment: missing, want the name of an environment or an EnvironmentConfig file',
    ],
    [
      'an unknown environment',
      { environments: ['nowhere'] },
      `cannot use environment: --environment: got "nowhere", want one of ${exampleEnvironmentNames}, or an EnvironmentConfig file ending in .yaml, .yml or .json`,
    ],
    [
      'an environment where there are none',
      { root: 'docs' },
      'cannot use environment: --environment: got "dev", there are none in examples/environments; want an EnvironmentConfig file ending in .yaml, .yml or .json',
    ],
    ['an unknown output', { output: 'xml' }, 'cannot print: --output: got "xml", want one of table, json, yaml, markdown'],
    ['two comparisons', { against: 'prod', live: true }, 'cannot plan: got --against and --live, want one of them'],
  ])('%s', async (_, options, message) => {
    expect(await failure([write('orders.yaml', claim('orders'))], options)).toBe(message);
  });

  test('environments of a folder, in any file that kubectl apply takes of it, by the name that they have and each once', async () => {
    const file = write('claims/orders.yaml', claim('orders'));
    const config = (name: string) => environmentConfig(name, { tier: 'dev' });
    write('environments/several.yml', config('yml'), config('beside'));
    write('environments/one.json', JSON.stringify(config('json')));
    const home = { root: scratch(), environmentsFolder: 'environments' };
    for (const name of ['yml', 'beside', 'json'])
      expect((await run([file], { ...home, environments: [name] })).stdout.split('\n')[0]).toBe(
        `AppDatabase shop/orders in ${name}, as container`,
      );
    write('environments/a.yaml', config('yml'));
    const message = `cannot use environment "yml": it is in "FOLDER/environments/a.yaml" and in "FOLDER/environments/several.yml", want each environment once`;
    expect(await failure([file], { ...home, environments: ['json'] })).toBe(message);
    expect(await failure([file], { environments: [write('twice.yaml', config('dev'), config('dev'))] })).toBe(
      'cannot use environment "dev": it is in "FOLDER/twice.yaml" and in "FOLDER/twice.yaml", want each environment once',
    );
  });

  test('each environment of a file, of which --against takes one', async () => {
    const config = (name: string) => environmentConfig(name, { tier: 'dev' });
    const [file, several] = [write('claims/orders.yaml', claim('orders')), write('several.yaml', config('one'), config('two'))];
    const { stdout } = await run([file], { environments: [several] });
    expect(stdout.split('\n').filter((line) => line.startsWith('App'))).toEqual([
      'AppDatabase shop/orders in one, as container',
      'AppDatabase shop/orders in two, as container',
    ]);
    expect(await failure([file], { against: several })).toBe(
      'cannot compare: --against: got "FOLDER/several.yaml", which has one, two, want one environment',
    );
  });

  test('no file, a missing one, an empty folder, and one claim twice', async () => {
    expect(await failure([])).toBe('cannot plan: no FILE was given, want one or more claim files');
    expect(await failure([scratch('no.yaml')])).toBe('cannot use "FOLDER/no.yaml": ENOENT, want a YAML file');
    expect(await failure([scratch()])).toMatch(/^cannot plan ".*": there is no claim, want one or more$/);
    const files = [write('a.yaml', claim('orders')), write('b.yaml', claim('orders'))];
    expect(await failure(files)).toMatch(/^cannot plan AppDatabase shop\/orders: it is in ".*" and in ".*", want each claim once$/);
    expect((await run([files[0] ?? '', files[0] ?? ''])).code).toBe(0);
  });
});

test('what a claim is called acts on no terminal, and stands on one line', async () => {
  const name = 'orders: \u001b[2J\u009b2J\u202e\u2066\u200b\u2028in dev\n\n  ✓ allowed\r\t\u007f';
  const file = write('orders.json', JSON.stringify(claim(name)));
  const other = write('other.json', JSON.stringify({ ...claim(name), apiVersion: 'v1', kind: 'Config\u001b[2JMap' }));
  const shown = String.raw`"orders: \u001b[2J\u009b2J\u202e\u2066\u200b\u2028in dev\n\n… (41 characters)`;
  const seen = 'orders: [2J 2J in dev ✓ allowed';
  const printed = await run([file, other]);
  expect(printed).toEqual({
    code: 2,
    stdout: `AppDatabase shop/${seen} in dev

  ✗ refused: cannot use AppDatabase ${shown}: metadata.name: got ${shown}, want at most 40 lower-case letters, digits and dashes, beginning with a letter
`,
    stderr: `goldenpath: passed over 1:\n  FOLDER/other.json: Config [2JMap ${seen} is no claim\n`,
  });
  for (const options of [{ output: 'markdown' }, { output: 'json' }, { output: 'yaml' }, { against: 'prod' }, { from: file }]) {
    const { stdout, stderr } = await run([file, other], options);
    expect(`${stdout}${stderr}`).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\u2028]/u);
  }
});

test('the claims of one invocation share the budget of their namespace', async () => {
  const environment = write('priced.yaml', priced({ namespaceMonthlyUSD: 10 }));
  const files = ['a', 'b', 'c'].map((name) => write(`${name}.yaml`, claim(name)));
  files.push(write('elsewhere.yaml', claim('elsewhere', {}, 'other')));
  const { code, stdout } = await run(files, { environments: [environment], output: 'json' });
  const plans = JSON.parse(stdout).claims as readonly { claim: { name: string }; refused: { reason: string } | null }[];
  expect(code).toBe(1);
  expect(plans.map((each) => [each.claim.name, each.refused?.reason ?? null])).toEqual([
    ['a', null],
    ['b', null],
    ['c', 'OverBudget'],
    ['elsewhere', null],
  ]);
});

test('the app of the examples is planned for prod with its database and its cache: where each setting is from, cost and policies', async () => {
  const files = ['database', 'cache', 'service'].map((name) => join(packageRoot, `examples/app-${name}.yaml`));
  const { code, stdout, stderr } = await run(files, { platform: goldenPath, environments: ['prod'], output: 'json' });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const plans = JSON.parse(stdout).claims as readonly {
    readonly claim: { readonly kind: string; readonly name: string };
    readonly settings: readonly { readonly name: string; readonly from: string }[];
    readonly cost: { readonly monthlyUSD: number; readonly drivers: readonly { readonly resource: string; readonly monthlyUSD: number }[] };
    readonly policies: readonly { readonly policy: string; readonly outcome: string }[];
    readonly refused: unknown;
  }[];
  const summary = plans.map(({ claim: { kind, name }, settings, cost: { monthlyUSD, drivers }, policies, refused }) => ({
    claim: `${kind} ${name}`,
    settings: Object.fromEntries(settings.map((each) => [each.name, each.from])),
    paysFor: [...new Set(drivers.map(({ resource }) => resource))],
    isTheSum: Math.abs(monthlyUSD - drivers.reduce((sum, each) => sum + each.monthlyUSD, 0)) < 0.01 * drivers.length,
    held: policies.filter(({ outcome }) => outcome === 'held').map(({ policy }) => policy),
    refused,
  }));
  const from = (origin: string, ...names: readonly string[]) => Object.fromEntries(names.map((name) => [name, origin]));
  const common = { isTheSum: true, held: goldenPath.policies.map(({ id }) => id), refused: null };
  expect(summary).toEqual([
    {
      ...common,
      claim: 'AppDatabase orders',
      settings: {
        ...from('tier', 'backend', 'version', 'size', 'storageGiB', 'highAvailability', 'backupRetentionDays', 'extensions'),
        ...from(
          'tier',
          'moreExtensions',
          'databaseName',
          'deletion',
          'persistence',
          'applyChanges',
          'rotateAfterDays',
          'loginOverlapMinutes',
        ),
        ...from('claim', 'engine'),
      },
      paysFor: ['instance'],
    },
    {
      ...common,
      claim: 'AppCache orders',
      settings: {
        ...from('tier', 'backend', 'version', 'size', 'evictionPolicy', 'highAvailability', 'persistence', 'deletion'),
        ...from('tier', 'snapshotRetentionDays', 'applyChanges'),
        ...from('claim', 'engine'),
      },
      paysFor: ['replication-group'],
    },
    {
      ...common,
      claim: 'AppService orders',
      settings: {
        ...from('tier', 'backend', 'autoscaling', 'size', 'criticality', 'deletion'),
        ...from('claim', 'image', 'command', 'args', 'port', 'bindings', 'env', 'health'),
        ...from('API', 'user', 'ports', 'files', 'volumes', 'sidecars', 'imagePullSecrets', 'graceSeconds', 'callers', 'path'),
      },
      paysFor: ['deployment'],
    },
  ]);
});
