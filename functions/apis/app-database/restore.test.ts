import { describe, expect, test } from 'vitest';
import {
  bindingOf,
  claimed,
  databaseValues,
  decoded,
  environmentConfig,
  everything,
  type Given,
  instanceDetails,
  loginDetails,
  observedAfter,
  reported,
  roleDetails,
  stepRequest,
} from '../../../test/request.ts';
import { at, type KubernetesObject } from '../../core/kubernetes.ts';
import { isLook } from '../../core/readiness.ts';
import { answersTo, requirementsOf } from '../../core/required.ts';
import type { StepResponse } from '../../core/step.ts';
import { expand } from '../../expand/expand.ts';

const ledger = claimed('AppDatabase', 'ledger');
const ledgerBinding = bindingOf(ledger, 'ledger-database', databaseValues);
const there = [ledger, ledgerBinding];

function given(backend: string, more: Partial<Given> = {}): Given {
  const environment = environmentConfig('here', { ...everything, tier: 'staging', defaults: { AppDatabase: { backend } } });
  const spec = { engine: 'postgres', restoreFrom: { claim: 'ledger', mask: { configMap: 'ledger-mask', key: 'mask.sql' } } };
  return { environment: 'here', environments: [environment], spec, claims: there, ...more };
}

type Observed = ReturnType<typeof observedAfter>;

/** The copy's Job as Kubernetes would have it: before it ended, or with the condition that it ended with. */
const ended = (observed: Observed, type?: 'Complete' | 'Failed'): Observed => {
  const { copy, ...others } = observed;
  if (copy === undefined) return observed;
  const conditions =
    type === undefined ? [] : [{ type, status: 'True', reason: 'BackoffLimitExceeded', message: 'Job has reached its limit' }];
  return { ...others, copy: { ...copy, object: { ...copy.object, status: { conditions } } } };
};

const details = { role: roleDetails };

/** What comes of it, round by round, while the Job is at this. */
function lived(claim: Given, rounds: number, job?: 'Complete' | 'Failed'): readonly StepResponse[] {
  const responses = [expand(stepRequest(claim))];
  for (let round = 1; round < rounds; round += 1) {
    const before = responses.at(-1) as StepResponse;
    responses.push(expand(stepRequest({ ...claim, status: before.status, observed: ended(observedAfter(before, details), job) })));
  }
  return responses;
}

const keysOf = ({ desired }: StepResponse) => Object.keys(desired).sort();
const provisioned = ({ conditions }: StepResponse) => conditions.find(({ type }) => type === 'Provisioned')?.message;
const podOf = (response: StepResponse) => at(response.desired['copy']?.object, 'spec', 'template', 'spec');

describe.each(['container', 'shared'])('a database on %s that begins with the data of another', (backend) => {
  test('has no binding until that was copied, and neither Job nor login of it from then on', () => {
    const [waiting, copying] = [lived(given(backend), 3).at(-1), lived(given(backend), 4, 'Complete')];
    expect([waiting?.desired['binding'], waiting?.claimReady]).toEqual([undefined, false]);
    expect(keysOf(waiting as StepResponse)).toEqual(expect.arrayContaining(['copy', 'copy-login']));
    const [done, after] = [copying.at(-2), copying.at(-1)];
    expect(done?.desired['binding']?.object.kind).toBe('Secret');
    expect(after?.desired['copy']).toBeUndefined();
    expect(after?.desired['copy-login'] !== undefined).toBe(backend === 'container');
    expect(after?.refusal).toBeUndefined();
  });

  test('is told what it waits for', () => {
    const says = (claims: Given['claims'], rounds = 3, job?: 'Failed') =>
      provisioned(lived(given(backend, { claims: claims ?? [] }), rounds, job).at(-1) as StepResponse);
    expect(says([])).toContain(
      'AppDatabase ledger to copy, which namespace shop does not have; without spec.restoreFrom the claim begins with what its database has',
    );
    expect(says([ledger])).toContain('the binding of AppDatabase ledger, whose data is copied');
    expect(says(there)).toContain(
      'the data of AppDatabase ledger to be copied: kubectl describe job -n shop orders-database-copy shows how far it is',
    );
    expect(says(there, 3, 'Failed')).toContain(
      'the data of AppDatabase ledger to be copied, which failed and changed nothing: kubectl logs -n shop job/orders-database-copy says why; kubectl delete job -n shop orders-database-copy has it tried again',
    );
  });

  test('takes no Secret for a binding that the other claim did not compose', () => {
    const forged = { ...ledgerBinding, metadata: { ...ledgerBinding.metadata, ownerReferences: [] } };
    const response = lived(given(backend, { claims: [ledger, forged] }), 3).at(-1) as StepResponse;
    expect([response.desired['copy'], provisioned(response)]).toEqual([
      undefined,
      expect.stringContaining('the binding of AppDatabase ledger, whose data is copied'),
    ]);
  });

  test('has the Job go on as it began, whatever becomes of the other claim', () => {
    const before = lived(given(backend), 3).at(-1) as StepResponse;
    const observed = ended(observedAfter(before, details));
    const gone = expand(stepRequest({ ...given(backend, { claims: [] }), status: before.status, observed }));
    expect([keysOf(gone), at(gone.desired['copy']?.object, 'spec')]).toEqual([keysOf(before), at(before.desired['copy']?.object, 'spec')]);
  });

  test('keeps what it has once restoreFrom is left out', () => {
    const last = lived(given(backend), 5, 'Complete').at(-1) as StepResponse;
    const spec = { engine: 'postgres' };
    const later = expand(stepRequest({ ...given(backend, { spec }), status: last.status, observed: observedAfter(last, details) }));
    expect(Object.fromEntries(Object.entries(later.desired).map(([key, { object }]) => [key, object]))).toEqual(
      Object.fromEntries(Object.entries(last.desired).map(([key, { object }]) => [key, object])),
    );
  });
});

