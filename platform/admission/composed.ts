import { environmentLabel, group } from '../../functions/core/group.ts';
import { groupOf, type KubernetesObject } from '../../functions/core/kubernetes.ts';
import type { Platform } from '../../functions/core/pipeline.ts';
import { byGroup, composedKinds, distinct, isOfCrossplane } from '../composed.ts';
import { administer } from '../permissions.ts';
import {
  admission,
  beforeAndAfter,
  celList,
  crossplanesKeys,
  leavesCrossplanesKeys,
  notByAdministrators,
  notByProviders,
} from './policy.ts';

const inEnvironments = { namespaceSelector: { matchExpressions: [{ key: environmentLabel, operator: 'Exists' }] } };
const others = [notByProviders, notByAdministrators];
const permission = `the permission ${administer.verb} of ${administer.resource}.${group}`;

/** The groups of Crossplane and of those who make providers for it. */
const domains = '(^|[.])(crossplane|upbound)[.]io$';

/** Whether a group is Crossplane's or a provider's: by its domain, or since the platform knows it. */
function isTheirs(platform: Platform, name: string): string {
  const groups = distinct(
    composedKinds(platform)
      .filter((card) => isOfCrossplane(platform, card))
      .map(groupOf),
  );
  const others = groups.filter((known) => !new RegExp(domains).test(known));
  return `(${name}.matches('${domains}')${others.length === 0 ? '' : ` || ${name} in ${celList(others)}`})`;
}

/** What stands for something outside of the cluster, leads there or protects it: managed resources, provider configurations, Usages. */
function kindsOfCrossplane(platform: Platform): readonly KubernetesObject[] {
  const name = "(has(request.name) ? ' ' + request.name : '')";
  return admission(`composed-kinds.${group}`, {
    matchConstraints: {
      resourceRules: [
        { apiGroups: ['*'], apiVersions: ['*'], operations: ['CREATE', 'UPDATE', 'DELETE'], resources: ['*/*'], scope: 'Namespaced' },
      ],
      ...inEnvironments,
    },
    matchConditions: [{ name: 'of-crossplane', expression: isTheirs(platform, 'request.resource.group') }, ...others],
    validations: [
      {
        expression: 'false',
        reason: 'Forbidden',
        message: `only Crossplane and its providers write this in a namespace of an environment: change the claim instead, or have ${permission}`,
        messageExpression: [
          "'cannot ' + request.operation.lowerAscii() + ' ' + request.kind.kind + ",
          `${name} + ': in a namespace of an environment only Crossplane and its providers do; change the claim instead'`,
        ].join(''),
      },
    ],
  });
}

/** The owners of an object that Crossplane or a provider made it for. */
const ownersOf = (platform: Platform, object: string) =>
  `${object}.?metadata.?ownerReferences.orValue([]).filter(owner, owner.apiVersion.startsWith('${group}/') || ${isTheirs(platform, "owner.apiVersion.split('/')[0]")})`;

/** The function believes an object by its owner among the rest, so nobody else may say that a claim owns one, or that it does not. */
function ownersOfComposed(platform: Platform): readonly KubernetesObject[] {
  const kinds = composedKinds(platform).filter((card) => !isOfCrossplane(platform, card) && card.scope === 'Namespaced');
  // With the Secrets that providers make.
  const secrets = { apiVersion: 'v1', kind: 'Secret', plural: 'secrets' };
  return admission(`composed-owners.${group}`, {
    matchConstraints: {
      resourceRules: byGroup([...kinds, secrets]).map((each) => ({ ...each, apiVersions: ['*'], operations: ['CREATE', 'UPDATE'] })),
      ...inEnvironments,
    },
    matchConditions: others,
    variables: beforeAndAfter,
    validations: [
      {
        expression: `${ownersOf(platform, 'variables.is')} == ${ownersOf(platform, 'variables.was')}`,
        reason: 'Forbidden',
        message: `only Crossplane and its providers say what a claim, or what it composed, owns: leave metadata.ownerReferences as it is, or have ${permission}`,
      },
    ],
  });
}

/** The keys of every binding, which the Service Binding specification and the platform give a meaning. */
const bindingKeys = ({ apis }: Platform) => distinct(apis.flatMap(({ binding }) => Object.keys(binding?.shape ?? {})));

/**
 * A Secret that was made for a claim has the only copy of a login, or is made anew with another one once it is gone. Others may add
 * keys, labels and annotations of their own, and take them away again.
 */
function secretsOfClaims(platform: Platform): readonly KubernetesObject[] {
  const [is, was] = ['variables.is.?data.orValue({})', 'variables.was.?data.orValue({})'] as const;
  const isOurs = `(variables.was.?type.orValue('').startsWith('servicebinding.io/') ? key in ${celList(bindingKeys(platform))} : true)`;
  const changed = `${was}.filter(key, ${isOurs} && !(key in ${is} && ${is}[key] == ${was}[key]))`;
  const action = "'cannot ' + request.operation.lowerAscii() + ' Secret ' + oldObject.metadata.name";
  const unchanged = (path: string) => ({
    expression: `variables.is.?${path.replace('.', '.?')} == variables.was.?${path.replace('.', '.?')}`,
    reason: 'Forbidden',
    messageExpression: `${action} + ': ${path}: want it as before'`,
  });
  return admission(`composed-secrets.${group}`, {
    matchConstraints: {
      resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['UPDATE', 'DELETE'], resources: ['secrets'] }],
      ...inEnvironments,
    },
    matchConditions: [{ name: 'made-for-a-claim', expression: `size(${ownersOf(platform, 'oldObject')}) > 0` }, ...others],
    variables: [...beforeAndAfter, { name: 'changed', expression: changed }, ...crossplanesKeys()],
    validations: [
      {
        expression: "request.operation != 'DELETE'",
        reason: 'Forbidden',
        messageExpression: `${action} + ': it was made for a claim, and what logs in with it would be shut out'`,
      },
      {
        expression: 'size(variables.changed) == 0',
        reason: 'Forbidden',
        messageExpression: `${action} + ': data: ' + variables.changed.join(', ') + ': want what was made for the claim'`,
      },
      ...['immutable', 'metadata.finalizers'].map(unchanged),
      ...leavesCrossplanesKeys(action),
    ],
  });
}

/** What claims composed, which the namespace's own people may read and build on. */
export const composedPolicies = (platform: Platform): readonly KubernetesObject[] => [
  ...kindsOfCrossplane(platform),
  ...ownersOfComposed(platform),
  ...secretsOfClaims(platform),
];
