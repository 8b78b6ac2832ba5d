import { describe, expect, test } from 'vitest';
import type { Cards } from '../functions/core/card.ts';
import { at, type KubernetesObject } from '../functions/core/kubernetes.ts';
import type { StepRequest } from '../functions/core/pipeline.ts';
import type { ObservedResource, StepResponse } from '../functions/core/step.ts';
import { expand } from '../functions/expand/expand.ts';
import { guard } from '../functions/guard/guard.ts';
import { provenFirst } from '../functions/guard/ownership.ts';
import { unlessTaken } from '../functions/guard/taken.ts';
import { provisioned } from './lived.ts';
import { controlledByClaim, environmentConfig, everything, type Given, observedAfter, reported, stepRequest } from './request.ts';

/** What Crossplane gets of both steps. */
function both(given: Given, cardsAs?: (cards: Cards) => Cards): { readonly expanded: StepResponse; readonly guarded: StepResponse } {
  const asked = stepRequest(given);
  const request = cardsAs === undefined ? asked : { ...asked, platform: { ...asked.platform, cards: cardsAs(asked.platform.cards) } };
  const expanded = expand(request);
  const judged: StepRequest = { ...request, desired: expanded.desired, desiredStatus: expanded.status ?? {} };
  return { expanded, guarded: provenFirst(judged, guard(judged)) };
}

const nothing = { type: 'Synced', status: 'False', reason: 'ReconcileError', message: 'observe failed: external resource does not exist' };
const something = { type: 'Synced', status: 'True', reason: 'ReconcileSuccess' };

const shared: Given = { environment: 'staging', environments: [environmentConfig('staging', { ...everything, tier: 'staging' })] };
const rds: Given = { environment: 'prod', environments: [environmentConfig('prod', { ...everything, tier: 'prod' })] };
const tagsOf = (object: KubernetesObject) => at(object, 'spec', 'forProvider', 'tags') as Readonly<Record<string, string>>;
const withTags = (tags: object) => ({ conditions: [something], atProvider: { tags } });

