import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { changesOf, type Files } from './changes.ts';
import { generate } from './generate.ts';
import { type Project, project } from './project.ts';
import { command, largestOutput, optionsGiven } from './run.ts';

/** What generators and tests write, and people review. */
const refreshed = [
  'crossplane.yaml',
  '{xrds,compositions,package/install,test/golden}/**/*.yaml',
  'examples/{*,environments/*,own-platform/crossplane,own-platform/golden/**/*}.yaml',
  'docs/{apis,policies/*}.md',
  '{cli,functions,test}/**/__snapshots__/*.snap',
];

function filesOf(root: string): Files {
  return new Map(globSync(refreshed, { cwd: root }).map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

/** The tests that keep what they saw in a file, told to keep it anew; what they printed, if they fail all the same. */
function updateGolden(root: string): string | undefined {
  const args = [
    'run',
    'functions/apis/',
    'cli/',
    'own-platform/',
    '--project',
    'unit',
    '--project',
    'example',
    '--update',
    '--reporter=dot',
  ];
  const { status, stdout, stderr, error } = spawnSync(join(root, 'node_modules/.bin/vitest'), args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: largestOutput,
  });
  return status === 0 ? undefined : (error?.message ?? `${stdout}${stderr}`);
}

/** `npm run refresh`. */
async function refreshCommand(project: Project): Promise<void> {
  await command(async () => {
    optionsGiven({});
    const before = filesOf(project.root);
    generate(project);
    const failure = updateGolden(project.root);
    const changes = changesOf(before, filesOf(project.root));
    if (failure !== undefined) console.error(failure);
    for (const line of changes) console.log(line);
    console.log(`${changes.length} files changed${failure === undefined ? '' : ', but a test fails'}`);
    return failure === undefined ? 0 : 1;
  });
}

await refreshCommand(project);
