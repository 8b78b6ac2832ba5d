import type { Api, ClaimPolicy } from '../functions/core/api.ts';
import type { Card } from '../functions/core/card.ts';
import { type Severity, severities } from '../functions/core/environment.ts';
import {
  apiVersion,
  category,
  environmentLabel,
  group,
  kindLabel,
  namespaceDeletionAnnotation,
  teamLabel,
  version,
} from '../functions/core/group.ts';
import { groupOf, type KubernetesObject } from '../functions/core/kubernetes.ts';
import type { Platform, Policy } from '../functions/core/pipeline.ts';
import { namespacedApis } from '../functions/core/required.ts';
import { tenancy } from '../functions/core/tenancy.ts';
import { protectedTiers, tiers } from '../functions/core/tier.ts';
import { wanted } from '../functions/guard/claim-policies.ts';
import { waiverAnnotation } from '../functions/guard/waivers.ts';

const celList = (values: readonly string[]): string => `[${values.map((value) => `'${value}'`).join(', ')}]`;

/**
 * Deleting a namespace takes its claims along, whatever protects them one by one.
 * The policy lists the tiers that may go, so an environment whose tier cannot be read is protected too.
 */
export function namespaceProtection(): readonly KubernetesObject[] {
  const name = `namespace-protection.${group}`;
  const labels = 'oldObject.metadata.labels';
  const annotations = 'oldObject.metadata.annotations';
  const unprotected = tiers.filter((tier) => !protectedTiers.includes(tier));
  return [
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name },
      spec: {
        failurePolicy: 'Fail',
        paramKind: { apiVersion: 'apiextensions.crossplane.io/v1beta1', kind: 'EnvironmentConfig' },
        matchConstraints: {
          resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['DELETE'], resources: ['namespaces'] }],
          objectSelector: { matchExpressions: [{ key: environmentLabel, operator: 'Exists' }] },
        },
        variables: [
          { name: 'environment', expression: `${labels}['${environmentLabel}']` },
          { name: 'isParam', expression: 'variables.environment == params.metadata.name' },
          {
            name: 'tierIsUnprotected',
            expression: `has(params.data) && 'tier' in params.data && params.data.tier in ${celList(unprotected)}`,
          },
          {
            name: 'isAllowed',
            expression: `has(${annotations}) && '${namespaceDeletionAnnotation}' in ${annotations} && ${annotations}['${namespaceDeletionAnnotation}'] == 'Allow'`,
          },
        ],
        validations: [
          {
            expression: '!variables.isParam || variables.tierIsUnprotected || variables.isAllowed',
            reason: 'Forbidden',
            message: `the namespace belongs to a protected environment; to delete it all the same, annotate it with ${namespaceDeletionAnnotation}=Allow first`,
            messageExpression: [
              `'cannot delete namespace "' + oldObject.metadata.name + '": environment "' + variables.environment + '" is protected; `,
              `to delete it all the same, first run: kubectl annotate namespace ' + oldObject.metadata.name + ' ${namespaceDeletionAnnotation}=Allow'`,
            ].join(''),
          },
        ],
      },
    },
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name },
      spec: {
        policyName: name,
        validationActions: ['Deny'],
        paramRef: { selector: { matchLabels: { [kindLabel]: 'environment' } }, parameterNotFoundAction: 'Allow' },
      },
    },
  ];
}

/**
 * A managed resource cannot delete what is outside the cluster once its namespace is going, since its provider may not record
 * there any more which credentials it uses: it, and so the namespace, would hang for ever. Where the kind is not installed there
 * is none of it, which is why a failure to look lets the namespace go.
 */