const pods = { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', labels: {} };

const policiesOf = ({ desired }: StepResponse) =>
  Object.fromEntries(
    Object.entries(desired).flatMap(([key, { object }]) => {
      const policies = at(object, 'spec', 'managementPolicies');
      return Array.isArray(policies) ? [[key, policies.length === 1 ? 'looks' : 'makes']] : [];
    }),
  );

describe('what has a name of ours', () => {
  const first = both(rds).guarded;

  test('is only looked at first, without references and passwords, and nothing else is made outside', () => {
    const alarms = { 'alarm-connections': 'looks', 'alarm-cpu': 'looks', 'alarm-free-storage': 'looks' };
    expect(policiesOf(first)).toEqual({
      'final-snapshot': 'looks',
      'subnet-group': 'looks',
      'parameter-group-17': 'looks',
      instance: 'looks',
      ...alarms,
    });
    const full = both(rds).expanded.desired['instance']?.object as KubernetesObject;
    const look = first.desired['instance']?.object as KubernetesObject;
    const { autoGeneratePassword, passwordSecretRef, dbSubnetGroupNameRef, vpcSecurityGroupIdRefs, ...said } = at(
      full,
      'spec',
      'forProvider',
    ) as Record<string, unknown>;
    expect([autoGeneratePassword, passwordSecretRef, dbSubnetGroupNameRef, vpcSecurityGroupIdRefs]).not.toContain(undefined);
    expect(look).toEqual({
      ...full,
      metadata: { ...full.metadata, annotations: { ...full.metadata?.annotations, 'platform.internal/look': 'first' } },
      spec: { providerConfigRef: at(full, 'spec', 'providerConfigRef'), forProvider: said, managementPolicies: ['Observe'] },
    });
    expect([first.claimReady, first.ttlSeconds, first.refusal]).toEqual([false, 5, undefined]);
  });

  test.each<[string, object | undefined]>([
    ['that nobody has looked at', undefined],
    ['that its provider could not look at', { conditions: [{ ...nothing, message: 'observe failed: api error AccessDenied' }] }],
  ])('stays looked at, and the claim waits, while there is one %s', (_, status) => {
    const { expanded, guarded } = both({
      ...rds,
      observed: reported(first, (__, key) => (key === 'instance' ? status : { conditions: [nothing] })),
    });
    expect(policiesOf(guarded)).toEqual(policiesOf(first));
    expect(expanded.conditions[1]?.status).toBe('False');
  });

  test('is neither there nor missing while its provider shows another, and the claim says so', () => {
    const another = {
      conditions: [something],
      atProvider: { identifier: 'ledger', tags: tagsOf(first.desired['instance']?.object as KubernetesObject) },
    };
    const { expanded, guarded } = both({
      ...rds,
      observed: reported(first, (_, key) => (key === 'instance' ? another : { conditions: [nothing] })),
    });
    expect(policiesOf(guarded)).toEqual(policiesOf(first));
    expect(provisioned(expanded)?.message?.split('; ')[0]).toBe(
      'cannot provision Instance orders-database-instance: its provider shows "ledger" in place of it: tell the platform team',
    );
  });

  test('is made once there is nothing, in one go, and stays so whatever its provider says later', () => {
    const { expanded, guarded } = both({ ...rds, observed: reported(first, () => ({ conditions: [nothing] })) });
    expect(guarded.desired).toEqual(expanded.desired);
    const { 'final-snapshot': looksForKept, ...others } = policiesOf(guarded);
    expect([looksForKept, Object.values(others).includes('looks')]).toEqual(['looks', false]);
    for (const status of [undefined, { conditions: [nothing] }, withTags({})]) {
      const again = both({ ...rds, observed: reported(guarded, () => status) });
      expect([again.guarded.desired, again.guarded.refusal]).toEqual([again.expanded.desired, undefined]);
    }
  });

  test('waits for no look at what stands apart, such as an alarm', () => {
    const observed = reported(first, (_, key) => (key.startsWith('alarm-') ? undefined : { conditions: [nothing] }));
    const { expanded, guarded } = both({ ...rds, observed });
    const alarms = Object.keys(first.desired)
      .filter((key) => key.startsWith('alarm-'))
      .sort();
    expect(alarms).toEqual(['alarm-connections', 'alarm-cpu', 'alarm-free-storage']);
    expect(guarded.desired).toEqual({ ...expanded.desired, ...Object.fromEntries(alarms.map((key) => [key, first.desired[key]])) });
    expect([guarded.claimReady, guarded.refusal]).toEqual([false, undefined]);
  });

  test('is taken over where its tags are those of the claim', () => {
    const { expanded, guarded } = both({
      ...rds,
      observed: reported(first, (object) => withTags({ ...tagsOf(object), owner: 'another now' })),
    });
    expect([guarded.desired, guarded.refusal]).toEqual([expanded.desired, undefined]);
  });

  test.each([
    ['of another control plane', { 'control-plane': 'shop-eu-2' }, 'control-plane "shop-eu-2"'],
    ['of another namespace', { namespace: 'pay' }, 'namespace "pay"'],
    ['of another claim', { claim: 'orders2', kind: 'AppCache' }, 'kind "AppCache", claim "orders2"'],
    [
      'of nobody',
      { 'control-plane': undefined, environment: undefined, namespace: undefined, kind: undefined, claim: undefined },
      'control-plane missing, environment missing, namespace missing, kind missing, claim missing',
    ],
  ])('is refused where it is that %s', (_, other, tags) => {
    const observed = reported(first, (object, key) =>
      key === 'instance' ? withTags({ ...tagsOf(object), ...other }) : { conditions: [nothing] },
    );
    expect(both({ ...rds, observed }).guarded).toMatchObject({
      refusal: {
        reason: 'ExistsAlready',
        message:
          'cannot apply: instance (Instance orders-database-instance): there is "prod-shop-orders-6s1o1u7sme361jhg" already, ' +
          `with tags ${tags}, want control-plane=shop-eu-1, environment=prod, namespace=shop, kind=AppDatabase, claim=orders; ` +
          "nothing of it was changed: choose another name for the claim, or have the platform team set those tags where it is to be the claim's",
      },
      conditions: [{ type: 'Allowed', status: 'False', reason: 'ExistsAlready' }],
    });
  });

  test('is judged by the guard before the first look', () => {
    const open = { ...everything.aws, clientSecurityGroupIds: [], clientCidrs: ['0.0.0.0/0'] };
    const environments = [environmentConfig('prod', { ...everything, aws: open, tier: 'prod' })];
    expect(both({ ...rds, environments }).guarded.refusal?.reason).toBe('PolicyViolated');
  });
});

describe('the last snapshot that an earlier claim of the name left', () => {
  const first = both(rds).guarded;
  const name = 'prod-shop-orders-6s1o1u7sme361jhg';
  const looks = (snapshot: object, instance: object = { conditions: [nothing] }) =>
    reported(first, (_, key) =>
      key === 'final-snapshot' ? { conditions: [snapshot] } : key === 'instance' ? instance : { conditions: [nothing] },
    );
  const lastOf = ({ desired }: StepResponse) => at(desired['instance']?.object, 'spec', 'forProvider', 'finalSnapshotIdentifier');
  const kept: Given = { ...rds, observed: looks(something), generation: 1 };
  const refused = both(kept).guarded;
  const token = /acknowledge=(empty-[0-9a-v]{16})$/.exec(refused.refusal?.message ?? '')?.[1] ?? '';
  const acknowledging = (tokens: string, generation = 1): Given => ({
    ...kept,
    generation,
    annotations: { 'platform.internal/acknowledge': tokens },
  });

  test('is looked for by the name that it then has, in the round that looks', () => {
    expect(first.desired['final-snapshot']).toEqual({
      object: {
        apiVersion: 'rds.aws.m.upbound.io/v1beta1',
        kind: 'Snapshot',
        metadata: {
          name: 'orders-database-final-snapshot',
          annotations: { 'crossplane.io/external-name': `${name}-final`, 'platform.internal/look': 'kept' },
        },
        spec: {
          forProvider: { region: 'eu-west-1' },
          managementPolicies: ['Observe'],
          providerConfigRef: { kind: 'ClusterProviderConfig', name: 'aws' },
        },
      },
      ready: false,
    });
  });

  test('is in the way of nothing where there is none, and then no longer looked for; this claim leaves one of that name', () => {
    const { expanded, guarded } = both({ ...rds, observed: looks(nothing) });
    expect([guarded.desired, guarded.refusal, lastOf(guarded)]).toEqual([expanded.desired, undefined, `${name}-final`]);
    const running = both({ ...rds, observed: reported(guarded, () => ({ conditions: [something] })) }).guarded;
    const { 'final-snapshot': _, ...others } = guarded.desired;
    expect([Object.keys(running.desired).sort(), running.refusal, lastOf(running)]).toEqual([
      Object.keys(others).sort(),
      undefined,
      `${name}-final`,
    ]);
  });

  test('is waited for while its provider has not looked, or cannot', () => {
    const forbidden = { type: 'Synced', status: 'False', reason: 'ReconcileError', message: 'observe failed: AccessDenied' };
    for (const unknown of [undefined, forbidden]) {
      const { guarded } = both({ ...rds, observed: looks(unknown ?? {}) });
      expect([policiesOf(guarded), guarded.refusal, guarded.claimReady]).toEqual([policiesOf(first), undefined, false]);
    }
  });

  test('has the claim refused rather than made empty, with the way out', () => {
    expect(refused.refusal).toEqual({
      reason: 'KeptDataExists',
      message:
        `cannot apply: final-snapshot (Snapshot orders-database-final-snapshot): there is "${name}-final", which an earlier claim of this name left; ` +
        'what this claim makes would be empty, so nothing was made: to begin with it, make a claim of another name with spec.restoreFrom; to begin empty, and to keep that for the platform team to restore beside it, ' +
        `run: kubectl annotate appdatabase orders --namespace shop --overwrite platform.internal/acknowledge=${token}`,
    });
    expect(refused.desired).toEqual(both(kept).expanded.desired);
  });

  test('stays where the claim says that it begins empty, by no other token or state of it, and gets no rival of its name', () => {
    const { expanded, guarded } = both(acknowledging(token));
    expect([guarded.desired, guarded.refusal, lastOf(guarded)]).toEqual([expanded.desired, undefined, `${name}-final-20260102030405`]);
    expect(
      [both(acknowledging(token, 2)), both(acknowledging('empty-0000000000000000'))].map((each) => each.guarded.refusal?.reason),
    ).toEqual(['KeptDataExists', 'KeptDataExists']);
    const running = both({ ...rds, observed: reported(guarded, () => ({ conditions: [something] })) }).guarded;
    expect([running.refusal, lastOf(running)]).toEqual([undefined, `${name}-final-20260102030405`]);
  });

  test('is in the way of nothing where the instance of the claim itself is there', () => {
    const restored = withTags(tagsOf(first.desired['instance']?.object as KubernetesObject));
    const { expanded, guarded } = both({ ...rds, observed: looks(something, restored) });
    expect([guarded.desired, guarded.refusal, lastOf(guarded)]).toEqual([expanded.desired, undefined, `${name}-final-20260102030405`]);
  });
});

describe('what has no tags', () => {
  const first = both(shared).guarded;
  const there = reported(first, (object) => (object.kind === 'Database' ? { conditions: [something] } : { conditions: [nothing] }));
  const refused = both({ ...shared, observed: there, generation: 1 }).guarded.refusal;
  const token = /acknowledge=(adopt-[0-9a-v]{16})$/.exec(refused?.message ?? '')?.[1] ?? '';
  const acknowledging = (generation: number, tokens = token): Given => ({
    ...shared,
    observed: there,
    generation,
    annotations: { 'platform.internal/acknowledge': tokens },
  });

  test('is refused, with how to say that it is the claim’s own', () => {
    expect(refused).toEqual({
      reason: 'ExistsAlready',
      message:
        'cannot apply: database (Database orders-database-database): there is "staging_shop_orders_efmqnf3lr49lc7jc" already, and nothing there says whose it is; ' +
        "nothing of it was changed: choose another name for the claim, or where it is the claim's own, as after its control plane was rebuilt, " +
        `run: kubectl annotate appdatabase orders --namespace shop --overwrite platform.internal/acknowledge=${token}`,
    });
  });

  test('is taken over where the role and the database of the name are both there, and not before both were looked for', () => {
    const { expanded, guarded } = both({ ...shared, observed: reported(first, () => ({ conditions: [something] })) });
    expect([guarded.desired, guarded.refusal]).toEqual([expanded.desired, undefined]);
    const half = reported(first, (object) => (object.kind === 'Role' ? { conditions: [something] } : undefined));
    const undecided = both({ ...shared, observed: half }).guarded;
    expect([undecided.desired, undecided.refusal]).toEqual([first.desired, undefined]);
  });

  test('is not known by being there together where its kind does not say that this shows whose it is', () => {
    const unproven = (cards: Cards): Cards => new Map([...cards].map(([key, { provenTogether: _, ...card }]) => [key, card]));
    const { refusal } = both({ ...shared, observed: reported(first, () => ({ conditions: [something] })) }, unproven).guarded;
    const there = 'there is "staging_shop_orders_efmqnf3lr49lc7jc" already, and nothing there says whose it is';
    expect(refusal).toEqual({
      reason: 'ExistsAlready',
      message:
        `cannot apply: database (Database orders-database-database): ${there}; role (Role orders-database-role): ${there}; nothing of it was changed: ` +
        "choose another name for the claim, or where it is the claim's own, as after its control plane was rebuilt, " +
        'run: kubectl annotate appdatabase orders --namespace shop --overwrite platform.internal/acknowledge=adopt-5e0ebaosodgjkbgm',
    });
  });

  test('is taken over where the other has been made and only its object was lost', () => {
    const made = reported(both({ ...shared, observed: reported(first, () => ({ conditions: [nothing] })) }).guarded, () => ({
      conditions: [something],
    }));
    const { role, ...others } = made;
    const again = both({ ...shared, observed: others }).guarded;
    expect(policiesOf(again)['role']).toBe('looks');
    const look = reported(again, () => ({ conditions: [something] }));
    expect(both({ ...shared, observed: { ...made, role: look['role'] as ObservedResource } }).guarded.refusal).toBeUndefined();
    expect(role).toBeDefined();
  });

  test.each(['Role', 'Database'])('is refused where a %s alone is there', (kind) => {
    const alone = reported(first, (object) => ({ conditions: [object.kind === kind ? something : nothing] }));
    expect(both({ ...shared, observed: alone }).guarded.refusal?.reason).toBe('ExistsAlready');
  });

  test('is taken over once that is acknowledged, and by no other token or state of the claim', () => {
    const { expanded, guarded } = both(acknowledging(1));
    expect([guarded.desired, guarded.refusal]).toEqual([expanded.desired, undefined]);
    expect([both(acknowledging(2)), both(acknowledging(1, 'adopt-0000000000000000'))].map((each) => each.guarded.refusal?.reason)).toEqual([
      'ExistsAlready',
      'ExistsAlready',
    ]);
  });

  test('is not believed to be there or not by a look at what the object was before', () => {
    const stale = reported(first, () => ({ conditions: [{ ...nothing, observedGeneration: 1 }] }));
    const observed = Object.fromEntries(
      Object.entries(stale).map(([key, { object, connectionDetails }]) => [
        key,
        { object: { ...object, metadata: { ...object.metadata, generation: 2 } }, connectionDetails },
      ]),
    );
    expect(policiesOf(both({ ...shared, observed }).guarded)).toEqual(policiesOf(first));
  });
});

describe('what is there in the cluster under a name of ours', () => {
  const given = { environment: 'dev' };
  const judged = stepRequest(given);
  const { desired } = expand(judged);
  const answered = (ownerReferences: readonly object[] | undefined) => {
    const there = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'orders-database', namespace: 'shop', ownerReferences } };
    const required = { ...judged.required, 'exists/binding': [there as KubernetesObject], 'exists/server': [] };
    const request = { ...judged, desired, required };
    return unlessTaken(request, { desired, conditions: [], events: [], ttlSeconds: 300 });
  };
  const controlled = (kind: string, name: string, uid: string) => [{ apiVersion: 'a/v1', kind, name, uid, controller: true }];

  test('is asked for by its name, until it is observed', () => {
    const response = { desired, conditions: [], events: [], requires: { more: pods }, ttlSeconds: 300 };
    const { requires } = unlessTaken({ ...judged, desired }, response);
    expect(requires).toEqual({
      more: pods,
      'exists/binding': { apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name: 'orders-database' },
      'exists/network-policy': { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace: 'shop', name: 'orders-database' },
      'exists/server': { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace: 'shop', name: 'orders-database' },
      'exists/service': { apiVersion: 'v1', kind: 'Service', namespace: 'shop', name: 'orders-database' },
    });
    const observed = observedAfter({ ...response }, {});
    expect(unlessTaken({ ...judged, desired, observed }, response).requires).toEqual({ more: pods });
  });

  test.each([
    ['which nobody composed', undefined],
    ['which nobody composed', [{ apiVersion: 'v1', kind: 'Pod', name: 'a', uid: 'uid-of-AppDatabase-orders' }]],
    ['which is of AppCache "orders"', controlled('AppCache', 'orders', 'other')],
    ['which is of an earlier claim of its name, and going with it', controlled('AppDatabase', 'orders', 'earlier')],
  ])('is refused where another has it: %s', (whose, owners) => {
    const { refusal } = answered(owners);
    expect(refusal).toEqual({
      reason: 'ExistsAlready',
      message:
        `cannot apply: binding (Secret orders-database): there is one already, ${whose}; nothing of it was changed: ` +
        'choose another name for the claim, or have whoever made it use another',
    });
  });

  test('is the claim’s own where the claim controls it', () => {
    expect(answered(controlledByClaim).refusal).toBeUndefined();
  });
});

