import { describe, expect, test } from 'vitest';
import { fieldsOf } from '../../../plan/compare.ts';
import { planClaim } from '../../../plan/run.ts';
import { platform } from '../../../test/planning.ts';
import {
  environmentConfig,
  everything,
  type Given,
  instanceDetails,
  loginDetails,
  observedAfter,
  stepRequest,
} from '../../../test/request.ts';
import { at } from '../../core/kubernetes.ts';
import type { StepResponse } from '../../core/step.ts';
import { expand } from '../../expand/expand.ts';
import { goldenPath } from '../../golden-path.ts';
import { guard } from '../../guard/guard.ts';

type Observed = ReturnType<typeof observedAfter>;

const { providerSqlTls: _, ...unreached } = everything.aws;

/** A claim for these, of an app with a login of its own or of one that administers its server. */
function prod(
  extensions: readonly string[],
  { aws = everything.aws as object, version = '17', more = [] as readonly string[] } = {},
): Given {
  const defaults = { AppDatabase: { backend: 'rds', moreExtensions: [...more] } };
  const environment = environmentConfig('prod', { ...everything, aws, tier: 'prod', defaults });
  return { environment: 'prod', environments: [environment], spec: { engine: 'postgres', version, extensions }, claims: [] };
}

/** What Crossplane sees once providers are done: of a parameter group they report what it has. */
function seen(response: StepResponse, given: Given, engineVersionActual = '17.4'): Observed {
  const own = at(given.environments?.[0], 'data', 'aws', 'providerSqlTls') !== undefined;
  const administrator = own ? { username: 'platform' } : { username: 'app', dbName: 'app' };
  const groups = Object.entries(response.desired).flatMap(([key, { object }]) =>
    key.startsWith('parameter-group-')
      ? [[key, { status: { atProvider: { parameter: at(object, 'spec', 'forProvider', 'parameter') } } }]]
      : [],
  );
  return observedAfter(response, {
    ...Object.fromEntries(groups),
    login: loginDetails,
    instance: {
      ...instanceDetails,
      status: { atProvider: { ...instanceDetails.status.atProvider, ...administrator, engineVersionActual } },
    },
  });
}

interface Live {
  readonly response: StepResponse;
  readonly observed: Observed;
}

const next = (given: Given, { response, observed }: Live) => expand(stepRequest({ ...given, status: response.status, observed }));

/** A claim at rest; `change` is what of the cluster is otherwise than its providers would have it. */
function lived(given: Given, from?: Live, change: (observed: Observed) => Observed = (observed) => observed): Live {
  let live: Live = from ?? { response: expand(stepRequest(given)), observed: {} };
  for (let round = 0; round < 5; round += 1) {
    const response = next(given, live);
    expect(response.refusal).toBeUndefined();
    const request = stepRequest({ ...given, status: live.response.status, observed: live.observed });
    expect(guard({ ...request, desired: response.desired, desiredStatus: response.status ?? {} }).refusal).toBeUndefined();
    live = { response, observed: change(seen(response, given)) };
  }
  return live;
}

const parametersOf = ({ response }: Live, major = '17') =>
  at(response.desired[`parameter-group-${major}`]?.object, 'spec', 'forProvider', 'parameter');
const objectOf = ({ response }: Live, key: string) => response.desired[key]?.object;
const messageOf = (response: StepResponse) => response.conditions.find(({ type }) => type === 'Provisioned')?.message;

const tls = { name: 'rds.force_ssl', value: '1', applyMethod: 'immediate' };
const delegated = (value: string) => ({ name: 'rds.allowed_delegated_extensions', value, applyMethod: 'immediate' });
const libraries = (value: string) => ({ name: 'shared_preload_libraries', value, applyMethod: 'pending-reboot' });
const audited = { name: 'pgaudit.role', value: 'rds_pgaudit', applyMethod: 'pending-reboot' };

const managementPolicies = ['Observe', 'Create', 'Update', 'LateInitialize'];
const through = (name: string) => ({ kind: 'ProviderConfig', name: `orders-database-${name}-8d9001d3` });
const sql = (kind: string, part: string, config: string, forProvider: object, annotations?: object) => ({
  apiVersion: 'postgresql.sql.m.crossplane.io/v1alpha1',
  kind,
  metadata: { name: `orders-database-${part}`, ...(annotations && { annotations }) },
  spec: { forProvider, managementPolicies, providerConfigRef: through(config) },
});

