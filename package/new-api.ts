import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { exampleFile } from '../examples/examples.ts';
import type { Api } from '../functions/core/api.ts';
import { groupKind } from '../functions/core/kubernetes.ts';
import { shown } from '../functions/core/problem.ts';
import { kinds } from '../functions/kinds/index.ts';
import { clashesOf, definePlatform } from '../functions/platform.ts';
import { generate } from './generate.ts';
import { appTemplate } from './new-api/template/aws/index.ts';
import { type AwsKind, awsKindOf, cardFileOf, type Names, templateFiles } from './new-api/templates.ts';
import { type Project, project } from './project.ts';
import { BadInput, command, run } from './run.ts';

const help = `npm run new-api -- KIND [--aws SERVICE/KIND] [--crds DIR]

  Adds an API to functions/apis: a server in a pod of the claim's namespace, to make your own of. KIND is the
  kind that developers will claim, such as AppTopic. Writes its folder, its line in the registry, what npm run
  generate makes of it, and its golden files; npm run check passes with it as it is.

  --aws SERVICE/KIND  besides, a backend for prod that makes such a kind of provider-aws, such as dynamodb/Table, and
                      a card of it. What keeps the kind safe is undecided there: no environment takes it until you say.
  --crds DIR          where to look for the kind's CustomResourceDefinition; otherwise the folder that CRDS names.

  Exit code 0: the API is there; 1: a program failed, and what was written is gone again; 2: bad input, and nothing was written.
`;

interface Registry {
  readonly file: string;
  readonly list: RegExp;
  readonly want: string;
}

const apiRegistry: Registry = {
  file: 'functions/apis/index.ts',
  list: /^(export const apis: readonly Api\[\] = \[)([^\]]*)(\];)$/m,
  want: 'APIs, want "export const apis: readonly Api[] = […];"',
};
const cardRegistry: Registry = {
  file: 'functions/kinds/index.ts',
  list: /^(export const kinds: readonly Card\[\] = \[)([^\]]*)(\];)$/m,
  want: 'cards, want "export const kinds: readonly Card[] = […];"',
};

const formatter = 'node_modules/.bin/biome';
const testRunner = 'node_modules/.bin/vitest';

class InputError extends BadInput {
  constructor(problem: string) {
    super(`cannot make an API: ${problem}`);
  }
}

/** As Kubernetes itself guesses a plural. */
function pluralOf(kind: string): string {
  const singular = kind.toLowerCase();
  if (/(s|x|z|ch|sh)$/.test(singular)) return `${singular}es`;
  return /[^aeiou]y$/.test(singular) ? `${singular.slice(0, -1)}ies` : `${singular}s`;
}

function namesOf(kind: string): Names {
  const subject = kind.replace(/^App(?=[A-Z])/, '');
  return {
    kind,
    plural: pluralOf(kind),
    suffix: subject.toLowerCase(),
    folder: basename(exampleFile({ kind }), '.yaml'),
    variable: `${kind[0]?.toLowerCase()}${kind.slice(1)}`,
    settings: `${subject}Settings`,
  };
}

function parseKind(args: readonly string[]): string {
  const want = 'want a kind of two or more words in UpperCamelCase and at most 30 characters, such as AppTopic';
  const [kind, ...others] = args;
  if (kind === undefined) throw new InputError(`name: missing, ${want}`);
  if (others.length > 0) throw new InputError(`name: got ${args.map(shown).join(', ')}, want one`);
  if (!/^(?=.{1,30}$)([A-Z][a-z0-9]+){2,}$/.test(kind)) throw new InputError(`name: got ${shown(kind)}, ${want}`);
  return kind;
}

/** A registry with one more entry. */
function registered(source: string, { file, list: pattern, want }: Registry, variable: string, module: string): string {
  const list = pattern.exec(source)?.[2];
  if (list === undefined) throw new InputError(`${file}: got no list of ${want}`);
  if (new RegExp(`\\b${variable}\\b`).test(source)) throw new InputError(`${file}: got ${shown(variable)}, want no line of it yet`);
  const entries = [...list.split(',').map((entry) => entry.trim()), variable].filter((entry) => entry !== '');
  return `import { ${variable} } from '${module}';\n${source.replace(pattern, `$1${entries.join(', ')}$3`)}`;
}

/** The keys of what the backend in AWS composes beside the kind itself, whose key is the suffix of the API. */
const keysBeside = Object.keys(appTemplate.backends['templateservice']?.composes ?? {}).filter((key) => key !== appTemplate.suffix);

