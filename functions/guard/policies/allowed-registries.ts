import { factAt, meaningsIn } from '../../core/facts.ts';
import type { Policy } from '../../core/pipeline.ts';
import { shown } from '../../core/problem.ts';
import { each, imagesOf, propertyOf } from '../inspect.ts';
import { runningOf } from '../running.ts';

const isHost = (part: string) => /[.:]/.test(part) || part === 'localhost';

/** Where an image is pulled from, in full, without tag and digest: `docker.io/library/postgres` for `postgres:17`. */
function repositoryOf(image: string): string {
  const path = image.replace(/@.*$/, '').replace(/:[^:/]*$/, '');
  const [first = '', ...rest] = path.split('/');
  const [host, names] = rest.length > 0 && isHost(first) ? [first, rest] : ['docker.io', [first, ...rest]];
  if (host !== 'docker.io' && host !== 'index.docker.io') return path;
  return ['docker.io', ...(names.length === 1 ? ['library'] : []), ...names].join('/');
}

/** Whoever publishes the image of a backend is trusted with others; where that is a whole registry, only with this one. */
function officialOf(repository: string): string {
  const parts = repositoryOf(repository).split('/');
  return parts.slice(0, Math.max(parts.length - 1, 2)).join('/');
}

/** What an environment names: a registry, a part of one, or a repository. */
function prefixOf(place: string): string {
  const path = place.replace(/\/+$/, '');
  return !path.includes('/') && isHost(path) ? path : repositoryOf(path);
}

export const allowedRegistries: Policy = {
  id: 'allowed-registries',
  severity: 'deny',
  text: 'Images come from official repositories, or from registries that the environment names.',
  why: 'An image runs with whatever the app may do. From a registry that nobody vouches for, it can be anything, and can change or vanish.',
  fix: 'Copy the image to a registry that the environment names, and use it from there; the message lists them.',
  allows: 'Registries, parts of registries or repositories, such as registry.example.com or ghcr.io/acme.',
  check: each((object, resources, { request, environment, allowed }, card) => {
    // A Job that was let run ends by itself: refused later, it would hold back whatever corrects it.
    const isFixed = propertyOf(card, ({ pods }) => pods)?.fixed === true;
    const there = isFixed
      ? Object.entries(runningOf(request, resources)).flatMap(([key, running]) =>
          resources[key] === object ? imagesOf(running, card) : [],
        )
      : [];
    const found = imagesOf(object, card).filter(({ path, image }) => !there.some((each) => each.path === path && each.image === image));
    if (found.length === 0) return [];
    const images = meaningsIn(request.platform.environment.facts).flatMap(({ path, meaning }) =>
      meaning.is === 'repository' ? [{ path, official: officialOf(meaning.otherwise) }] : [],
    );
    const own = images.flatMap(({ path }) => factAt(environment?.facts, path) ?? []);
    const official = images.map((image) => image.official).sort();
    const prefixes = [...new Set([...official, ...own.map(prefixOf), ...allowed.map(prefixOf)])];
    return found
      .filter(({ image }) => !prefixes.some((prefix) => `${repositoryOf(image)}/`.startsWith(`${prefix}/`)))
      .map(({ path, image }) => `${path}: got ${shown(image)}, want an image from ${prefixes.join(', ')}`);
  }),
};
