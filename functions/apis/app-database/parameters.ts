import * as z from 'zod';

/** What the engine of RDS counts in, where a value has a unit: https://www.postgresql.org/docs/17/config-setting.html. */
const millisecondsPer = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 } as const;
const kilobytesPer = { kB: 1, MB: 1024 } as const;

const duration = (text: string) =>
  z
    .string()
    .regex(/^(0|[1-9][0-9]{0,5}(ms|s|min|h))$/)
    .optional()
    .describe(`${text} A number with ms, s, min or h; 0 is never.`);

const memory = (text: string) =>
  z
    .string()
    .regex(/^[1-9][0-9]{2,5}kB$|^[1-9][0-9]{0,2}MB$/)
    .optional()
    .describe(`${text} A number with kB or MB.`);

/** Parameters that every login may set for itself, so that they mean the same on each backend. */
export const parameters = z.strictObject({
  default_transaction_isolation: z
    .enum(['read committed', 'repeatable read', 'serializable'])
    .optional()
    .describe('Isolation of transactions that say none.'),
  idle_in_transaction_session_timeout: duration('How long a session may be idle in a transaction before it is ended.'),
  idle_session_timeout: duration('How long a session may be idle before it is ended.'),
  lock_timeout: duration('How long a statement waits for a lock.'),
  statement_timeout: duration('How long a statement may run.'),
  work_mem: memory('Memory of each sort and hash of a query before it uses the disk; a query can have several.'),
});
type Parameters = z.output<typeof parameters>;

/** Those that are said, in a stable order, each as PostgreSQL takes it. */
export const saidParameters = (given: Parameters | undefined): readonly { readonly name: string; readonly value: string }[] =>
  Object.entries(given ?? {})
    .flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]))
    .sort((a, b) => (a.name < b.name ? -1 : 1));

/** A value as a parameter group takes it, which knows no units. */
export function inParameterGroup(value: string): string {
  const [, number, unit] = /^([0-9]+)(ms|s|min|h|kB|MB)$/.exec(value) ?? [];
  const per: Readonly<Record<string, number>> = { ...millisecondsPer, ...kilobytesPer };
  return unit === undefined ? value : String(Number(number) * (per[unit] ?? 1));
}
