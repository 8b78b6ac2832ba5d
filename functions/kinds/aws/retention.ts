/** Whether a number went down. */
export const isFewer = (before: unknown, after: unknown): boolean =>
  typeof before === 'number' && typeof after === 'number' && after < before;

/** What goes at once where AWS is to keep it for fewer days; undefined where nothing goes. */
export const deletedByFewerDays = (what: string, before: unknown, after: unknown): string | undefined =>
  isFewer(before, after)
    ? `deletes ${what}${after === 0 ? '' : ` that are older than ${String(after)} day${after === 1 ? '' : 's'}`}`
    : undefined;
