import { describe, expect, test } from 'vitest';
import {
  environmentConfig,
  everything,
  type Given,
  instanceDetails,
  loginDetails,
  observedAfter,
  roleDetails,
  stepRequest,
} from '../../../test/request.ts';
import { at, type KubernetesObject, stringAt } from '../../core/kubernetes.ts';
import type { StepResponse } from '../../core/step.ts';
import { expand } from '../../expand/expand.ts';
import { guard } from '../../guard/guard.ts';

/** An instance that nobody's app administers. */
const ofOwnLogin = {
  ...instanceDetails,
  status: { atProvider: { ...instanceDetails.status.atProvider, username: 'platform', dbName: '' } },
};

type Observed = ReturnType<typeof observedAfter>;

const environment = (rotateAfterDays: number, more: object = {}) =>
  environmentConfig('here', { ...everything, tier: 'staging', defaults: { AppDatabase: { backend: 'shared', rotateAfterDays, ...more } } });

const text = (data: unknown, key: string) => Buffer.from(String(at(data, 'data', key)), 'base64').toString();

/** What provider-sql knows of a role. */
interface Server {
  readonly secrets: Readonly<Record<string, string>>;
  readonly changed?: string;
}

interface Call {
  readonly now?: string;
  /** Keys that provider-sql has not come to. */
  readonly lags?: readonly string[];
  /** What is not to wait. */
  readonly applyNow?: string;
}

/** A claim with what Crossplane and provider-sql have of it, in which time passes. */
class Life {
  observed: Observed = {};
  status: unknown;
  /** Of what was composed last. */
  response: StepResponse | undefined;
  private passwords = 0;
  private readonly servers: Record<string, Server> = {};
  private more: Given;
  private readonly spec: object;
  constructor(more: Given = {}, spec: object = {}) {
    this.more = more;
    this.spec = spec;
  }

  set environments(environments: NonNullable<Given['environments']>) {
    this.more = { ...this.more, environments };
  }

  /**
   * What provider-sql 0.16 does with a role: it makes a password for a new one, for one whose Secret is not there and whose password never
   * changed, and for one with a time after that of the last change.
   */
  private provided(key: string, object: KubernetesObject) {
    const secret = String(stringAt(object, 'spec', 'writeConnectionSecretToRef', 'name'));
    const trigger = stringAt(object, 'spec', 'forProvider', 'passwordRotationTrigger');
    const known = this.servers[key];
    const changed = known?.changed;
    const isReset =
      known !== undefined &&
      (changed === undefined ? known.secrets[secret] === undefined : trigger !== undefined && Date.parse(trigger) > Date.parse(changed));
    if (known === undefined || isReset) {
      this.passwords += 1;
      const time = new Date(Date.parse('2026-01-03T00:00:00Z') + this.passwords * 60_000).toISOString();
      this.servers[key] = {
        secrets: { ...known?.secrets, [secret]: `made-${this.passwords}` },
        ...(isReset && { changed: time }),
      };
    }
    const { secrets, changed: last } = this.servers[key] as Server;
    const conditions = ['Ready', 'Synced'].map((type) => ({ type, status: 'True' }));
    const password = secrets[secret];
    return {
      status: { conditions, ...(last !== undefined && { atProvider: { lastPasswordChange: last } }) },
      connectionDetails: { ...(password !== undefined && { password }) },
    };
  }

  call(rotate: string | undefined, { now, lags = [], applyNow }: Call = {}): StepResponse {
    const request = {
      ...stepRequest({
        environment: 'here',
        environments: [environment(0)],
        spec: { engine: 'postgres', ...this.spec },
        observed: this.observed,
        claims: [],
        ...(this.status !== undefined && { status: this.status }),
        annotations: {
          ...(rotate !== undefined && { 'platform.internal/rotate': rotate }),
          ...(applyNow !== undefined && { 'platform.internal/apply-now': applyNow }),
        },
        ...this.more,
      }),
      now,
    };
    const response = expand(request);
    const guarded = guard({ ...request, desired: response.desired, desiredStatus: response.status ?? {} });
    expect([response.refusal, guarded.refusal]).toEqual([undefined, undefined]);
    const provided = Object.fromEntries(
      Object.entries(response.desired).flatMap(([key, { object }]) => {
        if (!key.startsWith('turn-')) return [];
        const before = this.observed[key];
        const lagging = { status: before?.object['status'] ?? {}, connectionDetails: before?.connectionDetails ?? {} };
        return [[key, lags.includes(key) ? lagging : this.provided(key, object)]];
      }),
    );
    this.observed = observedAfter(response, { role: roleDetails, login: loginDetails, instance: ofOwnLogin, ...provided });
    this.status = response.status;
    this.response = response;
    return response;
  }

