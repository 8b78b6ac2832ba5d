import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { problemsOf, shown } from '../functions/core/problem.ts';
import { readDocuments, readText, UnusableFile } from './input.ts';

/** In the root of a repository. */
export const settingsFile = 'goldenpath.yaml';

const path = z.string().min(1);

const settings = z.strictObject({
  /** The folder of environments. */
  environments: path.optional(),
  /** Files and folders to plan where none is named. */
  claims: z.array(path).min(1).optional(),
  /** What the hosts of Score files end in that say none. */
  domain: z
    .string()
    .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'want a domain in lower case, such as shop.example.com')
    .optional(),
  /** What plan prints where it is not said. */
  output: z.enum(['table', 'json', 'yaml', 'markdown']).optional(),
});

export type Settings = z.output<typeof settings>;

/** What a repository says of itself; its paths are from there. */
export async function readSettings(root: string): Promise<Settings> {
  const file = join(root, settingsFile);
  if (!existsSync(file)) return {};
  const [document, ...more] = readDocuments(await readText(file), file);
  if (typeof document !== 'object' || Array.isArray(document) || more.length > 0)
    throw new UnusableFile(file, `got ${shown(document)}, want one document with ${Object.keys(settings.shape).join(', ')}`);
  const parsed = settings.safeParse(document);
  if (!parsed.success) throw new UnusableFile(file, problemsOf(parsed.error, document, ''));
  return parsed.data;
}
