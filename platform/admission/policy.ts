import { group } from '../../functions/core/group.ts';
import type { KubernetesObject } from '../../functions/core/kubernetes.ts';
import { crossplaneNamespace } from '../names.ts';
import { administer, type Permission } from '../permissions.ts';

const apiVersion = 'admissionregistration.k8s.io/v1';

/** What a binding says besides the policy that it is of. */
interface Binding {
  readonly action?: 'Deny' | 'Warn';
  readonly matchResources?: object;
  readonly paramRef?: object;
}

/** An admission policy and its binding, which have one name; what cannot be evaluated is refused unless the policy says otherwise. */
export function admission(name: string, policy: object, { action = 'Deny', ...binding }: Binding = {}): readonly KubernetesObject[] {
  return [
    { apiVersion, kind: 'ValidatingAdmissionPolicy', metadata: { name }, spec: { failurePolicy: 'Fail', ...policy } },
    {
      apiVersion,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name },
      spec: { policyName: name, validationActions: [action], ...binding },
    },
  ];
}

export const celList = (values: readonly string[]): string => `[${values.map((value) => `'${value}'`).join(', ')}]`;

const authorizer = ({ resource }: Permission) => `authorizer.group('${group}').resource('${resource}')`;

/** Whether RBAC lets the user, in the namespace of the request. */
export const mayHere = (permission: Permission): string =>
  `${authorizer(permission)}.namespace(has(request.namespace) ? request.namespace : '').check('${permission.verb}').allowed()`;

/** Whether RBAC lets the user with what an expression names. */
export const mayWith = (permission: Permission, name: string): string =>
  `${authorizer(permission)}.name(${name}).check('${permission.verb}').allowed()`;

/** Kubernetes' own, which take away what is left over of owners and of namespaces, by either way to run them. */
const cleaners = [
  'system:serviceaccount:kube-system:generic-garbage-collector',
  'system:serviceaccount:kube-system:namespace-controller',
  'system:kube-controller-manager',
];

const isCleaner = `request.userInfo.username in ${celList(cleaners)}`;

/** A match condition: for whoever is neither Crossplane itself, which has the permission too, nor an administrator. */
export const notByAdministrators = { name: 'not-by-administrators', expression: `!(${isCleaner} || ${mayHere(administer)})` };

/** The same, and for none of what runs beside Crossplane, as its providers do, whose service accounts are made under names of their own. */
export const notByProviders = {
  name: 'not-by-providers',
  expression: `!('system:serviceaccounts:${crossplaneNamespace}' in request.userInfo.groups)`,
};

/** The object before and after, of which any part may be missing; typed, fields that one kind has and another has not would not compile. */
export const beforeAndAfter = [
  { name: 'was', expression: 'oldObject == null ? dyn({}) : dyn(oldObject)' },
  { name: 'is', expression: 'object == null ? dyn({}) : dyn(object)' },
];

const texts = ['labels', 'annotations'] as const;

/**
 * For labels and for annotations, the keys of Crossplane's domain that a request adds, changes or removes, but for those of `free`: by
 * them Crossplane finds what is its own, and leaves it alone.
 */
export const crossplanesKeys = (free: readonly string[] = []) =>
  texts.flatMap((field) => {
    const [was, is] = [`variables.${field}Was`, `variables.${field}Is`] as const;
    const all = `(${is}.map(key, key) + ${was}.filter(key, !(key in ${is})))`;
    const isTouched = `!(key in ${was} && key in ${is} && ${was}[key] == ${is}[key])`;
    return [
      { name: `${field}Was`, expression: `variables.was.?metadata.?${field}.orValue({})` },
      { name: `${field}Is`, expression: `variables.is.?metadata.?${field}.orValue({})` },
      {
        name: `${field}Touched`,
        expression: `${all}.filter(key, key.matches('^([a-z0-9-]+[.])*crossplane[.]io/') && !(key in ${celList(free)}) && ${isTouched})`,
      },
    ];
  });

/** That a request touches no such key. */
export const leavesCrossplanesKeys = (action: string) =>
  texts.map((field) => ({
    expression: `size(variables.${field}Touched) == 0`,
    reason: 'Forbidden',
    messageExpression: `${action} + ': metadata.${field}: ' + variables.${field}Touched.join(', ') + ': want what Crossplane and administrators of the platform set'`,
  }));
