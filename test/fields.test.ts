import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { apisPage } from '../docs/apis.ts';
import { type Backend, defineApi } from '../functions/core/api.ts';
import { bind, bindingHead, bindingKey } from '../functions/core/binding.ts';
import { needsOf } from '../functions/core/facts.ts';
import { field, type SettingsOf, setting } from '../functions/core/field.ts';
import { at } from '../functions/core/kubernetes.ts';
import { runningField } from '../functions/core/stop.ts';
import { expand } from '../functions/expand/expand.ts';
import { guard } from '../functions/guard/guard.ts';
import { policies } from '../functions/guard/policies/index.ts';
import { secret } from '../functions/kinds/kubernetes/secret.ts';
import { definePlatform } from '../functions/platform.ts';
import { toXrd } from '../xrds/xrd.ts';
import { environmentConfig, observedAfter, stepRequest } from './request.ts';

const suffix = 'shape';

/** One field of each shape that a claim can have. */
const fields = {
  backend: setting(z.enum(['container', 'other']), { text: 'What it is realised with.', default: { dev: 'container', staging: 'other' } }),
  choice: field(z.enum(['8', '9', '10']), { text: 'A choice of numbers.', default: { dev: '9' }, change: 'grows' }),
  size: field(z.enum(['small', 'large']), { text: 'A choice.', default: { dev: 'small', prod: 'large' } }),
  switched: field(z.boolean().default(false), { text: 'A switch.', change: 'never' }),
  amountGiB: field(z.int().min(1).max(99), { text: 'A number.', unit: 'GiB', default: { dev: 5 }, change: 'grows', example: 7 }),
  name: field(z.string().max(9), { text: 'A text that every claim has to say.', required: true, change: 'never', example: 'ledger' }),
  alias: field(z.string().max(9), { text: 'A text that may be left out.', change: 'never', instead: 'make a new claim', example: 'sales' }),
  names: field(z.array(z.string().max(9)).max(3).meta({ 'x-kubernetes-list-type': 'set' }), {
    text: 'A list.',
    default: { dev: [] },
    change: 'never',
    example: ['a', 'b'],
  }),
  window: field(z.object({ day: z.string().max(3).describe('Its day.'), hour: z.int().min(0).max(23).describe('Its hour.') }), {
    text: 'An object.',
    default: { dev: { day: 'sun', hour: 3 }, prod: { day: 'sat', hour: 1 } },
    change: 'never',
    example: { day: 'mon', hour: 2 },
  }),
  routes: field(z.array(z.object({ path: z.string().max(9).describe('Its path.') })).max(2), {
    text: 'A list of objects.',
    example: [{ path: '/a' }],
  }),
  labels: field(z.record(z.string(), z.string().max(9)), { text: 'A map.', default: { dev: {} }, example: { a: 'b' } }),
  parameters: field(z.partialRecord(z.enum(['work_mem', 'timezone']), z.string().max(9)), {
    text: 'A map with keys from a list.',
    default: { dev: { timezone: 'UTC' } },
    example: { work_mem: '4MB' },
    refusedOn: { other: 'ask the platform team to set it for all' },
  }),
};
type Settings = SettingsOf<typeof fields>;

const binding = z.strictObject(bindingHead('shape', ['container', 'other']));

const backendOf = (provider: Settings['backend']): Backend<Settings, unknown> => ({
  needs: needsOf(),
  composes: { binding: secret },
  anchor: 'binding',
  expand: ({ claim, observed }) => ({
    ...bind(claim, `${claim.name}-${suffix}`, binding, { type: 'shape', provider }, observed[bindingKey], ''),
    status: {},
  }),
});

const api = defineApi({
  kind: 'AppShape',
  plural: 'appshapes',
  doc: 'Something with a field of each shape.',
  example: { name: 'orders', spec: { name: 'orders' } },
  columns: [{ name: 'NAME', type: 'string', path: '.status.settings.name' }],
  schema: { suffix, fields, status: z.object({}), binding },
  backends: { container: backendOf('container'), other: backendOf('other') },
  releasable: [],
  claimPolicies: [],
});
const platform = definePlatform({ name: 'shape-platform', apis: [api], policies });

const said = {
  choice: '10',
  name: 'ledger',
  alias: 'sales',
  names: ['b', 'a'],
  window: { day: 'mon', hour: 2 },
  routes: [{ path: '/a' }],
  labels: { a: 'b' },
  parameters: { work_mem: '4MB' },
};

const request = (given: Parameters<typeof stepRequest>[0] = {}) => stepRequest({ platform, kind: api.kind, ...given });

