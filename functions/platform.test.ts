import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { stepRequest } from '../test/request.ts';
import { appBucket } from './apis/app-bucket/index.ts';
import { appCache } from './apis/app-cache/index.ts';
import { aws } from './aws/facts.ts';
import { image } from './containers/facts.ts';
import type { Api } from './core/api.ts';
import type { Card } from './core/card.ts';
import { type Facts, facts, needsOf, section } from './core/facts.ts';
import { at } from './core/kubernetes.ts';
import type { AddedStep, Policy } from './core/pipeline.ts';
import { expand } from './expand/expand.ts';
import { goldenPath } from './golden-path.ts';
import { policies } from './guard/policies/index.ts';
import { s3Bucket } from './kinds/aws/s3-bucket.ts';
import { definePlatform } from './platform.ts';

/** An API with one backend, which needs facts. */
function needing(...needed: readonly Facts[]): Api {
  const backend = { needs: needsOf(...needed), composes: {}, expand: () => ({ resources: {}, pending: {}, status: {} }) };
  return { ...other, backends: { ours: backend } };
}

const [policy] = policies as readonly [Policy];
const step: AddedStep = { name: 'labels', package: 'xpkg.example.com/acme/function-labels', version: '>=v0.1.0' };
const other = { ...appCache, kind: 'AppOther', plural: 'appothers', suffix: 'other' };
const zone: Card = { ...s3Bucket, apiVersion: 'dns.example.com/v1', kind: 'Zone', plural: 'zones' };
const provider = { version: 'v1.0.0', failures: [] };
const nothing = { composes: {}, expand: () => ({ resources: {}, pending: {}, status: {} }) };
const wantDashed = 'want lower-case words with dashes between them, such as acme-platform';

const apisOf = (kind: string) => goldenPath.apis.filter((api) => api.kind === kind);

