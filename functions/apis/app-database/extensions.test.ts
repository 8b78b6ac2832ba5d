import { describe, expect, test } from 'vitest';
import { environmentConfig, everything, type Given, observedAfter, roleDetails, stepRequest } from '../../../test/request.ts';
import { at } from '../../core/kubernetes.ts';
import { expand } from '../../expand/expand.ts';
import { extensions, extensionsOf } from './extensions.ts';
import { fields, versions } from './schema.ts';

function given(backend: string, extensions: readonly string[], more: readonly string[] = []): Given {
  const defaults = { AppDatabase: { backend, ...(more.length > 0 && { moreExtensions: more }) } };
  return {
    environment: 'here',
    environments: [environmentConfig('here', { ...everything, tier: 'staging', defaults })],
    spec: { extensions },
  };
}

/** A claim that runs, asked for other extensions. */
function running(backend: string, before: readonly string[], after: readonly string[]) {
  const first = expand(stepRequest(given(backend, before)));
  const observed = observedAfter(first, { role: roleDetails });
  const second = expand(stepRequest({ ...given(backend, before), observed, status: first.status }));
  const made = observedAfter(second, { role: roleDetails });
  return expand(stepRequest({ ...given(backend, after), observed: made, status: second.status }));
}

const backends = fields.backend.schema.options;

/** What RDS lets nobody create but the administrator of a server. */
const administrators = ['log_fdw', 'postgis_raster', 'postgis_tiger_geocoder', 'postgis_topology'];

const containerOf = ({ desired }: ReturnType<typeof expand>) =>
  at(desired['server']?.object, 'spec', 'template', 'spec', 'containers', '0') as {
    command: readonly string[];
    lifecycle: { postStart: { exec: { command: readonly string[] } } };
  };

/** The refusal of a claim for what its backend does not have. */
const refused = (backend: 'container' | 'shared' | 'rds', version: '16' | '17' | '18', says: string, less: readonly string[] = []) => {
  const had = extensionsOf(backend, version).filter((name) => !less.includes(name));
  return {
    reason: 'FieldNotOnBackend',
    message: `cannot create extensions: spec.extensions: got ${says}, want some of ${[...had].sort().join(', ')}`,
  };
};

describe.each(backends)('on %s', (backend) => {
  test.each(['nonsense', 'pgvector', 'plpython3u'])(
    '%s is refused before anything of a running database is touched, with those there are',
    (name) => {
      const which = backend === 'shared' ? 'which backend shared does not have' : `which backend ${backend} does not have with version 17`;
      // The app of this claim has a login of its own.
      const refusal = refused(backend, '17', `"${name}", ${which}`, backend === 'rds' ? administrators : []);
      expect(running(backend, [], [name])).toEqual({
        desired: {},
        conditions: [{ type: 'Resolved', status: 'False', ...refusal }],
        events: [],
        refusal,
        ttlSeconds: 15,
      });
    },
  );

  test('what the environment says that its image or server has is let through', () => {
    expect(expand(stepRequest(given(backend, ['nonsense'], ['nonsense']))).refusal).toBeUndefined();
  });
});

test.each([
  ['container', '17', 'pg_cron', 'which backend container does not have with version 17 (rds has it with 16, 17 and 18)'],
  ['container', '18', 'adminpack', 'which backend container does not have with version 18 (container has it with 16)'],
  [
    'container',
    '17',
    'pg_logicalinspect',
    'which backend container does not have with version 17 (container has it with 18, rds has it with 18)',
  ],
  ['shared', '17', 'pgaudit', 'which backend shared does not have (rds has it with 16, 17 and 18)'],
  ['rds', '18', 'file_fdw', 'which backend rds does not have with version 18 (container has it with 16, 17 and 18)'],
  ['rds', '18', 'postgis_topology', 'which backend rds does not have with version 18 (rds has it with 16 and 17)'],
  ['rds', '17', 'plls', 'which backend rds does not have with version 17 (rds has it with 16)'],
] as const)('on %s with version %s a claim for %s is told who has it', (backend, version, name, why) => {
  const asked = given(backend, [name]);
  const { refusal } = expand(stepRequest({ ...asked, spec: { extensions: [name], version } }));
  expect(refusal).toEqual(refused(backend, version, `"${name}", ${why}`, backend === 'rds' ? administrators : []));
});

test('each row is of a backend, requires what its backends have with the same versions, and is loaded where it wants to be told of', () => {
  const wrong = Object.entries(extensions).filter(([name, extension]) => {
    const isNowhere = (extension.container ?? extension.rds ?? []).length === 0;
    const lacks = (['container', 'rds'] as const).some((backend) =>
      versions.some(
        (version) =>
          extension[backend]?.includes(version) &&
          (extension.requires ?? []).some((required) => !extensionsOf(backend, version).includes(required)),
      ),
    );
    const isTold = extension.parameters !== undefined || extension.isOfServer === true;
    return isNowhere || lacks || (isTold && extension.isPreloaded !== true) || !fields.extensions.schema.safeParse([name]).success;
  });
  expect(wrong).toEqual([]);
});

test('a container creates what another extension requires first, and loads what only works so', () => {
  const { command, lifecycle } = containerOf(expand(stepRequest(given('container', ['pg_stat_statements', 'earthdistance']))));
  const created = [...(lifecycle.postStart.exec.command.at(-1) ?? '').matchAll(/CREATE EXTENSION IF NOT EXISTS "([^"]+)"/g)];
  expect(created.map(([, name]) => name)).toEqual(['cube', 'earthdistance', 'pg_stat_statements']);
  expect(command.at(-1)?.split('\n').at(-1)).toBe('exec docker-entrypoint.sh postgres -c shared_preload_libraries=pg_stat_statements');
});

test('on a shared server each is an object of its own, also what another requires, and one that is taken off the list is asked for no more', () => {
  const extensionsOf = (response: ReturnType<typeof expand>) =>
    Object.values(response.desired).flatMap(({ object }) =>
      object.kind === 'Extension' ? [[at(object, 'spec', 'forProvider', 'extension'), at(object, 'spec', 'managementPolicies')]] : [],
    );
  const kept = ['Observe', 'Create', 'Update', 'LateInitialize'];
  expect(extensionsOf(running('shared', ['hstore', 'citext'], ['hstore', 'citext']))).toEqual([
    ['citext', kept],
    ['hstore', kept],
  ]);
  const after = running('shared', ['hstore', 'citext'], []);
  expect([extensionsOf(after), JSON.stringify(after.conditions).includes('xtension')]).toEqual([[], false]);
});
