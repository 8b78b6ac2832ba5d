import type { Api } from '../functions/core/api.ts';
import type { Card } from '../functions/core/card.ts';
import { at, groupKind, type KubernetesObject, stringAt } from '../functions/core/kubernetes.ts';
import type { Platform } from '../functions/core/pipeline.ts';
import { foreignObserved } from '../functions/core/proof.ts';
import { keyAnnotation } from '../platform/keyed.ts';
import { mapBounded } from './bounded.ts';
import { type Cluster, Forbidden } from './cluster.ts';

/** What a claim says that it composed. */
interface ComposedReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Undefined where there is none of it any more. */
  read(cluster: Cluster): Promise<KubernetesObject | undefined>;
}

/** The objects that a claim says it composed: to be believed of those alone that prove to be its own. */
export function referencesOf(claim: KubernetesObject): readonly ComposedReference[] {
  const references = at(claim, 'spec', 'crossplane', 'resourceRefs');
  return (Array.isArray(references) ? references : []).map((reference: unknown) => {
    const of = (field: string) => stringAt(reference, field) ?? '';
    const namespace = stringAt(reference, 'namespace') ?? claim.metadata?.namespace ?? '';
    const [apiVersion, kind, name] = [of('apiVersion'), of('kind'), of('name')];
    return { apiVersion, kind, name, read: (cluster) => cluster.find({ apiVersion, kind }, name, namespace) };
  });
}

/** An object that proved to be the claim's own. */
export interface Own {
  readonly key: string;
  readonly object: KubernetesObject;
  /** Undefined where nothing is known of its kind. */
  readonly card: Card | undefined;
}

/** What was not found, or is not the claim's own. */
interface Other {
  /** `Kind/name`. */
  readonly object: string;
  /** Of the kind that the claim says it is. */
  readonly card: Card | undefined;
  /** What is wrong with it. */
  readonly message: string;
}

/** What became of what a claim says that it composed. */
export interface Composed {
  readonly own: readonly Own[];
  readonly others: readonly Other[];
}

const parallelRequests = 8;

export async function composedOf(cluster: Cluster, { cards }: Platform, api: Api, claim: KubernetesObject): Promise<Composed> {
  const found = await mapBounded(referencesOf(claim), parallelRequests, async (reference): Promise<Own | Other> => {
    const card = cards.get(groupKind(reference));
    const other = (message: string) => ({ object: `${reference.kind}/${reference.name}`, card, message });
    const object = await reference.read(cluster).catch((error: unknown) => {
      if (!(error instanceof Forbidden)) throw error;
      return error;
    });
    if (object instanceof Forbidden) return other('this user may not read it');
    if (object === undefined) return other('it is not there');
    const key = stringAt(object, 'metadata', 'annotations', keyAnnotation) ?? '';
    const isOwn = key !== '' && foreignObserved(api, { claim, observed: { [key]: { object, connectionDetails: {} } } }) === undefined;
    return isOwn ? { key, object, card: cards.get(groupKind(object)) } : other('it is not of this claim, and not looked at');
  });
  return {
    own: found.flatMap((each) => ('key' in each ? [each] : [])).sort((a, b) => (a.key < b.key ? -1 : 1)),
    others: found.flatMap((each) => ('key' in each ? [] : [each])),
  };
}
