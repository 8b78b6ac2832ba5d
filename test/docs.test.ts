import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createColors } from 'picocolors';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { configFile, dataTypes, identityKind, insteadOf, ownTypes } from '../cli/score/types.ts';
import { settingsFile } from '../cli/settings.ts';
import { checks } from '../cli/verbs/doctor/checks.ts';
import { judgePermissions } from '../cli/verbs/doctor/permissions.ts';
import { printers } from '../cli/verbs/doctor/report.ts';
import { rules } from '../cli/verbs/scorecard/rules.ts';
import { exampleFile } from '../examples/examples.ts';
import { apis } from '../functions/apis/index.ts';
import { parseEnvironment } from '../functions/core/environment.ts';
import { apiVersion } from '../functions/core/group.ts';
import { at, type KubernetesObject } from '../functions/core/kubernetes.ts';
import { goldenPath } from '../functions/golden-path.ts';
import manifest from '../package.json' with { type: 'json' };
import { planClaim } from '../plan/run.ts';
import { exampleRegistry, functionName, installedName, packageReference, releaseTag } from '../platform/names.ts';
import { toXrd } from '../xrds/xrd.ts';
import { type Block, blocksOf, expectExcerpt, fence, followedPage } from './pages.ts';
import { exampleEnvironments } from './request.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');

interface Page {
  readonly path: string;
  readonly text: string;
  /** The text without its fenced blocks. */
  readonly prose: string;
  readonly blocks: readonly Block[];
  /** What stands in backticks in the prose. */
  readonly code: readonly string[];
}

