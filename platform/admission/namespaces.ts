import type { Api } from '../../functions/core/api.ts';
import type { Card } from '../../functions/core/card.ts';
import {
  apiVersion,
  category,
  environmentLabel,
  group,
  kindLabel,
  namespaceDeletionAnnotation,
  ownerLabel,
  teamLabel,
} from '../../functions/core/group.ts';
import { groupOf, type KubernetesObject } from '../../functions/core/kubernetes.ts';
import type { Platform } from '../../functions/core/pipeline.ts';
import { namespacedApis } from '../../functions/core/required.ts';
import { tenancy } from '../../functions/core/tenancy.ts';
import { protectedTiers, tiers } from '../../functions/core/tier.ts';
import { composedKinds } from '../composed.ts';
import { use } from '../permissions.ts';
import { admission, celList, mayWith } from './policy.ts';

const unprotected = celList(tiers.filter((tier) => !protectedTiers.includes(tier)));

const deletion = { apiGroups: [''], apiVersions: ['v1'], operations: ['DELETE'], resources: ['namespaces'] };
const annotations = 'oldObject.metadata.annotations';
const isAllowed = {
  name: 'isAllowed',
  expression: `has(${annotations}) && '${namespaceDeletionAnnotation}' in ${annotations} && ${annotations}['${namespaceDeletionAnnotation}'] == 'Allow'`,
};
const allTheSame = `to delete it all the same, first run: kubectl annotate namespace ' + oldObject.metadata.name + ' ${namespaceDeletionAnnotation}=Allow'`;

/**
 * Deleting a namespace takes its claims along, whatever protects them one by one.
 * The policy lists the tiers that may go, so an environment whose tier cannot be read is protected too.
 */
function protectedEnvironments(): readonly KubernetesObject[] {
  return admission(
    `namespace-protection.${group}`,
    {
      paramKind: { apiVersion: 'apiextensions.crossplane.io/v1beta1', kind: 'EnvironmentConfig' },
      matchConstraints: {
        resourceRules: [deletion],
        objectSelector: { matchExpressions: [{ key: environmentLabel, operator: 'Exists' }] },
      },
      variables: [
        { name: 'environment', expression: `oldObject.metadata.labels['${environmentLabel}']` },
        { name: 'isParam', expression: 'variables.environment == params.metadata.name' },
        {
          name: 'tierIsUnprotected',
          expression: `has(params.data) && 'tier' in params.data && params.data.tier in ${unprotected}`,
        },
        isAllowed,
      ],
      validations: [
        {
          expression: '!variables.isParam || variables.tierIsUnprotected || variables.isAllowed',
          reason: 'Forbidden',
          message: `the namespace belongs to a protected environment; to delete it all the same, annotate it with ${namespaceDeletionAnnotation}=Allow first`,
          messageExpression: [
            `'cannot delete namespace "' + oldObject.metadata.name + '": environment "' + variables.environment + '" is protected; `,
            allTheSame,
          ].join(''),
        },
      ],
    },
    { paramRef: { selector: { matchLabels: { [kindLabel]: 'environment' } }, parameterNotFoundAction: 'Allow' } },
  );
}

/** A policy on the deletion of a namespace for each object of a kind in it. Where the kind is not installed there is none of it, which is why a failure to look lets the namespace go. */
function whileItHas(
  name: string,
  kind: { readonly apiVersion: string; readonly kind: string },
  policy: object,
): readonly KubernetesObject[] {
  return admission(
    name,
    {
      failurePolicy: 'Ignore',
      paramKind: { apiVersion: kind.apiVersion, kind: kind.kind },
      matchConstraints: { resourceRules: [deletion] },
      ...policy,
    },
    { paramRef: { selector: {}, parameterNotFoundAction: 'Allow' } },
  );
}

/**
 * What a claim was made as holds even where its namespace's environment is not there any more, or another one. A claim of which no tier
 * is known may be of a protected one.
 */
function protectedClaims({ kind, plural }: Api): readonly KubernetesObject[] {
  const tier = "(has(params.status) && has(params.status.tier) ? string(params.status.tier) : '')";
  return whileItHas(
    `claims-before-namespace.${plural}.${group}`,
    { apiVersion, kind },
    {
      variables: [{ name: 'tier', expression: tier }, isAllowed],
      validations: [
        {
          expression: `variables.tier in ${unprotected} || variables.isAllowed`,
          reason: 'Forbidden',
          message: `the namespace has a claim of a protected tier; to delete it all the same, annotate it with ${namespaceDeletionAnnotation}=Allow first`,
          messageExpression: [
            `'cannot delete namespace "' + oldObject.metadata.name + '": ${kind} "' + params.metadata.name + '" in it is of `,
            `' + (variables.tier == '' ? 'no known tier' : 'tier ' + variables.tier + ', which is protected') + '; `,
            allTheSame,
          ].join(''),
        },
      ],
    },
  );
}