export function managedBeforeNamespace({ apiVersion: of, kind, plural }: Card): readonly KubernetesObject[] {
  const name = `managed-before-namespace.${plural}.${groupOf({ apiVersion: of })}`;
  return [
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name },
      spec: {
        failurePolicy: 'Ignore',
        paramKind: { apiVersion: of, kind },
        matchConstraints: {
          resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['DELETE'], resources: ['namespaces'] }],
        },
        validations: [
          {
            expression: 'false',
            reason: 'Forbidden',
            message: `the namespace still has ${kind} objects, each of which stands for something outside of the cluster: its claims have to go first`,
            messageExpression: `'cannot delete namespace "' + oldObject.metadata.name + '": it has ${kind} "' + params.metadata.name + '", which stands for something outside of the cluster; first run: kubectl delete ${category} --all --cascade=foreground --namespace ' + oldObject.metadata.name`,
          },
        ],
      },
    },
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name },
      spec: { policyName: name, validationActions: ['Deny'], paramRef: { selector: {}, parameterNotFoundAction: 'Allow' } },
    },
  ];
}

/**
 * A claim's environment lies in its namespace, so that a team's namespaces go last, whoever deletes them: Crossplane does once the
 * team leaves one out, and the garbage collector once the team is gone.
 */
export function claimsBeforeNamespace(platform: Platform): readonly KubernetesObject[] {
  const tenants = platform.apis.some(({ offers }) => offers.some(({ capability }) => capability === tenancy));
  if (!tenants) return [];
  return namespacedApis(platform).flatMap(({ kind, plural }) => {
    const name = `claims-before-team-namespace.${plural}.${group}`;
    return [
      {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicy',
        metadata: { name },
        spec: {
          failurePolicy: 'Fail',
          paramKind: { apiVersion, kind },
          matchConstraints: {
            resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['DELETE'], resources: ['namespaces'] }],
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
      },
      {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicyBinding',
        metadata: { name },
        spec: { policyName: name, validationActions: ['Deny'], paramRef: { selector: {}, parameterNotFoundAction: 'Allow' } },
      },
    ];
  });
}

/** Deleting a claim would take along what its status lists, which the spec has to leave out first, one by one and looked at. */
export function emptiedFirst({ apis }: Platform): readonly KubernetesObject[] {
  return apis.flatMap(({ kind, plural, emptiedFirst: list }) => {
    if (list === undefined) return [];
    const name = `emptied-first.${plural}.${group}`;
    const path = `oldObject.status.${list}`;
    return [
      {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicy',
        metadata: { name },
        spec: {
          failurePolicy: 'Fail',
          matchConstraints: {
            resourceRules: [{ apiGroups: [group], apiVersions: [version], operations: ['DELETE'], resources: [plural] }],
          },
          validations: [
            {
              expression: `!has(oldObject.status) || !has(${path}) || size(${path}) == 0`,
              reason: 'Forbidden',
              message: `the ${kind} still has ${list}: take them out of its spec first`,
              messageExpression: `'cannot delete ${kind} "' + oldObject.metadata.name + '": it has ${list} ' + ${path}.map(held, held.name).join(', ') + ', which would go with all that is in them: take them out of its spec first'`,
            },
          ],
        },
      },
      {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicyBinding',
        metadata: { name },
        spec: { policyName: name, validationActions: ['Deny'] },
      },
    ];
  });
}

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
  const applies = [
    `object.kind == '${api.kind}'`,
    ...(policy.tiers === undefined ? [] : [`variables.tier in ${celList(policy.tiers)}`]),
    `(${isSet} && 'severity' in ${setting} ? ${setting}.severity : '${policy.severity}') == '${severity}'`,
    `!(${isSet} && 'waivable' in ${setting} && ${setting}.waivable && '${policy.id}' in variables.waived)`,
    `has(${value})`,
    `!(${celHolds(rule, value)})`,
    `(oldObject == null || !has(oldObject.spec.${rule.field}) || oldObject.spec.${rule.field} != ${value})`,
  ];
  return `${applies.join(' && ')} ? 'spec.${rule.field}: got ' + ${celShown(rule, value)} + ', want ${wanted(rule)} [${policy.id}]' : ''`;
}