test('a claim has what it says in force, and the default of its tier for the rest', () => {
  const settings = (spec: unknown, environment: string) => {
    const environments = [environmentConfig(environment, { tier: environment })];
    return at(expand(request({ spec, environment, environments })).status, 'settings');
  };
  const defaults = {
    choice: '9',
    size: 'small',
    switched: false,
    amountGiB: 5,
    name: 'x',
    names: [],
    window: { day: 'sun', hour: 3 },
    labels: {},
    parameters: { timezone: 'UTC' },
  };
  expect(settings({ name: 'x' }, 'dev')).toEqual(defaults);
  expect(settings({ name: 'x' }, 'prod')).toEqual({ ...defaults, size: 'large', window: { day: 'sat', hour: 1 } });
  expect(settings(said, 'dev')).toEqual({ ...defaults, ...said });
});

test('a live claim is not refused for being what it is, and is for what can neither change nor shrink', () => {
  const run = (spec: unknown, status?: unknown, observed = {}) => {
    const asked = request({ spec, observed, ...(status !== undefined && { status }) });
    const expanded = expand(asked);
    const guarded = guard({ ...asked, desired: expanded.desired, desiredStatus: expanded.status ?? {} });
    return { expanded, refusal: expanded.refusal ?? guarded.refusal };
  };
  const first = run(said);
  const live = (spec: unknown) => run(spec, first.expanded.status, observedAfter(first.expanded)).refusal?.message.split('; if that')[0];
  expect(live(said)).toBeUndefined();
  expect(live({ ...said, size: 'large', labels: { a: 'c' } })).toBeUndefined();
  expect(live({ ...said, names: ['a'] })).toBe(
    'cannot apply: status.settings.names: got ["a"], want ["b","a"], which cannot change without losing the data',
  );
  expect(live({ ...said, window: { day: 'tue', hour: 2 } })).toBe(
    'cannot apply: status.settings.window: got {"day":"tue","hour":2}, want {"day":"mon","hour":2}, which cannot change without losing the data',
  );
  expect(live({ ...said, choice: '9' })).toBe('cannot shrink: spec.choice: got "9", want at least "10", which is in use');
});

test('a field that a backend does not have is refused there, with what to do instead', () => {
  const refusal = (environment: string) =>
    expand(request({ spec: said, environment, environments: [environmentConfig(environment, { tier: environment })] })).refusal;
  expect(refusal('dev')).toBeUndefined();
  expect(refusal('staging')).toEqual({
    reason: 'FieldNotOnBackend',
    message:
      'cannot use AppShape "orders" in environment staging: spec.parameters: got {"work_mem":"4MB"}, which backend other does not have: ask the platform team to set it for all',
  });
});

