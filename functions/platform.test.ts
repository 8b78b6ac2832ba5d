import { describe, expect, test } from 'vitest';
import { stepRequest } from '../test/request.ts';
import { appCache } from './apis/app-cache/index.ts';
import { at } from './core/kubernetes.ts';
import type { AddedStep, Policy } from './core/pipeline.ts';
import { expand } from './expand/expand.ts';
import { goldenPath } from './golden-path.ts';
import { policies } from './guard/policies/index.ts';
import { definePlatform } from './platform.ts';

const [policy] = policies as readonly [Policy];
const step: AddedStep = { name: 'labels', package: 'xpkg.example.com/acme/function-labels', version: '>=v0.1.0' };
const other = { ...appCache, kind: 'AppOther', plural: 'appothers', suffix: 'other' };
const zone = { apiVersion: 'dns.example.com/v1', kind: 'Zone', plural: 'zones' };
const wantDashed = 'want lower-case words with dashes between them, such as acme-platform';

describe('a platform cannot be defined with', () => {
  test.each<[string, Partial<Parameters<typeof definePlatform>[0]>, string]>([
    ['a name of another form', { name: 'Acme' }, `name: got "Acme", ${wantDashed}`],
    [
      'a name that no label can have',
      { name: 'a'.repeat(64) },
      `name: got "${'a'.repeat(59)}… (66 characters), want at most 63 characters`,
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
      { steps: [{ ...step, composes: [{ ...zone, provider: { package: 'xpkg.example.com/acme/provider-dns:v1', version: 'v1.0.0' } }] }] },
      'composes.provider.package: got "xpkg.example.com/acme/provider-dns:v1", want HOST/PATH without a tag and a digest',
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
