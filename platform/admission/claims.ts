import type { Api, ClaimPolicy } from '../../functions/core/api.ts';
import { holdsData } from '../../functions/core/card.ts';
import { mostMetadata, wanted } from '../../functions/core/claim.ts';
import { type Severity, severities } from '../../functions/core/environment.ts';
import { type Field, givingUpOf, orderOf } from '../../functions/core/field.ts';
import { acknowledgeAnnotation, environmentLabel, group, kindLabel, version, waiverAnnotation } from '../../functions/core/group.ts';
import type { KubernetesObject } from '../../functions/core/kubernetes.ts';
import type { Platform, Policy } from '../../functions/core/pipeline.ts';
import { waive } from '../permissions.ts';
import { admission, beforeAndAfter, celList, crossplanesKeys, leavesCrossplanesKeys, mayHere, notByAdministrators } from './policy.ts';

const claimsOf = (apis: readonly Api[]) => ({
  apiGroups: [group],
  apiVersions: [version],
  operations: ['CREATE', 'UPDATE'],
  resources: apis.map(({ plural }) => plural),
});

const environments = { apiVersion: 'apiextensions.crossplane.io/v1beta1', kind: 'EnvironmentConfig' };
const isParam = { name: 'isParam', expression: `namespaceObject.metadata.labels['${environmentLabel}'] == params.metadata.name` };
const ofEnvironments = {
  matchResources: { namespaceSelector: { matchExpressions: [{ key: environmentLabel, operator: 'Exists' }] } },
  paramRef: { selector: { matchLabels: { [kindLabel]: 'environment' } }, parameterNotFoundAction: 'Allow' },
};

/** A claim's value as a message shows it. */
const celShown = (rule: ClaimPolicy, value: string): string =>
  'equals' in rule && typeof rule.equals === 'string' ? `'"' + ${value} + '"'` : `string(${value})`;

const celHolds = (rule: ClaimPolicy, value: string): string =>
  'atLeast' in rule ? `${value} >= ${rule.atLeast}` : `${value} == ${typeof rule.equals === 'string' ? `'${rule.equals}'` : rule.equals}`;

/**
 * The sentence of a rule that the claim breaks, or nothing. What was there before is left alone: a claim that cannot be updated
 * could not be deleted either, and the guard refuses it all the same.
 */
function celBroken(api: Api, rule: ClaimPolicy, policy: Policy, severity: Severity): string {
  const value = `object.spec.${rule.field}`;
  const setting = `variables.policies['${policy.id}']`;
  const isSet = `'${policy.id}' in variables.policies`;
  const isWaived = `variables.waived.matches('(^|[\\\\s,])${policy.id}([\\\\s,]|$)')`;
  const applies = [
    `object.kind == '${api.kind}'`,
    ...(policy.tiers === undefined ? [] : [`variables.tier in ${celList(policy.tiers)}`]),
    `(${isSet} && 'severity' in ${setting} ? ${setting}.severity : '${policy.severity}') == '${severity}'`,
    `!(${isSet} && 'waivable' in ${setting} && ${setting}.waivable && ${isWaived})`,
    `has(${value})`,
    `!(${celHolds(rule, value)})`,
    `(oldObject == null || !has(oldObject.spec.${rule.field}) || oldObject.spec.${rule.field} != ${value})`,
  ];
  return `${applies.join(' && ')} ? 'spec.${rule.field}: got ' + ${celShown(rule, value)} + ', want ${wanted(rule)} [${policy.id}]' : ''`;
}

