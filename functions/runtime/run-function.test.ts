import { Ready, RunFunctionRequest, RunFunctionResponse, Severity, State, Status, Target } from '@crossplane-org/function-sdk-typescript';
import { expect, test } from 'vitest';
import { appDatabase } from '../apis/app-database/index.ts';
import { inputApiVersion } from '../core/group.ts';
import type { Step, StepRequest } from '../core/pipeline.ts';
import type { StepResponse } from '../core/step.ts';
import { policies } from '../guard/policies/index.ts';
import { definePlatform } from '../platform.ts';
import { type Call, createRunFunction } from './run-function.ts';

const claim = {
  apiVersion: 'platform.internal/v1alpha1',
  kind: 'AppDatabase',
  metadata: { name: 'orders', namespace: 'shop' },
  spec: { engine: 'postgres' },
};
const pod = { apiVersion: 'v1', kind: 'Pod', spec: { containers: [{ args: ['-a', '1', '-b', '1'] }] } };

const base = {
  meta: { tag: 'tag' },
  input: { apiVersion: inputApiVersion, kind: 'Expand' },
  observed: { composite: { resource: claim } },
};

/** One API, so that what it asks for stays the same whatever else is served. */
const platform = definePlatform({ name: 'test', apis: [appDatabase], policies });

const passThrough: Step = ({ desired }) => ({ desired, conditions: [], events: [], ttlSeconds: 60 });

function encoded(request: object): Uint8Array {
  return RunFunctionRequest.encode(RunFunctionRequest.fromJSON(request)).finish();
}

function run(step: Step, request: object = base) {
  const calls: Call[] = [];
  const runFunction = createRunFunction({
    steps: { Expand: step, Guard: passThrough },
    platform,
    observe: (call) => calls.push(call),
    issueSecret: () => 'secret',
    now: () => '2026-01-02T03:04:05Z',
  });
  const response = RunFunctionResponse.decode(runFunction(encoded(request)));
  return { response, call: calls[0] as Call };
}

function responding(response: Partial<StepResponse>): Step {
  return (request) => ({ ...passThrough(request), ...response });
}

const requirements = {
  extraResources: {},
  resources: {
    namespace: { apiVersion: 'v1', kind: 'Namespace', matchName: 'shop' },
    environments: {
      apiVersion: 'apiextensions.crossplane.io/v1beta1',
      kind: 'EnvironmentConfig',
      matchLabels: { labels: { 'platform.internal/kind': 'environment' } },
    },
  },
  schemas: {},
};

test('gives the step what Crossplane sent', () => {
  let given: StepRequest | undefined;
  const keep: Step = (request) => {
    given = request;
    return passThrough(request);
  };
  const environment = { apiVersion: 'apiextensions.crossplane.io/v1beta1', kind: 'EnvironmentConfig', metadata: { name: 'prod' } };
  run(keep, {
    ...base,
    observed: {
      composite: { resource: claim },
      resources: { pod: { resource: pod, connectionDetails: { password: Buffer.from('pässword').toString('base64') } } },
    },
    desired: {
      composite: { resource: { status: { backend: 'rds' } } },
      resources: { a: { resource: pod }, b: { resource: pod, ready: Ready.READY_FALSE }, c: { resource: pod, ready: Ready.READY_TRUE } },
    },
    requiredResources: { environments: { items: [{ resource: environment }] }, token: { items: [] } },
  });
  expect(given).toEqual({
    platform,
    claim,
    observed: { pod: { object: pod, connectionDetails: { password: 'pässword' } } },
    desired: { a: { object: pod }, b: { object: pod, ready: false }, c: { object: pod, ready: true } },
    desiredStatus: { backend: 'rds' },
    required: { environments: [environment], token: [] },
    now: '2026-01-02T03:04:05Z',
    issueSecret: expect.any(Function),
  });
});

test('tells objects that are not there from objects not yet asked for', () => {
  let given: StepRequest | undefined;
  run(
    (request) => {
      given = request;
      return passThrough(request);
    },
    { ...base, requiredResources: { namespace: { items: [] } } },
  );
  expect(given?.required).toEqual({ namespace: [] });
});

test('asks for what a step requires besides, in the words of Crossplane', () => {
  const { response } = run(
    responding({
      requires: {
        claims: { apiVersion: 'platform.internal/v1alpha1', kind: 'AppDatabase', namespace: 'shop', labels: {} },
        token: { apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name: 'token' },
      },
    }),
  );
  expect(response.requirements).toEqual({
    ...requirements,
    resources: {
      ...requirements.resources,
      claims: { apiVersion: 'platform.internal/v1alpha1', kind: 'AppDatabase', namespace: 'shop', matchLabels: { labels: {} } },
      token: { apiVersion: 'v1', kind: 'Secret', namespace: 'shop', matchName: 'token' },
    },
  });
});

