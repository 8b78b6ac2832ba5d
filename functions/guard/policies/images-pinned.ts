import type { Policy } from '../../core/pipeline.ts';
import { shown } from '../../core/problem.ts';
import { each, imagesOf } from '../inspect.ts';

/** A tag other than latest, or a digest; the colon of a port is followed by a slash. */
function isPinned(image: string): boolean {
  const tag = /:([^:/]+)$/.exec(image)?.[1];
  return image.includes('@') || (tag !== undefined && tag !== 'latest');
}

export const imagesPinned: Policy = {
  id: 'images-pinned',
  severity: 'warn',
  text: 'Images have a tag other than latest, or a digest.',
  why: 'A pod that is replaced tonight could run another version than the one it replaces, and nobody could tell which ran before.',
  fix: 'Name the version, such as `postgres:17`, or better the digest.',
  check: each((object, _, __, card) =>
    imagesOf(object, card)
      .filter(({ image }) => !isPinned(image))
      .map(({ path, image }) => `${path}: got ${shown(image)}, want a tag other than latest, or a digest`),
  ),
};
