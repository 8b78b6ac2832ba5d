import { apiVersion, environmentLabel, teamLabel } from '../core/group.ts';
import { stringAt } from '../core/kubernetes.ts';
import type { StepRequest } from '../core/pipeline.ts';
import { shown } from '../core/problem.ts';
import { offersOf } from '../core/required.ts';
import type { Requirement } from '../core/requirement.ts';
import { tenancy } from '../core/tenancy.ts';

/** Who has the namespace of a claim. */
export interface Tenant {
  readonly kind: string;
  readonly name: string;
  /** All that it has in the environment of the claim, the claim's own among them. */
  readonly namespaces: readonly string[];
  /** Most that the claims in them may cost together. */
  readonly monthlyUSD: number | undefined;
}

interface Found {
  /** Undefined for a namespace that nobody has. */
  readonly tenant: Tenant | undefined;
  readonly requires: Readonly<Record<string, Requirement>>;
  /** What the namespace says of itself, and its tenant does not. */
  readonly problems: readonly string[];
}

/** What holds of a claim that lives in no environment. */
export const nobody: Found = { tenant: undefined, requires: {}, problems: [] };

/**
 * Who has the namespace of a claim. That is asked of all who could have one of its name, and they say it in what the platform
 * recorded of them, so that no label decides it; labels that say otherwise are refused.
 */
export function tenantOf({ platform, claim, required }: StepRequest, environment: string): Found {
  const namespace = claim.metadata?.namespace ?? '';
  const asked = offersOf(platform, tenancy).flatMap(({ api, terms }) =>
    terms.candidates(namespace).map((name) => {
      const requirement = { apiVersion, kind: api.kind, name };
      return { key: `claims-${api.plural}/${name}`, requirement, terms };
    }),
  );
  const requires = Object.fromEntries(asked.map(({ key, requirement }) => [key, requirement]));
  const tenants = asked.flatMap(({ key, requirement: { kind, name }, terms }) =>
    (required[key] ?? []).flatMap((object) => {
      const { namespaces, monthlyUSD } = terms.holdings({ name, status: object['status'] });
      const held = namespaces.find((each) => each.name === namespace);
      if (held === undefined) return [];
      const beside = namespaces.filter((each) => each.environment === environment).map((each) => each.name);
      return [{ held, tenant: { kind, name, namespaces: beside, monthlyUSD: monthlyUSD[environment] } }];
    }),
  );
  const [first] = tenants;
  const problem =
    asked.every(({ key }) => required[key] !== undefined) && disagreement(namespace, labelOf(required, namespace), environment, first);
  return { tenant: first?.tenant, requires, problems: problem ? [problem] : [] };
}

function labelOf(required: StepRequest['required'], namespace: string): string | undefined {
  const object = required['namespace']?.find(({ metadata }) => metadata?.name === namespace);
  return stringAt(object, 'metadata', 'labels', teamLabel);
}

function disagreement(
  namespace: string,
  labelled: string | undefined,
  environment: string,
  found: { readonly held: { readonly environment: string }; readonly tenant: Tenant } | undefined,
): string | undefined {
  const got = (label: string, value: string | undefined) =>
    `namespace ${shown(namespace)}: label ${label}: ${value === undefined ? 'missing' : `got ${shown(value)}`}`;
  if (found === undefined) {
    return labelled === undefined
      ? undefined
      : `${got(teamLabel, labelled)}, which has no such namespace, want that of who has it: wait until it has, or look at kubectl describe team ${labelled}`;
  }
  const { held, tenant } = found;
  const want = `which ${tenant.kind} ${tenant.name} made, want`;
  if (held.environment !== environment) return `${got(environmentLabel, environment)}, ${want} ${shown(held.environment)}`;
  return labelled === tenant.name ? undefined : `${got(teamLabel, labelled)}, ${want} ${shown(tenant.name)}`;
}
