import type * as z from 'zod';
import { field } from './field.ts';

interface Adopted<S extends z.ZodType> {
  /** What the claim is about, such as `bucket`. */
  readonly what: string;
  /** What else there is to know, in full sentences. */
  readonly more?: string;
  /** By backend that has nothing to adopt, what to do in place of that. */
  readonly refusedOn: Readonly<Record<string, string>>;
  readonly example: z.input<S>;
}

/** The field `adopt` of an API; `schema` names the one thing that holds its data. */
export function adoptField<S extends z.ZodType>(schema: S, { what, more, refusedOn, example }: Adopted<S>) {
  const text =
    `What is there already and becomes the ${what} of this claim. It is only looked at until each difference between what runs and what this claim would have is accepted; ` +
    'AWS has to say, by a tag of it, that this claim may have it.';
  const instead = `it says which ${what} this is`;
  return field(schema, { text: more === undefined ? text : `${text} ${more}`, change: 'never', instead, refusedOn, example });
}

/** What a claim with that field cannot say. */
export const adoptRules = [
  {
    rule: '!has(self.adopt) || !has(self.ttlHours)',
    message: 'what is adopted was there before, and would end with the claim: leave out ttlHours',
  },
];
