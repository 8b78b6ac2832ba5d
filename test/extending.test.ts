import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { KubernetesObject } from '../functions/core/kubernetes.ts';
import { toYaml } from '../platform/yaml.ts';
import { type Copy, copyOfCheckout } from './copy.ts';
import { serveFunctionPython } from './function-python.ts';
import { type Block, blocksOf, expectExcerpt, followedPage } from './pages.ts';

const page = readFileSync(fileURLToPath(new URL(`../${followedPage}`, import.meta.url)), 'utf8');

const recipes = page
  .split(/^## /m)
  .slice(1)
  .map((text) => ({ title: text.slice(0, text.indexOf('\n')), blocks: blocksOf(text) }));

/** Crossplane renders with its own binary where there is no Docker. */
const engine = ['crossplane-core', 'crossplane-engine'].find((program) => spawnSync(program, ['--help']).error === undefined);
const canRender = engine !== undefined && ['crossplane', 'python3'].every((program) => spawnSync(program, ['--help']).error === undefined);

const isRendering = ({ text }: Block) => text.startsWith('$ crossplane ');

/** Does with a block what the page says. */
async function follow({ language, text }: Block, { folder, run }: Copy): Promise<void> {
  const [, path] = /^(?:\/\/|#) (\S+\.\w+)\n/.exec(text) ?? [];
  if (path !== undefined) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  } else if (language === 'console') {
    const [, command = '', shown = ''] = /^\$ (.*)\n([\s\S]*)$/.exec(text) ?? [];
    const { code, stdout, stderr } = await run(command);
    expect({ code, stderr }, command).toEqual({ code: 0, stderr: '' });
    expectExcerpt(shown, stdout);
  } else {
    writeFileSync(join(folder, '.git/change.patch'), text);
    const { code, stdout, stderr } = await run(language === 'diff' ? 'git apply .git/change.patch' : text);
    expect({ code, said: code === 0 ? '' : stdout + stderr }, text).toEqual({ code: 0, said: '' });
  }
}

/** Points functions.yaml at the stand-in for function-python, and Crossplane at its binary in place of Docker. */
async function withoutDocker({ text, language }: Block, { folder }: Copy): Promise<Block> {
  const file = join(folder, 'functions.yaml');
  const functions = parseAllDocuments(readFileSync(file, 'utf8')).map((document) => document.toJS() as KubernetesObject);
  const annotations = {
    'render.crossplane.io/runtime': 'Development',
    'render.crossplane.io/runtime-development-target': await serveFunctionPython(),
  };
  writeFileSync(file, toYaml(...functions.map(({ metadata, ...rest }) => ({ ...rest, metadata: { annotations, ...metadata } }))));
  return { language, text: text.replace('\n', ` --crossplane-binary="$(command -v ${engine})"\n`) };
}

describe.each(recipes)('$title', ({ blocks }) => {
  test('ends with a claim planned', () => {
    expect(blocks.at(-1)?.text).toMatch(/^\$ (npm run --silent goldenpath -- plan|crossplane composition render) /);
  });

  test.skipIf(blocks.some(isRendering) && !canRender)('comes to what the page shows', async () => {
    const copy = copyOfCheckout();
    for (const block of blocks) await follow(isRendering(block) ? await withoutDocker(block, copy) : block, copy);
  });
});