describe('who logs in to an instance that was only looked at', () => {
  const { providerSqlTls: _, ...silent } = everything.aws;
  const master: Given = { environment: 'prod', environments: [environmentConfig('prod', { ...everything, aws: silent, tier: 'prod' })] };
  /** The claim after its control plane was rebuilt, where AWS has an instance that was made otherwise than one is now. */
  const rebuilt = (given: Given, atProvider: object) => {
    const observed = reported(both(given).guarded, (object, key) => ({
      conditions: [something],
      atProvider: { tags: tagsOf(object), ...(key === 'instance' && atProvider) },
    }));
    const { expanded, guarded } = both({ ...given, observed });
    const spec = (field: string) => at(guarded.desired['instance']?.object, 'spec', 'forProvider', field);
    return [
      guarded.refusal,
      guarded.desired['instance']?.object === expanded.desired['instance']?.object,
      spec('username'),
      spec('dbName'),
    ];
  };

  test('stays the administrator where it was made so, whatever the environment says now', () => {
    expect(rebuilt(rds, { username: 'app', dbName: 'ledger' })).toEqual([undefined, true, 'app', 'ledger']);
  });

  test('stays a login of its own where it was made so, whatever the environment says no more', () => {
    expect(rebuilt(master, { username: 'platform', dbName: '' })).toEqual([undefined, true, 'platform', undefined]);
  });
});

