import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runSteps } from '../../plan/run.ts';
import { controlledByClaim, environmentConfig, namespace } from '../../test/request.ts';
import { apiVersion, teamLabel } from '../core/group.ts';
import type { KubernetesObject } from '../core/kubernetes.ts';
import type { DesiredResource, ObservedResource } from '../core/step.ts';
import { goldenPath } from '../golden-path.ts';

const rooms = ['shop-here', 'shop-jobs'] as const;
/** In the order of their turns: they were made in the same second. */
const names = ['a', 'b', 'c'].flatMap((name) => rooms.map((room) => ({ name, room })));
const identities = names.map(({ name, room }) => `${room}/${name}`);

const toCents = (usd: number) => Math.round(usd * 100) / 100;

interface Live {
  readonly claim: KubernetesObject;
  readonly observed: Readonly<Record<string, ObservedResource>>;
}

interface Rules {
  readonly budgetMonthlyUSD?: number;
  readonly rollout?: object;
}

function observedOf(desired: Readonly<Record<string, DesiredResource>>): Readonly<Record<string, ObservedResource>> {
  return Object.fromEntries(
    Object.entries(desired).map(([key, { object }]) => [
      key,
      { object: { ...object, metadata: { ...object.metadata, ownerReferences: controlledByClaim } }, connectionDetails: {} },
    ]),
  );
}

function claimOf({ name, room }: (typeof names)[number], spec: object): KubernetesObject {
  const created = { uid: controlledByClaim[0]?.uid, generation: 1, creationTimestamp: '2026-01-02T03:04:05Z' };
  return { apiVersion, kind: 'AppDatabase', metadata: { name, namespace: room, ...created }, spec } as KubernetesObject;
}

/** A cluster of one team's claims, in which everybody sees what was written before, and nothing of what is under way. */
class Cluster {
  readonly #claims = new Map<string, Live>();
  readonly #written = new Map<string, () => void>();
  readonly #granted = new Map<string, number>();
  #rules: Rules;

  constructor(rules: Rules = {}) {
    this.#rules = rules;
  }

  rule(rules: Rules) {
    this.#rules = rules;
  }

  /** What `kubectl apply` does. */
  apply(identity: string, spec: object) {
    const index = identities.indexOf(identity);
    const before = this.#claims.get(identity);
    const made = claimOf(names[index] as (typeof names)[number], spec);
    const generation = (before?.claim.metadata?.generation as number | undefined) ?? 0;
    const status = before?.claim['status'];
    const claim = { ...made, metadata: { ...made.metadata, generation: generation + 1 }, ...(status !== undefined && { status }) };
    this.#claims.set(identity, { claim, observed: before?.observed ?? {} });
  }

  /** Begins to reconcile a claim: what it may make is made from here on, and what is said of it is written later. */
  look(identity: string) {
    const live = this.#claims.get(identity);
    if (live === undefined || this.#written.has(identity)) return;
    const { budgetMonthlyUSD, rollout } = this.#rules;
    const prices = { 'compute/vcpu-hour': 0.1, 'compute/gib-hour': 0.01, 'ebs/gp3-gib-month': 0 };
    const rollouts = rollout === undefined ? {} : { rollouts: { AppDatabase: [{ values: rollout }] } };
    const inRooms = rooms.map((room) => {
      const { metadata, ...rest } = namespace(room, 'here');
      return { ...rest, metadata: { ...metadata, labels: { ...metadata?.labels, [teamLabel]: 'shop' } } };
    });
    const team = {
      apiVersion,
      kind: 'Team',
      metadata: { name: 'shop' },
      status: {
        namespaces: rooms.map((name) => ({ name, environment: 'here' })),
        settings: { environments: [{ name: 'here', ...(budgetMonthlyUSD !== undefined && { budgetMonthlyUSD }) }] },
      },
    };
    const world = {
      platform: goldenPath,
      environments: [environmentConfig('here', { tier: 'dev', prices, ...rollouts })],
      objects: [team, ...inRooms],
    };
    const claims = [...this.#claims.values()].map(({ claim }) => claim);
    const own = inRooms.find(({ metadata }) => metadata?.name === live.claim.metadata?.namespace);
    const { plan, desired, status } = runSteps(live.claim, 'here', world, { namespace: own, observed: live.observed, claims });
    const { generation } = live.claim.metadata as { readonly generation: number };
    const conditions = [...plan.conditions, { type: 'Synced', status: String(plan.refused === null), observedGeneration: generation }];
    if (plan.refused === null) this.#granted.set(identity, plan.cost?.monthlyUSD ?? 0);
    this.#written.set(identity, () => {
      const now = this.#claims.get(identity) as Live;
      const said = plan.refused === null ? { ...status, conditions } : { ...(now.claim['status'] as object | undefined), conditions };
      const observed = plan.refused === null ? observedOf(desired) : now.observed;
      this.#claims.set(identity, { claim: { ...now.claim, status: said }, observed });
    });
  }

  isLooking(identity: string) {
    return this.#written.has(identity);
  }

  /** Ends what `look` began. */
  write(identity: string) {
    this.#written.get(identity)?.();
    this.#written.delete(identity);
  }

  /** Reconciles one claim from its beginning to its end. */
  reconcile(identity: string) {
    this.write(identity);
    this.look(identity);
    this.write(identity);
  }