test('the Job has both logins as files, the mask, and nothing that it could do to its node', () => {
  expect(podOf(lived(given('shared'), 3).at(-1) as StepResponse)).toEqual({
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    restartPolicy: 'Never',
    securityContext: { runAsNonRoot: true, runAsUser: 999, runAsGroup: 999, fsGroup: 999, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'copy',
        image: 'docker.io/library/postgres:18',
        command: ['/bin/sh', '-c', expect.stringContaining('pg_dump')],
        env: [
          { name: 'COUNTING', value: expect.stringContaining('pg_class') },
          { name: 'MARK', value: expect.stringMatching(/^masked for [0-9a-v]{16}$/) },
          {
            name: 'UNHURRIED',
            value: '-c statement_timeout=0 -c lock_timeout=0 -c idle_in_transaction_session_timeout=0 -c idle_session_timeout=0',
          },
          { name: 'SOURCE', value: '/bindings/ledger-database' },
          { name: 'TARGET', value: '/bindings/orders-database-copy-login' },
        ],
        resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '1', memory: '512Mi' } },
        securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
        volumeMounts: [
          { name: 'source', mountPath: '/bindings/ledger-database', readOnly: true },
          { name: 'target', mountPath: '/bindings/orders-database-copy-login', readOnly: true },
          { name: 'work', mountPath: '/work' },
          { name: 'mask', mountPath: '/mask', readOnly: true },
        ],
      },
    ],
    volumes: [
      { name: 'source', secret: { secretName: 'ledger-database' } },
      { name: 'target', secret: { secretName: 'orders-database-copy-login' } },
      { name: 'work', emptyDir: { sizeLimit: '64Mi' } },
      { name: 'mask', configMap: { name: 'ledger-mask', items: [{ key: 'mask.sql', path: 'mask.sql' }] } },
    ],
  });
});

