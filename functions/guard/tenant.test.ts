import { describe, expect, test } from 'vitest';
import { planClaim } from '../../plan/run.ts';
import { environmentConfig } from '../../test/request.ts';
import { apiVersion } from '../core/group.ts';
import type { KubernetesObject } from '../core/kubernetes.ts';
import { goldenPath } from '../golden-path.ts';

/** In which a small container of a database costs 8.53 USD a month. */
const prices = { 'compute/vcpu-hour': 0.1, 'compute/gib-hour': 0.01, 'ebs/gp3-gib-month': 0 };
const environments = ['here', 'there'].map((name) => environmentConfig(name, { tier: 'dev', prices }));

const claim = (namespace: string, name: string, rest: object = {}): KubernetesObject => ({
  apiVersion,
  kind: 'AppDatabase',
  metadata: { name, namespace, creationTimestamp: '2026-01-02T03:04:05Z' },
  spec: { engine: 'postgres' },
  ...rest,
});

const namespace = (name: string, environment: string, team?: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name,
    labels: { 'platform.internal/environment': environment, ...(team !== undefined && { 'platform.internal/team': team }) },
  },
});

const team = (name: string, namespaces: Readonly<Record<string, string>>, budgetMonthlyUSD?: number): KubernetesObject => ({
  apiVersion,
  kind: 'Team',
  metadata: { name },
  // What it asks for by now; what is in force was recorded.
  spec: { environments: [{ name: 'here', budgetMonthlyUSD: 1_000_000 }] },
  status: {
    namespaces: Object.entries(namespaces).map(([held, environment]) => ({ name: held, environment })),
    settings: { environments: [{ name: 'here', ...(budgetMonthlyUSD !== undefined && { budgetMonthlyUSD }) }] },
  },
});

const held = { 'shop-here': 'here', 'shop-jobs': 'here', 'shop-there': 'there' };

function refusalOf(
  objects: readonly KubernetesObject[],
  { own = namespace('shop-here', 'here', 'shop'), given = claim('shop-here', 'orders') } = {},
) {
  const environment = own.metadata?.labels?.['platform.internal/environment'] ?? '';
  return planClaim(given, environment, { platform: goldenPath, environments, objects }, { namespace: own }).refused;
}

describe('the budget of a team', () => {
  const cost = planClaim(claim('shop-here', 'orders'), 'here', { platform: goldenPath, environments }).cost?.monthlyUSD ?? 0;
  const usd = (count: number) => (count * cost).toFixed(2);
  const rooms = [namespace('shop-jobs', 'here', 'shop'), namespace('shop-there', 'there', 'shop')];
  const older = { metadata: { name: 'older', namespace: 'shop-jobs', creationTimestamp: '2026-01-01T00:00:00Z' } };
  const overrun = (besides: string) => ({
    reason: 'OverBudget',
    message:
      `cannot apply in environment here: Team shop in environment here would cost ${usd(2)} USD a month, of which ${usd(1)} for this claim besides ${besides} ${usd(1)}, ` +
      `want at most ${(1.5 * cost).toFixed(2)}, the budget of Team shop there; no smaller size fits`,
  });
  const limited = team('shop', held, 1.5 * cost);

  test('is of all its namespaces in the environment, by what was recorded and by what came first', () => {
    const recorded = claim('shop-jobs', 'recorded', { status: { monthlyCostUSD: cost, settings: { engine: 'postgres' } } });
    expect([
      refusalOf([limited, ...rooms]),
      refusalOf([limited, ...rooms, recorded]),
      refusalOf([limited, ...rooms, claim('shop-jobs', 'older', older)]),
      refusalOf([limited, ...rooms, claim('shop-here', 'older', { ...older, metadata: { ...older.metadata, namespace: 'shop-here' } })]),
    ]).toEqual([null, overrun('AppDatabase shop-jobs/recorded'), overrun('AppDatabase shop-jobs/older'), overrun('AppDatabase older')]);
  });

  test('counts a claim of the same kind and name in another namespace', () => {
    const twin = { metadata: { ...older.metadata, name: 'orders' } };
    expect(refusalOf([limited, ...rooms, claim('shop-jobs', 'orders', twin)])).toEqual(overrun('AppDatabase shop-jobs/orders'));
  });

  test('is not of what others have, nor of its other environments', () => {
    const elsewhere = ['shop-there', 'pay-here'].map((where) =>
      claim(where, 'older', { metadata: { ...older.metadata, namespace: where } }),
    );
    expect(refusalOf([limited, ...rooms, namespace('pay-here', 'here'), ...elsewhere])).toBeNull();
  });

  test('is what was recorded, and none where none was', () => {
    expect(refusalOf([team('shop', held), ...rooms, claim('shop-jobs', 'older', older)])).toBeNull();
  });
});

describe('what a namespace says of itself', () => {
  const shop = team('shop', held);
  const disputed = (problem: string, environment = 'here') => ({
    reason: 'NamespaceDisputed',
    message: `cannot apply in environment ${environment}: namespace "shop-here": label platform.internal/${problem}`,
  });

  test.each([
    ['that no team has it', namespace('shop-here', 'here'), disputed('team: missing, which Team shop made, want "shop"')],
    ['that it is of another team', namespace('shop-here', 'here', 'pay'), disputed('team: got "pay", which Team shop made, want "shop"')],
    [
      'that it is for another environment',
      namespace('shop-here', 'there', 'shop'),
      disputed('environment: got "there", which Team shop made, want "here"', 'there'),
    ],
  ])('is refused where its team says otherwise: %s', (_, own, want) => {
    expect(refusalOf([shop], { own })).toEqual(want);
  });

  test('is refused where the team that it names has no such namespace', () => {
    const want = disputed(
      'team: got "shop", which has no such namespace, want that of who has it: wait until it has, or look at kubectl describe team shop',
    );
    expect([refusalOf([]), refusalOf([team('shop', {})]), refusalOf([team('sho', held)])]).toEqual([want, want, want]);
  });

  test('is nobody’s business where no team is in it', () => {
    expect(refusalOf([team('shop', {})], { own: namespace('shop-here', 'here') })).toBeNull();
  });
});
