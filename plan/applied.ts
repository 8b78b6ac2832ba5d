import { at, type KubernetesObject, stringAt } from '../functions/core/kubernetes.ts';
import { keyAnnotation } from '../platform/keyed.ts';

const composer = 'apiextensions.crossplane.io/composed/';

/** What Crossplane writes of itself on what it composes. */
const crossplaneKeys = new Set([keyAnnotation, 'crossplane.io/composite', 'crossplane.io/claim-name', 'crossplane.io/claim-namespace']);

/**
 * The fields that Crossplane applied to an object: what it leaves out the next time, the apiserver takes away. Undefined where no field is
 * known to be Crossplane's. https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
export function appliedTo(object: KubernetesObject): unknown {
  const entries = at(object, 'metadata', 'managedFields');
  const isComposer = (entry: unknown) => stringAt(entry, 'manager')?.startsWith(composer) === true && at(entry, 'operation') === 'Apply';
  return Array.isArray(entries) ? at(entries.find(isComposer), 'fieldsV1') : undefined;
}

/** Whether some of a value's parts were applied, and not the value as one. */
export const isInParts = (applied: unknown) => typeof applied === 'object' && Object.keys(applied ?? {}).some((part) => part !== '.');

/** Of the applied fields of an object or a list, those within one of its keys or within its item of that name. */
export function appliedWithin(applied: unknown, key: string): unknown {
  return crossplaneKeys.has(key) ? undefined : (at(applied, `f:${key}`) ?? at(applied, `k:${JSON.stringify({ name: key })}`));
}
