import * as z from 'zod';
import { type Facts, facts, section } from '../core/facts.ts';

const images = section('images', 'Container images to use in place of the public ones.');

/** An image that a backend runs, and the repository that it is pulled from unless an environment names a copy; `what` says what it is. */
export function image<const Key extends string>(
  key: Key,
  what: string,
  repository: string,
): Facts<{ readonly images: { readonly [K in Key]: string } }> {
  const field = z.string().min(1).max(256).describe(`Repository of the ${what}, without a tag.`).default(repository);
  return facts(images, { [key]: field }, { means: { [key]: { is: 'repository', otherwise: repository } } }) as never;
}
