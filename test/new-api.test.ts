import { expect, test } from 'vitest';
import { copyOfCheckout } from './copy.ts';

const configuration = new URL('../.dependency-cruiser.mjs', import.meta.url);
const { layers } = (await import(configuration.href)) as { readonly layers: readonly string[] };

const filesOf = (folder: string, plural: string) =>
  [
    `compositions/${plural}.platform.internal.yaml`,
    'docs/apis.md',
    `examples/${folder}.yaml`,
    ...[`${folder}.test.ts`, 'backends/container.ts', 'index.ts', 'schema.ts'].map((file) => `functions/apis/${folder}/${file}`),
    'functions/apis/index.ts',
    ...['claim-policies', 'namespace-protection', 'rbac'].map((file) => `package/install/${file}.yaml`),
    ...['dev', 'prod', 'staging'].flatMap((tier) =>
      ['defaults', 'every-field'].map((fields) => `test/golden/${plural}/${tier}-container-${fields}.yaml`),
    ),
    `xrds/${plural}.platform.internal.yaml`,
  ].sort();

const commit = 'git add --all && git -c user.name=test -c user.email=test@example.com commit --quiet --allow-empty --message before';
const changed = 'git add --all && git diff --cached --name-only --no-renames';

const definition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
spec:
  group: ruler.aws.m.upbound.io
  names: { kind: Rule, plural: rulez }
  versions:
    - name: v1beta1
      schema: { openAPIV3Schema: { properties: { spec: { properties: { forProvider: { properties: { pattern: {} }, required: [pattern] } } } } } }
`;

test('an API that was made passes the checks and tests as it is, also beside another', { timeout: 480_000 }, async () => {
  const { run } = copyOfCheckout();
  for (const [kind, folder, plural] of [
    ['AppTopic', 'app-topic', 'apptopics'],
    ['AppIdentityVerificationPolicy', 'app-identity-verification-policy', 'appidentityverificationpolicies'],
  ] as const) {
    await run(commit);
    const made = await run(`npm run --silent new-api -- ${kind}`);
    const files = filesOf(folder, plural);
    expect({ ...made, stdout: made.stdout.replace(/in [\d.]+ s/, 'in 1 s') }).toEqual({
      code: 0,
      stderr: '',
      stdout: `${files.join('\n')}
18 files in 1 s: ${kind}, as container in every tier

Next: npm run --silent goldenpath -- plan examples/${folder}.yaml --environment dev
Then make it your own: fields with their defaults and the binding in schema.ts, the server in backends/container.ts.
`,
    });
    expect((await run(changed)).stdout.trim().split('\n').sort()).toEqual(files);
  }
  await run(commit);
  // Of a kind of which a definition says that it has neither tags nor a region.
  await run(`mkdir crds && cat > crds/rule.yaml <<'EOF'
