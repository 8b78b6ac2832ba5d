import { describe, expect, test } from 'vitest';
import {
  environmentConfig,
  everything,
  instanceDetails,
  loginDetails,
  observedAfter,
  replicationGroupDetails,
  stepRequest,
} from '../../test/request.ts';
import { at } from '../core/kubernetes.ts';
import { guard } from '../guard/guard.ts';
import { expand } from './expand.ts';

type AtProvider = Readonly<Record<string, unknown>>;

/** A live claim of prod that asks for something else, and what AWS reports of it. */
function asking(kind: string, spec: object, atProvider: AtProvider, defaults: object = {}, annotations: Record<string, string> = {}) {
  const environments = [environmentConfig('prod', { ...everything, tier: 'prod', defaults: { [kind]: defaults } })];
  const given = { kind, environment: 'prod', environments, claims: [], spec: {}, annotations };
  const details = (reported: AtProvider) => ({
    login: loginDetails,
    instance: { ...instanceDetails, status: { atProvider: { ...instanceDetails.status.atProvider, ...reported } } },
    'replication-group': {
      ...replicationGroupDetails,
      status: { atProvider: { ...replicationGroupDetails.status.atProvider, ...reported } },
    },
  });
  let observed = observedAfter(expand(stepRequest(given)), details({}));
  let status: unknown;
  let last = expand(stepRequest(given));
  for (let round = 0; round < 6; round += 1) {
    const next = expand(stepRequest({ ...given, spec, observed, ...(status !== undefined && { status }) }));
    observed = observedAfter(next, details(atProvider));
    status = next.status;
    last = next;
  }
  /** What is said of it and whether it is refused, by what AWS reports at the moment. */
  const seen = (reported: AtProvider, before: unknown) => {
    const request = stepRequest({ ...given, spec, observed: observedAfter(last, details(reported)), status: before });
    const expanded = expand(request);
    return { ...expanded, refusal: guard({ ...request, desired: expanded.desired, desiredStatus: expanded.status ?? {} }).refusal };
  };
  const { status: told, conditions, refusal } = seen(atProvider, status);
  const blind = seen({}, told);
  const again = seen(atProvider, blind.status);
  const { settings, pending } = told as { readonly settings: AtProvider; readonly pending?: AtProvider };
  const desired = Object.values(last.desired).find(({ object }) => at(object, 'spec', 'forProvider', 'applyImmediately') !== undefined);
  const immediately = at(desired?.object, 'spec', 'forProvider', 'applyImmediately');
  return { settings, pending, provisioned: conditions[1], immediately, refusals: [refusal, blind.refusal, again.refusal] };
}

const inWindow = { version: '16' };
const atOnce = { applyChanges: 'Immediately' };
const small = { instanceClass: 'db.t4g.medium', engineVersionActual: '16.4' };

describe('what AWS has not done yet', () => {
  test('is pending with its day and hour, and what AWS runs is in force', () => {
    const { settings, pending, provisioned, refusals } = asking('AppDatabase', { size: 'large', version: '17' }, small, inWindow);
    expect([settings['size'], settings['version'], pending, provisioned, refusals]).toEqual([
      'small',
      '16',
      { size: 'large', version: '17' },
      {
        type: 'Provisioned',
        status: 'True',
        reason: 'ChangePending',
        message: expect.stringMatching(
          /^Everything serves; still to come: version "17" \("16" until then\), size "large" \("small" until then\), in the maintenance window, [A-Z][a-z]+day 0[3-5]:[03]0 to 0[3-6]:[03]0 UTC, or at once after: kubectl annotate appdatabase orders --namespace shop --overwrite platform\.internal\/apply-now=now-[0-9a-v]{16}$/,
        ),
      },
      [undefined, undefined, undefined],
    ]);
  });

  test('comes as soon as AWS has done it where the environment does not wait for the window', () => {
    const { pending, provisioned } = asking('AppDatabase', { size: 'large' }, { instanceClass: 'db.m7g.large', multiAz: true }, atOnce);
    expect([pending, provisioned?.message]).toEqual([
      { size: 'large' },
      'Everything serves; still to come: size "large" ("medium" until then), as soon as AWS has done it',
    ]);
  });

  test('comes at once where the claim says of these changes, and of no others, that they are not to wait', () => {
    const large = (annotations?: Record<string, string>) => asking('AppDatabase', { size: 'large' }, small, inWindow, annotations);
    const waits = large();
    const [, annotation = '', token = ''] = / (\S+)=(now-\S+)$/.exec(String(waits.provisioned?.message)) ?? [];
    expect([waits.immediately, waits.pending]).toEqual([false, { size: 'large' }]);
    const hastened = large({ [annotation]: token });
    expect([hastened.immediately, hastened.pending, hastened.provisioned?.message, hastened.refusals]).toEqual([
      true,
      { size: 'large' },
      'Everything serves; still to come: size "large" ("small" until then), as soon as AWS has done it',
      [undefined, undefined, undefined],
    ]);
    const others = asking('AppDatabase', { size: 'large', version: '17' }, small, inWindow, { [annotation]: token });
    expect(others.immediately).toBe(false);
    expect(
      asking('AppDatabase', { size: 'large' }, { ...small, instanceClass: 'db.r7g.xlarge' }, inWindow, { [annotation]: token }),
    ).toEqual(expect.objectContaining({ immediately: false, pending: undefined }));
  });

  test('is told in the words of AWS where no claim could say it', () => {
    const { settings, provisioned } = asking('AppDatabase', {}, { instanceClass: 'db.x2g.large' }, atOnce);
    expect([settings['size'], provisioned?.message]).toEqual([
      undefined,
      'Everything serves; still to come: size "medium" ("db.x2g.large" until then), as soon as AWS has done it',
    ]);
  });

  test('is not what AWS made more of by itself, or what it does not report', () => {
    const ready = { type: 'Provisioned', status: 'True', reason: 'Ready', message: 'Everything that the claim needs is ready' };
    const grown = asking('AppDatabase', {}, { allocatedStorage: 420, instanceClass: 'db.m7g.large', multiAz: true });
    expect([grown.settings['storageGiB'], grown.pending, grown.provisioned]).toEqual([100, undefined, ready]);
    expect(asking('AppDatabase', {}, {}).provisioned).toEqual(ready);
  });

  test('does not refuse a claim whose growth is under way, also where AWS does not report it for a while', () => {
    const growing = asking('AppDatabase', { storageGiB: 500 }, { allocatedStorage: 100 });
    expect([growing.settings['storageGiB'], growing.pending, growing.refusals]).toEqual([
      100,
      { storageGiB: 500 },
      [undefined, undefined, undefined],
    ]);
  });

  test('is the same of a cache', () => {
    const { settings, pending } = asking('AppCache', { size: 'large' }, { nodeType: 'cache.m7g.large', engineVersionActual: '8.1.0' });
    expect([settings['size'], settings['version'], pending]).toEqual(['medium', '8', { size: 'large' }]);
  });
});
