import { at, type KubernetesObject, stringAt } from '../core/kubernetes.ts';
import { parseQuantity } from './quantity.ts';

export function settingOf(object: KubernetesObject, ...path: readonly string[]): unknown {
  return at(object, 'spec', 'forProvider', ...path);
}

export const isTrue = (value: unknown) => value === true;
export const isFalse = (value: unknown) => value === false;
export const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
export const isAtLeast = (least: number) => (value: unknown) => typeof value === 'number' && value >= least;

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
export function valuesAt(root: unknown, path: string): readonly Found[] {
  return expanded(root, path.split('.'), []);
}

const isWritten = ({ value }: Found) => value !== undefined && value !== null;

/** The same of what is written only, also in `initProvider`, from which a provider takes what `forProvider` lacks. */
export function writtenAt(root: unknown, path: string): readonly Found[] {
  const paths = path.startsWith('spec.forProvider.') ? [path, path.replace('forProvider', 'initProvider')] : [path];
  return paths.flatMap((each) => valuesAt(root, each)).filter(isWritten);
}

/** The name outside the cluster, which is the object's own where no annotation says otherwise. */
export function externalNameOf(object: KubernetesObject): string | undefined {
  return stringAt(object, 'metadata', 'annotations', 'crossplane.io/external-name') ?? stringAt(object, 'metadata', 'name');
}

/** Whether a field names an object: by its external name, or by a reference where the field is left out. */
export function refersTo(object: KubernetesObject, field: string, named: KubernetesObject): boolean {
  const value = settingOf(object, field);
  if (value !== undefined) return isText(value) && value === externalNameOf(named);
  const reference = settingOf(object, `${field}Ref`, 'name');
  return isText(reference) && reference === at(named, 'metadata', 'name');
}

/** A size in GiB: a number of them, or a Kubernetes quantity. */
export function gibibytes(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  const bytes = parseQuantity(value);
  return bytes === undefined ? undefined : bytes / 2 ** 30;
}

/** The number before the first point of a version. */
export function majorAt(object: KubernetesObject, path: readonly string[]): number | undefined {
  const major = Number.parseInt(stringAt(object, ...path) ?? '', 10);
  return Number.isNaN(major) ? undefined : major;
}

/** Whether a resource is reached with a login of its claim's own, and so is on what the claim made, and goes where that goes. */
export const isOnOwnServer = (object: unknown): boolean => stringAt(object, 'spec', 'providerConfigRef', 'kind') === 'ProviderConfig';
