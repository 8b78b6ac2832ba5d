import { at, type KubernetesObject, stringAt } from '../functions/core/kubernetes.ts';
import type { Cluster } from './cluster.ts';

/** What a claim says that it composed. */
interface ComposedReference {
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
    return { kind, name, read: (cluster) => cluster.find({ apiVersion, kind }, name, namespace) };
  });
}
