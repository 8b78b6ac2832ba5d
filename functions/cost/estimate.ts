import type { Card, Cards, Item } from '../core/card.ts';
import { groupKind, type KubernetesObject, kindName, numberAt, stringAt } from '../core/kubernetes.ts';
import { isOnlyLookedAt } from '../core/look.ts';
import { shown } from '../core/problem.ts';
import type { ObservedResource } from '../core/step.ts';
import { plain } from '../kinds/price.ts';
import { defaultRegion, kindPriceId, priceIn } from './prices.ts';

interface CostDriver {
  /** The composition-resource-name. */
  readonly resource: string;
  /** `db.m7g.large, Multi-AZ` */
  readonly what: string;
  /** Rounded to cents. */
  readonly monthlyUSD: number;
}

/** Something besides the sum that a reader of it has to know of a resource. */
export interface Remark {
  readonly resource: string;
  readonly what: string;
}

export interface Estimate {
  /** The sum of the drivers. */
  readonly monthlyUSD: number;
  /** The highest first. */
  readonly drivers: readonly CostDriver[];
  /** What depends on use and is not in the sum, with its rate where that is known. */
  readonly byUse: readonly Remark[];
  /** What is charged whatever the use and has no price, and what to do about it. */
  readonly unpriced: readonly Remark[];
}

/** An estimate in a word, which a sum alone would not be: `13.37`, `13.37+unknown` where something has no price, or `usage`. */
export function summaryOf({ monthlyUSD, drivers, byUse, unpriced }: Estimate): string {
  const sum = monthlyUSD.toFixed(2);
  if (unpriced.length > 0) return drivers.length > 0 ? `${sum}+unknown` : 'unknown';
  return drivers.length === 0 && byUse.length > 0 ? 'usage' : sum;
}

interface Given {
  readonly cards: Cards;
  /** The resources as they run, by key. */
  readonly observed: Readonly<Record<string, ObservedResource>>;
  /** The environment's. */
  readonly region: string | undefined;
  /** USD by price id, in the environment's region: they replace the list's prices, or add to them. */
  readonly prices?: Readonly<Record<string, number>> | undefined;
}

/** No claim costs as much in earnest; what is beyond it, a typing error most likely, would drown the sum. */
const mostUSD = 1e9;

const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const byResource = (a: Remark, b: Remark) => byText(a.resource, b.resource) || byText(a.what, b.what);

/** The objects may be anything, since any step may have written them. */
const head = (object: unknown) => ({ apiVersion: stringAt(object, 'apiVersion') ?? '?', kind: stringAt(object, 'kind') ?? '?' });

/** What an object is charged for; as one of its kind where that is all that there is a price of. */
function itemsOf(card: Card | undefined, object: unknown, running: unknown, prices: Given['prices']): readonly Item[] {
  const name = kindName(head(object));
  const asKind: Item = { charge: name, price: kindPriceId(name), units: 1 };
  if (card === undefined || card.price === 'unknown' || 'undecided' in card.price) return [asKind];
  const items = 'none' in card.price ? [] : card.price.items(object, running);
  const priced = items.filter((item) => !('unpriced' in item));
  return priced.length < items.length && numberAt(prices, asKind.price) !== undefined ? [...priced, asKind] : items;
}

/** What desired resources cost a month at list prices. */
export function estimate(resources: Readonly<Record<string, KubernetesObject>>, given: Given): Estimate {
  const drivers: CostDriver[] = [];
  const byUse: Remark[] = [];
  const unpriced: Remark[] = [];
  const ownRegion = given.region ?? defaultRegion;

  for (const [resource, object] of Object.entries(resources)) {
    const card = given.cards.get(groupKind(head(object)));
    if (isOnlyLookedAt(object, card)) continue;
    const place = card?.region;
    const inCluster = place !== undefined && 'none' in place;
    const said = place !== undefined && 'path' in place ? stringAt(object, ...place.path.split('.')) : undefined;
    const region = inCluster ? ownRegion : (said ?? given.region);
    const isOwn = region === undefined || region === ownRegion;
    const borrowed = inCluster && given.region === undefined ? `, as in ${defaultRegion}` : '';

    for (const item of itemsOf(card, object, given.observed[resource]?.object, isOwn ? given.prices : undefined)) {
      if ('unpriced' in item) {
        unpriced.push({ resource, what: item.unpriced });
        continue;
      }
      if ('shared' in item) {
        byUse.push({ resource, what: item.shared });
        continue;
      }
      const what = 'charge' in item ? item.charge : item.use;
      const own = isOwn ? numberAt(given.prices, item.price) : undefined;
      const price = own === undefined ? region && priceIn(region, item.price) : { usd: own };
      if (!price) {
        const where = region === undefined ? '' : ` in ${region}`;
        const want = region === undefined ? 'it in data.prices, or data.aws.region,' : 'it in data.prices';
        const whose = isOwn ? 'the EnvironmentConfig' : 'an EnvironmentConfig of that region';
        const lacking = `${what}${where}: no price ${shown(item.price)}, want ${want} of ${whose}`;
        ('use' in item ? byUse : unpriced).push({ resource, what: lacking });
        continue;
      }
      const as = price.from === undefined ? borrowed : `, estimated from ${price.from}`;
      if ('use' in item) {
        byUse.push({ resource, what: `${what}: ${plain(price.usd * item.factor)} USD per ${item.per}${as}` });
        continue;
      }
      const monthlyUSD = Math.round(price.usd * item.units * 100) / 100;
      if (monthlyUSD >= 0 && monthlyUSD <= mostUSD) drivers.push({ resource, what: `${what}${as}`, monthlyUSD });
      else unpriced.push({ resource, what: `${what}: got ${plain(monthlyUSD)} USD, want 0 to ${mostUSD}` });
    }
  }

  return {
    // In cents, so that the sum is exact.
    monthlyUSD: drivers.reduce((cents, { monthlyUSD }) => cents + Math.round(monthlyUSD * 100), 0) / 100,
    drivers: drivers.sort((a, b) => b.monthlyUSD - a.monthlyUSD || byResource(a, b)),
    byUse: byUse.sort(byResource),
    unpriced: unpriced.sort(byResource),
  };
}