/** The policies that need nothing but the claim, so that `kubectl apply` tells at once what the guard would refuse later; none where no API has any. */
function brokenByClaims({ apis: all, policies }: Platform): readonly KubernetesObject[] {
  // The environment says how a policy holds, so of a claim that lives in none only the guard can tell.
  const apis = all.filter(({ place }) => place === 'environment');
  return severities.flatMap((severity) => {
    const broken = apis.flatMap((api) =>
      policies.flatMap((policy) =>
        api.claimPolicies.filter((rule) => rule.policy === policy.id).map((rule) => celBroken(api, rule, policy, severity)),
      ),
    );
    if (broken.length === 0) return [];
    const annotations = 'object.metadata.annotations';
    return admission(
      severity === 'deny' ? `claim-policies.${group}` : `claim-policy-warnings.${group}`,
      {
        failurePolicy: 'Ignore',
        paramKind: environments,
        matchConstraints: { resourceRules: [claimsOf(apis.filter((api) => api.claimPolicies.length > 0))] },
        matchConditions: [{ name: 'not-being-deleted', expression: '!has(object.metadata.deletionTimestamp)' }],
        variables: [
          isParam,
          { name: 'tier', expression: "has(params.data) && 'tier' in params.data ? string(params.data.tier) : ''" },
          { name: 'policies', expression: "has(params.data) && 'policies' in params.data ? params.data.policies : dyn({})" },
          {
            name: 'waived',
            expression: `has(${annotations}) && '${waiverAnnotation}' in ${annotations} ? ${annotations}['${waiverAnnotation}'] : ''`,
          },
          { name: 'broken', expression: `[${broken.join(', ')}].filter(sentence, sentence != '')` },
        ],
        validations: [
          {
            expression: '!variables.isParam || size(variables.broken) == 0',
            reason: 'Forbidden',
            message: 'the claim breaks a policy of its environment',
            messageExpression: "'cannot apply in environment ' + params.metadata.name + ': ' + variables.broken.join('; ')",
          },
        ],
      },
      { action: severity === 'deny' ? 'Deny' : 'Warn', ...ofEnvironments },
    );
  });
}

/** The sentence of a field that a claim lowers where that deletes data, or nothing. */
function celLowered(api: Api, name: string, field: Field, [backend, deletes]: readonly [string, string]): string {
  const [is, was] = [`variables.is.spec.${name}`, `variables.was.?status.?settings.?${name}`];
  const order = orderOf(field);
  const place = (value: string) => (order === 'number' || order === undefined ? value : `${celList(order)}.indexOf(${value})`);
  const before = `${was}.hasValue() && ${place(is)} < ${place(`${was}.value()`)}`;
  // What has no default has no limit where it is left out.
  const added = field.presence === 'maybe' ? `!${was}.hasValue() || ` : '';
  const applies = [
    `object.kind == '${api.kind}'`,
    `variables.was.?status.?backend.orValue('') == '${backend}'`,
    `has(${is})`,
    `(${added}${before})`,
  ];
  const got = `'spec.${name}: got ' + string(${is}) + ' in place of ' + (${was}.hasValue() ? string(${was}.value()) : 'no limit')`;
  return `${applies.join(' && ')} ? ${got} + ' ${deletes}' : ''`;
}

/** The sentence of a field by which a claim with data gives it up, or nothing. */
function celGivenUp(api: Api, name: string, value: string, [backend, does]: readonly [string, string]): readonly string[] {
  const [is, was] = [`variables.is.spec.${name}`, `variables.was.?status.?settings.?${name}`];
  // Whether Kubernetes made volumes of something, an apiserver cannot see here.
  const holding = Object.values(api.backends[backend]?.composes ?? {}).flatMap((card) => (holdsData(card) ? [card.kind] : []));
  if (holding.length === 0) return [];
  const applies = [
    `object.kind == '${api.kind}'`,
    `variables.was.?status.?backend.orValue('') == '${backend}'`,
    `has(${is})`,
    `${is} == '${value}'`,
    `${was}.hasValue()`,
    `${was}.value() != '${value}'`,
    `variables.was.?spec.?crossplane.?resourceRefs.orValue([]).exists(ref, ref.kind in ${celList([...new Set(holding)].sort())})`,
  ];
  return [
    `${applies.join(' && ')} ? 'spec.${name}: got ${value} in place of ' + ${was}.value() + ': deleting the claim then ${does}' : ''`,
  ];
}

