import type { ClusterClaim, Composed, Expansion, Pending, PlacelessBackend, PlacelessContext } from '../../../core/api.ts';
import { typed } from '../../../core/card.ts';
import { writersIn } from '../../../core/environment.ts';
import { environmentLabel, group, kindLabel, ownerLabel, teamLabel } from '../../../core/group.ts';
import { type KubernetesObject, stringAt } from '../../../core/kubernetes.ts';
import { shown } from '../../../core/problem.ts';
import type { ClaimsOfApi } from '../../../core/requirement.ts';
import type { Refusal } from '../../../core/step.ts';
import type { Writers } from '../../../core/tier.ts';
import { byTurn } from '../../../core/turn.ts';
import { limitRange } from '../../../kinds/kubernetes/limit-range.ts';
import { namespace } from '../../../kinds/kubernetes/namespace.ts';
import { networkPolicy } from '../../../kinds/kubernetes/network-policy.ts';
import { resourceQuota } from '../../../kinds/kubernetes/resource-quota.ts';
import { roleBinding } from '../../../kinds/kubernetes/role-binding.ts';
import { serviceAccount } from '../../../kinds/kubernetes/service-account.ts';
import { asksFor, holdings, type WantedNamespace, wantedBy } from '../namespaces.ts';
import { quotas, usualLimits } from '../quotas.ts';
import { deployer, people } from '../roles.ts';
import type { TeamSettings } from '../schema.ts';

/** What there is besides what the team composed. */
export interface Required {
  readonly configs: readonly KubernetesObject[];
  /** The namespaces that are there already under the names that it wants. */
  readonly existing: readonly KubernetesObject[];
  /** The other teams whose names its namespaces could begin with. */
  readonly teams: readonly KubernetesObject[];
  readonly held: readonly ClaimsOfApi[];
}

type Given = PlacelessContext<TeamSettings, Required>;

const composes = {
  'namespace-*': namespace,
  'quota-*': resourceQuota,
  'limits-*': limitRange,
  'network-*': networkPolicy,
  'gitops-*': serviceAccount,
  'roles-*': roleBinding,
};

/** What a team may lose without losing data. */
export const releasable = ['quota-*', 'limits-*', 'network-*', 'gitops-*', 'roles-*'] as const;

/** The name of what there is one of in each namespace. */
const name = 'team';
const gitops = 'gitops';

const longestList = 5;