/** The policies that need nothing but the claim, so that `kubectl apply` tells at once what the guard would refuse later; none where no API has any. */
export function claimPolicies({ apis: all, policies }: Platform): readonly KubernetesObject[] {
  // The environment says how a policy holds, so of a claim that lives in none only the guard can tell.
  const apis = all.filter(({ place }) => place === 'environment');
  return severities.flatMap((severity) => {
    const name = severity === 'deny' ? `claim-policies.${group}` : `claim-policy-warnings.${group}`;
    const broken = apis.flatMap((api) =>
      policies.flatMap((policy) =>
        api.claimPolicies.filter((rule) => rule.policy === policy.id).map((rule) => celBroken(api, rule, policy, severity)),
      ),
    );
    if (broken.length === 0) return [];
    const annotations = 'object.metadata.annotations';
    const labels = 'namespaceObject.metadata.labels';
    return [
      {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicy',
        metadata: { name },
        spec: {
          failurePolicy: 'Ignore',
          paramKind: { apiVersion: 'apiextensions.crossplane.io/v1beta1', kind: 'EnvironmentConfig' },
          matchConstraints: {
            resourceRules: [
              {
                apiGroups: [group],
                apiVersions: [version],
                operations: ['CREATE', 'UPDATE'],
                resources: apis.filter((api) => api.claimPolicies.length > 0).map(({ plural }) => plural),
              },
            ],
          },
          matchConditions: [{ name: 'not-being-deleted', expression: '!has(object.metadata.deletionTimestamp)' }],
          variables: [
            { name: 'isParam', expression: `${labels}['${environmentLabel}'] == params.metadata.name` },
            { name: 'tier', expression: "has(params.data) && 'tier' in params.data ? string(params.data.tier) : ''" },
            { name: 'policies', expression: "has(params.data) && 'policies' in params.data ? params.data.policies : dyn({})" },
            {
              name: 'waived',
              expression: `has(${annotations}) && '${waiverAnnotation}' in ${annotations} ? ${annotations}['${waiverAnnotation}'].replace(' ', ',').split(',') : []`,
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
      },
      {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicyBinding',
        metadata: { name },
        spec: {
          policyName: name,
          validationActions: [severity === 'deny' ? 'Deny' : 'Warn'],
          matchResources: { namespaceSelector: { matchExpressions: [{ key: environmentLabel, operator: 'Exists' }] } },
          paramRef: { selector: { matchLabels: { [kindLabel]: 'environment' } }, parameterNotFoundAction: 'Allow' },
        },
      },
    ];
  });
}

/** Far more than people and tools write, and little enough that the claims of a namespace fit a request to the function. */
const mostMetadata = 100;

/**
 * Metadata is all of a claim that its schema does not bound, and the function is sent all of it for each claim of the namespace.
 * What is no more than before is let through, so that a claim from before the policy can be updated.
 */
export function claimSizes({ apis }: Platform): readonly KubernetesObject[] {
  const name = `claim-sizes.${group}`;
  const fields = ['annotations', 'labels', 'finalizers', 'ownerReferences'];
  const sizeOf = (object: string, field: string) => `(has(${object}.metadata.${field}) ? size(${object}.metadata.${field}) : 0)`;
  return [
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name },
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: {
          resourceRules: [
            { apiGroups: [group], apiVersions: [version], operations: ['CREATE', 'UPDATE'], resources: apis.map(({ plural }) => plural) },
          ],
        },
        matchConditions: [{ name: 'not-being-deleted', expression: '!has(object.metadata.deletionTimestamp)' }],
        validations: fields.map((field) => ({
          expression: `${sizeOf('object', field)} <= ${mostMetadata} || (oldObject != null && ${sizeOf('object', field)} <= ${sizeOf('oldObject', field)})`,
          reason: 'Invalid',
          message: `metadata.${field}: got too many, want at most ${mostMetadata}`,
          messageExpression: `'cannot apply the claim: metadata.${field}: got ' + string(size(object.metadata.${field})) + ', want at most ${mostMetadata}'`,
        })),
      },
    },
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name },
      spec: { policyName: name, validationActions: ['Deny'] },
    },
  ];
}