  /** Until it is settled. */
  settle(rotate?: string, now?: string, applyNow?: string): this {
    for (let round = 0; round < 4; round += 1)
      this.call(rotate, { ...(now !== undefined && { now }), ...(applyNow !== undefined && { applyNow }) });
    return this;
  }

  /** What the claim says of its resources, and when it is looked at again. */
  get says(): object {
    const { conditions = [], ttlSeconds } = this.response ?? {};
    const { status, reason, message } = conditions.find(({ type }) => type === 'Provisioned') ?? {};
    return { status, reason, message, ttlSeconds };
  }

  get login(): { readonly username: string; readonly password: string } {
    const binding = this.response?.desired['binding']?.object;
    return { username: text(binding, 'username'), password: text(binding, 'password') };
  }

  get keys(): readonly string[] {
    return Object.keys(this.response?.desired ?? {}).sort();
  }

  get mayOwnerLogIn(): unknown {
    return at(this.response?.desired['role']?.object, 'spec', 'forProvider', 'privileges', 'login');
  }
}

const owner = roleDetails.connectionDetails;
const a = expect.stringMatching(/^here_shop_orders_[0-9a-v]{16}$/);

describe('the login of a database on a shared server', () => {
  test('stays the owner’s until another is asked for', () => {
    const life = new Life().settle();
    expect([life.login, life.keys, life.mayOwnerLogIn]).toEqual([owner, ['binding', 'database', 'grant', 'role', 'sql-8d9001d3'], true]);
  });

  test('changes once another is there, is the owner’s member and has the password', () => {
    const life = new Life().settle();
    life.call('one', { lags: ['turn-a'] });
    expect([life.login, life.keys]).toEqual([owner, ['binding', 'database', 'grant', 'member-a', 'role', 'sql-8d9001d3', 'turn-a']]);
    life.call('one', { lags: ['turn-a'] });
    expect(life.login).toEqual(owner);
    life.call('one');
    life.call('one');
    const role = life.response?.desired['turn-a']?.object;
    const { username, password } = life.login;
    expect([password, life.mayOwnerLogIn]).toEqual(['made-1', true]);
    expect(role).toEqual({
      apiVersion: 'postgresql.sql.m.crossplane.io/v1alpha1',
      kind: 'Role',
      metadata: {
        name: 'orders-database-turn-a',
        annotations: {
          'crossplane.io/external-name': username,
          'platform.internal/rotation': expect.stringMatching(/^[0-9a-f]{8}\.[0-9]+\.owner\.0$/),
        },
      },
      spec: {
        forProvider: {
          privileges: { login: true },
          connectionLimit: 20,
          configurationParameters: [
            {
              name: 'role',
              value: stringAt(life.response?.desired['role']?.object, 'metadata', 'annotations', 'crossplane.io/external-name'),
            },
          ],
        },
        managementPolicies: ['Observe', 'Create', 'Update', 'LateInitialize', 'Delete'],
        providerConfigRef: { kind: 'ClusterProviderConfig', name: 'shared-postgres' },
        writeConnectionSecretToRef: { name: 'orders-database-turn-a' },
      },
    });
  });

  test('changes once for each value, and by no call, whatever value it has again', () => {
    const life = new Life().settle();
    const logins = ['one', 'one', 'two', undefined, 'two', 'one', 'three'].map((value) => life.settle(value).login);
    const [first, , second, , , third, fourth] = logins;
    expect(logins).toEqual([first, first, second, second, second, third, fourth]);
    expect(new Set(logins.map(({ password }) => password)).size).toBe(4);
    expect([first?.username, third?.username, second?.username, fourth?.username]).toEqual([a, first?.username, a, second?.username]);
    expect(first?.username).not.toBe(second?.username);
  });

  test('is no more the owner’s once two others have had a turn, while the one before goes on', () => {
    const life = new Life().settle().settle('one');
    const before = life.login;
    life.settle('two');
    expect([life.mayOwnerLogIn, life.observed['turn-a']?.connectionDetails['password']]).toEqual([false, before.password]);
  });

  test('comes back where the binding is lost, and where its user was changed by hand', () => {
    const life = new Life().settle().settle('one').settle('two');
    const { login } = life;
    const { binding, ...others } = life.observed;
    life.observed = others;
    life.call('two');
    expect(life.login).toEqual(login);
    const data = { ...(at(binding?.object, 'data') as object), username: Buffer.from('postgres').toString('base64') };
    life.observed = { ...others, binding: { object: { ...binding?.object, data } as never, connectionDetails: {} } };
    life.call('two');
    expect(life.login).toEqual(login);
  });

  test('stays while provider-sql cannot say whether it works', () => {
    const life = new Life().settle().settle('one').settle('two');
    const { login } = life;
    const silent = Object.entries(life.observed).map(([key, each]) => [
      key,
      key === 'turn-b' ? { ...each, object: { ...each.object, status: {} }, connectionDetails: {} } : each,
    ]);
    life.observed = Object.fromEntries(silent);
    life.call('two');
    expect(life.login).toEqual(login);
  });

  test('changes by its schedule, with the days since it was made', () => {
    const life = new Life({ environments: [environment(90)] });
    const days = (count: number) => new Date(Date.parse('2026-01-02T03:04:05Z') + count * 86_400_000).toISOString();
    const logins = [0, 1, 90, 91, 180, 270].map((count) => life.settle(undefined, days(count)).login);
    const [first, , second, , third, fourth] = logins;
    expect(first).toEqual(owner);
    expect(new Set([first, second, third, fourth].map((login) => login?.password)).size).toBe(4);
    expect(life.settle().login).toEqual(fourth);
  });

  test('is changed by no plan and no clock that is behind', () => {
    const life = new Life({ environments: [environment(90)] }).settle(undefined, '2026-06-01T00:00:00Z');
    const { login } = life;
    expect([life.settle().login, life.settle(undefined, '2020-01-01T00:00:00Z').login]).toEqual([login, login]);
  });

  test('changes by its schedule also once that has become another', () => {
    const day = (count: number) => new Date(Date.parse('2026-01-02T03:04:05Z') + count * 86_400_000).toISOString();
    const life = new Life({ environments: [environment(30)] });
    for (const count of [0, 30, 60, 90]) life.settle(undefined, day(count));
    const before = life.login;
    life.environments = [environment(90)];
    expect(life.settle(undefined, day(91)).login).toEqual(before);
    const logins = [185, 280].map((count) => life.settle(undefined, day(count)).login.password);
    expect(new Set([before.password, ...logins]).size).toBe(3);
  });
});