${definition}EOF`);
  for (const [args, said] of [
    ['AppTable --aws dynamodb/Table', 'No CustomResourceDefinition of dynamodb/Table is at hand'],
    ['AppRule --aws ruler/Rule --crds crds', 'Its CustomResourceDefinition requires of spec.forProvider: pattern.'],
  ] as const) {
    const { code, stdout, stderr } = await run(`CRDS= npm run --silent new-api -- ${args}`);
    expect({ code, stderr, said: stdout.includes(said) }, stdout).toEqual({ code: 0, stderr: '', said: true });
    expect(stdout).toMatch(/ s: App(Table|Rule), as container in dev and staging; prod is refused until its card is decided\n/);
  }
  for (const [tier, code, verdict] of [
    ['dev', 0, 'as container\n'],
    ['prod', 1, 'as dynamodb\n'],
  ] as const) {
    const planned = await run(`npm run --silent goldenpath -- plan examples/app-table.yaml --environment ${tier}`);
    expect({ code: planned.code, said: planned.stdout.includes(verdict) }, planned.stdout).toEqual({ code, said: true });
  }
  const rule = await run('cat functions/kinds/aws/ruler-rule.ts');
  expect(rule.stdout).toContain("awsKind('ruler', 'Rule', 'rulez')");
  expect(rule.stdout).toContain("region: none('provider-aws has no field for it')");
  expect(rule.stdout).toContain('tags: untagged');
  await run('rm -r crds');
  for (const check of [
    'biome ci --error-on-warnings',
    'tsc --noEmit',
    'knip',
    `depcruise --preserve-symlinks ${layers.join(' ')}`,
    `depcruise --preserve-symlinks --config .dependency-cruiser.folders.mjs ${layers.join(' ')}`,
    'PROPERTY_RUNS=20 vitest run --project unit',
  ]) {
    const { code, stdout, stderr } = await run(check);
    expect({ code, said: code === 0 ? '' : `${stdout}${stderr}`.slice(-5000) }, check).toEqual({ code: 0, said: '' });
  }
});

const want = 'want a kind of two or more words in UpperCamelCase and at most 30 characters, such as AppTopic';

test('what cannot be made is refused in one line, and nothing is written', async () => {
  const { run } = copyOfCheckout();
  const refused = async (args: string) => {
    await run(commit);
    const { code, stdout, stderr } = await run(`npm run --silent new-api -- ${args}`);
    return { code, stdout, stderr, changed: (await run(changed)).stdout };
  };
  const line = (problem: string) => ({ code: 2, stdout: '', stderr: `cannot make an API: ${problem}\n`, changed: '' });
  expect(await refused('')).toEqual(line(`name: missing, ${want}`));
  for (const name of ['topic', 'Topic', 'appTopic', 'app-topic', 'APITopic', 'AppÜber', `App${'X'.repeat(28)}`]) {
    expect(await refused(name)).toEqual(line(`name: got ${JSON.stringify(name)}, ${want}`));
  }
  expect(await refused('AppTopic AppOther')).toEqual(line('name: got "AppTopic", "AppOther", want one'));
  expect(await refused('--force')).toEqual(line("Unknown option '--force'; see npm run new-api -- --help"));
  expect(await refused('AppTable --aws Table')).toEqual(
    line('--aws: got "Table", want SERVICE/KIND of provider-aws, such as dynamodb/Table'),
  );
  expect(await refused('AppOther --aws sqs/Queue')).toEqual(
    line('--aws: got "sqs/Queue", which has a card, want a kind that has none; copy a backend that composes it'),
  );
  expect(await refused('AppTable --aws dynamodb/Table --crds nowhere')).toEqual(line('--crds: got "nowhere", want a folder that exists'));
  expect(await refused('AppTable --aws dynamodb/Table --crds package.json')).toEqual(
    line('--crds: got "package.json", want a folder that exists'),
  );
  expect(await refused('AppTable --crds docs')).toEqual(line('--crds: got "docs" without --aws, want both or neither'));
  for (const name of ['AppBinding', 'AppProtection']) {
    expect(await refused(`${name} --aws dynamodb/Table`)).toEqual(
      line(`name: got "${name}", want one that does not end with binding or protection, which each claim in AWS has beside its Table`),
    );
  }
  expect(await refused('AppCache')).toEqual(
    line('name: got "AppCache", want one that is not taken: apis: names for kubectl: got "appcaches" twice, want each once'),
  );
  await run('mkdir functions/apis/app-topic && touch functions/apis/app-topic/notes.txt');
  expect(await refused('AppTopic')).toEqual(line('functions/apis/app-topic: exists, want no such folder'));
  await run("rm -r functions/apis/app-topic && sed -i.bak 's/apis: readonly Api/apis: Api/' functions/apis/index.ts");
  expect(await refused('AppTopic')).toEqual(
    line('functions/apis/index.ts: got no list of APIs, want "export const apis: readonly Api[] = […];"'),
  );
});

test('what fails on the way leaves nothing behind', async () => {
  const { run } = copyOfCheckout();
  await run(`echo 'throw new Error("no such reporter")' > vitest.config.ts && ${commit}`);
  const { code, stdout, stderr } = await run('npm run --silent new-api -- AppTopic');
  expect({ code, stdout, said: stderr.includes('no such reporter'), changed: (await run(changed)).stdout }).toEqual({
    code: 1,
    stdout: '',
    said: true,
    changed: '',
  });
});

test('help says what it does', async () => {
  const { run } = copyOfCheckout();
  const { code, stdout, stderr } = await run('npm run --silent new-api -- --help');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatchInlineSnapshot(`
    "npm run new-api -- KIND [--aws SERVICE/KIND] [--crds DIR]

      Adds an API to functions/apis: a server in a pod of the claim's namespace, to make your own of. KIND is the
      kind that developers will claim, such as AppTopic. Writes its folder, its line in the registry, what npm run
      generate makes of it, and its golden files; npm run check passes with it as it is.

      --aws SERVICE/KIND  besides, a backend for prod that makes such a kind of provider-aws, such as dynamodb/Table, and
                          a card of it. What keeps the kind safe is undecided there: no environment takes it until you say.
      --crds DIR          where to look for the kind's CustomResourceDefinition; otherwise the folder that CRDS names.

      Exit code 0: the API is there; 1: a program failed, and what was written is gone again; 2: bad input, and nothing was written.
    "
  `);
});