describe('the login and the database on a server of the claim’s own', () => {
  const instanceDetails = { username: 'platform', password: 'p', host: 'orders.rds.internal', port: '5432' };
  const made = both({ ...rds, observed: reported(both(rds).guarded, () => ({ conditions: [nothing] })) }).guarded;
  const serving = reported(made, () => ({
    conditions: [{ type: 'Ready', status: 'True' }, something],
    atProvider: { status: 'available' },
  }));
  const reached = { ...serving, instance: { ...(serving['instance'] as ObservedResource), connectionDetails: instanceDetails } };
  const first = both({ ...rds, observed: reached }).guarded;
  const lookingAt = (found: (object: KubernetesObject) => object) => {
    const looked = reported(first, found);
    const ofPostgres = Object.entries(looked).filter(([, { object }]) => object.apiVersion.startsWith('postgresql.'));
    return both({ ...rds, observed: { ...reached, ...Object.fromEntries(ofPostgres) } });
  };

  test('are looked at once the instance serves, before anything else is made there', () => {
    const { 'own-database': database, login, membership } = policiesOf(first);
    expect([database, login, membership, Object.keys(first.desired).includes('root-8d9001d3')]).toEqual([
      'looks',
      'looks',
      undefined,
      true,
    ]);
  });

  test.each([
    ['are made where neither is there', () => ({ conditions: [nothing] })],
    ['are taken over where both are there', () => ({ conditions: [something] })],
  ])('%s', (_, found) => {
    const { expanded, guarded } = lookingAt(found);
    expect([guarded.desired, guarded.refusal]).toEqual([expanded.desired, undefined]);
  });

  test('are refused where one of them alone is there', () => {
    const { guarded } = lookingAt(({ kind }) => ({ conditions: [kind === 'Role' ? something : nothing] }));
    expect(guarded.refusal?.reason).toBe('ExistsAlready');
  });
});

test('an instance is called as RDS calls it once it has, and as nothing else', () => {
  const made = both({ ...rds, observed: reported(both(rds).guarded, () => ({ conditions: [nothing] })) }).guarded;
  const named = (external: string, identifier: string) => {
    const observed = reported(made, () => ({ atProvider: { identifier } }));
    const instance = observed['instance'] as ObservedResource;
    const annotations = { ...instance.object.metadata?.annotations, 'crossplane.io/external-name': external };
    const renamed = { ...instance, object: { ...instance.object, metadata: { ...instance.object.metadata, annotations } } };
    const { expanded } = both({ ...rds, observed: { ...observed, instance: renamed } });
    return expanded.desired['instance']?.object.metadata?.annotations?.['crossplane.io/external-name'];
  };
  const own = 'prod-shop-orders-6s1o1u7sme361jhg';
  expect([named('db-ABC123', own), named('db-ABC123', 'payroll'), named('payroll', own), named(own, own)]).toEqual([
    'db-ABC123',
    own,
    own,
    own,
  ]);
});