describe('a platform cannot be defined with', () => {
  test.each<[string, Partial<Parameters<typeof definePlatform>[0]>, string]>([
    ['a name of another form', { name: 'Acme' }, `name: got "Acme", ${wantDashed}`],
    [
      'a name that no label can have',
      { name: 'a'.repeat(64) },
      `name: got "${'a'.repeat(59)}… (64 characters), want at most 63 characters`,
    ],
    ...[{ kind: 'AppCache' }, { plural: 'appcache' }, { shortName: 'appcache' }].map((names): [string, object, string] => [
      `the ${Object.keys(names)[0]} of another API`,
      { apis: [appCache, { ...other, ...names }] },
      'apis: names for kubectl: got "appcache" twice, want each once',
    ]),
    ['a suffix twice', { apis: [appCache, { ...other, suffix: 'cache' }] }, 'apis.suffix: got "cache" twice, want each once'],
    ...['a-suffix-that-leaves-claims-no-names', 'Other', 'other-'].map((suffix): [string, object, string] => [
      `the suffix ${suffix}`,
      { apis: [appCache, { ...other, suffix }] },
      `apis.suffix: got "${suffix}", want lower-case words with dashes between them, at most 31 characters in all, such as database`,
    ]),
    ['a policy twice', { policies: [...policies, policy] }, `policies.id: got "${policy.id}" twice, want each once`],
    [
      'a policy of another form',
      { policies: [...policies, { ...policy, id: "it's/mine" }] },
      `policies.id: got "it's/mine", ${wantDashed}`,
    ],
    ['a step twice', { steps: [step, step] }, 'steps.name: got "labels" twice, want each once'],
    [
      'a step of every pipeline',
      { steps: [{ ...step, name: 'guard' }] },
      'steps.name: got "guard", want another name than that of a step of every pipeline',
    ],
    ...[`${step.package}:v1`, `${step.package}@sha256:00`, 'acme/function-labels', 'xpkg.example.com'].map(
      (reference): [string, object, string] => [
        `the package ${reference}`,
        { steps: [{ ...step, package: reference }] },
        `steps.package: got "${reference}", want HOST/PATH without a tag and a digest`,
      ],
    ),
    ...['', 'latest', 'v1..2', '>=', '1 2 three'].map((version): [string, object, string] => [
      `the version ${version}`,
      { steps: [{ ...step, version }] },
      `steps.version: got "${version}", want versions such as ">=v0.1.0", or a digest`,
    ]),
    [
      'one package in two versions',
      { steps: [step, { ...step, name: 'more-labels', version: 'v0.2.0' }] },
      'version: got ">=v0.1.0" and "v0.2.0" for xpkg.example.com/acme/function-labels, want one for each package',
    ],
    [
      'a provider with a tag',
      { steps: [{ ...step, composes: [{ ...zone, broughtBy: { ...provider, package: 'xpkg.example.com/acme/provider-dns:v1' } }] }] },
      'composes.broughtBy.package: got "xpkg.example.com/acme/provider-dns:v1", want HOST/PATH without a tag and a digest',
    ],
    [
      'two cards of one kind',
      { steps: [{ ...step, composes: [{ ...s3Bucket, tags: { none: 'mine has none' } }] }] },
      'composes: got "s3.aws.m.upbound.io Bucket" twice, want each once',
    ],
    [
      'an API that requires what none offers',
      { apis: [appBucket] },
      'AppBucket: requires.roles: got a role of AWS for a service account, which no API offers, want one that does among the apis',
    ],
    [
      'a requirement of the name of one of its own',
      { apis: [{ ...other, requires: { namespace: { ...zone, select: () => undefined } } }] },
      'AppOther: requires.namespace: got a name that the platform uses itself, want another',
    ],
    [
      'a cluster-scoped API that lives in an environment',
      { apis: [{ ...other, scope: 'Cluster' }] },
      'AppOther: place: got "environment", want "none": a cluster-scoped claim has no namespace that could belong to an environment',
    ],
    [
      'an API outside of environments that asks for one',
      {
        apis: [
          { ...needing(facts(section('dns', ''), { zone: z.string() })), profile: z.strictObject({ size: z.string() }), place: 'none' },
        ],
      },
      'AppOther: profile: got size, want nothing that differs by tier; AppOther: needs: got facts of an environment, want none for an API of place "none"',
    ],
    [
      'an API outside of environments with two backends',
      { apis: [{ ...other, profile: z.strictObject({}), backends: { a: nothing, b: nothing }, place: 'none' }] },
      'AppOther: backends: got 2, want one: no tier chooses among them',
    ],
    [
      'a fact that another backend declares too',
      { apis: [appCache, needing(image('valkey', 'Valkey image', 'ghcr.io/acme/valkey'))] },
      'facts: data.images.valkey: got one of AppCache on container and another of AppOther on ours, want one facts() for both',
    ],
    [
      'a fact that a section always has',
      { apis: [appCache, needing(facts(aws, { region: z.string() }))] },
      'facts: data.aws.region: got one of AppCache on elasticache and another of AppOther on ours, want one facts() for both',
    ],
    [
      'a section that another backend declares too',
      { apis: [appCache, needing(facts(section('aws', 'Ours.'), { zone: z.string() }))] },
      'facts: section data.aws: got one of AppCache on elasticache and another of AppOther on ours, want one section() for both',
    ],
    [
      'a section of a name of its own',
      { apis: [needing(facts(section('defaults', 'Ours.'), { zone: z.string() }))] },
      'facts: data.defaults: got a section of AppOther on ours, want another name, since the platform has that one',
    ],
    [
      'two regions',
      { apis: [appCache, needing(facts(section('gcp', 'Ours.'), { location: z.string() }, { means: { location: { is: 'region' } } }))] },
      'facts: region: got "data.aws.region" and "data.gcp.location", want one',
    ],
    [
      'a key that may go, which stands for what an API composes',
      { apis: apisOf('AppDatabase'), releasable: ['inst*', 'ingress-12', 'binding-*', 'dash*'] },
      'releasable: got "inst*", which stands for "instance" of AppDatabase on rds, want keys that only steps add; ' +
        'releasable: got "ingress-12", which stands for "ingress-*" of AppDatabase on rds, want keys that only steps add',
    ],
    [
      'a key that an API lets go and that holds data',
      { apis: apisOf('AppDatabase').map((api) => ({ ...api, releasable: ['in*'] })) },
      'AppDatabase: releasable: got "instance" of AppDatabase on rds, which holds data, want what holds none',
    ],
    [
      'more than one mistake, which are all named',
      { name: 'Acme', steps: [step, step] },
      `name: got "Acme", ${wantDashed}; steps.name: got "labels" twice, want each once`,
    ],
  ])('%s', (_, wrong, problem) => {
    expect(() => definePlatform({ ...goldenPath, ...wrong })).toThrow(new Error(`cannot define a platform: ${problem}`));
  });
});