function listed(items: readonly string[]): string {
  const rest = items.length - longestList;
  return [...items.slice(0, longestList), ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
}

const refuse = ({ name: team }: ClusterClaim, { reason, problem }: { readonly reason: string; readonly problem: string }): Refusal => ({
  reason,
  message: `cannot use Team ${shown(team)}: ${problem}`,
});

const claimsIn = ({ held }: Required, where: string): readonly string[] =>
  held.flatMap(({ claims }) =>
    claims.filter(({ metadata }) => metadata?.namespace === where).map(({ kind, metadata }) => `${kind} ${metadata?.name}`),
  );

/** Why a namespace that is there and that the team did not make is not the team's, and what to do; undefined where it may have it. */
function taken(found: KubernetesObject | undefined, { claim, required }: Given): string | undefined {
  if (found === undefined) return undefined;
  const where = found.metadata?.name ?? '';
  const labels = found.metadata?.labels ?? {};
  if (labels[teamLabel] === claim.name) return undefined;
  if (labels[teamLabel] !== undefined) return `is that of another by its label ${teamLabel}=${labels[teamLabel]}, want another name`;
  const ours = [environmentLabel, ownerLabel].find((label) => labels[label] !== undefined);
  const claims = claimsIn(required, where);
  if (ours === undefined && claims.length === 0) return undefined;
  const has = ours === undefined ? `claims: ${listed(claims)}` : `label ${ours}=${labels[ours]}`;
  return (
    `is there and has ${has}, want another name, or the namespace given to the team first: ` +
    `kubectl label namespace ${where} ${teamLabel}=${claim.name}`
  );
}

/** Another team that has the namespace, or that asked for it first. */
function rivalFor(wanted: WantedNamespace, { claim, required }: Given): KubernetesObject | undefined {
  const self = {
    kind: claim.kind,
    metadata: { name: claim.name, ...(claim.creationTimestamp !== undefined && { creationTimestamp: claim.creationTimestamp }) },
  };
  return required.teams.find((team) => {
    const other = team.metadata?.name ?? '';
    if (other === claim.name) return false;
    const has = holdings({ name: other, status: team['status'] }).namespaces.some((held) => held.name === wanted.name);
    return has || (asksFor(other, team['spec'], wanted.name) && byTurn(team, self) < 0);
  });
}

/** Why the team cannot have what it asks for. */
function refusalFor(context: Given, namespaces: readonly WantedNamespace[]): Refusal | undefined {
  const { claim, settings, observed, required } = context;
  const configs = required.configs.filter((config) => stringAt(config, 'metadata', 'labels', kindLabel) === 'environment');
  const known = configs.map((config) => config.metadata?.name ?? '').sort();
  const environments = settings.environments.map((each) => each.name);
  for (const [index, { name: environment }] of settings.environments.entries()) {
    const want = known.length === 0 ? 'an EnvironmentConfig, of which there is none yet' : `one of ${known.join(', ')}`;
    if (!known.includes(environment)) {
      return refuse(claim, {
        reason: 'EnvironmentNotFound',
        problem: `spec.environments.${index}.name: got ${shown(environment)}, want ${want}`,
      });
    }
  }
  for (const [index, { environment }] of settings.extraNamespaces.entries()) {
    const want = `one of spec.environments${environments.length === 0 ? '' : `: ${environments.join(', ')}`}`;
    if (!environments.includes(environment)) {
      return refuse(claim, {
        reason: 'ClaimInvalid',
        problem: `spec.extraNamespaces.${index}.environment: got ${shown(environment)}, want ${want}`,
      });
    }
  }
  for (const [index, wanted] of namespaces.entries()) {
    const got = `${wanted.field}: got ${shown(wanted.part)}`;
    if (namespaces.findIndex((each) => each.name === wanted.name) !== index) {
      return refuse(claim, { reason: 'ClaimInvalid', problem: `${got} twice among the environments and extra namespaces, want each once` });
    }
    const made = observed[`namespace-${wanted.part}`]?.object;
    // What it has composed is proven to be its own.
    if (made?.metadata?.name === wanted.name) {
      const problem = moved(made, wanted, context);
      if (problem !== undefined) return refuse(claim, { reason: 'ClaimsLeft', problem });
      continue;
    }
    const rival = rivalFor(wanted, context);
    if (rival !== undefined) {
      const problem = `${got}, whose namespace ${shown(wanted.name)} is that of Team ${shown(rival.metadata?.name)}, want another name`;
      return refuse(claim, { reason: 'NamespaceTaken', problem });
    }
    const why = taken(
      required.existing.find(({ metadata }) => metadata?.name === wanted.name),
      context,
    );
    if (why !== undefined) {
      return refuse(claim, { reason: 'NamespaceTaken', problem: `${got}, whose namespace ${shown(wanted.name)} ${why}` });
    }
  }
  return stillUsed(context, namespaces);
}

/** Why a namespace cannot be for another environment than before: its claims would become what that makes of them. */
function moved(made: KubernetesObject, { name: where, environment }: WantedNamespace, { required }: Given): string | undefined {
  const before = stringAt(made, 'metadata', 'labels', environmentLabel);
  const claims = claimsIn(required, where);
  if (before === undefined || before === environment || claims.length === 0) return undefined;
  return `namespace ${shown(where)}: environment: got ${shown(environment)}, want ${shown(before)}, for which it has claims: ${listed(claims)}`;
}

/** Why a namespace that the team does not ask for any more cannot go. */
function stillUsed({ claim, observed, required }: Given, namespaces: readonly WantedNamespace[]): Refusal | undefined {
  for (const [key, { object }] of Object.entries(observed).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const gone = object.metadata?.name ?? '';
    if (!key.startsWith('namespace-') || namespaces.some(({ part }) => key === `namespace-${part}`)) continue;
    const claims = claimsIn(required, gone);
    const where = `namespace ${shown(gone)}, which spec.environments and spec.extraNamespaces leave out,`;
    if (claims.length > 0) {
      return refuse(claim, {
        reason: 'ClaimsLeft',
        problem: `${where} has claims: ${listed(claims)}, want it back, or without claims first`,
      });
    }
    if (required.held.some((each) => !each.namespaces.includes(gone))) {
      return refuse(claim, { reason: 'ClaimsLeft', problem: `${where} may have claims, which were not looked for, want it back` });
    }
  }
  return undefined;
}

function namespaceFor({ claim, settings: { contact } }: Given, { name: own, environment }: WantedNamespace): Composed {
  const annotations = {
    ...(contact?.onCall !== undefined && { [`${group}/on-call`]: contact.onCall }),
    ...(contact?.chat !== undefined && { [`${group}/chat`]: contact.chat }),
  };
  return {
    object: {
      ...typed(namespace),
      metadata: {
        name: own,
        labels: {
          [environmentLabel]: environment,
          [ownerLabel]: claim.name,
          [teamLabel]: claim.name,
          // A pod with more could take the node, and so everybody's data.
          'pod-security.kubernetes.io/enforce': 'baseline',
        },
        ...(Object.keys(annotations).length > 0 && { annotations }),
      },
    },
  };
}

/** Ports of what claims come to outside of the cluster, of the cloud's own APIs, and of OpenTelemetry's collectors. */
const outside = [443, 4317, 4318, 5432, 6379];

/** Closed to all but the namespace itself and what the team names; a server is reached by its port, wherever it is. */
function networkPolicyFor({ settings: { reachableFrom } }: Given) {
  const tcp = (port: number) => ({ protocol: 'TCP', port });
  return {
    podSelector: {},
    policyTypes: ['Ingress', 'Egress'],
    ingress: [
      {
        from: [
          { podSelector: {} },
          ...reachableFrom.map((from) => ({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': from } } })),
        ],
      },
    ],
    egress: [{ to: [{ podSelector: {} }] }, { ports: [{ protocol: 'UDP', port: 53 }, tcp(53), ...outside.map(tcp)] }],
  };
}

/** Who may do what, by the ClusterRole. */
function subjectsIn({ settings: { groups } }: Given, where: string, writers: Writers): ReadonlyMap<string, readonly object[]> {
  const apiGroup = 'rbac.authorization.k8s.io';
  const bindings = [
    { role: deployer, subject: { kind: 'ServiceAccount', name: gitops, namespace: where } },
    ...groups.map((each) => ({ role: people[each.role][writers], subject: { kind: 'Group', apiGroup, name: each.name } })),
  ];
  return new Map(
    [...Map.groupBy(bindings, ({ role }) => role)].map(([role, bound]) => [role, bound.map(({ subject }) => subject)] as const),
  );
}

/** What is in a namespace of the team, by key. */
function contentsOf(context: Given, wanted: WantedNamespace, writers: Writers): Readonly<Record<string, Composed>> {
  const { claim, required } = context;
  const { part, name: where } = wanted;
  const { hard, claims } = quotas[wanted.quota];
  const counts = Object.fromEntries(required.held.map(({ plural }) => [`count/${plural}.${group}`, String(claims)]));
  const inside = (own: string) => ({ name: own, namespace: where });
  return {
    [`quota-${part}`]: { object: { ...typed(resourceQuota), metadata: inside(name), spec: { hard: { ...hard, ...counts } } } },
    [`limits-${part}`]: { object: { ...typed(limitRange), metadata: inside(name), spec: { limits: [usualLimits] } } },
    [`network-${part}`]: { object: { ...typed(networkPolicy), metadata: inside(name), spec: networkPolicyFor(context) } },
    [`gitops-${part}`]: { object: { ...typed(serviceAccount), metadata: inside(gitops) } },
    ...Object.fromEntries(
      [...subjectsIn(context, where, writers)].map(([role, subjects]): [string, Composed] => [
        `roles-${part}-${role}`,
        {
          object: {
            ...typed(roleBinding),
            metadata: inside(role),
            roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: `${claim.platform}:${role}` },
            subjects,
          },
        },
      ]),
    ),
  };
}

function expand(context: Given): Expansion {
  const { claim, settings, observed, required } = context;
  const none = { resources: {}, pending: {}, status: {} };
  const namespaces = wantedBy(claim.name, settings);
  const refusal = refusalFor(context, namespaces);
  if (refusal !== undefined) return { ...none, refusal };
  const resources: Record<string, Composed> = {};
  const pending: Record<string, Pending> = {};
  for (const wanted of namespaces) {
    const config = required.configs.find(({ metadata }) => metadata?.name === wanted.environment);
    const writers = writersIn(config as KubernetesObject);
    if ('problem' in writers) return { ...none, refusal: { reason: 'EnvironmentInvalid', message: writers.problem } };
    const key = `namespace-${wanted.part}`;
    resources[key] = namespaceFor(context, wanted);
    for (const [inner, composed] of Object.entries(contentsOf(context, wanted, writers.value))) {
      // Nothing can be applied in a namespace before that is there.
      if (observed[key] !== undefined || observed[inner] !== undefined) resources[inner] = composed;
      else {
        const { apiVersion, kind, metadata } = composed.object;
        pending[inner] = { apiVersion, kind, name: String(metadata?.name), waitsFor: `Namespace ${wanted.name}` };
      }
    }
  }
  return { resources, pending, status: { namespaces: namespaces.map(({ name: own, environment }) => ({ name: own, environment })) } };
}

/** Namespaces of the cluster, and who may do what in them. */
export const kubernetes: PlacelessBackend<TeamSettings, Required, ClusterClaim, keyof typeof composes> = { composes, expand };
