import { globSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { goldenPath } from '../../../functions/golden-path.ts';
import { packageRoot } from '../../../platform/manifest.ts';
import { commit, scratch, write } from '../../../test/planning.ts';
import { environmentConfig, everything } from '../../../test/request.ts';
import { writtenBy } from '../../../test/terminal.ts';
import { invoke } from '../../invoke.ts';

/** Runs a command line in the scratch folder. */
async function goldenpath(args: readonly string[], stdin = '') {
  process.chdir(scratch());
  const home = { platform: goldenPath, root: scratch(), environmentsFolder: 'environments' };
  return await writtenBy((terminal) => invoke(home, terminal, args), stdin);
}

const example = join(packageRoot, 'examples/score.yaml');
const own = readFileSync(example, 'utf8');

const objects = (yaml: string) => {
  const documents = parseAllDocuments(yaml);
  return 'empty' in documents ? [] : documents.map((document): unknown => document.toJS());
};

const apiVersion = 'platform.internal/v1alpha1';
const claims = [
  { apiVersion, kind: 'AppDatabase', metadata: { name: 'orders-db' }, spec: {} },
  { apiVersion, kind: 'AppCache', metadata: { name: 'orders-cache' }, spec: {} },
  {
    apiVersion,
    kind: 'AppService',
    metadata: { name: 'orders' },
    spec: {
      image: 'docker.io/library/python:3.13-alpine',
      command: ['python3'],
      args: ['-m', 'http.server', '8080'],
      port: 8080,
      bindings: [
        { kind: 'AppDatabase', name: 'orders-db' },
        { kind: 'AppCache', name: 'orders-cache' },
      ],
      env: { DATABASE_URL: '${bindings.orders-db-database.uri}', CACHE_HOST: '${bindings.orders-cache-cache.host}' },
      health: { path: '/' },
    },
  },
];

/** The claims of a plan, and why each is refused. */
async function planned(args: readonly string[], stdin = '') {
  const { code, stdout, stderr } = await goldenpath(['plan', ...args, '-o', 'json'], stdin);
  if (stdout === '') return { code, stderr };
  const { claims: all } = JSON.parse(stdout) as {
    claims: { claim: { kind: string; name: string }; refused: unknown; waiting?: unknown }[];
  };
  return { code, stderr, claims: all.map(({ claim: { kind, name }, refused }) => [`${kind} ${name}`, refused]) };
}

/** An environment that has all that anything could need, images from another registry, and hosts of the domain that is given to them. */
function environment(tier: 'dev' | 'staging' | 'prod') {
  write(
    `environments/${tier}.yaml`,
    environmentConfig(tier, {
      ...everything,
      tier,
      policies: {
        'allowed-registries': { allow: ['us-central1-docker.pkg.dev/google-samples'] },
        'allowed-hosts': { allow: ['*.localhost'] },
      },
    }),
  );
}

describe('the example', () => {
  test('becomes a database, a cache and an app', async () => {
    const { stdout, ...rest } = await goldenpath(['score', example]);
    expect({ ...rest, objects: objects(stdout) }).toEqual({ code: 0, stderr: '', objects: claims });
    expect(await goldenpath(['score', '-'], own)).toEqual({ code: 0, stdout, stderr: '' });
  });

  test('is one file for each claim in a folder, made again over what was made so, and over nothing else', async () => {
    const files = ['orders-db-database', 'orders-cache-cache', 'orders-service'].map((name) => `made/${name}.yaml`);
    const made = { code: 0, stdout: files.map((file) => `made ${file}\n`).join(''), stderr: '' };
    expect(await goldenpath(['score', example, '--output', 'made'])).toEqual(made);
    expect(files.flatMap((file) => objects(readFileSync(scratch(file), 'utf8')))).toEqual(claims);
    expect(await goldenpath(['score', example, '--output', 'made'])).toEqual(made);
    write('made/orders-service.yaml', 'mine: true\n');
    write('made/orders-db-database.yaml', '# Made by goldenpath score; do not edit.\nolder: true\n');
    expect(await goldenpath(['score', example, '--output', 'made'])).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'goldenpath: cannot write "made/orders-service.yaml": got what goldenpath score did not write, want it elsewhere or deleted\n',
    });
    expect(readFileSync(scratch('made/orders-db-database.yaml'), 'utf8')).toContain('older');
    expect((await goldenpath(['score', example, '--output', write('file', 'text')])).stderr).toMatch(
      /^goldenpath: cannot write ".*": ENOTDIR\n$/,
    );
  });

  test.each(['dev', 'staging', 'prod'] as const)('is planned as it is in %s', async (tier) => {
    environment(tier);
    const expected = {
      code: 0,
      stderr: '',
      claims: [
        ['AppDatabase orders-db', null],
        ['AppCache orders-cache', null],
        ['AppService orders', null],
      ],
    };
    expect(await planned([example, '-e', tier])).toEqual(expected);
    expect(await planned(['-', '-e', tier], own)).toEqual(expected);
  });
});

