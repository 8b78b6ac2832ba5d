import { at, type KubernetesObject } from '../../functions/core/kubernetes.ts';
import { shown } from '../../functions/core/problem.ts';
import { complaint, connect, reasonOf, Unreachable } from '../connection.ts';
import { InputError } from '../input.ts';

/** What names an object, as Crossplane's references do. */
export interface Reference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** Objects as the apiserver has them. */
export interface Reader {
  /** The object, or undefined where there is none of that name. */
  read(reference: Reference): Promise<KubernetesObject | undefined>;
  /** All objects of a kind, in a namespace where one is given; none where the kind is not served. */
  list(kind: { readonly apiVersion: string; readonly kind: string }, namespace?: string): Promise<readonly KubernetesObject[]>;
}

/** The cluster of the current kubeconfig context, once it has answered. */
export async function cluster(): Promise<Reader> {
  const connection = await connect().catch((error: unknown) => {
    throw error instanceof Unreachable ? new InputError(error.message) : error;
  });
  const found = async (what: string, path: string): Promise<unknown> => {
    const answer = await connection.get(path).catch((error: unknown) => {
      throw new InputError(`cannot read ${what} from the cluster: ${reasonOf(error)}; try again`);
    });
    if (answer.status === 404) return undefined;
    if (answer.status < 300) return answer.body;
    throw new InputError(`cannot read ${what} from the cluster: ${complaint(answer)}`);
  };

  const discovered = new Map<string, Promise<unknown>>();
  /** Where a kind is served; undefined where it is not. */
  const pathOf = async (apiVersion: string, kind: string, namespace: string | undefined): Promise<string | undefined> => {
    const root = `/${apiVersion.includes('/') ? 'apis' : 'api'}/${apiVersion}`;
    const known = discovered.get(root) ?? found(`the kinds of ${apiVersion}`, root);
    discovered.set(root, known);
    const resources = at(await known, 'resources');
    const resource = Array.isArray(resources)
      ? resources.find((each) => at(each, 'kind') === kind && !String(at(each, 'name')).includes('/'))
      : undefined;
    if (resource === undefined) return undefined;
    const inside = at(resource, 'namespaced') === true && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
    return `${root}${inside}/${String(at(resource, 'name'))}`;
  };

  return {
    async read({ apiVersion, kind, namespace, name }) {
      const path = await pathOf(apiVersion, kind, namespace);
      if (path === undefined) return undefined;
      return (await found(`${kind} ${shown(name)}`, `${path}/${encodeURIComponent(name)}`)) as KubernetesObject | undefined;
    },
    async list({ apiVersion, kind }, namespace) {
      const path = await pathOf(apiVersion, kind, namespace);
      const items = path === undefined ? undefined : at(await found(`every ${kind}`, path), 'items');
      // A list leaves out what all its items have in common.
      return Array.isArray(items) ? items.map((item: KubernetesObject) => ({ ...item, apiVersion, kind })) : [];
    },
  };
}