const pages: readonly Page[] = globSync(['*.md', 'docs/**/*.md'], { cwd: root })
  .sort()
  .map((path) => {
    const text = read(path);
    const prose = text.replaceAll(fence, '');
    return {
      path,
      text,
      prose,
      blocks: blocksOf(text),
      code: [...prose.matchAll(/`([^`]+)`/g)].map(([, inner = '']) => inner),
    };
  });

function pageAt(path: string): Page {
  const page = pages.find((candidate) => candidate.path === path);
  if (page === undefined) throw new Error(`there is no ${path}`);
  return page;
}
const readme = pageAt('README.md');
const developers = pageAt('docs/developers.md');
const platformEngineers = pageAt('docs/platform-engineers.md');
const commandLine = pageAt('docs/command-line.md');
const scorePage = pageAt('docs/score.md');
const operations = pageAt('docs/operations.md');
const troubleshooting = pageAt('docs/troubleshooting.md');

/** What a person would copy: the lines of shell blocks and the code in the prose. */
const commandsOf = (page: Page) => [
  ...page.blocks
    .filter(({ language }) => language === 'bash' || language === 'console')
    .flatMap(({ text }) => text.replaceAll('\\\n', ' ').split('\n')),
  ...page.code,
];

/** The rows of the table below a header that begins with these cells. */
function tableRows(page: Page, ...header: readonly string[]): readonly (readonly string[])[] {
  const lines = page.prose.split('\n');
  const cells = (line: string) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
  const start = lines.findIndex((line) => header.every((title, index) => line.startsWith('|') && cells(line)[index] === title));
  if (start === -1) throw new Error(`${page.path} has no table ${header.join(', ')}`);
  const length = lines.slice(start).findIndex((line) => !line.startsWith('|'));
  return lines.slice(start + 2, start + length).map(cells);
}

/** What GitHub calls the headings of a page in links. */
const anchorsOf = (page: Page) =>
  [...page.prose.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

const unquoted = (text: string) => text.replaceAll('`', '');

test('the pages that a visitor looks for are there', () => {
  const found = pages.map(({ path }) => path);
  expect(found).toEqual(
    expect.arrayContaining([
      'CHANGELOG.md',
      'CONTRIBUTING.md',
      'README.md',
      'docs/apis.md',
      'docs/troubleshooting.md',
      ...['developers', 'platform-engineers', 'command-line', 'operations', 'security'].map((page) => `docs/${page}.md`),
    ]),
  );
  expect(found.filter((path) => path.startsWith('docs/decisions/')).length).toBeGreaterThanOrEqual(10);
});

const folders = globSync('*/', { cwd: root }).map((folder) => folder.replace(/\/$/, ''));
const everywhere = new Set(
  globSync(['*', '.*', '{exports,functions,organisation,xrds,compositions,examples,package,platform,plan,cli,docs,test}/**'], {
    cwd: root,
  }).map((path) => basename(path)),
);

const goldenpath = (args: readonly string[], environment: NodeJS.ProcessEnv = {}) =>
  spawnSync(process.execPath, ['cli/main.ts', ...args], { cwd: root, encoding: 'utf8', env: { ...process.env, ...environment } });
const help = goldenpath(['--help']).stdout;

describe.each(pages)('$path', (page) => {
  test('links to what exists', () => {
    const links = [...page.prose.matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target);
    const broken = links.filter(
      (target) => !/^https:\/\//.test(target) && !existsSync(join(root, dirname(page.path), target.replace(/#.*/, ''))),
    );
    expect(broken).toEqual([]);
    const lost = links.filter((target) => {
      const [path = '', anchor] = target.split('#');
      if (/^https:\/\//.test(target) || anchor === undefined) return false;
      return !anchorsOf(pageAt(path === '' ? page.path : join(dirname(page.path), path))).includes(anchor);
    });
    expect(lost).toEqual([]);
  });

  test('names files that exist', () => {
    // The files of a recipe are there once it is followed.
    const words = (page.path === followedPage ? page.code : commandsOf(page)).flatMap((line) => line.split(/\s+/));
    const paths = words.filter(
      (word) =>
        /^\.?[\w@<>*.-]+(\/[\w@<>*.-]+)*\/?$/.test(word) &&
        (/\.(ts|mjs|md|json|sh|yaml)$/.test(word) ||
          word.endsWith('/') ||
          (word.includes('/') && folders.includes(word.split('/')[0] ?? ''))),
    );
    const missing = paths
      .filter((path) => !/^(dist|lib)\//.test(path) && path !== 'node_modules' && path !== settingsFile)
      .filter((path) =>
        path.includes('/') ? globSync(path.replaceAll(/<[^>]+>/g, '*'), { cwd: root }).length === 0 : !everywhere.has(path),
      );
    expect(missing).toEqual([]);
  });

  test('names scripts that package.json has', () => {
    const named = [...page.text.matchAll(/npm (?:run (?:--silent )?([\w:-]+)|(start|test)\b)/g)].map(
      ([, script, short]) => script ?? short,
    );
    expect(named.filter((script) => script === undefined || !(script in manifest.scripts))).toEqual([]);
  });

  test('names commands and flags that goldenpath and deploy have', () => {
    for (const line of commandsOf(page)) {
      const [, rest] = /(?:^|[ ;])goldenpath (?:-- )?([\w-].*)$/.exec(line) ?? [];
      if (rest === undefined) continue;
      expect(help, line).toMatch(new RegExp(`goldenpath ${rest.split(' ')[0]}\\s`));
      for (const [flag] of rest.matchAll(/(?<= )--?[a-z][\w-]*/g)) expect(help, line).toContain(`${flag} `);
    }
    for (const [, script = '', flags = ''] of page.text.matchAll(/npm run (deploy|package) -- ([^\n`]*)/g)) {
      const source = read({ deploy: 'package/deploy.ts', package: 'package/build.ts' }[script] ?? '');
      for (const [, flag = ''] of flags.matchAll(/--([a-z-]+)/g)) expect(source).toContain(`${flag}: { type:`);
    }
  });

  test('names fields that the schemas have', () => {
    const jsonSchema = (schema: z.ZodType) => z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
    const claims = apis.map((api) => at(toXrd(api), 'spec', 'versions', '0', 'schema', 'openAPIV3Schema'));
    const schemas: Readonly<Record<string, readonly unknown[]>> = {
      spec: claims,
      status: claims,
      data: [{ properties: { data: jsonSchema(goldenPath.environment.data) } }],
    };
    const exists = (path: readonly string[]) =>
      schemas[path[0] ?? '']?.some((schema) => at(schema, ...path.flatMap((field) => ['properties', field])) !== undefined);
    const fields = page.code.flatMap((code) => /^((?:spec|status|data)(?:\.\w+)+)(?:: [\w-]+)?$/.exec(code)?.[1] ?? []);
    expect(fields.filter((field) => !exists(field.split('.')))).toEqual([]);
  });
});

test('there is something to check in the pages', () => {
  const count = (pattern: RegExp) => pages.reduce((sum, { text }) => sum + [...text.matchAll(pattern)].length, 0);
  expect(count(/npm run /g)).toBeGreaterThan(10);
  expect(count(/goldenpath (?:-- )?(?:plan|doctor)/g)).toBeGreaterThan(5);
  expect(count(/`(?:spec|data|status)\.\w+/g)).toBeGreaterThan(10);
});

test('TypeScript stands only where it is compiled, with the recipe that it belongs to', () => {
  expect(pages.filter(({ blocks }) => blocks.some(({ language }) => language === 'ts')).map(({ path }) => path)).toEqual([followedPage]);
});

describe('YAML in the pages for users', () => {
  const objects = [readme, developers, platformEngineers]
    .flatMap(({ blocks }) => blocks)
    .filter(({ language }) => language === 'yaml')
    .flatMap(({ text }) => {
      const documents = parseAllDocuments(text, { version: '1.1', strict: true });
      return ('empty' in documents ? [] : documents).map((document) => {
        expect(document.errors).toEqual([]);
        return document.toJS() as KubernetesObject;
      });
    });
  const claims = objects.filter((object) => object.apiVersion === apiVersion);
  /** Without what begins with the data of one of these, or says more of one. */
  const first = claims.filter(({ spec }) => at(spec, 'restoreFrom') === undefined && at(spec, 'backups') === undefined);
  const environments = objects.filter(({ kind }) => kind === 'EnvironmentConfig');

  test('has claims, environments and apps', () => {
    expect(objects.map(({ kind }) => kind)).toEqual([
      'AppService',
      'AppDatabase',
      'Deployment',
      ...['AppCache', 'AppBucket', 'AppQueue', 'AppIdentity', 'AppService'],
      ...['ServiceAccount', 'Pod'],
      ...['AppDatabase', 'ConfigMap', 'AppDatabase', 'AppDatabase'],
      'AppDatabase',
      'EnvironmentConfig',
      'EnvironmentConfig',
      'DeploymentRuntimeConfig',
      'EnvironmentConfig',
      'EnvironmentConfig',
      'EnvironmentConfig',
    ]);
  });

  test('is valid as environments', () => {
    expect(environments.map((object) => parseEnvironment(goldenPath.environment, object))).toEqual(
      environments.map((object) => ({ value: expect.objectContaining({ name: object.metadata?.name }) })),
    );
  });

  test('is allowed as claims in every environment there is', () => {
    const all = [...exampleEnvironments, ...environments];
    const refusals = claims.flatMap((claim) =>
      all.map(
        (environment) => planClaim(claim, environment.metadata?.name ?? '', { platform: goldenPath, environments: all }).refused?.message,
      ),
    );
    expect(refusals).toEqual(claims.flatMap(() => all.map(() => undefined)));
    const examples = apis.map((api) => parse(read(`examples/${exampleFile(api)}`)) as KubernetesObject);
    expect(first).toEqual(first.map((claim) => examples.find(({ kind }) => kind === claim.kind)));
  });

  test('is of claims whose backends by default and whose Secrets a table has, but for those of the README', () => {
    const rows = tableRows(developers, 'claim', 'dev', 'staging', 'prod', 'in prod', 'Secret');
    const shown = rows.map(([claim = '', dev, staging, prod, , secret]) =>
      [claim, dev, staging, prod, secret].map((cell = '') => unquoted(cell)),
    );
    expect(shown).toEqual(
      first.slice(2).map(({ kind, metadata }) => {
        const { profiles, suffix, binding } = apis.find((api) => api.kind === kind) ?? {};
        const secret = binding === undefined ? 'none' : `${metadata?.name}-${suffix}`;
        return [kind, ...['dev', 'staging', 'prod'].map((tier) => at(profiles, tier, 'backend')), secret];
      }),
    );
  });

  test('reads Secrets and keys that the claims make', () => {
    const made = claims.flatMap(({ kind, metadata }) => {
      const api = apis.find((each) => each.kind === kind);
      return Object.keys(api?.binding?.shape ?? {}).map((key) => `${metadata?.name}-${api?.suffix}/${key}`);
    });
    const apps = objects.filter(({ kind }) => kind === 'Deployment' || kind === 'Pod').map((app) => JSON.stringify(app));
    const read = apps.map((app) => [
      ...[...app.matchAll(/"secretKeyRef":\{"name":"([^"]*)","key":"([^"]*)"/g)].map(([, secret, key]) => `${secret}/${key}`),
      ...[...app.matchAll(/"AWS_CONFIG_FILE","value":"\/bindings\/([^"]*)"/g)].map(([, path]) => path),
    ]);
    expect(read).toEqual([['orders-database/uri'], ['receipts-bucket/bucket', 'receipts-bucket/config']]);
    expect(made).toEqual(expect.arrayContaining(read.flat()));
    const mounts = apps.map((app) => [
      ...[...app.matchAll(/"mountPath":"\/bindings\/([^"]*)"/g)].map(([, path]) => path),
      ...[...app.matchAll(/"secretName":"([^"]*)"/g)].map(([, secret]) => secret),
    ]);
    expect(mounts).toEqual([
      ['orders-database', 'orders-database'],
      ['receipts-bucket', 'receipts-bucket'],
    ]);
  });

  test('runs the pod that uses the bucket as a service account that may, and that has an identity', () => {
    const named = (kind: string) => objects.find((object) => object.kind === kind);
    const account = at(named('Pod'), 'spec', 'serviceAccountName');
    expect([named('ServiceAccount')?.metadata?.name, named('AppIdentity')?.metadata?.name]).toEqual([account, account]);
    expect(at(named('AppBucket'), 'spec', 'writers')).toEqual([account]);
  });
});

test('the page for developers says of each backend what a deletion with a snapshot keeps', () => {
  const shown = apis.filter(({ kind }) => developers.text.includes(kind) || readme.text.includes(kind));
  const backends = shown.filter(({ profile }) => 'deletion' in profile.shape).flatMap((api) => Object.keys(api.backends));
  expect(
    tableRows(developers, 'backend', 'what `Snapshot` keeps')
      .map(([backend = '']) => unquoted(backend))
      .sort(),
  ).toEqual([...new Set(backends)].sort());
});

test('the page on Score has each type of resource, the kind that it becomes, its outputs and what is used instead', () => {
  const rows = tableRows(scorePage, 'type', 'becomes', 'outputs').map(([types = '', ...rest]) => ({
    types: types.split(', ').map(unquoted),
    rest: rest.map(unquoted),
  }));
  expect(rows.flatMap(({ types }) => types).sort()).toEqual([...Object.keys(dataTypes), ...ownTypes, ...Object.keys(insteadOf)].sort());
  for (const [type, { kind, outputs, known = {}, access }] of Object.entries(dataTypes)) {
    const hasConfig = configFile.key in (apis.find((api) => api.kind === kind)?.binding?.shape ?? {});
    const all = [...Object.keys(outputs), ...Object.keys(known), ...(hasConfig ? [configFile.output] : [])];
    expect(rows.find(({ types }) => types.includes(type))?.rest).toEqual([
      access === undefined ? kind : `${kind} and ${identityKind}`,
      all.join(', '),
    ]);
  }
  for (const { types, rest } of rows.filter(({ rest: [becomes] }) => becomes?.startsWith('an error') === true)) {
    const [, instead = ''] = /^an error: use (\w+)$/.exec(rest[0] ?? '') ?? [];
    expect(Object.keys(dataTypes)).toContain(instead);
    expect(types.map((type) => insteadOf[type]?.startsWith(`want ${instead},`))).toEqual(types.map(() => true));
  }
});

test('the README lists the keys of the binding', () => {
  const rows = tableRows(readme, 'key', 'what it is');
  expect(rows.flatMap(([keys = '']) => keys.split(', ').map(unquoted)).sort()).toEqual(Object.keys(apis[0]?.binding?.shape ?? {}).sort());
});

test('the page for platform engineers lists what the npm package can be imported by, and names that are there', () => {
  const rows = tableRows(platformEngineers, 'import', 'what it has');
  const entries = Object.entries(manifest.exports).flatMap(([path, target]) =>
    typeof target === 'string' ? [] : [{ path, source: target.default }],
  );
  expect(rows.map(([name = '']) => unquoted(name))).toEqual(entries.map(({ path }) => join(manifest.name, path)));
  const missing = rows.flatMap(([, text = ''], index) => {
    const source = read(entries[index]?.source.replace(/^\.\/lib\/(.*)\.js$/, '$1.ts') ?? '');
    return [...text.matchAll(/`(\w+)`/g)]
      .map(([, name = '']) => name)
      .filter((name) => !new RegExp(`export [^;]*\\b${name}\\b`).test(source));
  });
  expect(missing).toEqual([]);
});

test('the README says where each backend is the default, and what of', () => {
  const [backends = [], , , sizes = []] = tableRows(readme, '', 'dev', 'staging', 'prod');
  const profiles = apis[0]?.profiles;
  expect(backends.slice(1).map(unquoted)).toEqual([profiles?.dev['backend'], profiles?.staging['backend'], profiles?.prod['backend']]);
  expect(sizes[1]).toBe(`${profiles?.dev['size']}, ${profiles?.dev['storageGiB']} GiB`);
  expect(sizes[3]).toBe(`${profiles?.prod['size']}, ${profiles?.prod['storageGiB']} GiB`);
});

test('troubleshooting has each reason that the steps can give', () => {
  const sources = globSync('functions/{core,apis,expand,guard}/**/*.ts', { cwd: root }).filter((path) => !path.endsWith('.test.ts'));
  const reasons = (path: string, pattern: RegExp) => [...read(path).matchAll(pattern)].map(([, reason = '']) => reason);
  const inCode = new Set([
    ...sources.flatMap((path) => reasons(path, /\breason: '(\w+)'/g)),
    // Its others are of calls that have no claim to put a condition on.
    ...reasons('functions/runtime/run-function.ts', /: Condition = .*\breason: '(\w+)'/g),
  ]);
  const good = tableRows(troubleshooting, 'condition', 'True', 'False').map(([, cell = '']) => /`(\w+)`/.exec(cell)?.[1] ?? '');
  const headings = [...troubleshooting.prose.matchAll(/^### (\w+)$/gm)].map(([, heading = '']) => heading);
  expect([...good, ...headings].sort()).toEqual([...inCode].sort());
  expect(new Set(headings).size).toBe(headings.length);
});

test('troubleshooting quotes messages that there are', () => {
  const sources = globSync(['functions/**/*.ts', 'platform/admission/*.ts'], { cwd: root }).map(read).join('\n');
  for (const quote of [
    'AWS is still turning deletion protection off',
    'the bucket is still being prepared to go with what is in it',
    '" is protected; ',
    'refused a client',
    'goldenpath_refusals_total',
    'want what Crossplane writes',
    'want what Crossplane and administrators of the platform set',
    'only Crossplane and its providers do',
  ]) {
    expect(sources).toContain(quote);
    expect(troubleshooting.prose).toContain(quote.replaceAll(/^"|; $/g, '').trim());
  }
});

describe('the output that the page of the command line shows', () => {
  const sessions = commandLine.blocks
    .filter(({ language }) => language === 'console')
    .map(({ text }) => ({
      args: /^\$ npm run --silent goldenpath -- (.*)\n/.exec(text)?.[1]?.split(' ') ?? [],
      shown: text.slice(text.indexOf('\n') + 1),
    }));

  test('is what plan prints', () => {
    const plans = sessions.filter(({ args }) => args[0] === 'plan');
    expect(plans.length).toBe(1);
    for (const { args, shown } of plans) expectExcerpt(shown, goldenpath(args).stdout);
  });

  test('is what status prints of the database that its own test has', () => {
    const [session, ...more] = sessions.filter(({ args }) => args[0] === 'status');
    expect(more).toEqual([]);
    const outputs = read('cli/verbs/status/__snapshots__/status.test.ts.snap').split(/^exports/m);
    const printed = outputs.find((output) => output.includes('a database on RDS')) ?? '';
    expectExcerpt(session?.shown ?? '', printed.slice(printed.indexOf('AppDatabase')));
  });

  test('is what scorecard prints of the claims that its own test has', () => {
    const [session, ...more] = sessions.filter(({ args }) => args[0] === 'scorecard');
    expect(more).toEqual([]);
    const outputs = read('cli/verbs/scorecard/__snapshots__/scorecard.test.ts.snap').split(/^exports/m);
    const printed = outputs.find((output) => output.includes('of an environment of prod')) ?? '';
    expectExcerpt(session?.shown ?? '', printed.slice(printed.indexOf('1 Gold'), printed.lastIndexOf('"')));
  });

  test('is what doctor prints where the ClusterRole is missing', () => {
    const everything = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'];
    const denials = [
      { resource: { apiVersion: 'v1', plural: 'namespaces' }, verbs: everything.slice(0, 3), managed: false },
      { resource: { apiVersion: 'apps/v1', plural: 'statefulsets' }, verbs: everything, managed: false },
    ];
    const findings = judgePermissions(denials, 'crossplane-system').map((finding) => ({ check: 'permissions', ...finding }));
    const report = { ok: false, checks: checks.map(({ id, title }) => ({ id, title, findings: id === 'permissions' ? findings : [] })) };
    expect(sessions.filter(({ args }) => args[0] === 'doctor').map(({ shown }) => shown)).toEqual([
      printers.table(report, createColors(false)),
    ]);
  });
});

test('the page of the command line has every rule of the scorecard', () => {
  expect(tableRows(commandLine, 'column', 'level', 'what it asks for')).toEqual(rules.map(({ id, level, text }) => [id, level, text]));
});

test('the exit codes on the page of the command line are those of the help, and of the commands', { timeout: 60_000 }, () => {
  const rows = tableRows(commandLine, 'command', 'exit code 0', 'exit code 1', 'exit code 2');
  const words = help.replaceAll(/\s+/g, ' ');
  for (const [command = '', ...meanings] of rows) {
    const codes = `Exit code 0: ${meanings[0]}; 1: ${meanings[1]}; 2: ${meanings[2]}.`;
    expect(words.slice(words.indexOf(`${unquoted(command)} `))).toContain(codes);
  }
  expect(rows.map(([command = '']) => unquoted(command))).toEqual([
    'goldenpath plan',
    'goldenpath status',
    'goldenpath scorecard',
    'goldenpath doctor',
  ]);
  const claim = 'examples/app-database.yaml';
  const scratch = mkdtempSync(join(tmpdir(), 'docs-'));
  try {
    const refused = join(scratch, 'refused.yaml');
    writeFileSync(refused, read(claim).replace('engine: postgres', 'highAvailability: false'));
    const codes = [
      goldenpath(['plan', claim, '--environment', 'prod']),
      goldenpath(['plan', refused, '--environment', 'prod']),
      goldenpath(['plan', claim, '--environment', 'nowhere']),
      goldenpath(['status', 'orders', '--namespace', 'shop'], { KUBECONFIG: join(scratch, 'missing') }),
      goldenpath(['scorecard'], { KUBECONFIG: join(scratch, 'missing') }),
      goldenpath(['doctor'], { KUBECONFIG: join(scratch, 'missing') }),
    ];
    expect(codes.map(({ status }) => status)).toEqual([0, 1, 2, 2, 2, 2]);
  } finally {
    rmSync(scratch, { recursive: true });
  }
});

test('the packages on the page of operations have the names that they are installed under', () => {
  const name = installedName(exampleRegistry, goldenPath, functionName(goldenPath));
  expect(operations.text).toContain(
    `function ${packageReference(exampleRegistry, goldenPath, functionName(goldenPath), releaseTag(manifest.version))} \\\n  ${name} --runtime-config ${goldenPath.name}\n`,
  );
  expect(operations.text).toContain(`\`${installedName(`${exampleRegistry}/acme`, goldenPath, functionName(goldenPath))}\``);
  expect(pageAt('CHANGELOG.md').text).toContain(`\n## ${manifest.version}\n`);
});

test('every decision has one page of the same form', () => {
  const decisions = pages.filter(({ path }) => path.startsWith('docs/decisions/'));
  decisions.forEach(({ path, text }, index) => {
    const number = String(index + 1).padStart(4, '0');
    expect(basename(path)).toMatch(new RegExp(`^${number}-[a-z0-9-]+\\.md$`));
    expect(text).toMatch(
      new RegExp(
        `^# ${number}: .+\\n\\nStatus: \\w+\\nDate: \\d{4}-\\d{2}-\\d{2}\\n\\n## Problem\\n[^#]+## Decision\\n[^#]+## Rejected\\n[^#]+$`,
      ),
    );
    expect(text.split('\n').length).toBeLessThan(60);
  });
});
