import { fileURLToPath } from 'node:url';
import { describe, expect, it, test } from 'vitest';
import * as z from 'zod';
import type { Api } from '../functions/core/api.ts';
import { undecidedOf } from '../functions/core/card.ts';
import type { Field } from '../functions/core/field.ts';
import { apiVersion } from '../functions/core/group.ts';
import { at, groupKind, type KubernetesObject } from '../functions/core/kubernetes.ts';
import { onlyObserves } from '../functions/core/look.ts';
import type { Platform } from '../functions/core/pipeline.ts';
import { matches } from '../functions/core/proof.ts';
import { proofs } from '../functions/core/proofs.ts';
import type { StepResponse } from '../functions/core/step.ts';
import { type Tier, tiers } from '../functions/core/tier.ts';
import { expand } from '../functions/expand/expand.ts';
import { goldenPath } from '../functions/golden-path.ts';
import { guard } from '../functions/guard/guard.ts';
import { keyed } from '../platform/keyed.ts';
import { toYaml } from '../platform/yaml.ts';
import { toXrd } from '../xrds/xrd.ts';
import {
  besides,
  controlledByClaim,
  type EnvironmentData,
  environmentConfig,
  everything,
  exampleEnvironments,
  type Given,
  observedAfter,
  stepRequest,
} from './request.ts';

/** The platform that an API is served by, where its golden files are, and what an environment says there. */
interface Home {
  readonly platform: Platform;
  /** In place of what `everything` says, such as tags that a policy of the platform asks for. */
  readonly environment?: Partial<EnvironmentData>;
  /** A folder, in which each API has one. */
  readonly golden: URL;
}

const ours: Home = { platform: goldenPath, golden: new URL('golden/', import.meta.url) };

type Details = Parameters<typeof observedAfter>[1];

/** What the contract has to know of an API besides its definition. */
interface Known {
  /** What providers report of composed resources, by key. */
  readonly details?: Details;
  /** Other claims of the namespace. */
  readonly claims?: readonly KubernetesObject[];
  /** Fields that cannot be said beside others. */
  readonly apart?: readonly string[];
  /** Keys of the binding whose values may stand nowhere else. */
  readonly secretKeys?: readonly string[];
  /** Keys that a binding with these values does not have, as an empty one would be taken for what it is not. */
  readonly absentKeys?: (values: Readonly<Record<string, string | undefined>>) => readonly string[];
  /** What the binding's values say of each other. */
  readonly checkBinding?: (values: Readonly<Record<string, string | undefined>>) => void;
}

interface Case {
  readonly api: Api;
  readonly tier: Tier;
  readonly backend: string;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly fields: string;
  /** Whether somebody would run it, so that what it comes to is kept for review. */
  readonly golden: boolean;
}

/** A value that shows that the field was said: its example, or else what its schema has a choice of. */
function exampleOf(name: string, { schema, example }: Field): unknown {
  const inner = schema instanceof z.ZodDefault ? schema.unwrap() : schema;
  if (example !== undefined) return example;
  if (inner instanceof z.ZodEnum) return inner.options.at(-1);
  if (inner instanceof z.ZodBoolean) return true;
  throw new Error(`cannot show the field ${name}: example: missing, want a value that its schema takes`);
}

/** Every field that a claim can say on a backend, each said. */
function everyField({ fields }: Api, backend: string, apart: readonly string[]): Readonly<Record<string, unknown>> {
  const said = Object.entries(fields).filter(
    ([name, field]) => field.of === 'claim' && field.refusedOn?.[backend] === undefined && !apart.includes(name),
  );
  return Object.fromEntries(said.map(([name, field]) => [name, exampleOf(name, field)]));
}

function casesOf(api: Api, apart: readonly string[] = []): readonly Case[] {
  const usual = (tier: Tier) => (api.place === 'none' ? Object.keys(api.backends)[0] : api.profiles[tier]['backend']);
  // Of what lives in no environment nothing differs by tier.
  return (api.place === 'none' ? tiers.slice(0, 1) : tiers).flatMap((tier) =>
    Object.keys(api.backends).flatMap((backend) => {
      const unused = tier === tiers.at(-1) && !tiers.some((other) => usual(other) === backend);
      const which = { api, tier, backend, golden: usual(tier) === backend || unused };
      return [
        { ...which, spec: api.example.spec, fields: 'defaults' },
        { ...which, spec: everyField(api, backend, apart), fields: 'every-field' },
      ];
    }),
  );
}