describe('a database on rds that begins with what RDS keeps of another', () => {
  const nothing = {
    type: 'Synced',
    status: 'False',
    reason: 'ReconcileError',
    message: 'observe failed: external resource does not exist',
  };
  const something = { type: 'Synced', status: 'True', reason: 'ReconcileSuccess' };
  const { providerSqlTls: _, ...silent } = everything.aws;
  const kept = { allocatedStorage: 20, engineVersion: '16.9', latestRestorableTime: '2026-11-28T09:55:00Z' };
  const own = /^prod-shop-ledger-[0-9a-v]{16}$/;

  function prod(restoreFrom: object, more: Partial<Given> = {}, spec: object = {}): Given {
    const environment = environmentConfig('prod', { ...everything, aws: silent, tier: 'prod' });
    return {
      environment: 'prod',
      environments: [environment],
      spec: { engine: 'postgres', restoreFrom: { claim: 'ledger', ...restoreFrom }, ...spec },
      claims: [],
      ...more,
    };
  }

  const looksOf = ({ desired }: StepResponse) =>
    Object.entries(desired).flatMap(([key, { object }]) => (isLook(object) ? [[key, object.kind, annotationsOf(object)]] : []));
  const annotationsOf = ({ metadata }: KubernetesObject) => metadata?.annotations;
  const madeOf = ({ desired }: StepResponse) => {
    const spec = at(desired['instance']?.object, 'spec', 'forProvider') as Readonly<Record<string, unknown>>;
    const { restoreToPointInTime, snapshotIdentifier, username, dbName, kmsKeyId } = spec;
    return { restoreToPointInTime, snapshotIdentifier, username, dbName, kmsKeyId };
  };

  /** What comes of it once both were looked for. */
  const lookedFor = (claim: Given, source: object | undefined) => {
    const first = expand(stepRequest(claim));
    const found = (_: KubernetesObject, key: string) =>
      key.startsWith('source-') ? source : ['instance', 'final-snapshot'].includes(key) ? { conditions: [nothing] } : undefined;
    return expand(stepRequest({ ...claim, status: first.status, observed: reported(first, found) }));
  };
  const there = (atProvider: object = {}) => ({ conditions: [something], atProvider: { ...kept, ...atProvider } });
  const identifier = String(
    looksOf(expand(stepRequest(prod({}))))?.find(([key]) => key === 'source-instance')?.[2]?.['crossplane.io/external-name' as never],
  );

  test('looks at it and at its own name first, and makes nothing until then', () => {
    const first = expand(stepRequest(prod({})));
    const annotations = (name: unknown, look: string) => ({ 'crossplane.io/external-name': name, 'platform.internal/look': look });
    expect(looksOf(first).sort()).toEqual([
      ['final-snapshot', 'Snapshot', annotations(expect.stringMatching(/^prod-shop-orders-[0-9a-v]{16}-final$/), 'kept')],
      [
        'instance',
        'Instance',
        {
          ...annotations(expect.stringMatching(/^prod-shop-orders-[0-9a-v]{16}$/), 'source'),
          'platform.internal/settings': expect.stringContaining('"backend":"rds"'),
        },
      ],
      ['source-instance', 'Instance', annotations(expect.stringMatching(own), 'source')],
    ]);
    expect([first.refusal, first.claimReady]).toEqual([undefined, false]);
  });

  test('looks for instances by their identifiers too, since the provider, where none has the name, takes whatever else it finds', () => {
    const { desired } = expand(stepRequest(prod({})));
    const region = 'eu-west-1';
    const said = ['instance', 'source-instance', 'final-snapshot'].map((key) => at(desired[key]?.object, 'spec', 'forProvider'));
    expect(said).toEqual([
      { region, identifier: expect.stringMatching(/^prod-shop-orders-[0-9a-v]{16}$/) },
      { region, identifier },
      { region },
    ]);
  });

  test.each([
    ['its last point in time', {}, { restoreToPointInTime: { sourceDbInstanceIdentifier: identifier, useLatestRestorableTime: true } }],
    [
      'an earlier one',
      { at: '2026-11-28T07:00:00Z' },
      { restoreToPointInTime: { sourceDbInstanceIdentifier: identifier, restoreTime: '2026-11-28T07:00:00Z' } },
    ],
    ['a snapshot', { snapshot: 'ledger-final' }, { snapshotIdentifier: 'ledger-final' }],
  ])('is made of %s, whose login, name and key RDS knows, and stays so', (_what, restoreFrom, fields) => {
    const claim = prod(restoreFrom);
    const none = {
      restoreToPointInTime: undefined,
      snapshotIdentifier: undefined,
      username: undefined,
      dbName: undefined,
      kmsKeyId: undefined,
    };
    const made = lookedFor(claim, there({ dbInstanceIdentifier: identifier }));
    expect(madeOf(made)).toEqual({ ...none, ...fields });
    const live = { ...instanceDetails.status.atProvider, username: 'app', dbName: 'books', status: 'available' };
    const running = (spec: Given) =>
      expand(
        stepRequest({
          ...spec,
          status: made.status,
          observed: observedAfter(made, { ...details, instance: { ...instanceDetails, status: { atProvider: live } } }),
        }),
      );
    expect(madeOf(running(claim))).toEqual({ ...none, ...fields, username: 'app', dbName: 'books' });
    expect(madeOf(running({ ...claim, spec: { engine: 'postgres' } }))).toEqual({ ...none, ...fields, username: 'app', dbName: 'books' });
    const { database: name, uri } = decoded(running(claim).desired['binding']?.object);
    expect([name, uri?.split('?')[0]]).toEqual(['books', 'postgresql://app:p%3A%2F%40%25@orders.rds.internal:5432/books']);
  });

  test('is found as it is where a control plane was rebuilt, although the other is gone', () => {
    const claim = prod({});
    const first = expand(stepRequest(claim));
    const found = (_: KubernetesObject, key: string) => ({
      conditions: [key === 'instance' ? something : nothing],
      atProvider: { username: 'app', dbName: 'books' },
    });
    const second = expand(stepRequest({ ...claim, status: first.status, observed: reported(first, found) }));
    expect(madeOf(second)).toEqual({
      restoreToPointInTime: undefined,
      snapshotIdentifier: undefined,
      username: 'app',
      dbName: 'books',
      kmsKeyId: undefined,
    });
    expect(Object.keys(second.desired).filter((key) => key.startsWith('source-'))).toEqual([]);
  });

  test.each([
    ['that is not there', {}, {}, { conditions: [nothing] }, `spec.restoreFrom.claim: RDS has no instance "${identifier}"`],
    [
      'that is not there yet',
      { at: '2026-11-28T10:00:00Z' },
      {},
      there(),
      'spec.restoreFrom.at: got "2026-11-28T10:00:00Z", want at most "2026-11-28T09:55:00Z", up to which RDS can restore it now',
    ],
    [
      'that is larger',
      {},
      { storageGiB: 20 },
      there({ allocatedStorage: 250 }),
      'spec.storageGiB: got 20, want at least 250, which its data is kept on',
    ],
    [
      'that is newer',
      {},
      { version: '16' },
      there({ engineVersion: '17.4' }),
      'spec.version: got "16", want at least "17", which its data is of',
    ],
    [
      'of another instance',
      { snapshot: 'stolen' },
      {},
      there({ dbInstanceIdentifier: 'prod-bank-ledger-0000000000000000' }),
      `spec.restoreFrom.snapshot: got "stolen", want a snapshot of "${identifier}", the instance of AppDatabase ledger`,
    ],
  ])('is refused, with nothing made, of one %s', (_what, restoreFrom, spec, source, why) => {
    const { refusal, desired } = lookedFor(prod(restoreFrom, {}, spec), source);
    expect([refusal, desired]).toEqual([{ reason: 'CannotRestore', message: `cannot restore: ${why}` }, {}]);
  });

  test('waits for RDS to look, and for its first backup', () => {
    const waiting = [undefined, there({ latestRestorableTime: '' })].map((source) => lookedFor(prod({}), source));
    expect(waiting.map((each) => [each.refusal, looksOf(each).map(([key]) => key)])).toEqual([
      [undefined, ['instance', 'final-snapshot', 'source-instance']],
      [undefined, ['instance', 'final-snapshot', 'source-instance']],
    ]);
  });

  test('waits for the binding of a claim that is there, since that says where its data is', () => {
    const waiting = lookedFor(prod({}, { claims: [ledger] }), { conditions: [nothing] });
    expect([waiting.refusal, looksOf(waiting).map(([key]) => key)]).toEqual([undefined, ['instance', 'final-snapshot', 'source-instance']]);
  });

  test('has the name that the database of the other has, since it is the same', () => {
    const other = bindingOf(ledger, 'ledger-database', { ...databaseValues, provider: 'rds', database: 'books' });
    const { refusal } = lookedFor(prod({}, { claims: [ledger, other] }), there());
    expect(refusal?.message).toBe('cannot restore: spec.databaseName: got "app", want "books", which AppDatabase ledger has');
  });

  const bySql = (claims: readonly KubernetesObject[]) => prod({}, { claims });
  const other = bindingOf(ledger, 'ledger-database', { ...databaseValues, provider: 'shared' });
  const live = { ...instanceDetails.status.atProvider, username: 'app', dbName: 'app', status: 'available' };
  const made = { instance: { ...instanceDetails, status: { atProvider: live } } };

  test('gives nobody a binding of what is not copied yet, whatever becomes of the other claim', () => {
    const claim = bySql([ledger, other]);
    const first = expand(stepRequest(claim));
    const second = expand(stepRequest({ ...claim, status: first.status, observed: ended(observedAfter(first, made)) }));
    expect(Object.keys(second.desired)).toEqual(expect.arrayContaining(['copy', 'copy-login']));
    for (const [status, observed] of [
      [first.status, observedAfter(first, made)],
      [second.status, ended(observedAfter(second, made))],
    ] as const) {
      for (const claims of [[], [ledger]]) {
        const later = expand(stepRequest({ ...bySql(claims), status, observed }));
        expect([later.refusal, later.desired['binding'], later.claimReady]).toEqual([undefined, undefined, false]);
      }
    }
    expect(
      Object.keys(expand(stepRequest({ ...bySql([]), status: second.status, observed: ended(observedAfter(second, made)) })).desired),
    ).toContain('copy');
  });

  test('has the key of the environment once it begins with nothing, or with what is copied', () => {
    const first = expand(stepRequest(prod({ snapshot: 'mistyped' })));
    const found = (_: KubernetesObject, key: string) =>
      ['instance', 'final-snapshot', 'source-snapshot'].includes(key) ? { conditions: [nothing] } : undefined;
    const observed = reported(first, found);
    const without = expand(stepRequest({ ...prod({}), spec: { engine: 'postgres' }, status: first.status, observed }));
    const lookedAt = reported(expand(stepRequest(prod({}))), (_, key) =>
      ['instance', 'final-snapshot', 'source-instance'].includes(key) ? { conditions: [nothing] } : undefined,
    );
    const copying = expand(stepRequest({ ...bySql([ledger, other]), observed: lookedAt }));
    const key = everything.aws.kmsKeyArn;
    expect([madeOf(without).kmsKeyId, madeOf(copying).kmsKeyId]).toEqual([key, key]);
  });

  describe('where its app has a login of its own', () => {
    const environment = environmentConfig('prod', { ...everything, tier: 'prod' });
    const given = (restoreFrom: object): Given => ({ ...prod(restoreFrom), environments: [environment] });
    const own = { ...live, username: 'platform', dbName: '' };
    const ofOwn = { instance: { ...instanceDetails, status: { atProvider: own } }, login: loginDetails };

    /** What is composed once RDS has restored it and provider-sql may look. */
    const restored = () => {
      const claim = given({ snapshot: 'ledger-final' });
      const first = expand(stepRequest(claim));
      const found = (key: string) => (key === 'source-snapshot' ? there({ dbInstanceIdentifier: identifier }) : { conditions: [nothing] });
      const second = expand(
        stepRequest({
          ...claim,
          status: first.status,
          observed: reported(first, (_, key) => (key.includes('instance') || key.includes('snapshot') ? found(key) : undefined)),
        }),
      );
      const third = expand(stepRequest({ ...claim, status: second.status, observed: observedAfter(second, ofOwn) }));
      return { claim, third };
    };

    test('is refused where its data has no database of the name', () => {
      const { claim, third } = restored();
      const observed = Object.fromEntries(
        Object.entries(observedAfter(third, ofOwn)).map(([key, each]) => {
          if (key !== 'own-database') return [key, each];
          const { metadata } = each.object;
          const annotations = { ...metadata?.annotations, 'platform.internal/look': 'first' };
          return [key, { ...each, object: { ...each.object, metadata: { ...metadata, annotations }, status: { conditions: [nothing] } } }];
        }),
      );
      expect(expand(stepRequest({ ...claim, status: third.status, observed })).refusal).toEqual({
        reason: 'CannotRestore',
        message:
          'cannot restore: spec.databaseName: got "app", want the name that AppDatabase ledger had, since its data has no database of that one',
      });
    });

    test('keeps that while its instance is not seen', () => {
      const { claim, third } = restored();
      const fourth = expand(stepRequest({ ...claim, status: third.status, observed: observedAfter(third, ofOwn) }));
      const { instance: _, ...others } = observedAfter(fourth, ofOwn);
      const blind = expand(stepRequest({ ...claim, status: fourth.status, observed: others }));
      expect(Object.keys(blind.desired)).toEqual(expect.arrayContaining(['login', 'own-database', 'membership', 'root-8d9001d3']));
    });
  });

  test('is copied where the other is on no instance of RDS', () => {
    const first = expand(stepRequest(bySql([ledger, other])));
    expect([madeOf(first), Object.keys(first.desired).filter((key) => key.startsWith('source-'))]).toEqual([
      {
        restoreToPointInTime: undefined,
        snapshotIdentifier: undefined,
        username: 'app',
        dbName: 'app',
        kmsKeyId: everything.aws.kmsKeyArn,
      },
      [],
    ]);
  });

  test('is masked before there is a binding', () => {
    const claim = prod({ mask: { configMap: 'ledger-mask' } });
    const made = lookedFor(claim, there());
    const live = { ...instanceDetails.status.atProvider, username: 'app', dbName: 'books', status: 'available' };
    const observed = observedAfter(made, { instance: { ...instanceDetails, status: { atProvider: live } } });
    const masking = expand(stepRequest({ ...claim, status: made.status, observed }));
    expect([masking.desired['binding'], at(podOf(masking), 'containers', '0', 'env'), provisioned(masking)]).toEqual([
      undefined,
      [
        { name: 'MARK', value: expect.stringMatching(/^masked for [0-9a-v]{16}$/) },
        { name: 'UNHURRIED', value: expect.stringContaining('-c statement_timeout=0') },
        { name: 'TARGET', value: '/bindings/orders-database-copy-login' },
      ],
      expect.stringContaining('the data to be masked'),
    ]);
    const done = expand(
      stepRequest({
        ...claim,
        status: masking.status,
        observed: ended(observedAfter(masking, { instance: { ...instanceDetails, status: { atProvider: live } } }), 'Complete'),
      }),
    );
    expect(done.desired['binding']?.object.kind).toBe('Secret');
  });
});

