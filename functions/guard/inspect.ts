import { at, groupKind, groupOf, type KubernetesObject, stringAt } from '../core/kubernetes.ts';
import type { Policy, PolicyContext } from '../core/pipeline.ts';
import { shown } from '../core/problem.ts';
import type { Deletion } from '../core/protection.ts';
import { named } from './named.ts';

type Resources = Readonly<Record<string, KubernetesObject>>;

/** Looks at one resource among all of them; its sentences get the resource's name in front. */
type ObjectCheck = (object: KubernetesObject, resources: Resources, context: PolicyContext) => readonly string[];

/** The kinds that more than one rule knows, as `groupKind` writes them. */
export const kinds = {
  bucket: 's3.aws.m.upbound.io Bucket',
  bucketPolicy: 's3.aws.m.upbound.io BucketPolicy',
  cluster: 'rds.aws.m.upbound.io Cluster',
  clusterInstance: 'rds.aws.m.upbound.io ClusterInstance',
  instance: 'rds.aws.m.upbound.io Instance',
  key: 'kms.aws.m.upbound.io Key',
  policy: 'iam.aws.m.upbound.io Policy',
  queue: 'sqs.aws.m.upbound.io Queue',
  queuePolicy: 'sqs.aws.m.upbound.io QueuePolicy',
  replicationGroup: 'elasticache.aws.m.upbound.io ReplicationGroup',
  role: 'iam.aws.m.upbound.io Role',
  rolePolicy: 'iam.aws.m.upbound.io RolePolicy',
  serverlessCache: 'elasticache.aws.m.upbound.io ServerlessCache',
  topic: 'sns.aws.m.upbound.io Topic',
} as const;

export function isAws(object: KubernetesObject): boolean {
  return groupOf(object).endsWith('.aws.m.upbound.io');
}

export function setting(object: KubernetesObject, ...path: readonly string[]): unknown {
  return at(object, 'spec', 'forProvider', ...path);
}

export const isTrue = (value: unknown) => value === true;
export const isFalse = (value: unknown) => value === false;
export const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
export const isAtLeast = (least: number) => (value: unknown) => typeof value === 'number' && value >= least;

/** What a provider only looks at is not made by the claim, so nothing can be asked of it, and it enforces nothing. */
function isOnlyObserved(object: KubernetesObject): boolean {
  const policies = at(object, 'spec', 'managementPolicies');
  return isAws(object) && Array.isArray(policies) && policies.length > 0 && policies.every((policy) => policy === 'Observe');
}

/** A rule that looks at one resource after the other. */
export function each(...checks: readonly ObjectCheck[]): Policy['check'] {
  return (resources, context) => {
    const made = Object.entries(resources).filter(([, object]) => !isOnlyObserved(object));
    const others = Object.fromEntries(made);
    return made.flatMap(([key, object]) =>
      checks.flatMap((check) => check(object, others, context)).map((sentence) => `${named(key, object)}: ${sentence}`),
    );
  };
}

interface Found {
  /** For a message; the index of an item that is itself the value is left out, since the value tells it apart. */
  readonly path: string;
  readonly value: unknown;
}

function expanded(root: unknown, path: readonly string[], seen: readonly string[]): readonly Found[] {
  const star = path.indexOf('*');
  if (star === -1) return [{ path: [...seen, ...path].join('.'), value: at(root, ...path) }];
  const head = [...seen, ...path.slice(0, star)];
  const rest = path.slice(star + 1);
  const items = at(root, ...path.slice(0, star));
  if (items === undefined || items === null) return [];
  // A template may write one item where a list belongs.
  if (!Array.isArray(items)) return expanded(items, rest, head);
  return items.flatMap((item: unknown, index) => expanded(item, rest, rest.length === 0 ? head : [...head, String(index)]));
}

/** The values at a dotted path, in which `*` stands for every item of a list; undefined for an item that lacks the field. */
function valuesAt(root: unknown, path: string): readonly Found[] {
  return expanded(root, path.split('.'), []);
}