describe('a plan of a Score file', () => {
  test('is not made of one that was only found, which is named', async () => {
    environment('dev');
    write('claims/orders.yaml', claims[0]);
    write('claims/score.yaml', own);
    expect(await planned(['claims', '-e', 'dev'])).toEqual({
      code: 0,
      stderr: 'goldenpath: passed over 1:\n  claims/score.yaml: it is a Score file, want it by its own name\n',
      claims: [['AppDatabase orders-db', null]],
    });
    expect((await planned(['claims', 'claims/score.yaml', '-e', 'dev'])).stderr).toContain(
      'cannot plan AppDatabase default/orders-db: it is in "claims/orders.yaml" and in "claims/score.yaml", want each claim once',
    );
  });

  test('says what of it is on no claim, which --strict refuses', async () => {
    environment('dev');
    write('score.yaml', own.replace('type: postgres', 'type: postgres\n    class: rds'));
    const why = 'score.yaml:24: which backend AppDatabase orders-db has is for the environment to say';
    expect((await planned(['score.yaml', '-e', 'dev'])).stderr).toBe(`goldenpath: passed over 1:\n  ${why}\n`);
    expect(await planned(['score.yaml', '-e', 'dev', '--strict'])).toEqual({
      code: 2,
      stderr: `goldenpath: cannot plan: --strict: "${why.replace(': ', '": ')}\n`,
    });
    expect((await goldenpath(['score', 'score.yaml'])).stderr).toBe(`goldenpath: ${why}\n`);
  });

  test('knows its hosts by the domain of the repository', async () => {
    environment('dev');
    write('goldenpath.yaml', 'domain: shop.example.com\n');
    write(
      'score.yaml',
      `${own}  dns: {type: dns}\n  route: {type: route, params: {host: "\${resources.dns.host}", path: /, port: http}}\n`,
    );
    expect((await goldenpath(['score', 'score.yaml'])).stdout).toContain('host: orders.shop.example.com\n');
    expect((await goldenpath(['plan', 'score.yaml', '-e', 'dev', '-o', 'yaml'])).stdout).toContain('host: orders.shop.example.com\n');
  });

  test('compares it with what it was in a revision, with the files that it takes in', async () => {
    environment('prod');
    const large = own
      .replace('type: postgres', 'type: postgres\n    params: {storageGiB: 300}')
      .replace('    readinessProbe:', '    files: {/etc/a: {source: a.txt}}\n    readinessProbe:');
    write('deploy/score.yaml', large);
    write('deploy/a.txt', 'then');
    commit();
    const from = ['deploy/score.yaml', '-e', 'prod', '--from', 'HEAD'];
    write('deploy/a.txt', 'now');
    const changed = await goldenpath(['plan', ...from]);
    expect(changed).toMatchObject({ code: 0, stderr: '' });
    expect(changed.stdout).toMatch(/^ {2}~ deployment \(Deployment orders-service\): restart$/m);
    expect(changed.stdout).toMatch(/^AppDatabase default\/orders-db in prod.*: unchanged/m);
    write('deploy/score.yaml', large.replace('300', '200'));
    const shrunk = await goldenpath(['plan', ...from]);
    expect(shrunk.code).toBe(1);
    expect(shrunk.stdout.replaceAll(/\s+/g, ' ')).toContain('spec.storageGiB: storageGiB can only grow');
  });

  test('never says of one that was moved that it is new, and says what goes with one that is gone', async () => {
    environment('prod');
    write('old/score.yaml', own);
    commit();
    write('new/score.yaml', own);
    rmSync(scratch('old'), { recursive: true });
    expect(await planned(['new/score.yaml', '-e', 'prod', '--from', 'HEAD'])).toEqual({
      code: 2,
      stderr:
        'goldenpath: cannot compare "new/score.yaml": it is not in "HEAD", which has "old/score.yaml" that may have been it, want --from FILE\n',
    });
    const gone = await goldenpath(['plan', 'old/score.yaml', '-e', 'prod', '--from', 'HEAD']);
    expect(gone.stdout.match(/^App\w+ .*: deleted$/gm)?.length).toBe(3);
    expect((await planned(['new/score.yaml', '-e', 'prod', '--from', './new'])).code).toBe(2);
    expect(await goldenpath(['plan', 'new/score.yaml', '-e', 'prod', '--from', './new/score.yaml'])).toMatchObject({ code: 0 });
  });
});