/** A test of what there is; what there is not is not counted as skipped. */
const testWhere = (holds: boolean) => (holds ? test : (_name: string, _body: () => void) => {});

const goldenFileOf = ({ api, tier, backend, fields }: Case) =>
  `${api.plural}/${api.place === 'none' ? '' : `${tier}-`}${backend}-${fields}.yaml`;

/** The golden files that there are of an API. */
export const goldenFilesOf = (api: Api): readonly string[] =>
  casesOf(api)
    .filter(({ golden }) => golden)
    .map(goldenFileOf);

function given({ api, tier, backend, spec }: Case, { claims = [] }: Known, { platform, environment: said }: Home): Given {
  const defaults = { ...said?.defaults, [api.kind]: { ...(said?.defaults?.[api.kind] as object | undefined), backend } };
  const environment = environmentConfig(tier, { ...everything, ...said, tier, defaults });
  return {
    platform,
    kind: api.kind,
    spec,
    environment: tier,
    environments: api.place === 'none' ? exampleEnvironments : [environment],
    // The apiserver gives each its own.
    claims: claims.map((claim) => ({ ...claim, metadata: { uid: `uid-of-${claim.kind}-${claim.metadata?.name}`, ...claim.metadata } })),
  };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const child of Object.values(value)) deepFreeze(child);
  return Object.freeze(value);
}

/** The part of the API's schema that the apiserver holds a claim's status to. */
function statusSchema(api: Api): z.ZodType {
  const schema = at(toXrd(api), 'spec', 'versions', '0', 'schema', 'openAPIV3Schema', 'properties', 'status');
  return z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0], { defaultTarget: 'openapi-3.0' });
}

const objects = (response: StepResponse) => Object.fromEntries(Object.entries(response.desired).map(([key, { object }]) => [key, object]));

/** A claim's life from nothing to ready: each response is observed before the next call. */
function settle(which: Case, known: Known, home: Home): readonly StepResponse[] {
  const responses: StepResponse[] = [];
  let observed = {};
  let status: unknown;
  for (let round = 0; round < 6; round++) {
    const around = { ...given(which, known, home), observed, ...(status !== undefined && { status }) };
    const { platform, ...asked } = stepRequest({ ...around, ...besides(around) });
    // The platform is not frozen, since its zod schemas cache what they compile.
    const request = { platform, ...deepFreeze(asked) };
    const expanded = expand(request);
    const guarded = guard({ ...request, desired: expanded.desired, desiredStatus: expanded.status ?? {} });
    responses.push({
      ...expanded,
      conditions: [...expanded.conditions, ...guarded.conditions],
      ...(guarded.refusal && { refusal: guarded.refusal }),
    });
    observed = observedAfter(expanded, known.details);
    status = { ...expanded.status, ...guarded.status };
  }
  return responses;
}