const isWritten = ({ value }: Found) => value !== undefined && value !== null;

/** The same of what is written only, also in `initProvider`, from which a provider takes what `forProvider` lacks. */
export function writtenAt(root: unknown, path: string): readonly Found[] {
  const paths = path.startsWith('spec.forProvider.') ? [path, path.replace('forProvider', 'initProvider')] : [path];
  return paths.flatMap((each) => valuesAt(root, each)).filter(isWritten);
}

/** What a field must be. */
interface Row<Root> {
  /** Dotted; `*` stands for every item of a list. */
  readonly path: string;
  readonly want: string;
  readonly holds: (value: unknown, root: Root) => boolean;
  /** The field may be left out; what is written must hold wherever it is written. */
  readonly optional?: true;
  readonly when?: (root: Root) => boolean;
  /** Values of the claim's own `spec.deletion` with which its author gave the protection up. */
  readonly waivedBy?: readonly Deletion[];
}

function broken<Root>(rows: readonly Row<Root>[], root: Root, prefix: string, { request }: PolicyContext): readonly string[] {
  const deletion = at(request.claim, 'spec', 'deletion');
  return rows
    .filter(({ when, waivedBy }) => when?.(root) !== false && !waivedBy?.some((waiver) => waiver === deletion))
    .flatMap(({ path, want, holds, optional }) =>
      (optional ? writtenAt(root, path) : valuesAt(root, path))
        .filter(({ value }) => !holds(value, root))
        .map((found) => `${prefix}${found.path}: got ${shown(found.value)}, want ${want}`),
    );
}

export const gaveUpProtection: readonly Deletion[] = ['Snapshot', 'Delete'];

interface FieldRow extends Row<KubernetesObject> {
  readonly kinds: readonly string[];
}

/** What fields of kinds must be. */
export function fields(rows: readonly FieldRow[]): ObjectCheck {
  return (object, _, context) => {
    const kind = groupKind(object);
    return broken(
      rows.filter((row) => row.kinds.includes(kind)),
      object,
      '',
      context,
    );
  };
}

/** Where each kind keeps the spec of its pods. */
const podSpecs: Readonly<Record<string, string>> = {
  ' Pod': 'spec',
  ' ReplicationController': 'spec.template.spec',
  'apps DaemonSet': 'spec.template.spec',
  'apps Deployment': 'spec.template.spec',
  'apps ReplicaSet': 'spec.template.spec',
  'apps StatefulSet': 'spec.template.spec',
  'batch CronJob': 'spec.jobTemplate.spec.template.spec',
  'batch Job': 'spec.template.spec',
};

/** What fields of the spec of pods must be, whatever kind makes the pods. */
export function podFields(rows: readonly Row<unknown>[]): ObjectCheck {
  return (object, _, context) => {
    const path = podSpecs[groupKind(object)];
    return path === undefined ? [] : broken(rows, at(object, ...path.split('.')), `${path}.`, context);
  };
}

export const containerLists = ['containers', 'initContainers', 'ephemeralContainers'] as const;

/** Every image that a resource's pods run or mount. */
export function imagesOf(object: KubernetesObject): readonly { readonly path: string; readonly image: string }[] {
  const path = podSpecs[groupKind(object)];
  if (path === undefined) return [];
  return [...containerLists.map((list) => `${list}.*.image`), 'volumes.*.image.reference']
    .flatMap((image) => writtenAt(object, `${path}.${image}`))
    .flatMap((found) => (isText(found.value) ? [{ path: found.path, image: found.value }] : []));
}

/** The name outside the cluster, which is the object's own where no annotation says otherwise. */
export function externalNameOf(object: KubernetesObject): string | undefined {
  return stringAt(object, 'metadata', 'annotations', 'crossplane.io/external-name') ?? stringAt(object, 'metadata', 'name');
}

