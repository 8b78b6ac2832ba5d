const core = '^functions/core/';
const production = '^functions/(?!.*\\.test\\.ts$)';
const error = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    error('no-cycles', 'A cycle has no direction.', {}, { circular: true }),
    error(
      'core-is-pure',
      'The vocabulary needs nothing but zod and a hash.',
      { path: core, pathNot: '\\.test\\.ts$' },
      { pathNot: `${core}|^node_modules/zod/|^(node:)?crypto$` },
    ),
    error(
      'kinds-know-core-only',
      'What is known of a kind rests on nothing but the vocabulary.',
      { path: '^functions/kinds/', pathNot: '\\.test\\.ts$' },
      { pathNot: `${core}|^functions/kinds/` },
    ),
    error(
      'builders-know-core-and-kinds-only',
      'Builders shared by APIs.',
      { path: '^functions/(aws|containers)/' },
      { pathNot: `${core}|^functions/(kinds|aws|containers)/|^node_modules/zod/` },
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
      'functions-stand-alone',
      'What runs in the cluster needs no generator, tool or test.',
      { path: production },
      { path: '^(xrds|compositions|examples|package|cli|docs|test)/' },
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
      'cli-reads-functions',
      'The plan runs the production code and no generator.',
      { path: '^cli/', pathNot: '\\.test\\.ts$' },
      { path: '^(xrds|compositions|package|docs|test)/', pathNot: '^package/(composed|manifest|names)\\.ts$' },
    ),
    error(
      'no-dev-dependencies',
      'What is shipped needs only dependencies.',
      { path: '^(functions|xrds|compositions|examples|package|cli|docs)/|^test/(contract|index|request)\\.ts$', pathNot: '\\.test\\.ts$' },
      { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm-peer'] },
    ),
    error('no-orphans', 'A module that nobody imports is dead.', { orphan: true, pathNot: '(\\.test|\\.config)\\.ts$|^\\.' }, {}),
  ],
  options: {
    doNotFollow: { path: '^node_modules' },
    exclude: { path: '^(dist|examples/own-platform|node_modules/\\.)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
