import { Ready, Resource, RunFunctionRequest, RunFunctionResponse, type State } from '@crossplane-org/function-sdk-typescript';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inputApiVersion } from '../core/group.ts';
import type { KubernetesObject } from '../core/kubernetes.ts';
import type { Step } from '../core/pipeline.ts';
import { goldenPath } from '../golden-path.ts';
import { RequestTooLarge, readRequest } from './request.ts';
import { createRunFunction, type RunFunction } from './run-function.ts';

/** By the SDK's own encoder, as every test here. */
function encoded(request: object): Buffer {
  return Buffer.from(RunFunctionRequest.encode(RunFunctionRequest.fromPartial(request)).finish());
}

function running(step: Step): RunFunction {
  return createRunFunction({
    steps: { Expand: step },
    platform: goldenPath,
    observe: () => undefined,
    issueSecret: () => 'secret',
    now: () => '2026-01-02T03:04:05Z',
  });
}

const key = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 50 }),
  fc.constantFrom('metadata', 'name', '', 'constructor', 'a'.repeat(40), '\ufeffkey'),
);
const isKey = (text: string) => text !== '__proto__' && text !== 'managedFields';
const leaf = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 50 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.boolean(),
  fc.constantFrom(null, '\ufeff', 'x'.repeat(20_000), 'é', '\u0000'),
);
const { object } = fc.letrec<{ value: unknown; object: Record<string, unknown> }>((tie) => ({
  value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, tie('object'), fc.array(tie('value'), { maxLength: 4 })),
  object: fc.dictionary(key.filter(isKey), tie('value'), { maxKeys: 6 }),
}));
const resource: fc.Arbitrary<Resource> = fc.record({
  resource: object,
  connectionDetails: fc.dictionary(
    key.filter(isKey),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    { maxKeys: 3 },
  ),
  ready: fc.constantFrom(Ready.READY_UNSPECIFIED, Ready.READY_TRUE, Ready.READY_FALSE),
});
const resources = fc.dictionary(key.filter(isKey), resource, { maxKeys: 4 });
const state: fc.Arbitrary<State> = fc.record({ composite: fc.option(resource, { nil: undefined }), resources });
const request = fc.record({
  meta: fc.record({ tag: fc.string({ unit: 'grapheme' }), capabilities: fc.constant([1, 2]) }),
  input: object,
  context: object,
  observed: state,
  desired: state,
  requiredResources: fc.dictionary(key.filter(isKey), fc.record({ items: fc.array(resource, { maxLength: 3 }) }), { maxKeys: 3 }),
  credentials: fc.constant({ secret: { credentialData: { data: { key: Buffer.from('value') } } } }),
});

test('reads what the SDK reads', () => {
  fc.assert(
    fc.property(request, (message) => {
      const bytes = encoded(message);
      const want = RunFunctionRequest.decode(bytes);
      const { tag, input, claim, observed, given, required } = readRequest(bytes);
      expect({ tag, input, claim }).toEqual({ tag: want.meta?.tag, input: want.input, claim: want.observed?.composite?.resource });
      expect(observed).toEqual(
        Object.fromEntries(
          Object.entries(want.observed?.resources ?? {}).map(([name, { resource: object, connectionDetails }]) => [
            name,
            {
              object,
              connectionDetails: Object.fromEntries(Object.entries(connectionDetails).map(([at, value]) => [at, value.toString()])),
            },
          ]),
        ),
      );
      const readies = { [Ready.READY_TRUE]: { ready: true }, [Ready.READY_FALSE]: { ready: false } };
      expect(Object.fromEntries(Object.entries(given.resources).map(([name, { resource }]) => [name, resource]))).toEqual(
        Object.fromEntries(
          Object.entries(want.desired?.resources ?? {}).map(([name, { resource: object, ready }]) => [
            name,
            { object, ...readies[ready as keyof typeof readies] },
          ]),
        ),
      );
      expect(required).toEqual(
        Object.fromEntries(Object.entries(want.requiredResources).map(([name, { items }]) => [name, items.map((item) => item.resource)])),
      );
    }),
  );
});

test('writes what the SDK reads: what the step wrote, and what it left alone with what no step knows of', () => {
  fc.assert(
    fc.property(request, object, fc.option(fc.boolean(), { nil: undefined }), (message, written, ready) => {
      const bytes = encoded({
        ...message,
        input: { apiVersion: inputApiVersion, kind: 'Expand' },
        observed: { composite: { resource: { kind: 'AppDatabase' } }, resources: {} },
      });
      const runFunction = running(({ desired }) => ({
        desired: { ...desired, written: { object: written as unknown as KubernetesObject, ...(ready !== undefined && { ready }) } },
        conditions: [],
        events: [],
        ttlSeconds: 1,
      }));
      const { desired, context, results } = RunFunctionResponse.decode(runFunction(bytes));
      const before = RunFunctionRequest.decode(bytes);
      const readiness = ready === undefined ? Ready.READY_UNSPECIFIED : ready ? Ready.READY_TRUE : Ready.READY_FALSE;
      expect({ desired, context, results }).toEqual({
        desired: {
          composite: before.desired?.composite,
          resources: { ...before.desired?.resources, written: { resource: written, connectionDetails: {}, ready: readiness } },
        },
        context: before.context,
        results: [],
      });
    }),
  );
});

test('reads a key as it is, whatever keys came before it', () => {
  const read = (text: string) => Object.keys(readRequest(encoded({ observed: { composite: { resource: { [text]: 1 } } } })).claim ?? {});
  // The characters of the first are the bytes of the second.
  expect([read('Ã¶Ðµ'), read('öе')]).toEqual([['Ã¶Ðµ'], ['öе']]);
});