describe('two rotations, one after the other', () => {
  const time = (minutes: number, seconds = 0) =>
    new Date(Date.parse('2026-03-01T12:00:00Z') + (minutes * 60 + seconds) * 1000).toISOString().replace('.000Z', 'Z');
  const serves = 'Everything that the claim needs is ready';
  const settled = { status: 'True', reason: 'Ready', message: serves, ttlSeconds: 300 };
  const waiting = `${serves}; another login comes at ${time(240)}, so that apps have the time to go over to the one of now`;
  const hint =
    'with the value of platform.internal/rotate in platform.internal/apply-now too it comes at once, and fails the connections of those that have not';
  const since = (life: Life) => at(life.observed['turn-a']?.object, 'metadata', 'annotations', 'platform.internal/in-use-since');

  test('the first ends no login, so that it waits for nothing; the second waits, and comes by itself', () => {
    const life = new Life().settle(undefined, time(-1));
    const { login: a } = life.settle('one', time(0));
    expect([life.says, since(life), life.keys.includes('turn-b')]).toEqual([settled, time(0), false]);
    life.settle('two', time(1));
    const held = { ...settled, message: `${waiting}; ${hint}` };
    expect([life.login, life.says, life.keys.includes('turn-b')]).toEqual([a, held, false]);
    expect(life.mayOwnerLogIn).toBe(true);
    life.settle('two', time(239, 30));
    expect([life.login, life.says]).toEqual([a, { ...held, ttlSeconds: 31 }]);
    const { login: b } = life.settle('two', time(240));
    expect([b.password, life.mayOwnerLogIn, life.says]).toEqual(['made-2', false, settled]);
    expect(life.settle('two', time(241)).login).toEqual(b);
    const others = {
      message: `${serves}; another login comes at ${time(480)}, so that apps have the time to go over to the one of now; ${hint}`,
    };
    expect([life.settle('three', time(242)).login, life.says]).toEqual([b, { ...settled, ...others }]);
  });

  test('the second comes at once where its author says so of it, and of no other', () => {
    const life = new Life().settle(undefined, time(-1)).settle('one', time(0));
    const { login: a } = life;
    expect(life.settle('two', time(1), 'one').login).toEqual(a);
    const { login: b } = life.settle('two', time(2), 'two');
    expect([b.password, life.says]).toEqual(['made-2', settled]);
    expect(life.settle('three', time(3), 'two').login).toEqual(b);
  });

  test('the schedule waits for what was asked for, says so, and is not hastened', () => {
    const life = new Life({ environments: [environment(1)] }).settle(undefined, time(-1)).settle('one', time(0));
    const { login: a } = life;
    // The day of this claim ends at midnight as others do.
    const asked = time(11 * 60 + 50);
    const { login: b } = life.settle('two', asked);
    expect(b).not.toEqual(a);
    const midnight = time(12 * 60 + 1);
    expect(life.settle('two', midnight, 'two').login).toEqual(b);
    const message = `${serves}; another login comes at ${time(15 * 60 + 50)}, so that apps have the time to go over to the one of now`;
    expect(life.says).toEqual({ ...settled, message });
    expect(life.settle('two', time(15 * 60 + 50)).login).not.toEqual(b);
  });

  test('one that has begun ends, whatever the environment says by then', () => {
    const life = new Life({ environments: [environment(0, { loginOverlapMinutes: 1 })] })
      .settle(undefined, time(-1))
      .settle('one', time(0));
    life.call('two', { now: time(1), lags: ['turn-b'] });
    expect(life.says).toEqual({
      status: 'False',
      reason: 'Waiting',
      message: 'Grant orders-database-member-b is being created; Role orders-database-turn-b is being created',
      ttlSeconds: 15,
    });
    life.environments = [environment(0, { loginOverlapMinutes: 60 })];
    expect(life.settle('two', time(2)).login.password).toBe('made-2');
  });

  test('nothing waits where apps need no time', () => {
    const life = new Life({ environments: [environment(0, { loginOverlapMinutes: 0 })] });
    const logins = ['one', 'two', 'three'].map((value) => life.settle(value, time(0)).login.password);
    expect(logins).toEqual(['made-1', 'made-2', 'made-3']);
  });

  test('a login that the binding may name by now gets no other password, whatever is asked for', () => {
    const life = new Life().settle(undefined, time(-1)).settle('one', time(0));
    const { binding } = life.observed;
    life.call('two', { now: time(240) });
    life.call('two', { now: time(240) });
    const { login: b } = life;
    expect(b.password).toBe('made-2');
    // Crossplane has not seen yet what it wrote.
    life.observed = { ...life.observed, ...(binding && { binding }) };
    life.call('three', { now: time(240, 1) });
    expect(life.login).toEqual(b);
    expect(life.settle('three', time(241)).login).toEqual(b);
    expect(life.settle('three', time(481)).login.password).toBe('made-3');
  });

  test('a login that does not say since when it is used has been from now on, in no plan, and not for ever', () => {
    const life = new Life().settle().settle('one');
    const { login: a } = life;
    expect(since(life)).toBeUndefined();
    expect(life.settle('two', time(0)).login).toEqual(a);
    expect([life.settle('two', time(239)).login, since(life)]).toEqual([a, time(0)]);
    expect(life.settle('two', time(240)).login.password).toBe('made-2');
  });

  test('a control plane that was rebuilt has no other login by itself, and goes on from the owner’s', () => {
    const life = new Life().settle(undefined, time(-1)).settle('one', time(0)).settle('two', time(240));
    life.observed = {};
    expect(life.settle(undefined, time(241)).login).toEqual(owner);
    expect(life.settle('two', time(242)).login).not.toEqual(owner);
  });
});

