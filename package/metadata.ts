import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import * as z from 'zod';
import { oneLine, problemsOf } from '../functions/core/problem.ts';
import { configurationName } from '../platform/names.ts';
import type { Project } from './project.ts';

/** Where the Configuration's metadata is written by hand, and what follows from the platform is written beside it. */
export const metadataFile = 'crossplane.yaml';

const firstLine =
  "# metadata is written here, and the function's package has its annotations too; the rest is written by npm run generate.";

type Located = Pick<Project, 'platform' | 'root'>;

/** The file as it is, or as it begins where there is none. */
function documentOf({ platform, root }: Located) {
  const path = join(root, metadataFile);
  const begun = `${firstLine}\napiVersion:\nkind:\nmetadata:\n  name: ${configurationName(platform)}\n`;
  const document = parseDocument(existsSync(path) ? readFileSync(path, 'utf8') : begun);
  const [error] = document.errors;
  if (error !== undefined) throw new Error(`cannot use ${metadataFile}: ${oneLine(error.message)}`);
  return document;
}

/** The annotations of both packages, by which a registry and a person know what they are. */
export function annotationsOf(project: Located): Readonly<Record<string, string>> {
  const { metadata } = (documentOf(project).toJS() ?? {}) as { readonly metadata?: unknown };
  const name = z.literal(configurationName(project.platform));
  const parsed = z.strictObject({ name, annotations: z.record(z.string(), z.string()).default({}) }).safeParse(metadata);
  if (!parsed.success) throw new Error(`cannot use ${metadataFile}: ${problemsOf(parsed.error, metadata, 'metadata')}`);
  return parsed.data.annotations;
}

/** The file with what follows from the platform in it; whatever else is there stays, comments included. */
export function withGenerated(project: Located, generated: Readonly<Record<'apiVersion' | 'kind' | 'spec', unknown>>): string {
  const document = documentOf(project);
  for (const [field, value] of Object.entries(generated)) document.set(field, document.createNode(value));
  return document.toString({ lineWidth: 0 });
}