test('passes on what the step leaves alone, byte for byte', () => {
  const desired = {
    composite: { resource: { status: { zones: ['a', 'a'] } }, connectionDetails: { key: Buffer.from('value') }, ready: Ready.READY_TRUE },
    resources: {
      pod: { resource: pod, connectionDetails: { user: Buffer.from([0, 255]) }, ready: Ready.READY_TRUE },
      job: { resource: pod, connectionDetails: {}, ready: Ready.READY_UNSPECIFIED },
    },
  };
  const context = { 'example.org/key': ['a', 'a', null] };
  const { response } = run(passThrough, { ...base, desired: State.toJSON(desired), context });
  expect(response).toEqual({
    meta: { tag: 'tag', ttl: { seconds: 60, nanos: 0 } },
    desired,
    context,
    results: [],
    conditions: [],
    requirements,
    output: undefined,
  });
});

test('writes by assignment: no array merges, and what the step drops is gone', () => {
  const desired = { resources: { pod: { resource: pod, ready: Ready.READY_TRUE }, job: { resource: pod } } };
  const shorter = { ...pod, spec: { containers: [{ args: ['-b', '-b'] }] } };
  const { response } = run(responding({ desired: { pod: { object: shorter } } }), { ...base, desired });
  expect(response.desired?.resources).toEqual({ pod: { resource: shorter, connectionDetails: {}, ready: Ready.READY_UNSPECIFIED } });
});

test.each([
  [true, Ready.READY_TRUE],
  [false, Ready.READY_FALSE],
])('tells Crossplane that a resource is ready: %s', (ready, want) => {
  const { response } = run(responding({ desired: { pod: { object: pod, ready } } }));
  expect(response.desired?.resources['pod']?.ready).toBe(want);
});

test('writes its part of the status, the conditions and the events of the claim', () => {
  const { response } = run(
    responding({
      status: { backend: 'rds', extensions: ['a', 'a'] },
      claimReady: false,
      conditions: [
        { type: 'Resolved', status: 'True', reason: 'Settled', message: 'Environment prod' },
        { type: 'Provisioned', status: 'False', reason: 'Waiting', message: 'Instance is not ready' },
        { type: 'Allowed', status: 'Unknown', reason: 'Waiting', message: '' },
      ],
      events: ['orders is ready'],
      ttlSeconds: 15,
    }),
    {
      ...base,
      desired: { composite: { resource: { status: { backend: 'shared', extensions: ['b'], old: true } }, ready: Ready.READY_TRUE } },
    },
  );
  expect(response.desired?.composite).toEqual({
    resource: { apiVersion: claim.apiVersion, kind: claim.kind, status: { backend: 'rds', extensions: ['a', 'a'], old: true } },
    connectionDetails: {},
    ready: Ready.READY_FALSE,
  });
  expect(response.conditions).toEqual([
    {
      type: 'Resolved',
      status: Status.STATUS_CONDITION_TRUE,
      reason: 'Settled',
      message: 'Environment prod',
      target: Target.TARGET_COMPOSITE,
    },
    {
      type: 'Provisioned',
      status: Status.STATUS_CONDITION_FALSE,
      reason: 'Waiting',
      message: 'Instance is not ready',
      target: Target.TARGET_COMPOSITE,
    },
    { type: 'Allowed', status: Status.STATUS_CONDITION_UNKNOWN, reason: 'Waiting', message: '', target: Target.TARGET_COMPOSITE },
  ]);
  expect(response.results).toEqual([{ severity: Severity.SEVERITY_NORMAL, message: 'orders is ready', target: Target.TARGET_COMPOSITE }]);
  expect(response.meta).toEqual({ tag: 'tag', ttl: { seconds: 15, nanos: 0 } });
});

test('fails the pipeline on a refusal, with its conditions and with what was desired before', () => {
  const desired = { resources: { pod: { resource: pod, connectionDetails: {}, ready: Ready.READY_TRUE } } };
  const { response, call } = run(
    responding({
      desired: {},
      status: { backend: 'rds' },
      refusal: { reason: 'WouldRemove', message: 'cannot apply: it would delete instance' },
      conditions: [{ type: 'Allowed', status: 'False', reason: 'WouldRemove', message: 'It would delete instance' }],
    }),
    { ...base, desired },
  );
  expect(response.results).toEqual([
    { severity: Severity.SEVERITY_FATAL, message: 'cannot apply: it would delete instance', target: Target.TARGET_COMPOSITE },
  ]);
  expect(response.conditions.map(({ type, reason }) => [type, reason])).toEqual([['Allowed', 'WouldRemove']]);
  expect(response.desired).toEqual({ composite: undefined, ...desired });
  expect(response.requirements).toEqual(requirements);
  expect(call).toEqual({
    step: 'Expand',
    kind: 'AppDatabase',
    namespace: 'shop',
    name: 'orders',
    outcome: 'refused',
    reason: 'WouldRemove',
    seconds: expect.any(Number),
  });
});