function problemOf(bytes: Buffer): unknown {
  try {
    return readRequest(bytes);
  } catch (error) {
    return error;
  }
}

test('counts what a Secret has among the values that there is room for', () => {
  const connectionDetails = Object.fromEntries(Array.from({ length: 250_000 }, (_, index) => [`k${index}`, Buffer.alloc(0)]));
  const claim = { apiVersion: 'platform.internal/v1alpha1', kind: 'AppDatabase', metadata: { name: 'orders' } };
  const instance = { kind: 'Instance', metadata: { name: 'orders-database-instance' } };
  const bytes = encoded({
    observed: { composite: { resource: claim }, resources: { instance: { resource: instance, connectionDetails } } },
  });
  const problem = problemOf(bytes);
  expect(problem).toEqual(
    new RequestTooLarge(
      'cannot process the claim: it comes with more than 250000 values in 2 objects of 2.5 MiB; the largest is Instance orders-database-instance with 2.5 MiB: take annotations, labels, fields or keys of its connection Secret out of it, or use another namespace',
      { tag: '', input: undefined, claim },
    ),
  );
});

describe('names what it cannot read', () => {
  const secret = (more: object) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'orders-database' }, ...more });
  const nested = (levels: number): object => (levels === 0 ? {} : { a: nested(levels - 1) });
  const observed = (resource: object) => ({ observed: { composite: { resource: {} }, resources: { binding: { resource } } } });
  // The encoder leaves out the key that is meant, so another of its length goes in its place.
  const prototype = 'PROTOTYPE';
  const withPrototype = (bytes: Buffer) => Buffer.from(bytes.toString('latin1').replaceAll(prototype, '__proto__'), 'latin1');
  test.each<[string, object, string]>([
    [
      'where a key would set the prototype',
      observed(secret({ data: { [prototype]: 'eA==' } })),
      'Secret orders-database: a key in it is __proto__',
    ],
    [
      'where it is nested too deep',
      observed(secret({ data: nested(60) })),
      'Secret orders-database: something in it is nested deeper than 50 levels',
    ],
    ['by its part where it has no name', observed({ [prototype]: 1 }), 'its resource binding: a key in it is __proto__'],
    [
      'where a step says of readiness what nobody knows',
      { desired: { resources: { binding: { resource: secret({}), ready: 7 } } } },
      'Secret orders-database: its readiness: got 7, want one that is known',
    ],
  ])('%s', (_, request, message) => {
    expect(() => readRequest(withPrototype(encoded(request)))).toThrow(new Error(message));
  });
});

test('passes on a field that is newer than this', () => {
  const field = Buffer.from([0x7a, 0x03, 0x6e, 0x65, 0x77]);
  const message = Buffer.concat([Buffer.from(Resource.encode({ resource: {}, connectionDetails: {}, ready: 1 }).finish()), field]);
  const entry = Buffer.concat([Buffer.from([0x0a, 0x03]), Buffer.from('pod'), Buffer.from([0x12, message.length]), message]);
  const desired = Buffer.concat([Buffer.from([0x12, entry.length]), entry]);
  const base = { input: { apiVersion: inputApiVersion, kind: 'Expand' }, observed: { composite: { resource: { kind: 'AppDatabase' } } } };
  const answer = running(({ desired }) => ({ desired, conditions: [], events: [], ttlSeconds: 1 }))(
    Buffer.concat([encoded(base), Buffer.from([0x1a, desired.length]), desired]),
  );
  expect(Buffer.from(answer).includes(desired)).toBe(true);
});

test('leaves out who owns which field, which is as large as the object', () => {
  const claim = (more: object) => ({
    apiVersion: 'platform.internal/v1alpha1',
    kind: 'AppDatabase',
    metadata: { name: 'orders', ...more },
    spec: { metadata: { managedFields: ['kept'] }, managedFields: 'kept' },
  });
  const { claim: read } = readRequest(
    encoded({ observed: { composite: { resource: claim({ managedFields: [{ manager: 'kubectl' }] }) } } }),
  );
  expect(read).toEqual(claim({}));
});

test('says of a request that is too large which object is the largest', () => {
  const annotated = (name: string, count: number) => ({
    apiVersion: 'platform.internal/v1alpha1',
    kind: 'AppQueue',
    metadata: { name, annotations: Object.fromEntries(Array.from({ length: count }, (_, index) => [`a${index}`, ''])) },
  });
  const claim = annotated('mine', 10);
  const bytes = encoded({
    meta: { tag: 'tag' },
    input: { apiVersion: inputApiVersion, kind: 'Guard' },
    observed: { composite: { resource: claim } },
    requiredResources: {
      'claims-appqueues': {
        items: [...Array(5).keys()].map((index) => ({ resource: annotated(`noisy-${index}`, 49_000 + index * 1000) })),
      },
    },
  });
  const problem = problemOf(bytes);
  expect(problem).toEqual(
    new RequestTooLarge(
      'cannot process the claim: it comes with more than 250000 values in 6 objects of 3.4 MiB; the largest is AppQueue noisy-4 with 0.7 MiB: take annotations, labels, fields or keys of its connection Secret out of it, or use another namespace',
      { tag: 'tag', input: { apiVersion: inputApiVersion, kind: 'Guard' }, claim },
    ),
  );
  expect(problem).toMatchObject({ read: { tag: 'tag', claim } });
});
