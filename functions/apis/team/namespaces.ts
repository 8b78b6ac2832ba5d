import * as z from 'zod';
import type { HeldNamespace, Holdings } from '../../core/tenancy.ts';
import type { QuotaSize } from './quotas.ts';

/** What a team's spec says of its namespaces. */
export interface Wanted {
  readonly environments: readonly { readonly name: string; readonly quota: QuotaSize }[];
  readonly extraNamespaces: readonly { readonly name: string; readonly environment: string; readonly quota: QuotaSize }[];
}

/** A namespace that a team wants. */
export interface WantedNamespace extends HeldNamespace {
  /** Its name without the team's, by which what is made of it is keyed. */
  readonly part: string;
  readonly quota: QuotaSize;
  /** The field that asks for it. */
  readonly field: string;
}

const namespaceOf = (team: string, part: string): string => `${team}-${part}`;

/** Every namespace that a team of the name wants, in the order of its spec. */
export function wantedBy(team: string, { environments, extraNamespaces }: Wanted): readonly WantedNamespace[] {
  return [
    ...environments.map(({ name, quota }, index) => ({ part: name, environment: name, quota, field: `spec.environments.${index}.name` })),
    ...extraNamespaces.map(({ name, environment, quota }, index) => ({
      part: name,
      environment,
      quota,
      field: `spec.extraNamespaces.${index}.name`,
    })),
  ].map((wanted) => ({ ...wanted, name: namespaceOf(team, wanted.part) }));
}

const named = z.array(z.object({ name: z.string() })).catch([]);
const asked = z.object({ environments: named, extraNamespaces: named }).catch({ environments: [], extraNamespaces: [] });

/** Whether the spec of another team asks for a namespace. */
export function asksFor(team: string, spec: unknown, namespace: string): boolean {
  const { environments, extraNamespaces } = asked.parse(spec);
  return [...environments, ...extraNamespaces].some(({ name }) => namespaceOf(team, name) === namespace);
}

/** The names of all teams that a namespace could be of: what comes before each of its dashes. */
export function candidates(namespace: string): readonly string[] {
  return [...namespace.matchAll(/-/g)].map(({ index }) => namespace.slice(0, index)).filter((name) => name !== '' && !name.endsWith('-'));
}

const recorded = z.object({
  namespaces: z.array(z.object({ name: z.string(), environment: z.string() })),
  settings: z.object({ environments: z.array(z.object({ name: z.string(), budgetMonthlyUSD: z.number().optional() })) }),
});

/** What a team has, as it was recorded; one that was never settled has nothing. A name that is not of the team is nobody's word. */
export function holdings({ name, status }: { readonly name: string; readonly status: unknown }): Holdings {
  const parsed = recorded.safeParse(status);
  if (!parsed.success) return { namespaces: [], monthlyUSD: {} };
  const { namespaces, settings } = parsed.data;
  return {
    namespaces: namespaces.filter((held) => held.name.startsWith(`${name}-`)),
    monthlyUSD: Object.fromEntries(
      settings.environments.flatMap((each) => (each.budgetMonthlyUSD === undefined ? [] : [[each.name, each.budgetMonthlyUSD] as const])),
    ),
  };
}
