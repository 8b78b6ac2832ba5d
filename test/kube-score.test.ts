import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { KubernetesObject } from '../functions/core/kubernetes.ts';
import { expand } from '../functions/expand/expand.ts';
import { packageRoot } from '../platform/manifest.ts';
import { toYaml } from '../platform/yaml.ts';
import { boundTo, environmentConfig, everything, stepRequest } from './request.ts';

const example = (parse(readFileSync(join(packageRoot, 'examples/app-service.yaml'), 'utf8')) as { readonly spec: object }).spec;
const image = 'registry.example.com/shop/orders:1.0.0';

interface Form {
  readonly tier: 'dev' | 'staging' | 'prod';
  readonly spec: object;
  /** What kube-score knows of what the claim becomes. */
  readonly kinds: readonly string[];
}

const serving = ['Deployment', 'Ingress', 'NetworkPolicy', 'PodDisruptionBudget', 'Service'];
const served = { ...example, host: 'orders.example.com' };

/** As the documentation names them: the example in each tier, and an app that ends. */
const forms: Readonly<Record<string, Form>> = {
  dev: { tier: 'dev', spec: served, kinds: serving },
  staging: { tier: 'staging', spec: served, kinds: serving },
  prod: { tier: 'prod', spec: served, kinds: [...serving, 'HorizontalPodAutoscaler'].sort() },
  schedule: { tier: 'prod', spec: { image, schedule: { cron: '@daily' } }, kinds: ['CronJob', 'NetworkPolicy'] },
};

/** What a claim becomes, as it is in the claim's namespace. */
function composed({ tier, spec }: Pick<Form, 'tier' | 'spec'>): readonly KubernetesObject[] {
  const environments = [environmentConfig(tier, { ...everything, tier })];
  const { desired, refusal } = expand(stepRequest({ kind: 'AppService', spec, environment: tier, environments, claims: boundTo }));
  if (refusal !== undefined) throw new Error(refusal.message);
  return Object.values(desired).map(({ object }) => ({ ...object, metadata: { ...object.metadata, namespace: 'shop' } }));
}

const program = process.env['KUBE_SCORE'];

interface Scored {
  readonly type_meta: { readonly kind: string };
  readonly checks: readonly { readonly check: { readonly id: string }; readonly grade: number; readonly skipped: boolean }[];
}

/** The kinds that kube-score looked at, and each of its checks that something does not pass. */
function scored(objects: readonly KubernetesObject[]) {
  const args = ['score', '--kubernetes-version', 'v1.35', '--output-format', 'json', '-'];
  const { stdout, stderr, error } = spawnSync(String(program), args, { encoding: 'utf8', input: toYaml(...objects) });
  if (error !== undefined || !stdout.startsWith('[')) throw error ?? new Error(stderr);
  const all = JSON.parse(stdout) as readonly Scored[];
  const passed = 10;
  const missed = all.flatMap(({ checks }) =>
    checks.filter(({ grade, skipped }) => !skipped && grade < passed).map(({ check }) => check.id),
  );
  return { kinds: all.map(({ type_meta }) => type_meta.kind).sort(), missed: [...new Set(missed)].sort() };
}

/** What the documentation says stays as it is, and why: each check with the forms that do not pass it. */
const table = readFileSync(join(packageRoot, 'docs/security.md'), 'utf8').split('\n## kube-score\n')[1]?.split('\n## ')[0] ?? '';
const documented = [...table.matchAll(/^\| `([a-z-]+)` \| ([a-z, ]+) \| (.+) \|$/gm)].map(([, check = '', where = '']) => ({
  check,
  where: where.split(', '),
}));

test('every check that is passed over is of a form that there is', () => {
  expect([...new Set(documented.flatMap(({ where }) => where))].sort()).toEqual(Object.keys(forms).sort());
});

describe.skipIf(program === undefined)('NOT CHECKED unless KUBE_SCORE names its program: kube-score', () => {
  test.each(Object.entries(forms))(
    'finds in %s what the documentation gives a reason for, and nothing else',
    (name, { kinds, ...form }) => {
      const missed = documented.filter(({ where }) => where.includes(name)).map(({ check }) => check);
      expect(scored(composed(form))).toEqual({ kinds, missed: missed.sort() });
    },
  );

  test('is content with the probes and the egress of an app that says them', () => {
    const said = { ...served, health: { path: '/ready', alive: { tcp: 8080 } }, egress: [{ port: 443 }] };
    expect(scored(composed({ tier: 'prod', spec: said })).missed).toEqual([
      'container-image-pull-policy',
      'deployment-has-host-podantiaffinity',
      'deployment-targeted-by-hpa-does-not-have-replicas-configured',
    ]);
  });

  test('finds what is missing', () => {
    const without = composed({ tier: 'prod', spec: served }).filter(({ kind }) => kind !== 'PodDisruptionBudget');
    expect(scored(without).missed).toContain('deployment-has-poddisruptionbudget');
  });
});
