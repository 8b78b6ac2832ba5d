import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { apiVersion } from '../../functions/core/group.ts';
import { goldenPath } from '../../functions/golden-path.ts';
import { planClaim } from '../../plan/run.ts';
import { packageRoot } from '../../platform/manifest.ts';
import { exampleEnvironments } from '../request.ts';
import { type RealFile, realFiles } from './files.ts';

const page = readFileSync(join(packageRoot, 'docs/limits.md'), 'utf8');
const rows = [...page.matchAll(/^\| (.*?) \| .+ \|$/gm)].map(([, asked = '']) => asked);
const rowOf = (becomes: string) => (becomes.startsWith('no: ') ? becomes.slice('no: '.length) : undefined);

const claimOf = (kind: string, spec: object, name = 'real') => ({
  apiVersion,
  kind,
  metadata: { name, namespace: 'shop' },
  spec,
});

/** Which of our kinds a file is of, where nothing becomes of it. */
const kindOf = ({ claim, file }: RealFile) => claim?.kind ?? (file.includes('elasticache') ? 'AppCache' : 'AppDatabase');

function verdictOf(kind: string, spec: object, environment: string, beside: readonly string[] = []): string {
  const claims = beside.map((other) => claimOf(other, {}, 'orders'));
  const plan = planClaim(claimOf(kind, spec), environment, { platform: goldenPath, environments: exampleEnvironments }, { claims });
  return plan.refused?.message ?? 'allowed';
}

test('there are 24 files, each once', () => {
  expect([realFiles.length, new Set(realFiles.map(({ file }) => file)).size]).toEqual([24, 24]);
});

describe.each(realFiles)('$file', ({ lines, claim, beside, copied, refused, but, ...rest }) => {
  test('has no line of which nothing is known: each is a field, the environment’s, always so, or has a row of what claims do not say', () => {
    const api = goldenPath.apis.find(({ kind }) => kind === claim?.kind);
    const unknown = Object.entries(lines).flatMap(([line, [, becomes]]) => {
      const row = rowOf(becomes);
      const [place = '', field = ''] = becomes.split('.');
      if (row !== undefined) return rows.some((each) => each.startsWith(row)) ? [] : [`${line}: ${row}`];
      if (place === 'spec')
        return api?.fields[field] !== undefined && Object.hasOwn(claim?.spec ?? {}, field) ? [] : [`${line}: ${becomes}`];
      const isEnvironments = place === 'data' && (field === 'tier' || Object.hasOwn(goldenPath.environment.data.shape, field));
      return isEnvironments || becomes === 'always' ? [] : [`${line}: ${becomes}`];
    });
    expect(unknown).toEqual([]);
    expect(claim === undefined).toBe(Object.values(lines).every(([, becomes]) => rowOf(becomes) !== undefined));
  });

  test('says no more in the claim than in the file', () => {
    const said = new Set(Object.values(lines).map(([, becomes]) => becomes.split('.')[1]));
    const needed = { AppService: ['image', 'port', 'bindings', 'env'], AppQueue: ['producers', 'consumers'] }[claim?.kind ?? ''] ?? [
      'engine',
    ];
    expect(Object.keys(claim?.spec ?? {}).filter((field) => !said.has(field) && !needed.includes(field))).toEqual([]);
  });

  test('comes to this in each environment, and copied to this', () => {
    const expected = Object.fromEntries(['dev', 'staging', 'prod'].map((name) => [name, but?.[name as 'dev'] ?? 'allowed']));
    const verdicts = (['dev', 'staging', 'prod'] as const).map((name) => [
      name,
      claim === undefined ? 'allowed' : verdictOf(claim.kind, claim.spec, name, beside),
    ]);
    expect(Object.fromEntries(verdicts)).toEqual(expected);
    const kind = kindOf({ lines, ...rest, ...(claim && { claim }) });
    expect(copied && verdictOf(kind, copied, 'dev')).toEqual(refused);
  });
});
