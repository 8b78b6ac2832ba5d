import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { oneLine } from '../../../functions/core/problem.ts';
import { toYaml } from '../../../platform/yaml.ts';
import { readScore } from '../../claims/score.ts';
import type { Reading } from '../../claims/sources.ts';
import { codeOf, InputError, named } from '../../input.ts';
import { type Converted, convert } from '../../score/convert.ts';
import { workloadsOf } from '../../score/workload.ts';
import type { Sink } from '../../show/progress.ts';
import type { ExitCode } from '../../verb.ts';

const firstLine = '# Made by goldenpath score; do not edit.\n';

interface ScoreOptions extends Reading {
  /** Score files, or `-`. */
  readonly files: readonly string[];
  /** Where a file for each claim goes; in place of one stream where it is left out. */
  readonly folder: string | undefined;
  readonly stdout: Sink;
  readonly stderr: Sink;
}

/** What a file has; undefined where it is not there. */
function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new InputError(`cannot write ${named(path)}: ${codeOf(error)}`);
  }
}

/** Writes all of the files, or none where one is there that is somebody's own. */
function writeTo(folder: string, claims: Converted['claims']): readonly string[] {
  const files = claims.map(({ object, composed }) => ({ path: join(folder, `${composed}.yaml`), text: firstLine + toYaml(object) }));
  const foreign = files.filter(({ path }) => contentOf(path)?.startsWith(firstLine) === false);
  if (foreign.length > 0)
    throw new InputError(
      `cannot write ${foreign.map(({ path }) => named(path)).join(', ')}: got what goldenpath score did not write, want it elsewhere or deleted`,
    );
  for (const { path, text } of files) {
    try {
      mkdirSync(folder, { recursive: true });
      writeFileSync(path, text);
    } catch (error) {
      throw new InputError(`cannot write ${named(path)}: ${codeOf(error)}`);
    }
  }
  return files.map(({ path }) => path);
}

/** Converts Score files into claims, all of them or none. */
export async function score({ files, folder, stdout, stderr, ...reading }: ScoreOptions): Promise<ExitCode> {
  if (files.length === 0) throw new InputError('cannot convert: no FILE was given, want one or more Score files');
  const texts = await Promise.all(files.map((file) => readScore(file, reading.stdin)));
  const { claims, remarks } = await convert(workloadsOf(texts), reading.platform, reading.domain);
  stderr.write(remarks.map(({ path, why }) => `goldenpath: ${oneLine(`${path}: ${why}`)}\n`).join(''));
  if (folder === undefined) stdout.write(toYaml(...claims.map(({ object }) => object)));
  else
    stdout.write(
      writeTo(folder, claims)
        .map((path) => `made ${path}\n`)
        .join(''),
    );
  return 0;
}