test.each(['v1.2.3', '>=v0.1.0-0', '>=1.2, <2', '^1.2 || ~2.0.1', '1.x', '*', '1.2 - 1.4', `sha256:${'0'.repeat(64)}`])(
  'a step can want version %s',
  (version) => {
    expect(definePlatform({ ...goldenPath, steps: [{ ...step, version }] }).steps).toEqual([{ ...step, version }]);
  },
);

test.each([
  ['dev', ['metadata', 'labels', 'app.kubernetes.io/managed-by']],
  ['prod', ['spec', 'forProvider', 'tags', 'managed-by']],
])('what is made for a claim in %s says which platform made it', (environment, path) => {
  const platform = definePlatform({ ...goldenPath, name: 'acme-platform' });
  const { desired } = expand(stepRequest({ platform, environment }));
  const said = Object.values(desired).flatMap(({ object }) => at(object, ...path) ?? []);
  expect([...new Set(said)]).toEqual(['acme-platform']);
});

test('a platform knows the kinds that its steps compose', () => {
  const { cards } = definePlatform({ ...goldenPath, steps: [{ ...step, composes: [zone, s3Bucket] }] });
  expect([
    cards.get('dns.example.com Zone'),
    cards.get('s3.aws.m.upbound.io Bucket'),
    goldenPath.cards.get('dns.example.com Zone'),
  ]).toEqual([zone, s3Bucket, undefined]);
});

describe('defaults of an organisation', () => {
  test('are in place of those that an API comes with, from their tier on, and the API itself stays as it is', () => {
    const { apis } = definePlatform({
      ...goldenPath,
      defaults: { AppDatabase: { staging: { size: 'medium' }, prod: { storageGiB: 200 } } },
    });
    const values = (api: { readonly profiles: Readonly<Record<string, Readonly<Record<string, unknown>>>> } | undefined) =>
      ['dev', 'staging', 'prod'].map((tier) => [api?.profiles[tier]?.['size'], api?.profiles[tier]?.['storageGiB']]);
    expect(values(apis[0])).toEqual([
      ['small', 20],
      ['medium', 20],
      ['medium', 200],
    ]);
    expect(values(goldenPath.apis[0])).toEqual([
      ['small', 20],
      ['small', 20],
      ['medium', 100],
    ]);
    expect(apis.slice(1).map(({ profiles }) => profiles)).toEqual(goldenPath.apis.slice(1).map(({ profiles }) => profiles));
  });

  test('that no API has, or that its schema refuses, are refused', () => {
    const apis = goldenPath.apis.filter(({ kind }) => kind === 'AppDatabase');
    const define = (defaults: object) => () => definePlatform({ ...goldenPath, apis, defaults: defaults as never });
    expect(define({ AppOther: { prod: { size: 'large' } } })).toThrow(
      'cannot define a platform: defaults.AppOther: got a kind that there is not, want one of AppDatabase',
    );
    expect(define({ AppDatabase: { prod: { size: 'huge', fifo: true } } })).toThrow(
      'cannot define a platform: defaults.AppDatabase.prod.fifo: unknown field; defaults.AppDatabase.prod.size: got "huge", want one of small, medium, large, xlarge',
    );
  });
});