test('the login of an app on a server of its own changes the same way, made by who administers that', () => {
  const backend = environmentConfig('here', { ...everything, tier: 'staging', defaults: { AppDatabase: { backend: 'rds' } } });
  const life = new Life({ environments: [backend] });
  const own = { ...life.settle().login };
  expect([own, life.settle('one').login]).toEqual([
    { username: 'app', password: loginDetails.connectionDetails.password },
    { username: 'app_a', password: 'made-1' },
  ]);
  const through = ['login', 'turn-a', 'member-a'].map((key) => at(life.response?.desired[key]?.object, 'spec', 'providerConfigRef'));
  expect(through).toEqual(through.map(() => ({ kind: 'ProviderConfig', name: 'orders-database-root-8d9001d3' })));
  expect(at(life.response?.desired['turn-a']?.object, 'spec', 'forProvider', 'configurationParameters')).toEqual([
    { name: 'role', value: 'app' },
  ]);
  const held = life.settle('one', '2026-03-01T12:00:00Z').settle('two', '2026-03-01T13:00:00Z');
  expect([held.login, held.says]).toEqual([
    { username: 'app_a', password: 'made-1' },
    {
      status: 'True',
      reason: 'Ready',
      message:
        'Everything that the claim needs is ready; another login comes at 2026-03-01T16:00:00Z, so that apps have the time to go over to the one of now; ' +
        'with the value of platform.internal/rotate in platform.internal/apply-now too it comes at once, and fails the connections of those that have not',
      // Its deletion protection is still to be turned off.
      ttlSeconds: 15,
    },
  ]);
});
