import { type Estimate, summaryOf } from '../functions/cost/estimate.ts';

/** What a claim costs a month: a number for machines, and a word for people. */
export interface Cost {
  readonly monthlyUSD: number;
  /** As `status.cost.summary` has it. */
  readonly summary: string;
}

export const costOf = (estimate: Estimate | null): Cost | null =>
  estimate === null ? null : { monthlyUSD: estimate.monthlyUSD, summary: summaryOf(estimate) };

export const usd = (amount: number) => amount.toFixed(2);

/** `+13.37`; a change of what is not known is not known either. */
export function costChange(before: Cost | null, after: Cost | null): string {
  if (before === null || after === null) return '';
  if ([before, after].some(({ summary }) => summary.endsWith('unknown'))) return 'unknown';
  const cents = Math.round((after.monthlyUSD - before.monthlyUSD) * 100);
  return cents === 0 ? '0.00' : `${cents > 0 ? '+' : ''}${usd(cents / 100)}`;
}
