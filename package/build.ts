import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { stringify } from 'yaml';
import { exampleFiles } from '../examples/examples.ts';
import { shown } from '../functions/core/problem.ts';
import { packageRoot } from '../platform/manifest.ts';
import { configurationName, exampleRegistry, functionName, parseRegistry } from '../platform/names.ts';
import { bundle } from './bundle.ts';
import { configurationContents, functionContents, type PackageContents } from './contents.ts';
import { type Architecture, image, platforms } from './image.ts';
import { annotationsOf } from './metadata.ts';
import { type Project, project } from './project.ts';
import { command, optionsGiven, run } from './run.ts';

/** `crossplane xpkg build` takes every YAML file below its root, so a package gets a directory of its own. */
async function stage({ root: project }: Project, directory: string, contents: PackageContents): Promise<string> {
  const root = join(project, 'dist', directory);
  await rm(root, { recursive: true, force: true });
  for (const [file, object] of Object.entries(contents)) {
    const path = join(root, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, stringify(object, { version: '1.1', lineWidth: 0 }));
  }
  return root;
}

async function buildConfiguration(project: Project, contents: PackageContents, examples: PackageContents): Promise<string> {
  const root = await stage(project, 'configuration', contents);
  const examplesRoot = await stage(project, 'examples', examples);
  const file = join(project.root, 'dist', `${configurationName(project.platform)}.xpkg`);
  await run('crossplane', ['xpkg', 'build', '--package-root', root, '--examples-root', examplesRoot, '--package-file', file]);
  return file;
}

interface BuiltFunction {
  readonly file: string;
  readonly image: Buffer;
}

const exampleBase = 'gcr.io/distroless/nodejs24-debian13';
const baseByDigest = /^[^@\s]+@sha256:[0-9a-f]{64}$/;

/** Checks an image that a person typed as the base of the function's. */
export function parseBase(value: string | undefined): string | undefined {
  if (value === undefined || baseByDigest.test(value)) return value;
  throw new Error(`cannot use base: --base: got ${shown(value)}, want an image by its digest, such as ${exampleBase}@sha256:…`);
}

/** The function's image as Docker builds it on a base, as `docker save` would write it. */
async function imageOn(base: string, architecture: Architecture, root: string, file: string): Promise<Buffer> {
  const dockerfile = ['--file', join(packageRoot, 'package/Dockerfile'), '--build-arg', `BASE=${base}`];
  const output = ['--provenance=false', '--output', `type=docker,dest=${file}`];
  await run('docker', ['buildx', 'build', ...dockerfile, '--platform', `linux/${architecture}`, ...output, root]);
  return await readFile(file);
}

/** The function's image as this machine makes it without Docker, or undefined and a word on why where it cannot. */
async function imageHere(project: Project, architecture: Architecture, program: Buffer, file: string): Promise<Buffer | undefined> {
  const name = functionName(project.platform);
  const built = await image(architecture, program, join(project.root, 'node_modules/.cache/golden-path-platform'));
  if ('missing' in built) {
    console.log(`skipped ${name} for ${architecture}: missing ${built.missing}`);
    return undefined;
  }
  if (built.unlisted.length > 0) {
    console.log(`${name} for ${architecture}: no scanner will find ${built.unlisted.join(', ')}, which dpkg does not know here`);
  }
  await writeFile(file, built.archive);
  return built.archive;
}

async function buildFunction(
  project: Project,
  architecture: Architecture,
  root: string,
  program: Buffer,
  base: string | undefined,
): Promise<BuiltFunction | undefined> {
  const dist = join(project.root, 'dist');
  const file = join(dist, `${functionName(project.platform)}-${architecture}.xpkg`);
  // An architecture that is skipped must not be pushed as it was built before.
  await rm(file, { force: true });
  const runtime = join(dist, `runtime-${architecture}.tar`);
  const made =
    base === undefined ? await imageHere(project, architecture, program, runtime) : await imageOn(base, architecture, root, runtime);
  if (made === undefined) return undefined;
  await run('crossplane', ['xpkg', 'build', '--package-root', root, '--embed-runtime-image-tarball', runtime, '--package-file', file], {
    cwd: root,
  });
  await rm(runtime);
  return { file, image: made };
}

export interface BuiltPackages {
  readonly configuration: string;
  /** One file for each architecture that this machine can build; pushed together they make one package. */
  readonly functions: readonly string[];
  /** Equal for equal contents, whenever they were built. */
  readonly contentHash: string;
}

/** Builds both packages into the project's dist/, for the registry that they will be pushed to; on a base, if one is given, with Docker. */
export async function build(project: Project, registry: string, base?: string): Promise<BuiltPackages> {
  const started = performance.now();
  const annotations = annotationsOf(project);
  const contents = {
    configuration: configurationContents(project, registry, annotations),
    examples: exampleFiles(project.platform, project.environments),
    function: functionContents(project.platform, annotations),
  };
  const root = await stage(project, 'function', contents.function);
  const program = join(root, 'main.mjs');
  await bundle(project.main, program);
  const bundled = await readFile(program);
  const [configuration, ...perArchitecture] = await Promise.all([
    buildConfiguration(project, contents.configuration, contents.examples),
    ...(Object.keys(platforms) as Architecture[]).map((architecture) => buildFunction(project, architecture, root, bundled, base)),
  ]);
  const functions = perArchitecture.filter((built) => built !== undefined);
  if (functions.length === 0) {
    throw new Error(`cannot build ${functionName(project.platform)}: no architecture's libraries are here; build on Linux with glibc`);
  }
  const hash = createHash('sha256').update(JSON.stringify(contents));
  for (const built of functions) hash.update(built.image);
  const files = functions.map(({ file }) => file);
  for (const file of [configuration, ...files]) {
    console.log(`${relative(process.cwd(), file)}  ${Math.ceil((await stat(file)).size / 1000)} kB`);
  }
  console.log(`built for ${registry} in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return { configuration, functions: files, contentHash: hash.digest('hex') };
}

/** `npm run package`: its arguments are the process's. */
export async function packageCommand(project: Project): Promise<void> {
  await command(async () => {
    const { registry, base } = optionsGiven({ registry: { type: 'string', default: exampleRegistry }, base: { type: 'string' } });
    await build(project, parseRegistry(registry), parseBase(base));
    return 0;
  });
}

if (import.meta.main) await packageCommand(project);