describe('a database that begins with the data of a masked copy of another namespace', () => {
  const values = {
    type: 'postgresql',
    provider: 'shared',
    host: 'pg.shared.svc',
    port: '5432',
    username: 'prod_shop_ledger',
    password: 'of the copy',
    database: 'prod_shop_ledger',
    sslmode: 'disable',
    uri: 'postgresql://elsewhere',
    'jdbc-uri': 'jdbc:postgresql://elsewhere',
  };
  const there = { namespace: 'shop-prod' };
  const consenting = { restoreFrom: { claim: 'orders', mask: { configMap: 'orders-mask' } }, copyableBy: ['shop', 'shop-load'] };
  const copy = (spec: object = {}, metadata: object = {}): KubernetesObject => ({
    ...claimed('AppDatabase', 'ledger', { ...there, ...metadata }),
    spec: { ...consenting, ...spec },
  });
  const secret = bindingOf(ledger, 'ledger-database', values, there);
  const spec = { engine: 'postgres', restoreFrom: { claim: 'ledger', namespace: 'shop-prod' } };
  const from = (backend: string, claims: Given['claims'] = [copy(), secret]) => given(backend, { spec, claims });
  const waits =
    'AppDatabase ledger of namespace shop-prod to copy, which is not there, or does not have shop in its spec.copyableBy; without spec.restoreFrom the claim begins with what its database has';

  const asksFor = (claims: readonly KubernetesObject[]) => {
    const { platform, claim } = stepRequest(from('shared', claims));
    const rounds = [{}, answersTo(platform, claim, claims)].map((seen) => requirementsOf(platform, claim, seen));
    return rounds.map((round) => Object.entries(round).flatMap(([name, asked]) => (name.startsWith('source-') ? [asked] : [])));
  };
  const asked = (kind: string, name: string) => ({
    apiVersion: kind === 'Secret' ? 'v1' : 'platform.internal/v1alpha1',
    kind,
    namespace: 'shop-prod',
    name,
  });

  test('has its Secret looked for only once the claim was seen to let it', () => {
    const claimAlone = [asked('AppDatabase', 'ledger')];
    expect(asksFor([copy(), secret])).toEqual([claimAlone, [...claimAlone, asked('Secret', 'ledger-database')]]);
  });

  test.each<[string, readonly KubernetesObject[]]>([
    ['is not there', []],
    ['names nobody', [copy({ copyableBy: undefined }), secret]],
    ['names other namespaces', [copy({ copyableBy: ['shop-load', 'shop-prod', 'shopp', 'hop'] }), secret]],
    ['names all that it can think of', [copy({ copyableBy: ['*', '.*', '', 'shop*'] }), secret]],
    ['is not a list of them', [copy({ copyableBy: 'shop' }), secret]],
    ['was not masked', [copy({ restoreFrom: { claim: 'orders' } }), secret]],
    ['was copied from nowhere', [copy({ restoreFrom: undefined }), secret]],
    ['says more than a claim can', [copy({ restoreFrom: { claim: 'orders', mask: true } }), secret]],
    [
      'says it beside its spec',
      [{ ...copy({ copyableBy: [] }, { labels: consenting, annotations: consenting }), status: consenting }, secret],
    ],
    ['is being deleted', [copy({}, { deletionTimestamp: '2026-01-02T03:04:05Z' }), secret]],
    ['is of the name and elsewhere', [copy({}, { namespace: 'shop-load' }), secret]],
    ['is in a namespace of the name of another', [copy({}, { name: 'shop' }), secret]],
  ])('waits, in the same words and with nothing read, where the claim %s', (_what, claims) => {
    const response = lived(from('shared', claims), 3).at(-1) as StepResponse;
    expect([keysOf(response).filter((key) => key.startsWith('copy')), provisioned(response)]).toEqual([
      ['copy-login'],
      expect.stringContaining(waits),
    ]);
    expect(asksFor(claims)[1]).toEqual([asked('AppDatabase', 'ledger')]);
  });

  test.each([
    ['which is not there', [copy()]],
    ['which the claim does not control', [copy(), { ...secret, metadata: { ...secret.metadata, ownerReferences: [] } }]],
    ['which is of an earlier claim of the name', [copy({}, { uid: 'another' }), secret]],
    ['which is of the name in its own namespace', [copy(), bindingOf(ledger, 'ledger-database', values)]],
    ['which does not say all', [copy(), bindingOf(ledger, 'ledger-database', { ...values, sslmode: 'no' }, there)]],
  ])('waits for the binding, %s', (_what, claims) => {
    const response = lived(from('shared', claims), 3).at(-1) as StepResponse;
    expect([keysOf(response).filter((key) => key.startsWith('copy')), provisioned(response)]).toEqual([
      ['copy-login'],
      expect.stringContaining('the binding of AppDatabase ledger of namespace shop-prod, whose data is copied'),
    ]);
  });

  describe.each(['container', 'shared', 'rds'])('on %s', (backend) => {
    const ofRds = { ...details, login: loginDetails, instance: instanceDetails };
    const rounds = (claim: Given, count: number, job?: 'Complete' | 'Failed') => {
      const responses = [expand(stepRequest(claim))];
      for (let round = 1; round < count; round += 1) {
        const before = responses.at(-1) as StepResponse;
        responses.push(expand(stepRequest({ ...claim, status: before.status, observed: ended(observedAfter(before, ofRds), job) })));
      }
      return responses;
    };
    const copying = rounds(from(backend), 4);
    const running = copying.at(-1) as StepResponse;
    const next = (claims: Given['claims'], job?: 'Complete' | 'Failed') =>
      expand(stepRequest({ ...from(backend, claims), status: running.status, observed: ended(observedAfter(running, ofRds), job) }));

    test('has the login in a Secret of its own while the Job reads it, and no longer', () => {
      expect(decoded(running.desired['copy-source']?.object)).toEqual({
        ...values,
        uri: 'postgresql://prod_shop_ledger:of%20the%20copy@pg.shared.svc:5432/prod_shop_ledger?sslmode=disable',
        'jdbc-uri': 'jdbc:postgresql://pg.shared.svc:5432/prod_shop_ledger?user=prod_shop_ledger&password=of%20the%20copy&sslmode=disable',
      });
      expect(at(podOf(running), 'volumes', '0')).toEqual({ name: 'source', secret: { secretName: 'orders-database-copy-source' } });
      expect(copying.filter(({ desired }) => desired['copy-source'] !== undefined && desired['copy'] === undefined)).toEqual([]);
      const [done, failed] = [next([copy(), secret], 'Complete'), next([copy(), secret], 'Failed')];
      expect(
        [done, failed].map(({ desired }) => [desired['copy-source'], desired['copy']?.object.kind, desired['binding']?.object.kind]),
      ).toEqual([
        [undefined, 'Job', 'Secret'],
        [undefined, 'Job', undefined],
      ]);
      expect(provisioned(failed)).toContain('the data of AppDatabase ledger of namespace shop-prod to be copied, which failed');
    });

    test.each([
      ['is taken away', [copy({ copyableBy: ['shop-load'] }), secret]],
      ['goes with the claim', []],
    ])('stops copying when the consent %s, and keeps what was copied before', (_what, claims) => {
      const stopped = next(claims);
      expect([stopped.refusal, keysOf(stopped).filter((key) => key.startsWith('copy')), provisioned(stopped)]).toEqual([
        undefined,
        ['copy-login'],
        expect.stringContaining(waits),
      ]);
      expect(next(claims, 'Complete').desired['binding']?.object.kind).toBe('Secret');
    });
  });

  test('is of another namespace, of which nothing is looked for in AWS', () => {
    const response = expand(stepRequest(from('rds')));
    expect(keysOf(response).filter((key) => key.startsWith('source-'))).toEqual([]);
    const own = { ...spec, restoreFrom: { ...spec.restoreFrom, namespace: 'shop' } };
    expect(expand(stepRequest(given('shared', { spec: own }))).refusal).toEqual({
      reason: 'CannotRestore',
      message: 'cannot restore: spec.restoreFrom.namespace: got "shop", which is that of this claim, want another, or none',
    });
  });
});

