import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { apiVersion, kindLabel } from '../../../functions/core/group.ts';
import type { Platform } from '../../../functions/core/pipeline.ts';
import { packageRoot } from '../../../platform/manifest.ts';
import { toYaml } from '../../../platform/yaml.ts';
import { codeOf, InputError, named } from '../../input.ts';
import { settingsFile } from '../../settings.ts';
import type { Sink } from '../../show/progress.ts';
import type { ExitCode } from '../../verb.ts';

const environment = 'dev';
const workflow = '.github/workflows/goldenpath-plan.yml';

/** By path, what a repository of claims begins with. Of an environment in a cloud nobody could guess the facts, so it is one of dev. */
function filesOf({ apis }: Platform): Readonly<Record<string, string>> {
  const [api] = apis.filter(({ scope }) => scope === 'Namespaced');
  return {
    [settingsFile]: toYaml({ environments: 'environments', claims: ['claims'] }),
    [`environments/${environment}.yaml`]: toYaml({
      apiVersion: 'apiextensions.crossplane.io/v1beta1',
      kind: 'EnvironmentConfig',
      metadata: { name: environment, labels: { [kindLabel]: 'environment' } },
      data: { tier: 'dev' },
    }),
    ...(api && {
      [`claims/${api.example.name}.yaml`]: toYaml({
        apiVersion,
        kind: api.kind,
        metadata: { name: api.example.name, namespace: 'shop' },
        spec: api.example.spec,
      }),
    }),
    [workflow]: readFileSync(join(packageRoot, 'docs/github/goldenpath-plan.yml'), 'utf8').replaceAll(
      'environments/prod.yaml',
      `environments/${environment}.yaml`,
    ),
  };
}

interface InitOptions {
  readonly platform: Platform;
  readonly root: string;
  readonly stdout: Sink;
}

/** Makes all of the files, or none where one is there or cannot be made. */
export function init({ platform, root, stdout }: InitOptions): ExitCode {
  const files = Object.entries(filesOf(platform));
  const there = files.flatMap(([path]) => (existsSync(join(root, path)) ? [named(path)] : []));
  if (there.length > 0) throw new InputError(`cannot begin a repository of claims: got ${there.join(', ')}, want none of them yet`);
  const made: string[] = [];
  for (const [path, text] of files) {
    try {
      const folder = mkdirSync(dirname(join(root, path)), { recursive: true });
      if (folder !== undefined) made.push(folder);
      writeFileSync(join(root, path), text, { flag: 'wx' });
      made.push(join(root, path));
    } catch (error) {
      for (const each of made.reverse()) rmSync(each, { recursive: true });
      throw new InputError(`cannot make ${named(path)}: ${codeOf(error)}`);
    }
  }
  stdout.write(`${files.map(([path]) => `made ${path}`).join('\n')}

Next: goldenpath plan --environment ${environment}
In ${workflow}, GOLDENPATH is the repository of your platform.
`);
  return 0;
}
