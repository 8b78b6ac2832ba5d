import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { run } from './run.ts';

/** What a scanner looks a package up by. */
interface DebianPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly maintainer: string;
  readonly source: string;
  readonly sourceVersion: string;
}

const fields = ['Package', 'Version', 'Architecture', 'Maintainer', 'source:Package', 'source:Version', 'Built-Using'];

async function ownerOf(path: string): Promise<string | undefined> {
  // dpkg knows some files by the path that they had before /lib became a link to /usr/lib.
  const old = path.replace(/^\/usr\//, '/');
  const found = await run('dpkg-query', ['--search', `*${old}`]).catch(() => '');
  const lines = found.split('\n').map((line) => /^(\S+): (.*)$/.exec(line));
  return lines.find((line) => line?.[2] === old || line?.[2] === `/usr${old}`)?.[1];
}

/** A cross-compiler's copy is a package that no list of vulnerabilities has, so the package that it was built from stands for it. */
function native(copy: DebianPackage, architecture: string, builtUsing: string): DebianPackage | undefined {
  const suffix = `-${architecture}-cross`;
  if (!copy.name.endsWith(suffix)) return copy;
  const version = copy.version.replace(/cross[0-9]+$/, '');
  const sources = builtUsing.split(', ').map((each) => /^(\S+) \(= (\S+)\)$/.exec(each));
  const source = sources.find((each) => each?.[2] === version)?.[1];
  return source === undefined
    ? undefined
    : { ...copy, name: copy.name.slice(0, -suffix.length), version, architecture, source, sourceVersion: version };
}

/** The package of this machine that a file is of, as it would be installed on the architecture; undefined where dpkg does not know. */
export async function debianPackageOf(path: string, architecture: string): Promise<DebianPackage | undefined> {
  const owner = await ownerOf(path);
  if (owner === undefined) return undefined;
  const printed = await run('dpkg-query', ['--show', '--showformat', fields.map((field) => `\${${field}}`).join('\t'), owner]);
  const [name = '', version = '', built = '', maintainer = '', source = '', sourceVersion = '', builtUsing = ''] = printed.split('\t');
  return native({ name, version, architecture: built, maintainer, source, sourceVersion }, architecture, builtUsing);
}

/** How a scanner tells the distribution, whose list of vulnerabilities it then takes. */
const distribution = ['etc/os-release', 'etc/debian_version', 'etc/lsb-release'];

/** The files by which scanners find packages in an image without dpkg, in the form that distroless images have. */
export async function scannerFiles(packages: readonly DebianPackage[]): Promise<ReadonlyMap<string, string>> {
  if (packages.length === 0) return new Map();
  const files = packages.map(({ name, version, architecture, maintainer, source, sourceVersion }): [string, string] => [
    `var/lib/dpkg/status.d/${name}`,
    [
      `Package: ${name}`,
      `Source: ${source} (${sourceVersion})`,
      `Version: ${version}`,
      `Architecture: ${architecture}`,
      `Maintainer: ${maintainer}`,
      '',
    ].join('\n'),
  ]);
  const here = distribution.filter((path) => existsSync(`/${path}`));
  const described = here.map(async (path): Promise<[string, string]> => [path, await readFile(`/${path}`, 'utf8')]);
  return new Map([...files, ...(await Promise.all(described))]);
}