const cron = (config: string) => sql('Extension', 'extension-pg--cron', config, { database: 'postgres', extension: 'pg_cron' });
const audit = sql('Extension', 'extension-pgaudit', 'sql', { database: 'app', extension: 'pgaudit' });
const auditor = (config: string) =>
  sql('Role', 'role-of-pgaudit', config, { privileges: { login: false } }, { 'crossplane.io/external-name': 'rds_pgaudit' });
const rights = (number: number, forProvider: object) =>
  sql('Grant', `rights-pg--cron-${number}`, 'root', { database: 'postgres', role: 'app', schema: 'cron', ...forProvider });

const wanted = ['pg_cron', 'pgaudit', 'pg_hint_plan', 'pg_stat_statements', 'hstore'];
const keys = ['extension-pg--cron', 'extension-pgaudit', 'role-of-pgaudit', 'rights-pg--cron-1', 'rights-pg--cron-2'];
const partsOf = (live: Live) => Object.fromEntries(keys.map((key) => [key, objectOf(live, key)]));

describe('extensions whose libraries a server loads when it starts', () => {
  test('are in the parameter group of a new instance, with what RDS loads by itself', () => {
    const all = libraries('pg_stat_statements,pg_cron,pg_hint_plan,pgaudit');
    const only = (extensions: readonly string[]) => parametersOf(lived(prod(extensions, { aws: unreached })));
    expect([
      parametersOf(lived(prod(wanted))),
      only(wanted),
      only(['pg_stat_statements', 'hstore']),
      only(['pg_cron']),
      parametersOf(lived(prod(['pg_stat_statements']))),
    ]).toEqual([
      [tls, delegated('pg_hint_plan,pg_stat_statements,pgaudit'), all, audited],
      [tls, all, audited],
      [tls],
      [tls, libraries('pg_stat_statements,pg_cron')],
      [tls, delegated('pg_stat_statements')],
    ]);
  });

  test('are made in the database by a login of its own, and for the server by its administrator, who lets it schedule jobs for its own database', () => {
    expect(partsOf(lived(prod(wanted)))).toEqual({
      'extension-pg--cron': cron('root'),
      'extension-pgaudit': audit,
      'role-of-pgaudit': auditor('root'),
      'rights-pg--cron-1': rights(1, { privileges: ['USAGE'] }),
      'rights-pg--cron-2': rights(2, { tables: ['job'], columns: ['database'], privileges: ['UPDATE'] }),
    });
  });

  test('are all made by an app that is the administrator of its server', () => {
    expect(partsOf(lived(prod(wanted, { aws: unreached })))).toEqual({
      'extension-pg--cron': cron('sql'),
      'extension-pgaudit': audit,
      'role-of-pgaudit': auditor('sql'),
      'rights-pg--cron-1': undefined,
      'rights-pg--cron-2': undefined,
    });
  });

  test('give an app no right before there is something to give it on', () => {
    const unmade = (observed: Observed): Observed => {
      const { 'extension-pg--cron': made, ...others } = observed;
      const status = {
        conditions: [
          {
            type: 'Synced',
            status: 'False',
            message: 'create failed: cannot create extension: pq: unrecognized configuration parameter "cron.database_name" (42704)',
          },
        ],
      };
      return made === undefined ? others : { ...others, 'extension-pg--cron': { ...made, object: { ...made.object, status } } };
    };
    const waiting = lived(prod(['pg_cron']), undefined, unmade);
    expect(Object.keys(waiting.response.desired).filter((key) => key.startsWith('rights-'))).toEqual([]);
    expect(messageOf(waiting.response)).toBe(
      'cannot provision Extension orders-database-extension-pg--cron: spec.extensions: got "pg_cron", which its server has to load when it starts: have the platform team restart it, which RDS does not do by itself, elsewhere with shared_preload_libraries, or take it off the list',
    );
  });
});