  /** Reconciles each claim until nothing changes any more. */
  settle(order: readonly string[]): readonly (string | undefined)[] {
    for (const identity of order) this.write(identity);
    const before = new Map(this.#claims);
    for (const identity of order) this.reconcile(identity);
    return isDeepStrictEqual(before, this.#claims) ? this.verdicts() : this.settle(order);
  }

  verdicts() {
    return identities.map((identity) => {
      const { conditions = [] } = (this.#claims.get(identity)?.claim['status'] ?? {}) as {
        readonly conditions?: readonly { readonly type: string; readonly reason: string }[];
      };
      return conditions.find(({ type }) => type === 'Allowed')?.reason;
    });
  }

  spent() {
    return toCents([...this.#granted.values()].reduce((sum, cost) => sum + cost, 0));
  }
}

const small = { size: 'small' };
const medium = { size: 'medium' };
const large = { size: 'large' };

/** All claims of a team, each of which has what its spec asks for. */
function having(spec: object): Cluster {
  const cluster = new Cluster();
  for (const identity of identities) cluster.apply(identity, spec);
  cluster.settle(identities);
  return cluster;
}

const costOf = (spec: object) => toCents(having(spec).spent() / identities.length);
const halfOfThem = toCents(3 * costOf(small) + 3 * costOf(large));
const firstThree = [...Array(3).fill('PoliciesHold'), ...Array(3).fill('OverBudget')];
const anyOrder = fc.shuffledSubarray(identities, { minLength: identities.length });

describe('a budget that claims of several namespaces share', () => {
  test.each<[string, () => Cluster, (cluster: Cluster) => void]>([
    ['are enlarged', () => having(small), (cluster) => identities.forEach((identity) => void cluster.apply(identity, large))],
    [
      'are made',
      () => new Cluster(),
      (cluster) => {
        cluster.rule({ budgetMonthlyUSD: toCents(3 * costOf(large)) });
        identities.forEach((identity) => void cluster.apply(identity, large));
      },
    ],
    [
      'a rollout enlarges',
      () => having({}),
      (cluster) => {
        cluster.rule({ budgetMonthlyUSD: halfOfThem, rollout: large });
      },
    ],
  ])(
    'goes to the same of those that %s together, in whatever order they are looked at',
    (_, before, change) => {
      fc.assert(
        fc.property(anyOrder, (order) => {
          const cluster = before();
          cluster.rule({ budgetMonthlyUSD: halfOfThem });
          change(cluster);
          expect(cluster.settle(order)).toEqual(firstThree);
        }),
        { numRuns: 6 },
      );
    },
    60_000,
  );

  const roomForOne = toCents(5 * costOf(small) + costOf(large));
  const [first = '', , third = '', , , last = ''] = identities;

  test('is not spent again by an older claim that asks while a younger one is getting it', () => {
    const cluster = having(small);
    cluster.rule({ budgetMonthlyUSD: roomForOne });
    cluster.apply(last, large);
    cluster.look(last);
    cluster.apply(first, large);
    cluster.reconcile(first);
    expect([cluster.verdicts()[0], cluster.spent()]).toEqual(['BudgetAwaited', roomForOne]);
    expect([cluster.settle(identities), cluster.spent()]).toEqual([['OverBudget', ...Array(5).fill('PoliciesHold')], roomForOne]);
  });

  test('is not spent by a claim that it has become enough for, while those who saw it refused are looked at', () => {
    const cluster = having(small);
    cluster.rule({ budgetMonthlyUSD: roomForOne });
    for (const identity of [last, third]) {
      cluster.apply(identity, large);
      cluster.reconcile(identity);
    }
    cluster.apply(last, small);
    cluster.reconcile(last);
    cluster.look(third);
    cluster.apply(first, large);
    cluster.reconcile(first);
    cluster.write(third);
    expect([cluster.verdicts()[2], cluster.spent()]).toEqual(['BudgetAwaited', roomForOne]);
    expect(cluster.settle(identities)).toEqual(['PoliciesHold', 'PoliciesHold', 'OverBudget', ...Array(3).fill('PoliciesHold')]);
  });

  test('is never spent twice, whoever asks, is looked at and is written down when; and nobody waits for ever', () => {
    const identity = fc.constantFrom(...identities);
    const step = fc.oneof(
      { weight: 2, arbitrary: fc.record({ do: fc.constant('apply' as const), identity, spec: fc.constantFrom(small, medium, large) }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('look' as const, 'write' as const), identity }) },
    );
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 60 }), anyOrder, (steps, order) => {
        const cluster = having(small);
        cluster.rule({ budgetMonthlyUSD: roomForOne });
        for (const each of steps) {
          if (each.do !== 'apply') cluster[each.do](each.identity);
          // What is taken back while it is being made is given back at once after that.
          else if (!cluster.isLooking(each.identity)) cluster.apply(each.identity, each.spec);
          expect(cluster.spent()).toBeLessThanOrEqual(roomForOne);
        }
        expect(cluster.settle(order)).not.toContain('BudgetAwaited');
        expect(cluster.spent()).toBeLessThanOrEqual(roomForOne);
      }),
      { numRuns: 30 },
    );
  }, 60_000);
});
