import { build } from 'esbuild';

/** Writes a module and everything that it imports as one file for Node 24. */
export async function bundle(entryPoint: string, outFile: string): Promise<void> {
  await build({
    entryPoints: [entryPoint],
    outfile: outFile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    minify: true,
    logLevel: 'error',
    // CommonJS dependencies call require, which an ES module does not have.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
}