/**
 * A managed resource cannot delete what is outside the cluster once its namespace is going, since its provider may not record
 * there any more which credentials it uses: it, and so the namespace, would hang for ever.
 */
function managedBeforeNamespace(card: Card): readonly KubernetesObject[] {
  const { kind, plural } = card;
  return whileItHas(`managed-before-namespace.${plural}.${groupOf(card)}`, card, {
    validations: [
      {
        expression: 'false',
        reason: 'Forbidden',
        message: `the namespace still has ${kind} objects, each of which stands for something outside of the cluster: its claims have to go first`,
        messageExpression: [
          `'cannot delete namespace "' + oldObject.metadata.name + '": it has ${kind} "' + params.metadata.name + '", which stands `,
          `for something outside of the cluster; first run: kubectl delete ${category} --all --cascade=foreground --namespace ' + oldObject.metadata.name`,
        ].join(''),
      },
    ],
  });
}

/**
 * A claim's environment lies in its namespace, so that a team's namespaces go last, whoever deletes them: Crossplane does once the
 * team leaves one out, and the garbage collector once the team is gone.
 */
function claimsOfTeams(platform: Platform): readonly KubernetesObject[] {
  const tenants = platform.apis.some(({ offers }) => offers.some(({ capability }) => capability === tenancy));
  if (!tenants) return [];
  return namespacedApis(platform).flatMap(({ kind, plural }) =>
    whileItHas(
      `claims-before-team-namespace.${plural}.${group}`,
      { apiVersion, kind },
      {
        failurePolicy: 'Fail',
        matchConstraints: {
          resourceRules: [deletion],
          objectSelector: { matchExpressions: [{ key: teamLabel, operator: 'Exists' }] },
        },
        validations: [
          {
            expression: 'false',
            reason: 'Forbidden',
            message: `the namespace of a team has ${kind} claims`,
            messageExpression: `'cannot delete namespace "' + oldObject.metadata.name + '" of team "' + oldObject.metadata.labels['${teamLabel}'] + '": it has ${kind} "' + params.metadata.name + '"'`,
          },
        ],
      },
    ),
  );
}

/** What a Namespace says under a label or an annotation, before or after; `none` where it says nothing. */
const said = (object: 'object' | 'oldObject', field: 'labels' | 'annotations', key: string) =>
  `(${object} == null ? optional.none() : ${object}.metadata.?${field}[?'${key}'])`;

/** Whoever says of a namespace where it belongs decides what its claims become, who answers for them, and whether they can go. */
function environmentsOfNamespaces(): readonly KubernetesObject[] {
  const [before, after] = [said('oldObject', 'labels', environmentLabel), said('object', 'labels', environmentLabel)];
  const changed = (field: 'labels' | 'annotations', key: string) => `${said('object', field, key)} != ${said('oldObject', field, key)}`;
  return admission(`namespace-environments.${group}`, {
    matchConstraints: {
      resourceRules: [
        { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['namespaces', 'namespaces/*'] },
      ],
    },
    matchConditions: [
      {
        name: 'changed',
        expression: [
          changed('labels', environmentLabel),
          changed('labels', ownerLabel),
          changed('labels', teamLabel),
          changed('annotations', namespaceDeletionAnnotation),
        ].join(' || '),
      },
    ],
    variables: [
      {
        name: 'environments',
        expression: `(${before} == ${after} ? [${after}] : [${before}, ${after}]).filter(each, each.hasValue()).map(each, each.value())`,
      },
    ],
    validations: [
      {
        expression: `variables.environments.all(each, ${mayWith(use, 'each')})`,
        reason: 'Forbidden',
        messageExpression: [
          `'cannot change where namespace "' + object.metadata.name + '" belongs, its owner, or whether it can be deleted: `,
          `want the permission ${use.verb} of ${use.resource}.${group} for "' + variables.environments.join('" and "') + '"'`,
        ].join(''),
      },
    ],
  });
}

/** What stands before a namespace: who says where it belongs, and what must be gone before it can go. */
export function namespacePolicies(platform: Platform): readonly KubernetesObject[] {
  return [
    ...environmentsOfNamespaces(),
    ...protectedEnvironments(),
    ...claimsOfTeams(platform),
    ...platform.apis.filter(({ place }) => place === 'environment').flatMap(protectedClaims),
    ...composedKinds(platform)
      .filter(({ managed }) => managed)
      .flatMap(managedBeforeNamespace),
  ];
}
