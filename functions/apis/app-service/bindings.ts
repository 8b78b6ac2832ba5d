import { decode } from '../../core/binding.ts';
import { group } from '../../core/group.ts';
import { at } from '../../core/kubernetes.ts';
import { hashOf } from '../../core/names.ts';
import { shown } from '../../core/problem.ts';
import type { ClaimReference, FoundBinding, FoundBindings } from '../../core/requirement.ts';
import type { ObservedResource, Refusal } from '../../core/step.ts';
import type { Keyed, Reference } from './placeholders.ts';
import { startedWith } from './started.ts';

/** On the pods: what is in their bindings, so that they are replaced when it changes. */
export const contentAnnotation = `${group}/bindings`;

/** Stands in a plan, which reads no Secret, for what is known once they are read. */
const unread = 'known-when-applied';

/** What is in the Secret of a binding; undefined where it is not shown, as in a plan. */
const contentOf = ({ object }: FoundBinding) => at(object, 'data') as Readonly<Record<string, unknown>> | undefined;

const keysOf = (content: object | undefined) => (content === undefined ? undefined : Object.keys(content));

export interface Bound {
  /** The claims that there are. */
  readonly claims: readonly ClaimReference[];
  readonly keyed: readonly Keyed[];
  /** What is not there yet, for the developer. */
  readonly waitsFor: readonly string[];
  /** What does not serve at the moment, since it was asked not to. */
  readonly remarks: readonly string[];
  /** A hash of what is in them; undefined where the app has none. */
  readonly content: string | undefined;
  /** The value of a key; undefined while the binding is not there. */
  valueAt(of: Reference): string | undefined;
}

function waitsFor({ of: { kind, name }, claimed, object, access }: FoundBinding, namespace: string, account: string): readonly string[] {
  if (!claimed) return [`${kind} ${name}, which namespace ${namespace} does not have`];
  // Wherever it is let in by its password alone, so that the same claims hold where it is not.
  if (access.length > 0 && !access.some(({ serviceAccounts }) => serviceAccounts.includes(account))) {
    return [
      `ServiceAccount ${account} in ${access.map(({ field }) => `spec.${field}`).join(' or ')} of ${kind} ${name}, which lets in no others`,
    ];
  }
  return object === undefined ? [`the binding of ${kind} ${name}`] : [];
}

/**
 * The bindings that an app names. Where one cannot be read, what its pods were started with stays: that it is not there for a moment
 * is no reason to replace them.
 */
export function boundTo(
  { kinds, found }: FoundBindings,
  { kind, name, namespace }: { readonly kind: string; readonly name: string; readonly namespace: string },
  account: string,
  asked: readonly { readonly kind: string }[],
  observed: Readonly<Record<string, ObservedResource>>,
): Bound | { readonly refusal: Refusal } {
  const unknown = found.indexOf(undefined);
  if (unknown !== -1) {
    const message = `cannot use ${kind} ${shown(name)}: spec.bindings.${unknown}.kind: got ${shown(asked[unknown]?.kind)}, want one of ${kinds.join(', ')}`;
    return { refusal: { reason: 'ClaimInvalid', message } };
  }
  const bindings = [...new Map(found.flatMap((each) => (each === undefined ? [] : [[each.secret, each]]))).values()].sort((a, b) =>
    a.secret < b.secret ? -1 : 1,
  );
  const waiting = bindings.flatMap((each) => waitsFor(each, namespace, account));
  const contents = bindings.map(contentOf);
  const isRead = waiting.length === 0 && !contents.includes(undefined);
  const hashed = () =>
    hashOf(bindings.map(({ secret }, index) => [secret, Object.entries(contents[index] ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))]));
  return {
    claims: bindings.flatMap(({ of, claimed }) => (claimed ? [of] : [])),
    // Not every backend has every key.
    keyed: bindings.map(({ secret, keys }, index) => ({ secret, keys: keysOf(contents[index]) ?? keys })),
    waitsFor: waiting,
    remarks: bindings.flatMap(({ of, resting, ending }) => {
      const said = resting ?? ending;
      return said === undefined ? [] : [`${of.kind} ${of.name}, to which it is bound, says: ${said}`];
    }),
    content: bindings.length === 0 ? undefined : isRead ? hashed() : (startedWith(observed, contentAnnotation) ?? unread),
    valueAt({ secret, key }) {
      const binding = bindings.find((each) => each.secret === secret);
      if (binding?.object === undefined) return undefined;
      const value = contentOf(binding)?.[key];
      return value === undefined ? unread : decode(String(value));
    },
  };
}
