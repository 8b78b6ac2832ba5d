import { at } from '../../core/kubernetes.ts';
import type { Policy } from '../../core/pipeline.ts';
import { shown } from '../../core/problem.ts';
import { writtenAt } from '../../kinds/fields.ts';
import { cardOf, each, propertyOf } from '../inspect.ts';
import { runningOf } from '../running.ts';

export const allowedRegions: Policy = {
  id: 'allowed-regions',
  severity: 'deny',
  text: "AWS resources are made in the environment's region, or in one that it allows.",
  why: 'Data would lie under another law, far from the app, and where nobody looks for it or pays attention to its cost.',
  fix: "Leave the region to the platform, or use the environment's own. What a claim already has elsewhere may stay there.",
  allows: "Regions besides the environment's own, such as us-east-1.",
  check: each((object, resources, { environment, allowed, request }, card) => {
    const place = propertyOf(card, ({ region }) => region);
    if (place === undefined) return [];
    const own = environment?.region;
    const wanted = [...(own === undefined ? [] : [own]), ...allowed];
    // An environment may move; what a claim has in AWS cannot.
    const isInUse = (value: unknown) =>
      Object.values(runningOf(request, resources)).some((running) => {
        const path = propertyOf(cardOf({ request }, running), ({ region }) => region)?.path;
        return path !== undefined && at(running, ...path.split('.')) === value;
      });
    return writtenAt(object, place.path)
      .filter(({ value }) => !wanted.some((region) => region === value) && !isInUse(value))
      .map(({ path, value }) => {
        const want = wanted.length === 0 ? 'a region that the environment names' : `one of ${wanted.join(', ')}`;
        return `${path}: got ${shown(value)}, want ${want}`;
      });
  }),
};