test.each(['container', 'shared', 'rds'])('a masked copy on %s says who may copy it, and what was not masked never does', (backend) => {
  const says = (restoreFrom: object) => {
    const spec = { engine: 'postgres', restoreFrom, copyableBy: ['shop-staging', 'shop-load'] };
    return provisioned(expand(stepRequest(given(backend, { spec }))));
  };
  const lending = 'it may be copied by claims of shop-load, shop-staging';
  expect(says({ claim: 'ledger', mask: { configMap: 'ledger-mask' } })).toContain(lending);
  expect(says({ claim: 'ledger' })).not.toContain(lending);
});

test('a server in a container is reached by the pods that copy it, from the namespaces that a masked copy names', () => {
  const restoreFrom = { claim: 'ledger', mask: { configMap: 'ledger-mask' } };
  const from = (spec: object) =>
    at(
      expand(stepRequest(given('container', { spec: { engine: 'postgres', copyableBy: ['b', 'a'], ...spec } }))).desired['network-policy']
        ?.object,
      'spec',
      'ingress',
      '0',
      'from',
    );
  const copying = (namespace: string) => ({
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    podSelector: { matchLabels: { 'app.kubernetes.io/name': 'postgres-copy', 'app.kubernetes.io/managed-by': 'golden-path' } },
  });
  expect([from({ restoreFrom }), from({ restoreFrom: { claim: 'ledger' } }), from({})]).toEqual([
    [{ podSelector: {} }, copying('a'), copying('b')],
    [{ podSelector: {} }],
    [{ podSelector: {} }],
  ]);
});

