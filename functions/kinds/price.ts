import type { Item } from '../core/card.ts';
import { numberAt } from '../core/kubernetes.ts';
import { shown } from '../core/problem.ts';

/** 365 days of 24 hours, over 12 months: what AWS reckons with. */
export const hoursPerMonth = 730;

/** An amount that a person may read: 0.1 + 0.2 is 0.3. */
export const plain = (amount: number) => String(Number(amount.toPrecision(12)));

/** What keeps a price from being known. */
export const got = (field: string, value: unknown, want: string): Item => ({
  unpriced: value === undefined ? `${field}: missing, want ${want}` : `${field}: got ${shown(value)}, want ${want}`,
});

export function countAt(object: unknown, field: string): number | undefined {
  const found = numberAt(object, field);
  return found !== undefined && Number.isInteger(found) && found >= 0 ? found : undefined;
}

/** The price id of a class such as `db.m7g.large`, if it is one; an environment can give a price for any that is. */
export function classId(service: string, head: string, type: unknown): string | undefined {
  return typeof type === 'string' && new RegExp(`^${head}(\\.[a-z0-9-]{1,20}){2}$`).test(type) ? `${service}/${type}` : undefined;
}