/** What every API is held to, in every tier and on every backend. Golden files are in a folder of the API's plural. */
export function contract(api: Api, known: Known, home: Home = ours): void {
  test(`${api.kind} names policies that there are`, () => {
    const ids = home.platform.policies.map(({ id }) => id);
    expect(api.claimPolicies.map(({ policy }) => policy).filter((policy) => !ids.includes(policy))).toEqual([]);
  });

  describe.each(casesOf(api, known.apart))('$api.kind in tier $tier on $backend with $fields', (which) => {
    const responses = settle(which, known, home);
    const [first] = responses;
    const last = responses.at(-1);
    if (first === undefined || last === undefined) throw new Error('no responses');

    const undecided = [...Map.groupBy(Object.values(objects(last)), groupKind).keys()].flatMap((kind) => {
      const card = home.platform.cards.get(kind);
      return card === undefined ? [] : undecidedOf(card);
    });

    testWhere(undecided.length > 0)('is refused for each fact that a card of it leaves undecided', () => {
      for (const { fact, what } of undecided) {
        expect(last.refusal?.message).toMatch(
          new RegExp(`: ${RegExp.escape(fact)} of the card of .*: got undecided, want ${RegExp.escape(what)}`),
        );
      }
    });

    testWhere(undecided.length === 0)('is allowed, becomes ready, and never drops a key on the way', () => {
      expect(responses.map(({ refusal }) => refusal)).toEqual(responses.map(() => undefined));
      const proven = last.conditions.filter(({ type }) => proofs.some((proof) => proof === type));
      expect(proven.every(({ status }) => status === 'Unknown')).toBe(true);
      expect(last.conditions.filter((each) => !proven.includes(each)).map(({ type, status }) => [type, status])).toEqual([
        ['Resolved', 'True'],
        ['Provisioned', 'True'],
        ['Allowed', 'True'],
      ]);
      expect(Object.values(last.desired).every(({ ready }) => ready)).toBe(true);
      expect(last.claimReady).toBeUndefined();
      const counts = responses.map(({ desired }) => Object.keys(desired).length);
      expect(counts).toEqual([...counts].sort((a, b) => a - b));
    });

    test('gives the same bytes for the same input', () => {
      expect(JSON.stringify(settle(which, known, home))).toBe(JSON.stringify(responses));
    });

    test('has a status that the apiserver takes', () => {
      const schema = statusSchema(api);
      for (const { status } of responses) expect(schema.safeParse(status ?? {}).error?.issues).toBeUndefined();
    });

    if (which.golden) {
      test('matches the golden file', async () => {
        // As Crossplane renders them, so that each is an object of its own.
        const composed = Object.entries(objects(last)).map(([key, object]) => keyed(key, object));
        const text = toYaml({ apiVersion, kind: api.kind, status: last.status }, ...composed);
        await expect(text).toMatchFileSnapshot(fileURLToPath(new URL(goldenFileOf(which), home.golden)));
      });
    }

    test('composes only declared kinds, in the namespace, without status, under valid keys', () => {
      const { api, backend } = which;
      const declared = Object.entries(api.backends[backend]?.composes ?? {});
      const names = (key: string) => [`orders-${api.suffix}`, `orders-${api.suffix}-${key}`];
      for (const [key, object] of Object.entries(objects(last))) {
        expect(key).toMatch(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);
        const cards = declared.flatMap(([pattern, card]) => (matches(pattern, key) ? [card] : []));
        expect(
          cards.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`),
          key,
        ).toEqual([`${object.apiVersion} ${object.kind}`]);
        if (api.scope === 'Namespaced') expect(object.metadata?.namespace).toBeUndefined();
        expect(object['status']).toBeUndefined();
        if (api.scope === 'Namespaced') expect(names(key)).toContain(object.metadata?.name);
      }
    });

    testWhere(api.binding !== undefined)('has a binding with exactly the keys of its type, and no secret of it elsewhere', () => {
      const data = at(last.desired['binding']?.object, 'data') as Record<string, string>;
      const values = Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
      const absent = known.absentKeys?.(values) ?? [];
      const keys = Object.keys(api.binding?.shape ?? {}).filter((key) => !absent.includes(key));
      expect(Object.keys(values)).toEqual(keys.sort());
      known.checkBinding?.(values);
      for (const key of known.secretKeys ?? []) {
        expect(values[key], key).toBeTruthy();
        expect(JSON.stringify([last.status, last.conditions, last.events])).not.toContain(values[key]);
      }
    });

    test('keeps every key and every issued secret when an observed resource blinks, lacks parts or is being deleted', () => {
      const complete = observedAfter(last, known.details);
      const around = { ...given(which, known, home), status: last.status };
      const beside = besides({ ...around, observed: complete });
      const run = (observed: typeof complete) => expand(stepRequest({ ...around, ...beside, observed }));
      for (const key of Object.keys(complete)) {
        const blinked = Object.fromEntries(Object.entries(complete).filter(([other]) => other !== key));
        const whole = complete[key];
        if (whole === undefined) throw new Error('unreachable');
        const { apiVersion, kind, metadata } = whole.object;
        const identity = { apiVersion, kind, metadata: { name: String(metadata?.name), ownerReferences: controlledByClaim } };
        const hollow = { ...complete, [key]: { object: identity, connectionDetails: {} } };
        const nulls = { ...identity, spec: null, status: null, data: null, extra: [null] };
        const empty = { ...complete, [key]: { object: nulls, connectionDetails: {} } };
        const deleting = {
          ...complete,
          [key]: {
            ...whole,
            object: { ...whole.object, metadata: { ...whole.object.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } },
          },
        };
        for (const observed of [blinked, hollow, empty, deleting]) {
          const response = run(observed);
          if (response.refusal !== undefined) {
            expect(response.refusal.reason).toBe('BindingMissing');
            continue;
          }
          // What is only looked for may be looked for again.
          const made = Object.entries(response.desired).flatMap(([made, { object }]) => (onlyObserves(object) ? [] : [made]));
          expect(made.sort()).toEqual(Object.keys(last.desired).sort());
          expect(response.desired['binding']?.object).toEqual(last.desired['binding']?.object);
        }
      }
    });
  });

  test.each(casesOf(api, known.apart))(
    '$api.kind in tier $tier on $backend with $fields believes no object that it did not compose',
    (which) => {
      const last = settle(which, known, home).at(-1);
      const complete = observedAfter(last as StepResponse, known.details);
      for (const [key, { object, connectionDetails }] of Object.entries(complete)) {
        const { metadata } = object;
        const owned = (ownerReferences: readonly object[]) =>
          ({ ...object, metadata: { ...metadata, ownerReferences } }) as KubernetesObject;
        const [ours] = controlledByClaim;
        const theirs = { ...ours, uid: 'of-others' };
        const forged: readonly KubernetesObject[] = [
          { ...object, apiVersion: 'v1', kind: 'Event' },
          // The kind alone is anybody's: whoever may install a CustomResourceDefinition chooses it.
          { ...object, apiVersion: 'forged.example/v1' },
          { ...object, metadata: null } as unknown as KubernetesObject,
          ...(api.scope === 'Namespaced' ? [{ ...object, metadata: { ...metadata, name: `${metadata?.name}-of-others` } }] : []),
          owned([]),
          owned([theirs]),
          // An owner that does not control it is what anybody may add to an object of theirs.
          owned([{ ...ours, controller: false }]),
          owned([{ ...ours, controller: undefined }, theirs]),
        ];
        for (const each of forged) {
          const observed = { ...complete, [key]: { object: each, connectionDetails } };
          const request = stepRequest({ ...given(which, known, home), observed, status: last?.status });
          expect([expand(request), guard(request)].map(({ refusal, desired }) => [refusal?.reason, desired])).toEqual([
            ['ForeignObject', {}],
            ['ForeignObject', {}],
          ]);
        }
      }
    },
  );

  describe(api.kind, () => {
    it('describes every field for kubectl explain', () => {
      const undescribed: string[] = [];
      const walk = (schema: unknown, path: string) => {
        if (!at(schema, 'description')) undescribed.push(path);
        for (const [name, property] of Object.entries((at(schema, 'properties') ?? {}) as object)) walk(property, `${path}.${name}`);
      };
      const [version] = at(toXrd(api), 'spec', 'versions') as readonly unknown[];
      walk(at(version, 'schema', 'openAPIV3Schema'), api.kind);
      expect(undescribed).toEqual([]);
    });

    it('has columns whose paths exist', () => {
      const [version] = at(toXrd(api), 'spec', 'versions') as readonly unknown[];
      for (const { jsonPath: path } of at(version, 'additionalPrinterColumns') as readonly { readonly jsonPath: string }[]) {
        const steps = path
          .slice(1)
          .split('.')
          .flatMap((step) => ['properties', step]);
        expect(at(version, 'schema', 'openAPIV3Schema', ...steps), path).toBeDefined();
      }
    });
  });
}