/** Writes the API and everything that is made of it, or nothing; the paths of what was written. */
async function newApi(existing: Project, names: Names, aws: AwsKind | undefined): Promise<readonly string[]> {
  const { root, platform } = existing;
  const [clash] = clashesOf([...platform.apis, names]);
  if (clash !== undefined) throw new InputError(`name: got ${shown(names.kind)}, want one that is not taken: ${clash}`);
  if (aws !== undefined && keysBeside.includes(names.suffix))
    throw new InputError(
      `name: got ${shown(names.kind)}, want one that does not end with ${keysBeside.join(' or ')}, which each claim in AWS has beside its ${aws.kind}`,
    );
  const folder = join('functions/apis', names.folder);
  if (existsSync(join(root, folder))) throw new InputError(`${folder}: exists, want no such folder`);
  const lines = [
    { registry: apiRegistry, variable: names.variable, module: `./${names.folder}/index.ts` },
    ...(aws === undefined ? [] : [{ registry: cardRegistry, variable: aws.variable, module: `./aws/${cardFileOf(aws)}` }]),
  ];
  const before = lines.map(({ registry }) => ({ ...registry, text: readFileSync(join(root, registry.file), 'utf8') }));
  const after = lines.map(({ registry, variable, module }, index): [string, string] => [
    registry.file,
    registered(before[index]?.text ?? '', registry, variable, module),
  ]);
  for (const program of [formatter, testRunner]) {
    if (!existsSync(join(root, program))) throw new InputError(`${program}: missing, want what npm install brings`);
  }

  const made = templateFiles(names, aws);
  try {
    return await write(existing, names, folder, new Map([...made, ...after]));
  } catch (error) {
    for (const path of [folder, join('test/golden', names.plural), ...made.keys()])
      rmSync(join(root, path), { recursive: true, force: true });
    for (const { file, text } of before) writeFileSync(join(root, file), text);
    generate(existing);
    throw error;
  }
}

async function write({ root, ...rest }: Project, names: Names, folder: string, files: ReadonlyMap<string, string>) {
  for (const [path, text] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  await run(join(root, formatter), ['check', '--write', ...files.keys()], { cwd: root });

  const module = (await import(pathToFileURL(join(root, folder, 'index.ts')).href)) as Readonly<Record<string, Api>>;
  const api = module[names.variable];
  if (api === undefined) throw new Error(`cannot make an API: ${folder}/index.ts: exports no ${names.variable}`);
  const platform = definePlatform({ ...rest.platform, apis: [...rest.platform.apis, api] });
  const { written } = generate({ root, ...rest, platform });

  await run(join(root, testRunner), ['run', `${folder}/`, '--project', 'unit', '--update'], { cwd: root });
  const golden = readdirSync(join(root, 'test/golden', api.plural)).map((file) => `test/golden/${api.plural}/${file}`);
  return [...files.keys(), ...written, ...golden].sort();
}

const options = { help: { type: 'boolean', short: 'h' }, aws: { type: 'string' }, crds: { type: 'string' } } as const;

/** The kind of `--aws`, which must have no card yet: what is known of a kind is said once. */
function parseAws(kind: string | undefined, crds: string | undefined): AwsKind | undefined {
  if (kind === undefined) return undefined;
  if (!/^[a-z][a-z0-9]*\/([A-Z][A-Za-z0-9]*)$/.test(kind)) {
    throw new InputError(`--aws: got ${shown(kind)}, want SERVICE/KIND of provider-aws, such as dynamodb/Table`);
  }
  const [service = '', name = ''] = kind.split('/');
  if (service === 'container')
    throw new InputError('--aws: got a service called container, which every API has a backend of, want another');
  const group = `${service}.aws.m.upbound.io`;
  if (kinds.some((card) => groupKind(card) === `${group} ${name}`)) {
    throw new InputError(`--aws: got ${shown(kind)}, which has a card, want a kind that has none; copy a backend that composes it`);
  }
  if (crds !== undefined && statSync(crds, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new InputError(`--crds: got ${shown(crds)}, want a folder that exists`);
  return awsKindOf(service, name, pluralOf(name), crds);
}

function parse() {
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    throw new InputError(`${error instanceof Error ? error.message.split('.')[0] : String(error)}; see npm run new-api -- --help`);
  }
}

/** What becomes of a claim, by tier. */
const placesOf = (aws: AwsKind | undefined) =>
  aws === undefined ? 'as container in every tier' : 'as container in dev and staging; prod is refused until its card is decided';

/** What only a person can say of a kind. */
const adviceOn = (aws: AwsKind) => `
${aws.definition ?? `No CustomResourceDefinition of ${aws.service}/${aws.kind} is at hand: what most kinds of provider-aws have was taken, tags and a region.`}
Decide each fact of functions/kinds/aws/${cardFileOf(aws)} that is undecided: until then every environment refuses backend ${aws.service}.
`;

/** `npm run new-api`. */
async function newApiCommand(): Promise<number> {
  const started = performance.now();
  const { values, positionals } = parse();
  if (values.help === true) {
    process.stdout.write(help);
    return 0;
  }
  const names = namesOf(parseKind(positionals));
  if (values.aws === undefined && values.crds !== undefined)
    throw new InputError(`--crds: got ${shown(values.crds)} without --aws, want both or neither`);
  const aws = parseAws(values.aws, values.crds ?? (process.env['CRDS'] || undefined));
  const written = await newApi(project, names, aws);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(`${written.join('\n')}
${written.length} files in ${seconds} s: ${names.kind}, ${placesOf(aws)}

Next: npm run --silent goldenpath -- plan examples/${names.folder}.yaml --environment dev
Then make it your own: fields with their defaults and the binding in schema.ts, the server in backends/container.ts.
${aws === undefined ? '' : adviceOn(aws)}`);
  return 0;
}

await command(newApiCommand);
