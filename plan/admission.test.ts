import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { appBucket } from '../functions/apis/app-bucket/index.ts';
import type { ValidationRule } from '../functions/core/field.ts';
import type { KubernetesObject } from '../functions/core/kubernetes.ts';
import { goldenPath } from '../functions/golden-path.ts';
import { asKept, refusalOnArrival } from './admission.ts';

const ruled = (schema: z.ZodType, rule: string, message = 'no') => schema.meta({ 'x-kubernetes-validations': [{ rule, message }] });

/** A platform of one API with fields and rules on the whole spec. */
function admissionWith(shape: z.ZodRawShape, specRules: readonly ValidationRule[] = []) {
  const api = { ...appBucket, spec: z.object(shape), specRules };
  const platform = { ...goldenPath, apis: [api] };
  return (claim: KubernetesObject, before: KubernetesObject | undefined) => refusalOnArrival(platform, claim, before);
}

const bucket = (spec: unknown): KubernetesObject => ({
  apiVersion: 'platform.internal/v1alpha1',
  kind: 'AppBucket',
  metadata: { name: 'orders', namespace: 'shop' },
  spec,
});
const refused = (problem: string) => ({ reason: 'NotAdmitted', message: `cannot use AppBucket "orders": ${problem}` });

describe('a rule of a change', () => {
  const admission = admissionWith({
    fixed: ruled(z.boolean().default(false), 'self == oldSelf').optional(),
    list: z.array(ruled(z.object({ a: z.int() }), 'self == oldSelf')).optional(),
  });

  test('holds of values as their defaults complete them, and of none that is new', () => {
    expect(admission(bucket({ fixed: true }), undefined)).toBeUndefined();
    expect(admission(bucket({ fixed: false }), bucket({}))).toBeUndefined();
    expect(admission(bucket({ fixed: null }), bucket({}))).toBeUndefined();
    expect(admission(bucket({ fixed: true }), bucket({}))).toEqual(refused('spec.fixed: no'));
    expect(admission(bucket({}), bucket({ fixed: true }))).toEqual(refused('spec.fixed: no'));
  });

  test('does not hold of the items of a list, of which nobody knows which is which', () => {
    expect(admission(bucket({ list: [{ a: 1 }] }), bucket({ list: [{ a: 2 }] }))).toBeUndefined();
  });
});

describe('a rule of a value', () => {
  const admission = admissionWith(
    {
      days: ruled(z.int(), 'self % 2 == 0', 'odd').optional(),
      map: z.record(z.string(), ruled(z.string(), "self.startsWith('a')")).optional(),
      list: z.array(ruled(z.string(), 'self.size() < 3')).optional(),
    },
    [{ rule: '!has(self.days) || has(self.map)', message: 'days needs map' }],
  );

  test('is told with where it is broken, of the claim, fields, maps and lists', () => {
    expect(admission(bucket({ days: 3, list: ['ab', 'abc'] }), undefined)).toEqual(
      refused('spec: days needs map; spec.days: odd; spec.list[1]: no'),
    );
    expect(admission(bucket({ days: 2, map: { x: 'a', y: 'b' } }), undefined)).toEqual(refused('spec.map.y: no'));
    expect(admission({ ...bucket({}), metadata: { name: '1' } }, undefined)?.message).toContain('metadata.name: want at most');
  });

  test('is let be where the value is as it was', () => {
    expect(admission(bucket({ days: 3 }), bucket({ days: 3 }))).toBeUndefined();
    expect(admission(bucket({ days: 3, list: [] }), bucket({ days: 3 }))).toEqual(refused('spec: days needs map'));
    expect(admission(bucket({ days: 5 }), bucket({ days: 3 }))).toEqual(refused('spec: days needs map; spec.days: odd'));
  });

  test('that cannot be evaluated here is refused, and says so', () => {
    const own = admissionWith({ when: ruled(z.string(), "quantity(self).isGreaterThan(quantity('1Gi'))").optional() });
    expect(own(bucket({}), undefined)).toBeUndefined();
    expect(own(bucket({ when: '2Gi' }), undefined)?.message).toMatch(
      /^cannot use AppBucket "orders": spec\.when: rule "quantity\(self\)[^;]* cannot be evaluated here, /,
    );
  });
});

describe('a list', () => {
  const named = z.array(z.object({ name: z.string(), value: z.string().optional() }));
  const admission = admissionWith({
    set: z.array(z.string()).meta({ 'x-kubernetes-list-type': 'set' }).optional(),
    map: named.meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] }).optional(),
    list: z.array(z.string()).optional(),
  });

  test('has an item of a set, and a key of a map, once', () => {
    const twice = { set: ['a', 'b', 'a'], map: [{ name: 'a', value: '1' }, { name: 'a' }] };
    expect(admission(bucket(twice), undefined)).toEqual(
      refused('spec.set[2]: got "a" twice, want it once; spec.map[1]: got "a" twice, want it once'),
    );
    expect(admission(bucket(twice), bucket(twice))).toBeUndefined();
    expect(admission(bucket({ set: 'a', map: [null], list: { a: ['b'] } }), bucket(['a']))).toBeUndefined();
    expect(admission(bucket({ set: ['a', 'b'], map: [{ name: 'a' }, { name: 'b' }], list: ['a', 'a'] }), undefined)).toBeUndefined();
  });
});

test('null is nothing where a field cannot be it, as the cluster has it', () => {
  const inside = { nothing: null, list: [null, { engine: null }] };
  const claim = { ...bucket({ versioning: null, readers: [null], unknown: inside, public: false }), status: null };
  expect(asKept(goldenPath, claim)).toEqual(bucket({ readers: [null], unknown: inside, public: false }));
  expect(asKept(goldenPath, { ...claim, kind: 'AppOther' })).toEqual({ ...claim, kind: 'AppOther' });
});

test('a field that is not known inside of another is refused', () => {
  const admission = admissionWith({
    inside: z.object({ a: z.string().optional() }).optional(),
    map: z.record(z.string(), z.string()).optional(),
  });
  expect(admission(bucket({ inside: { a: 'x' }, map: { b: 'x' } }), undefined)).toBeUndefined();
  expect(admission(bucket({ inside: { b: 'x', constructor: 'x' } }), undefined)).toEqual(
    refused('spec.inside.b: unknown field; spec.inside.constructor: unknown field'),
  );
});

test('of a kind that is not the platform’s nothing is known', () => {
  expect(admissionWith({})({ ...bucket(null), kind: 'AppOther' }, undefined)).toBeUndefined();
});
