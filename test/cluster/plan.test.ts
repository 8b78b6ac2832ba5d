import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exampleClaim } from '../../examples/examples.ts';
import { apis } from '../../functions/apis/index.ts';
import { groupOf, type KubernetesObject } from '../../functions/core/kubernetes.ts';
import { isLook } from '../../functions/core/readiness.ts';
import { goldenPath } from '../../functions/golden-path.ts';
import { fieldsOf } from '../../plan/compare.ts';
import { toYaml } from '../../platform/yaml.ts';
import { type EnvironmentData, environmentConfig } from '../request.ts';
import { apply, claim, eventually, get, kubectl, list, makeNamespace, removeNamespaces, run } from './cluster.ts';

const tiers = ['dev', 'staging', 'prod'] as const;
const namespaceOf = (tier: string) => `plan-${tier}`;
/** An environment, and the namespace in it. */
const tagged = 'plan-tagged';
const namespaces = [...tiers.map(namespaceOf), tagged];
const folder = mkdtempSync(join(tmpdir(), 'plan-'));

beforeAll(async () => {
  await removeNamespaces(...namespaces);
  for (const tier of tiers) await makeNamespace(namespaceOf(tier), tier);
  const environments = await list('environmentconfigs');
  for (const tier of tiers) {
    // The cluster's own environment, not the example's.
    const config = environments.find(({ metadata }) => metadata.name === tier);
    const { apiVersion, kind, metadata, ...rest } = config as KubernetesObject & { readonly metadata: { readonly labels: object } };
    writeFileSync(
      join(folder, `${tier}.yaml`),
      toYaml({ apiVersion, kind, metadata: { name: tier, labels: metadata.labels }, data: rest['data'] }),
    );
  }
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await removeNamespaces(...namespaces);
  await kubectl('delete', 'environmentconfig', tagged, '--ignore-not-found');
});

interface Printed {
  readonly environment: string;
  readonly resources: Readonly<Record<string, KubernetesObject>>;
  readonly changes?: { readonly claim: string; readonly settings: readonly unknown[]; readonly resources: readonly unknown[] };
  readonly refused: unknown;
}

async function plan(...args: readonly string[]): Promise<Printed> {
  const { stdout, stderr } = await run(process.execPath, ['cli/main.ts', 'plan', ...args, '--output', 'json']);
  expect(stderr).toBe('');
  const [printed] = (JSON.parse(stdout) as { readonly claims: readonly Printed[] }).claims;
  if (printed === undefined) throw new Error('nothing was planned');
  return printed;
}

// A cluster-scoped claim is planned from files alone.
const cases = apis.filter(({ scope }) => scope === 'Namespaced').flatMap((api) => tiers.map((tier) => ({ api, tier, kind: api.kind })));

describe.each(cases)('the plan of $kind in $tier', ({ api, tier }) => {
  const namespace = namespaceOf(tier);
  const example = exampleClaim(api);
  const claim = { ...example, metadata: { ...example.metadata, namespace } };
  const file = join(folder, `${api.plural}-${tier}.yaml`);

  test('is what the cluster makes, field by field, and --live then has nothing to change', async () => {
    writeFileSync(file, toYaml(claim));
    const planned = await plan(file, '--environment', join(folder, `${tier}.yaml`));
    expect(planned.refused).toBeNull();
    await apply(claim);
    for (const object of Object.values(planned.resources)) {
      const qualified = [object.kind, groupOf(object)]
        .filter((part) => part !== '')
        .join('.')
        .toLowerCase();
      const live = await eventually(async () => {
        const found = await get(qualified, object.metadata?.name ?? '', namespace);
        if (isLook(found)) throw new Error(`${object.kind} ${object.metadata?.name} is only looked at`);
        return found;
      });
      const differing = fieldsOf(live, object, goldenPath.cards).filter(
        // A secret is made when it is applied, and the name of a cache's snapshot carries the claim's time of creation.
        ({ field }) => !(object.kind === 'Secret' && field.startsWith('data.')) && field !== 'spec.forProvider.finalSnapshotIdentifier',
      );
      expect(differing, `${object.kind} ${object.metadata?.name}`).toEqual([]);
      if (object.kind === 'Secret')
        expect(Object.keys(live.data ?? {})).toEqual(expect.arrayContaining(Object.keys((object['data'] ?? {}) as object)));
    }
    await eventually(async () => {
      const after = await plan(file, '--live');
      expect([after.environment, after.refused, after.changes]).toEqual([
        tier,
        null,
        expect.objectContaining({ claim: 'unchanged', settings: [], resources: [] }),
      ]);
    });
  });
});

test('a tag that an environment loses is shown by --live, although the plan no longer sets it', async () => {
  const prod: KubernetesObject | undefined = (await list('environmentconfigs')).find(({ metadata }) => metadata.name === 'prod');
  const data = prod?.['data'] as EnvironmentData;
  const [file, environment] = [join(folder, 'tagged-claim.yaml'), join(folder, 'tagged.yaml')];
  const queue = claim(tagged, 'orders', {}, 'AppQueue');
  writeFileSync(file, toYaml(queue));
  writeFileSync(environment, toYaml(environmentConfig(tagged, data)));
  await apply(environmentConfig(tagged, { ...data, tags: { team: 'shop' } }));
  await makeNamespace(tagged, tagged);
  await apply(queue);
  await eventually(async () => {
    expect((await plan(file, '--live')).changes).toMatchObject({ claim: 'unchanged', resources: [] });
  });

  const { changes } = await plan(file, '--live', '--environment', environment);
  const effect = { impact: 'in place', known: true, what: 'no downtime' };
  const lost = { kind: 'Queue', change: 'changed', effect, fields: [{ field: 'spec.forProvider.tags.team', before: 'shop', effect }] };
  expect(changes?.resources).toEqual([
    { key: 'dead-letter-queue', name: 'orders-queue-dead-letter-queue', ...lost },
    { key: 'queue', name: 'orders-queue-queue', ...lost },
  ]);
});
