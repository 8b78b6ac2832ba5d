import { describe, expect, test } from 'vitest';
import { environmentConfig, everything, type Given, observedAfter, roleDetails, stepRequest } from '../../../test/request.ts';
import { at } from '../../core/kubernetes.ts';
import { expand } from '../../expand/expand.ts';
import { ofPostgres, ofRds, trusted } from './extensions.ts';
import { fields } from './schema.ts';

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

const lists = { container: ofPostgres, shared: trusted, rds: ofRds };
const backends = fields.backend.schema.options;

const containerOf = ({ desired }: ReturnType<typeof expand>) =>
  at(desired['server']?.object, 'spec', 'template', 'spec', 'containers', '0') as {
    command: readonly string[];
    lifecycle: { postStart: { exec: { command: readonly string[] } } };
  };

describe.each(backends)('on %s', (backend) => {
  test.each(['nonsense', 'pgvector', 'plpython3u'])(
    '%s is refused before anything of a running database is touched, with those there are',
    (name) => {
      const refusal = {
        reason: 'FieldNotOnBackend',
        message: `cannot create extensions: spec.extensions: got "${name}", which backend ${backend} does not have, want some of ${[...lists[backend]].sort().join(', ')}`,
      };
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