test('nothing is converted where one file cannot be', async () => {
  const broken = write('broken.yaml', own.replace('name: orders', 'name: others').replace('type: redis', 'type: mysql'));
  const expected = {
    code: 2,
    stdout: '',
    stderr: `goldenpath: cannot convert "${broken}:25": resources.cache.type: got "mysql", want postgres, the database that the platform has\n`,
  };
  expect(await goldenpath(['score', example, broken])).toEqual(expected);
  expect(await goldenpath(['score', example, broken, '--output', 'made'])).toEqual(expected);
  expect(globSync('made/*', { cwd: scratch() })).toEqual([]);
});

test.each<[readonly string[], string]>([
  [['score'], 'cannot convert: no FILE was given, want one or more Score files'],
  [['score', 'none.yaml'], 'cannot use "none.yaml": ENOENT, want a YAML file'],
  [['score', 'claim.yaml'], 'cannot use "claim.yaml": it has no document with apiVersion score.dev/v1b1, want a Score file'],
])('%j is refused', async (args, problem) => {
  write('claim.yaml', claims[0]);
  expect(await goldenpath(args)).toEqual({ code: 2, stdout: '', stderr: `goldenpath: ${problem}\n` });
});

/** A folder of Score files of others, each of which is tried alone. */
const folder = process.env['SCORE_EXAMPLES'];

describe('the public examples of Score', () => {
  const page = readFileSync(join(packageRoot, 'docs/score.md'), 'utf8');
  const become = (name: string) => new RegExp(`^\\| ${name.replace('_score.yaml', '')} \\| (.*) \\|$`, 'm').exec(page)?.[1];
  const files = folder === undefined ? [] : globSync('*.yaml', { cwd: folder }).sort();
  const refused: Readonly<Record<string, string>> = {
    'resources_amqp_score.yaml': '17": resources.my-amqp.type: got "amqp", want sqs, the queue that the platform has',
    'resources_mysql_score.yaml': '17": resources.my-mysql.type: got "mysql", want postgres, the database that the platform has',
    'specification_files_score.yaml':
      '12": containers.my-container.files./fileA.txt.source: got "fileA.txt", which cannot be read: ENOENT, want a file by its path from the Score file',
  };

  test.skipIf(folder === undefined)('NOT CHECKED unless SCORE_EXAMPLES names a folder of them: there are all', () => {
    expect(files.length).toBe(24);
    expect(files).toEqual(expect.arrayContaining(Object.keys(refused)));
  });

  if (files.length > 0) {
    test.each(files)('%s', async (name) => {
      environment('prod');
      const file = join(folder ?? '', name);
      const why = refused[basename(name)];
      const { code, stderr, claims: all } = await planned([file, '-e', 'prod']);
      if (why !== undefined) {
        expect({ code, stderr }).toEqual({ code: 2, stderr: `goldenpath: cannot convert "${file}:${why}\n` });
        expect(become(name)).toMatch(new RegExp(`^line ${why.split('"')[0]}: `));
        return;
      }
      expect({ code, stderr, refused: all?.filter(([, refusal]) => refusal !== null) }).toEqual({ code: 0, stderr: '', refused: [] });
      expect(become(name)).toBe(all?.map(([claim]) => claim?.toString().split(' ')[0]).join(', '));
    });
  }
});
