import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { KubernetesObject } from '../functions/core/kubernetes.ts';
import type { Platform, Step } from '../functions/core/pipeline.ts';
import type { ObservedResource } from '../functions/core/step.ts';
import { expand } from '../functions/expand/expand.ts';
import { goldenPath } from '../functions/golden-path.ts';
import { guard } from '../functions/guard/guard.ts';
import { type Given, instanceDetails, observedAfter, stepRequest } from './request.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
let scratch: string;

// Inside the checkout, where the dependencies are found.
beforeAll(() => {
  mkdirSync(join(root, 'dist'), { recursive: true });
  scratch = mkdtempSync(join(root, 'dist/version-'));
});
afterAll(() => rmSync(scratch, { recursive: true }));

/** Another version of the function: a copy of its source with some text replaced. */
async function otherVersion(name: string, file: string, replacements: Readonly<Record<string, string>>) {
  const copy = join(scratch, name);
  cpSync(join(root, 'functions'), copy, { recursive: true, filter: (path) => !path.endsWith('.test.ts') });
  const path = join(copy, file);
  let source = readFileSync(path, 'utf8');
  for (const [before, after] of Object.entries(replacements)) {
    expect(source.includes(before), `${file} has ${before}`).toBe(true);
    source = source.replace(before, after);
  }
  writeFileSync(path, source);
  const [expansion, judgement, served] = (await Promise.all(
    ['expand/expand.ts', 'guard/guard.ts', 'golden-path.ts'].map((module) => import(pathToFileURL(join(copy, module)).href)),
  )) as [{ readonly expand: Step }, { readonly guard: Step }, { readonly goldenPath: Platform }];
  return { expand: expansion.expand, guard: judgement.guard, platform: served.goldenPath };
}

interface Version {
  readonly expand: Step;
  readonly guard: Step;
  readonly platform: Platform;
}

const thisVersion: Version = { expand, guard, platform: goldenPath };

function pipeline(version: Version, given: Given) {
  const request = { ...stepRequest(given), platform: version.platform };
  const expanded = version.expand(request);
  if (expanded.refusal !== undefined) return expanded;
  const guarded = version.guard({ ...request, desired: expanded.desired, desiredStatus: expanded.status ?? {} });
  return { ...guarded, status: { ...expanded.status, ...guarded.status } };
}

/** A claim that this version has provisioned. */
function live(given: Given): Given & { readonly observed: Readonly<Record<string, ObservedResource>> } {
  const first = observedAfter(expand(stepRequest(given)), { instance: instanceDetails });
  const settled = pipeline(thisVersion, { ...given, observed: first });
  return { ...given, observed: observedAfter(settled, { instance: instanceDetails }), status: settled.status };
}

test('a version with other defaults restarts, resizes and replaces nothing that lives', async () => {
  const other = await otherVersion('other-defaults', 'apis/app-database/schema.ts', {
    "default: { dev: '17' }": "default: { dev: '16' }",
    "prod: 'medium'": "prod: 'large'",
    'prod: 100': 'prod: 50',
    "default: { dev: 'app' }": "default: { dev: 'main' }",
    'prod: 14': 'prod: 30',
  });
  const given = live({ environment: 'prod' });
  const response = pipeline(other, given);
  const objects = (resources: Readonly<Record<string, { readonly object: KubernetesObject }>>) =>
    Object.fromEntries(Object.entries(resources).map(([key, { object }]) => [key, object]));
  expect([response.refusal, objects(response.desired)]).toEqual([undefined, objects(pipeline(thisVersion, given).desired)]);
  expect(response.status).toMatchObject({
    settings: { size: 'medium', backupRetentionDays: 14 },
    available: { size: 'large', backupRetentionDays: 30 },
  });
});

test('a version with another default backend moves nothing', async () => {
  const other = await otherVersion('other-backend', 'apis/app-database/schema.ts', { "staging: 'shared'": "staging: 'container'" });
  const given = live({ environment: 'staging' });
  const response = pipeline(other, given);
  expect([response.refusal, response.status?.['backend'], response.desired]).toEqual([
    undefined,
    'shared',
    pipeline(thisVersion, given).desired,
  ]);
});

test('an older version, which knows a resource by another key, deletes nothing', async () => {
  const older = await otherVersion('older', 'apis/app-database/backends/rds.ts', {
    "'subnet-group': subnetGroup(": 'subnets: subnetGroup(',
  });
  expect(pipeline(older, live({ environment: 'prod' })).refusal?.reason).toBe('WouldRemove');
});

test.each(['dev', 'staging', 'prod'])('an EnvironmentConfig of %s that was emptied deletes nothing', (environment) => {
  const given = live({ environment });
  const emptied = stepRequest(given).required['environments']?.map((object) => ({ ...object, data: {} })) ?? [];
  const response = pipeline(thisVersion, { ...given, environments: emptied });
  expect(response.refusal?.reason).toBe('EnvironmentInvalid');
});