describe('on a live instance', () => {
  const [before, after] = [prod(['hstore'], { version: '17' }), prod(['hstore', 'pgaudit'], { version: '17' })];
  const live = lived(before);
  const remark = 'pgaudit works once the instance was restarted, which RDS does not do for it: the platform team does';

  test('the library is said first, with who restarts the instance, and the extension is asked for once the group has it', () => {
    const first = next(after, live);
    expect([first.desired['extension-pgaudit'], first.claimReady, messageOf(first)]).toEqual([
      undefined,
      false,
      `Grant orders-database-delegation is being created; Role orders-database-role-of-pgaudit is being created; Extension orders-database-extension-pgaudit waits for the parameter group that has its library loaded; ${remark}`,
    ]);
    const settled = lived(after, live);
    expect([objectOf(settled, 'extension-pgaudit'), messageOf(settled.response)]).toEqual([
      audit,
      'Everything that the claim needs is ready',
    ]);
  });

  test('a plan says so too, and which parameters want a restart', () => {
    const group = (given: Given) => objectOf(lived(given), 'parameter-group-17') ?? { apiVersion: '', kind: '' };
    const timeouts: Given = { ...before, spec: { ...(before.spec as object), parameters: { lock_timeout: '3s' } } };
    const effects = (given: Given) =>
      fieldsOf(group(before), group(given), goldenPath.cards).map(({ field, effect: { impact, what } }) => [field, impact, what]);
    const restarts = 'at the next restart of the instance, which RDS does not make for it';
    expect([effects(after), effects(timeouts)]).toEqual([
      [
        ['spec.forProvider.parameter.pgaudit.role', 'restart', restarts],
        ['spec.forProvider.parameter.rds.allowed_delegated_extensions', 'in place', 'no downtime; at once'],
        ['spec.forProvider.parameter.shared_preload_libraries', 'restart', restarts],
      ],
      [['spec.forProvider.parameter.lock_timeout', 'in place', 'no downtime; at once']],
    ]);
    const claim = {
      apiVersion: 'platform.internal/v1alpha1',
      kind: 'AppDatabase',
      metadata: { name: 'orders', namespace: 'shop', uid: 'uid-of-the-claim' },
      spec: after.spec as object,
    };
    expect(planClaim(claim, 'prod', { platform, environments: after.environments ?? [] }, { observed: live.observed }).remarks).toEqual([
      remark,
    ]);
  });

  test('a library stays when its extension is taken off the list, through a major upgrade as well', () => {
    const audits = lived(after, live);
    const stays = lived(before, audits);
    expect([parametersOf(stays), objectOf(stays, 'extension-pgaudit'), objectOf(stays, 'role-of-pgaudit')]).toEqual([
      [tls, libraries('pg_stat_statements,pgaudit'), audited],
      undefined,
      auditor('root'),
    ]);
    const checked = lived(prod(['hstore'], { version: '18' }), stays);
    expect(parametersOf(checked, '18')).toEqual([tls, libraries('pg_stat_statements,pgaudit'), audited]);
  });

  test('an extension of the next version waits for that, and one that it has no more keeps it away', () => {
    const upgrading = next(prod(['hstore', 'roaringbitmap'], { version: '18' }), live);
    expect(messageOf(upgrading)).toBe(
      'Grant orders-database-delegation is being created; Extension orders-database-extension-roaringbitmap waits for version 18; version 17 runs on until a check finds nothing in the way of version 18',
    );
    const topology = { aws: unreached, version: '17' };
    const spatial = lived(prod(['postgis_topology'], topology));
    expect(next(prod(['postgis_topology'], { ...topology, version: '18' }), spatial).refusal).toEqual({
      reason: 'UpgradeNotSupported',
      message:
        'cannot upgrade: spec.version: got "18", want "17", which runs on: spec.extensions has "postgis_topology", which backend rds does not have with version 18 (rds has it with 16 and 17); take it off the list once nothing in the database needs it',
    });
  });

  test('what only an administrator may create is refused of an app with a login of its own, unless it is there', () => {
    expect(next(prod(['hstore', 'postgis_raster']), live).refusal?.message).toMatch(
      /^cannot create extensions: spec\.extensions: got "postgis_raster", which only the administrator of a server may create, and the app has a login of its own, want some of address_standardizer, /,
    );
    const more = lived(prod(['hstore', 'postgis_raster'], { more: ['postgis_raster'] }), live);
    expect(next(prod(['hstore', 'postgis_raster']), more).refusal).toBeUndefined();
  });
});