test('a time and a snapshot are refused where nothing is kept', () => {
  const refusal = (restoreFrom: object) =>
    expand(stepRequest(given('shared', { spec: { engine: 'postgres', restoreFrom: { claim: 'ledger', ...restoreFrom } } }))).refusal;
  expect([refusal({ at: '2026-11-28T07:00:00Z' }), refusal({ snapshot: 'ledger-final' })]).toEqual([
    {
      reason: 'FieldNotOnBackend',
      message:
        'cannot restore: spec.restoreFrom.at: got "2026-11-28T07:00:00Z", want none, since nothing is kept of AppDatabase ledger where it is: it is copied as it is now, or restored from a dump in spec.restoreFrom.bucket',
    },
    {
      reason: 'FieldNotOnBackend',
      message:
        'cannot restore: spec.restoreFrom.snapshot: got "ledger-final", want none, since nothing is kept of AppDatabase ledger where it is: it is copied as it is now, or restored from a dump in spec.restoreFrom.bucket',
    },
  ]);
});

test('a claim does not begin with its own data, nor with that of one that does not run', () => {
  const resting = {
    ...ledger,
    status: { conditions: [{ type: 'Provisioned', status: 'True', reason: 'Stopped', message: 'Stopped, since spec.running is false' }] },
  };
  const waiting = lived(given('shared', { claims: [resting, ledgerBinding] }), 3).at(-1) as StepResponse;
  expect([waiting.desired['copy'], provisioned(waiting)]).toEqual([
    undefined,
    expect.stringContaining('AppDatabase ledger, whose data is copied and which says: Stopped, since spec.running is false'),
  ]);
  const lasting = { type: 'Lasting', status: 'True', reason: 'ExpiresSoon', message: 'Within an hour' };
  const ending = { ...ledger, status: { conditions: [lasting] } };
  const copying = lived(given('shared', { claims: [ending, ledgerBinding] }), 3).at(-1) as StepResponse;
  expect(copying.desired['copy']?.object.kind).toBe('Job');
  const itself = given('container', { spec: { engine: 'postgres', restoreFrom: { claim: 'orders' } } });
  expect(expand(stepRequest(itself)).refusal).toEqual({
    reason: 'CannotRestore',
    message: 'cannot restore: spec.restoreFrom.claim: got "orders", which is this claim, want another',
  });
});

test('a server in a container keeps the Secret that it was started with', () => {
  const last = lived(given('container'), 5, 'Complete').at(-1) as StepResponse;
  const { 'copy-login': _, ...others } = observedAfter(last, details);
  const later = expand(stepRequest({ ...given('container', { spec: { engine: 'postgres' } }), status: last.status, observed: others }));
  expect(at(later.desired['server']?.object, 'spec', 'template')).toEqual(at(last.desired['server']?.object, 'spec', 'template'));
});