/** What deletes data is told at once, since nothing of it is applied before it is acknowledged; only the guard knows what would be lost. */
function losses({ apis: all }: Platform): readonly KubernetesObject[] {
  const losing = all.flatMap((api) => [
    ...Object.entries(api.fields).flatMap(([name, field]) =>
      Object.entries(field.lessDeletes ?? {}).map((loss) => ({ api, sentence: celLowered(api, name, field, loss) })),
    ),
    ...Object.entries(givingUpOf(api.fields)).flatMap(([name, { value, deletes }]) =>
      Object.entries(deletes).flatMap((loss) => celGivenUp(api, name, value, loss).map((sentence) => ({ api, sentence }))),
    ),
  ]);
  if (losing.length === 0) return [];
  return admission(
    `claim-losses.${group}`,
    {
      failurePolicy: 'Ignore',
      matchConstraints: { resourceRules: [{ ...claimsOf([...new Set(losing.map(({ api }) => api))]), operations: ['UPDATE'] }] },
      matchConditions: [{ name: 'not-being-deleted', expression: '!has(object.metadata.deletionTimestamp)' }],
      variables: [
        ...beforeAndAfter,
        { name: 'lost', expression: `[${losing.map(({ sentence }) => sentence).join(', ')}].filter(sentence, sentence != '')` },
      ],
      validations: [
        {
          expression: 'size(variables.lost) == 0',
          message: 'the claim asks for what deletes data, or gives data up',
          messageExpression: `variables.lost.join('; ') + '; nothing of the claim is applied before that is acknowledged, by the command that its condition Allowed ends with'`,
        },
      ],
    },
    { action: 'Warn' },
  );
}

/** What claims ask to be let off, where the environment wants a permission for it. To ask for less takes none. */
function exceptionsOfClaims({ apis: all }: Platform): readonly KubernetesObject[] {
  const apis = all.filter(({ place }) => place === 'environment');
  if (apis.length === 0) return [];
  const asked = [waiverAnnotation, acknowledgeAnnotation].map((key) => {
    const said = (object: string) => `${object}.metadata.?annotations[?'${key}']`;
    return `(${said('object')}.orValue('') != '' && (oldObject == null || ${said('object')} != ${said('oldObject')}))`;
  });
  const wants = "has(params.data) && 'exceptions' in params.data && params.data.exceptions.permission != 'none'";
  return admission(
    `claim-exceptions.${group}`,
    {
      paramKind: environments,
      matchConstraints: { resourceRules: [claimsOf(apis)] },
      matchConditions: [{ name: 'asks', expression: asked.join(' || ') }],
      variables: [isParam, { name: 'wantsPermission', expression: wants }],
      validations: [
        {
          expression: `!variables.isParam || !variables.wantsPermission || ${mayHere(waive)}`,
          reason: 'Forbidden',
          message: `the environment of the claim wants a permission for ${waiverAnnotation} and ${acknowledgeAnnotation}`,
          messageExpression: [
            "'cannot apply in environment ' + params.metadata.name + ': metadata.annotations: ",
            `${waiverAnnotation} and ${acknowledgeAnnotation} want the permission ${waive.verb} of ${waive.resource}.${group} in the namespace'`,
          ].join(''),
        },
      ],
    },
    ofEnvironments,
  );
}

/** By which tools ask for a claim to be looked at again; it is looked at anyhow after some minutes. */
const free = ['crossplane.io/reconcile-requested-at'];

/** What of a claim is Crossplane's own. An apply of what was read back passes, since it changes none of it. */
function crossplanesPart({ apis }: Platform): readonly KubernetesObject[] {
  const rule = claimsOf(apis);
  const action = "'cannot apply the claim'";
  const unchanged = (path: string) => {
    const [is, was] = ['is', 'was'].map((variable) => `variables.${variable}.?${path.replace('.', '.?')}`);
    return {
      expression: `${is} == ${was}`,
      reason: 'Forbidden',
      messageExpression: `${action} + ': ${path}: want what Crossplane writes: ' + (oldObject == null ? 'leave it out' : 'leave it as it is, or leave it out of what kubectl apply is given')`,
    };
  };
  return admission(`claim-writes.${group}`, {
    matchConstraints: {
      resourceRules: [{ ...rule, resources: rule.resources.flatMap((plural) => [plural, `${plural}/status`]) }],
    },
    matchConditions: [notByAdministrators],
    variables: [...beforeAndAfter, ...crossplanesKeys(free)],
    validations: [
      {
        expression: "!has(request.subResource) || request.subResource != 'status'",
        reason: 'Forbidden',
        message: 'cannot write status: Crossplane alone does',
      },
      ...['spec.crossplane', 'metadata.finalizers', 'metadata.ownerReferences'].map(unchanged),
      ...leavesCrossplanesKeys(action),
    ],
  });
}