const refusals: readonly { name: string; request: object; want: string }[] = [
  {
    name: 'an unknown step',
    request: { ...base, input: { apiVersion: inputApiVersion, kind: 'Foo' } },
    want: 'input.kind: got "Foo", want one of Expand, Guard',
  },
  {
    name: 'a name that every object has',
    request: { ...base, input: { apiVersion: inputApiVersion, kind: 'constructor' } },
    want: 'input.kind: got "constructor", want one of Expand, Guard',
  },
  {
    name: 'another version of the input',
    request: { ...base, input: { apiVersion: 'fn.platform.internal/v2', kind: 'Expand' } },
    want: 'input.apiVersion: got "fn.platform.internal/v2", want one of fn.platform.internal/v1alpha1',
  },
  { name: 'an input with more in it', request: { ...base, input: { ...base.input, spec: {} } }, want: 'input.spec: unknown field' },
  { name: 'no input', request: { ...base, input: undefined }, want: 'input: missing, want object' },
];

test.each(refusals)('refuses $name', ({ request, want }) => {
  const { response, call } = run(passThrough, request);
  expect(response.results.map(({ severity, message }) => [severity, message])).toEqual([
    [Severity.SEVERITY_FATAL, `cannot run the pipeline step: ${want}`],
  ]);
  expect(response.requirements?.resources['environments']).toEqual(requirements.resources.environments);
  expect(call).toMatchObject({ outcome: 'refused', reason: 'RequestInvalid' });
});

test('refuses a request without a claim, for which there is nothing to ask', () => {
  const { response, call } = run(passThrough, { ...base, observed: undefined });
  expect(response.results.map(({ message }) => message)).toEqual([
    'cannot run the pipeline step: observed.composite: missing, want the claim',
  ]);
  expect(response.requirements?.resources).toEqual({});
  expect(call).toMatchObject({ outcome: 'refused', reason: 'RequestInvalid' });
});

test('takes an input that has metadata', () => {
  expect(run(passThrough, { ...base, input: { ...base.input, metadata: { name: 'input' } } }).response.results).toEqual([]);
});

test('answers what a step throws on one line, cut short, and keeps the error for the log', () => {
  const error = new Error(`first line\n  second line ${'x'.repeat(1000)}`);
  const { response, call } = run(
    () => {
      throw error;
    },
    { ...base, desired: { resources: { pod: { resource: pod } } } },
  );
  const prefix = 'cannot run the pipeline step: internal error: first line second line xxx';
  expect(response.results[0]).toMatchObject({ severity: Severity.SEVERITY_FATAL, message: expect.stringContaining(prefix) });
  expect(response.results[0]?.message.length).toBeLessThan(360);
  expect(Object.keys(response.desired?.resources ?? {})).toEqual(['pod']);
  expect(response.requirements).toEqual(requirements);
  expect(call).toMatchObject({ step: 'Expand', outcome: 'failed', error });
});

test.each([
  ['a bigint', 1n, 'desired.pod.spec.value: got 1, want a JSON value'],
  ['NaN', Number.NaN, 'desired.pod.spec.value: got NaN, want a JSON value'],
  ['a date', new Date(Number.NaN), 'desired.pod.spec.value: got Invalid Date, want a JSON value'],
  ['a map', [new Map()], 'desired.pod.spec.value.0: got [object Map], want a JSON value'],
  ['a hole in an array', [undefined], 'desired.pod.spec.value.0: got undefined, want a JSON value'],
  ['a symbol', Symbol('secret'), 'desired.pod.spec.value: got Symbol(secret), want a JSON value'],
])('fails on %s in a response', (_name, value, want) => {
  const { response, call } = run(responding({ desired: { pod: { object: { ...pod, spec: { value } } } } }));
  expect(response.results.map(({ message }) => message)).toEqual([`cannot run the pipeline step: internal error: ${want}`]);
  expect(call.outcome).toBe('failed');
});

test('fails on a status that is not JSON', () => {
  const { response } = run(responding({ status: { size: Number.POSITIVE_INFINITY } }));
  expect(response.results[0]?.message).toBe('cannot run the pipeline step: internal error: status.size: got Infinity, want a JSON value');
});

test('leaves out fields that are undefined', () => {
  const { response } = run(responding({ desired: { pod: { object: { ...pod, spec: { gone: undefined } } } } }));
  expect(response.desired?.resources['pod']?.resource).toEqual({ apiVersion: 'v1', kind: 'Pod', spec: {} });
});

test('answers the same bytes to the same request', () => {
  const runFunction = createRunFunction({
    steps: { Expand: passThrough },
    platform,
    observe: () => undefined,
    issueSecret: () => 'secret',
    now: () => '2026-01-02T03:04:05Z',
  });
  const request = encoded({ ...base, desired: { resources: { b: { resource: pod }, a: { resource: pod } } } });
  expect(runFunction(request)).toEqual(runFunction(request));
});

test('answers bytes that are no request', () => {
  const calls: Call[] = [];
  const runFunction = createRunFunction({
    steps: { Expand: passThrough },
    platform,
    observe: (call) => calls.push(call),
    issueSecret: () => 'secret',
    now: () => '2026-01-02T03:04:05Z',
  });
  const { results } = RunFunctionResponse.decode(runFunction(Buffer.from([0x12, 0xff])));
  expect(results.map(({ severity, message }) => [severity, message])).toEqual([
    [Severity.SEVERITY_FATAL, 'cannot read the request: premature EOF'],
  ]);
  expect(calls).toMatchObject([{ step: undefined, kind: undefined, outcome: 'refused', reason: 'RequestUnreadable' }]);
});
