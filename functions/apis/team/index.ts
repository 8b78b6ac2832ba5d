import { defineApi } from '../../core/api.ts';
import { apiVersion, kindLabel } from '../../core/group.ts';
import type { Requiring } from '../../core/requirement.ts';
import { tenancy } from '../../core/tenancy.ts';
import { kubernetes, releasable } from './backends/namespaces.ts';
import { candidates, holdings, type Wanted, wantedBy } from './namespaces.ts';
import { bound } from './roles.ts';
import * as schema from './schema.ts';

const kind = 'Team';
const plural = 'teams';

const wantedOf = ({ name, spec }: Requiring<Wanted>) => wantedBy(name, spec).map((wanted) => wanted.name);

/** With those that the spec leaves out, which may have claims still. */
const heldBy = (claim: Requiring<Wanted>) => [...new Set([...wantedOf(claim), ...holdings(claim).namespaces.map(({ name }) => name)])];

export const team = defineApi({
  kind,
  plural,
  scope: 'Cluster',
  place: 'none',
  doc:
    'A team: a namespace for each of its environments, who may do what there, how much of the cluster it may use, and how much its claims may cost. It owns every claim in its namespaces. ' +
    'A namespace that is there already becomes the team’s if it is labelled as the team’s, or has no label of the platform and no claims. A Team is deleted last: take all out of `environments` and `extraNamespaces` first.',
  example: {
    name: 'checkout',
    spec: {
      groups: [
        { name: 'checkout-developers', role: 'developer' },
        { name: 'checkout-leads', role: 'owner' },
      ],
      contact: { onCall: 'https://pager.example.com/checkout', chat: '#checkout' },
      environments: [
        { name: 'dev', quota: 'medium', budgetMonthlyUSD: 200 },
        { name: 'prod', quota: 'large', budgetMonthlyUSD: 2000 },
      ],
      reachableFrom: ['ingress-nginx'],
    },
  },
  columns: [],
  schema,
  backends: { kubernetes },
  releasable,
  claimPolicies: [],
  requires: {
    configs: {
      apiVersion: 'apiextensions.crossplane.io/v1beta1',
      kind: 'EnvironmentConfig',
      plural: 'environmentconfigs',
      select: () => ({ labels: { [kindLabel]: 'environment' } }),
    },
    existing: {
      apiVersion: 'v1',
      kind: 'Namespace',
      plural: 'namespaces',
      select: (claim: Requiring<Wanted>) => wantedOf(claim).map((name) => ({ name })),
    },
    teams: {
      apiVersion,
      kind,
      plural,
      select: (claim: Requiring<Wanted>) =>
        [...new Set(wantedOf(claim).flatMap(candidates))].filter((name) => name !== claim.name).map((name) => ({ name })),
    },
    held: { namespaces: heldBy },
  },
  offers: [tenancy.offer({ candidates, holdings })],
  binds: bound,
  emptiedFirst: 'namespaces',
});