/** Whether a field names an object: by its external name, or by a reference where the field is left out. */
export function refersTo(object: KubernetesObject, field: string, named: KubernetesObject): boolean {
  const value = setting(object, field);
  if (value !== undefined) return isText(value) && value === externalNameOf(named);
  const reference = setting(object, `${field}Ref`, 'name');
  return isText(reference) && reference === at(named, 'metadata', 'name');
}

/** Something that must be composed beside a resource, since AWS keeps it apart. */
interface CompanionRow {
  readonly of: string;
  readonly kind: string;
  readonly belongs: (companion: KubernetesObject, object: KubernetesObject) => boolean;
  readonly want: string;
  readonly holds?: (companion: KubernetesObject, object: KubernetesObject) => boolean;
  readonly least?: number;
  readonly unless?: (object: KubernetesObject) => boolean;
}

/** Each that belongs to the resource must hold, since of two that disagree either may win. */
export function companions(rows: readonly CompanionRow[]): ObjectCheck {
  return (object, resources) =>
    rows
      .filter(({ of, unless }) => of === groupKind(object) && unless?.(object) !== true)
      .flatMap(({ kind, belongs, want, holds, least = 1 }) => {
        const found = Object.entries(resources).filter(([, other]) => groupKind(other) === kind && belongs(other, object));
        if (found.length >= least && found.every(([, other]) => holds?.(other, object) !== false)) return [];
        const got = found.length === 0 ? 'none' : found.map(([key]) => key).join(', ');
        return [`${kind.split(' ')[1]} for it: got ${got}, want ${want}`];
      });
}

export const ofBucket: CompanionRow['belongs'] = (companion, bucket) => refersTo(companion, 'bucket', bucket);

/** A queue's external name is its URL, which AWS makes of region, account and name. */
export const ofQueue: CompanionRow['belongs'] = (companion, queue) => {
  const url = setting(companion, 'queueUrl');
  const name = setting(queue, 'name');
  const region = setting(queue, 'region');
  const isItsUrl = isText(url) && isText(name) && isText(region) && url.startsWith(`https://sqs.${region}.`) && url.endsWith(`/${name}`);
  return isItsUrl || refersTo(companion, 'queueUrl', queue);
};

/** One statement of a policy document of AWS; names of elements are in lower case. */
export interface Statement {
  /** `Statement.0` */
  readonly path: string;
  readonly element: (name: string) => unknown;
}

function lowerCased(value: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key.toLowerCase(), item]));
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The statements of a policy document; undefined where it is none, or no JSON. */
export function statementsOf(document: unknown): readonly Statement[] | undefined {
  if (typeof document !== 'string') return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(document);
  } catch {
    return undefined;
  }
  if (!isObject(parsed)) return undefined;
  const statements = [lowerCased(parsed)['statement'] ?? []].flat();
  if (!statements.every(isObject)) return undefined;
  return statements.map((statement, index) => {
    const elements = lowerCased(statement);
    return { path: `Statement.${index}`, element: (name) => at(elements, name) };
  });
}

/** An element that may be one string or a list of them. */
export function stringsOf(value: unknown): readonly string[] {
  return [value].flat().filter((item) => typeof item === 'string');
}

export function hasEffect({ element }: Statement, effect: 'allow' | 'deny'): boolean {
  const value = element('effect');
  return typeof value === 'string' && value.toLowerCase() === effect;
}

/** Whether a statement is about everybody: `"*"`, `{"AWS": "*"}`, or everybody but some. */
export function isForEverybody({ element }: Statement): boolean {
  const principal = element('principal');
  const principals = isObject(principal) ? Object.values(principal).flatMap(stringsOf) : stringsOf(principal);
  return principals.includes('*') || element('notprincipal') !== undefined;
}

export function conditionOf({ element }: Statement): Readonly<Record<string, unknown>> {
  const condition = element('condition');
  return isObject(condition) ? lowerCased(condition) : {};
}