test('the apiserver is told of each field what its declaration says', () => {
  const schema = at(toXrd(api), 'spec', 'versions', '0', 'schema', 'openAPIV3Schema', 'properties', 'spec');
  const rule = (text: string, message: string) => ({ 'x-kubernetes-validations': [{ rule: text, message }] });
  const moved = 'make a new claim and move the data';
  expect(schema).toEqual({
    type: 'object',
    description: 'What you want of the AppShape.',
    required: ['name'],
    properties: {
      choice: {
        type: 'string',
        enum: ['8', '9', '10'],
        title: 'Choice',
        description: 'A choice of numbers. Default by tier; only grows.',
        ...rule('int(self) >= int(oldSelf)', `choice can only grow: to go back, ${moved}`),
      },
      size: { type: 'string', enum: ['small', 'large'], title: 'Size', description: 'A choice. Default by tier.' },
      switched: {
        type: 'boolean',
        default: false,
        title: 'Switched',
        description: 'A switch. Never changes.',
        ...rule('self == oldSelf', `switched cannot be changed: ${moved}`),
      },
      amountGiB: {
        type: 'integer',
        minimum: 1,
        maximum: 99,
        title: 'Amount (GiB)',
        description: 'A number. Default by tier; only grows.',
        ...rule('self >= oldSelf', `amountGiB can only grow: to go back, ${moved}`),
      },
      name: {
        type: 'string',
        maxLength: 9,
        title: 'Name',
        description: 'A text that every claim has to say. Never changes.',
        ...rule('self == oldSelf', `name cannot be changed: ${moved}`),
      },
      alias: {
        type: 'string',
        maxLength: 9,
        title: 'Alias',
        description: 'A text that may be left out. Never changes.',
        ...rule('self == oldSelf', 'alias cannot be changed: make a new claim'),
      },
      names: {
        type: 'array',
        maxItems: 3,
        items: { type: 'string', maxLength: 9 },
        'x-kubernetes-list-type': 'set',
        title: 'Names',
        description: 'A list. Default by tier; never changes.',
        ...rule('self == oldSelf', `names cannot be changed: ${moved}`),
      },
      window: {
        type: 'object',
        required: ['day', 'hour'],
        properties: {
          day: { type: 'string', maxLength: 3, description: 'Its day.' },
          hour: { type: 'integer', minimum: 0, maximum: 23, description: 'Its hour.' },
        },
        title: 'Window',
        description: 'An object. Default by tier; never changes.',
        ...rule('self == oldSelf', `window cannot be changed: ${moved}`),
      },
      routes: {
        type: 'array',
        maxItems: 2,
        items: { type: 'object', required: ['path'], properties: { path: { type: 'string', maxLength: 9, description: 'Its path.' } } },
        title: 'Routes',
        description: 'A list of objects.',
      },
      labels: {
        type: 'object',
        additionalProperties: { type: 'string', maxLength: 9 },
        title: 'Labels',
        description: 'A map. Default by tier.',
      },
      parameters: {
        type: 'object',
        properties: { work_mem: { type: 'string', maxLength: 9 }, timezone: { type: 'string', maxLength: 9 } },
        title: 'Parameters',
        description: 'A map with keys from a list. Default by tier.',
      },
    },
    'x-kubernetes-validations': [
      { rule: '!has(oldSelf.choice) || has(self.choice)', message: 'choice cannot be removed: leave the value that it has' },
      { rule: '!has(oldSelf.amountGiB) || has(self.amountGiB)', message: 'amountGiB cannot be removed: leave the value that it has' },
      { rule: 'has(self.alias) == has(oldSelf.alias)', message: 'alias cannot be added or removed later: make a new claim' },
      { rule: 'has(self.names) == has(oldSelf.names)', message: `names cannot be added or removed later: ${moved}` },
      { rule: 'has(self.window) == has(oldSelf.window)', message: `window cannot be added or removed later: ${moved}` },
    ],
  });
});

test('the documentation has a row for each field, and for what is inside', () => {
  const [, spec = ''] = /### Spec\n\n([\s\S]*?)\n\n###/.exec(apisPage(platform)) ?? [];
  const rows = spec.split('\n').slice(2);
  expect(rows.map((row) => row.split(' | ').slice(0, 2).join(' '))).toEqual([
    '| `choice` `8`, `9`, `10`',
    '| `size` `small`, `large`',
    '| `switched` boolean',
    '| `amountGiB` 1 to 99',
    '| `name` string',
    '| `alias` string',
    '| `names` list of string',
    '| `window` object',
    '| `window.day` string',
    '| `window.hour` 0 to 23',
    '| `routes` list of object',
    '| `routes[].path` string',
    '| `labels` map of string',
    '| `parameters` object',
    '| `parameters.work_mem` string',
    '| `parameters.timezone` string',
  ]);
});

describe('a declaration that makes no sense is refused:', () => {
  const define = (wrong: typeof fields) =>
    defineApi({
      kind: 'AppWrong',
      plural: 'appwrongs',
      doc: 'Wrong.',
      example: { name: 'orders', spec: { name: 'x' } },
      columns: [],
      schema: { suffix, fields: wrong, status: z.object({}), binding },
      backends: { container: backendOf('container'), other: backendOf('other') },
      releasable: [],
      claimPolicies: [],
    });
  test.each([
    [
      'a text that grows',
      { ...fields, name: field(z.string().max(9), { text: 'A text.', required: true, change: 'grows' }) },
      'name.change: got "grows", want that of a number, or of a choice of whole numbers',
    ],
    [
      'a default that the schema refuses',
      { ...fields, amountGiB: field(z.int().min(1).max(99), { text: 'A number.', default: { dev: 100 } }) },
      'amountGiB: got 100 as a default, an example or what gives data up, which its schema refuses',
    ],
    [
      'a backend that there is not',
      {
        ...fields,
        parameters: field(fields.parameters.schema, { text: 'A map.', default: { dev: {} }, refusedOn: { rds: 'leave it out' } }),
      },
      'parameters.refusedOn: got "rds", want one of container, other',
    ],
    [
      'a field that stops claims, of which a backend does not say whether it can',
      { ...fields, running: runningField },
      'backends.container.stops: missing, want it, since claims can say running; backends.other.stops: missing, want it, since claims can say running',
    ],
  ])('%s', (_, wrong, problem) => {
    expect(() => define(wrong as typeof fields)).toThrow(new Error(`cannot define AppWrong: ${problem}`));
  });
});