/** What a claim may refer to: an API composes some hundred objects at the most, with a rule for each client of a database. */
const mostReferences = 200;
const longestReference = 253;

const bounds: Readonly<Record<string, number>> = {
  'metadata.annotations': mostMetadata,
  'metadata.labels': mostMetadata,
  'metadata.finalizers': mostMetadata,
  'metadata.ownerReferences': mostMetadata,
  'spec.crossplane.compositionSelector.matchLabels': mostMetadata,
  'spec.crossplane.compositionRevisionSelector.matchLabels': mostMetadata,
  'spec.crossplane.resourceRefs': mostReferences,
};

/**
 * What of a claim its schema does not bound: the function is sent all of it, for each claim of the namespace.
 * What is no more than before is let through, so that a claim from before the policy can be updated.
 */
function sizesOfClaims({ apis }: Platform): readonly KubernetesObject[] {
  const part = (object: string, path: string) => `variables.${object}.?${path.replaceAll('.', '.?')}.orValue([])`;
  const owners = 'metadata.ownerReferences';
  const long = ['apiVersion', 'kind', 'name', 'uid'].map((field) => `size(owner.${field}) > ${longestReference}`).join(' || ');
  return admission(`claim-sizes.${group}`, {
    matchConstraints: { resourceRules: [claimsOf(apis)] },
    variables: beforeAndAfter,
    validations: [
      ...Object.entries(bounds).map(([path, most]) => ({
        expression: `size(${part('is', path)}) <= ${most} || size(${part('is', path)}) <= size(${part('was', path)})`,
        reason: 'Invalid',
        message: `${path}: got too many, want at most ${most}`,
        messageExpression: `'cannot apply the claim: ${path}: got ' + string(size(${part('is', path)})) + ', want at most ${most}'`,
      })),
      {
        expression: `${part('is', owners)} == ${part('was', owners)} || !${part('is', owners)}.exists(owner, ${long})`,
        reason: 'Invalid',
        message: `cannot apply the claim: ${owners}: got a text that is too long, want at most ${longestReference} characters in each`,
      },
    ],
  });
}

/** Deleting a claim would take along what its status lists, which the spec has to leave out first, one by one and looked at. */
function emptiedFirst({ apis }: Platform): readonly KubernetesObject[] {
  return apis.flatMap((api) => {
    const { kind, plural, emptiedFirst: list } = api;
    if (list === undefined) return [];
    const path = `oldObject.status.${list}`;
    return admission(`emptied-first.${plural}.${group}`, {
      matchConstraints: { resourceRules: [{ ...claimsOf([api]), operations: ['DELETE'] }] },
      validations: [
        {
          expression: `!has(oldObject.status) || !has(${path}) || size(${path}) == 0`,
          reason: 'Forbidden',
          message: `the ${kind} still has ${list}: take them out of its spec first`,
          messageExpression: `'cannot delete ${kind} "' + oldObject.metadata.name + '": it has ${list} ' + ${path}.map(held, held.name).join(', ') + ', which would go with all that is in them: take them out of its spec first'`,
        },
      ],
    });
  });
}

/** What is asked of claims before the function is. */
export const claimPolicies = (platform: Platform): readonly KubernetesObject[] => [
  ...crossplanesPart(platform),
  ...exceptionsOfClaims(platform),
  ...emptiedFirst(platform),
  ...sizesOfClaims(platform),
  ...brokenByClaims(platform),
  ...losses(platform),
];
