import { at, groupOf, type KubernetesObject, stringAt } from '../functions/core/kubernetes.ts';
import { type Answer, type Connection, complaint, connect, reasonOf } from './connection.ts';
import { InputError } from './input.ts';

/** Where the apiserver serves a kind. */
export interface Resource {
  readonly apiVersion: string;
  readonly plural: string;
}

/** Of which objects a list is; all of them where nothing is said. */
interface Selection {
  readonly namespace?: string;
  readonly labelSelector?: string;
}

/** A question to the authorizer: may this service account do this? */
interface Access {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly verb: string;
  readonly resource: Resource;
}

/** What is read of a cluster; every read is made once, so that all of them see the same state. */
export interface Cluster {
  readonly context: string;
  readonly server: string;
  list(resource: Resource, selection?: Selection): Promise<readonly KubernetesObject[]>;
  /** As `list`, but undefined where the apiserver does not serve the resource. */
  listIfServed(resource: Resource, selection?: Selection): Promise<readonly KubernetesObject[] | undefined>;
  /** The object, or undefined where there is none of that name. */
  get(resource: Resource, name: string, namespace?: string): Promise<KubernetesObject | undefined>;
  /** The object that a reference means; undefined where there is none, or its kind is not served. The namespace counts where the kind has them. */
  find(reference: Pick<KubernetesObject, 'apiVersion' | 'kind'>, name: string, namespace: string): Promise<KubernetesObject | undefined>;
  allows(access: Access): Promise<boolean>;
}

/** A read that failed, and what to do about it. */
export class Unreadable extends InputError {
  readonly remedy: string;

  constructor(problem: string, remedy: string) {
    super(problem);
    this.remedy = remedy;
  }
}

/** A read that this user may not make. */
export class Forbidden extends Unreadable {}

/** Reads what its user may not be let read: undefined then, and noted under what it is. */
export type Attempt = <Value>(what: string, read: Promise<Value>) => Promise<Value | undefined>;

export function attempting(): { readonly notRead: ReadonlySet<string>; readonly attempt: Attempt } {
  const notRead = new Set<string>();
  const attempt: Attempt = (what, read) =>
    read.catch((error: unknown) => {
      if (!(error instanceof Forbidden)) throw error;
      notRead.add(what);
      return undefined;
    });
  return { notRead, attempt };
}

/** What is read is not there at all, as before Crossplane is installed. */
export class Unserved extends Unreadable {}

/** The resource as kubectl takes it: `statefulsets.apps`. */
export function nameOf(resource: Resource): string {
  return [resource.plural, groupOf(resource)].filter((part) => part !== '').join('.');
}

const rootOf = (apiVersion: string) => `/${apiVersion.includes('/') ? 'apis' : 'api'}/${apiVersion}`;

function pathOf({ apiVersion, plural }: Resource, namespace: string | undefined): string {
  const inside = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${rootOf(apiVersion)}${inside}/${plural}`;
}

const again = 'run this again';

/** The answer's body, or undefined where the apiserver knows the resource but not that object of it. */
async function found(action: string, apiVersion: string, request: Promise<Answer>): Promise<unknown> {
  const answer = await request.catch((error: unknown) => {
    throw new Unreadable(`cannot ${action}: ${reasonOf(error)}`, again);
  });
  if (answer.status < 300) return answer.body;
  if (answer.status === 404 && at(answer.body, 'kind') === 'Status') return undefined;
  if (answer.status === 404) {
    const restart = 'kubectl -n crossplane-system rollout restart deployment/crossplane, which installs its CRDs as it starts';
    throw new Unserved(`cannot ${action}: the apiserver does not serve ${apiVersion}`, restart);
  }
  if (answer.status === 403)
    throw new Forbidden(`cannot ${action}: forbidden to this user`, 'run this as a user who may read the whole cluster');
  throw new Unreadable(`cannot ${action}: ${complaint(answer)}`, again);
}

function itemsOf(list: unknown): readonly KubernetesObject[] {
  const items = at(list, 'items');
  // The items of a list lack the apiVersion and kind that the list itself tells.
  const type = { apiVersion: stringAt(list, 'apiVersion') ?? '', kind: (stringAt(list, 'kind') ?? '').replace(/List$/, '') };
  return Array.isArray(items) ? items.map((item: KubernetesObject) => ({ ...type, ...item })) : [];
}

const reviews = { apiVersion: 'authorization.k8s.io/v1', plural: 'subjectaccessreviews' };

function clusterAt({ context, server, get, post }: Connection): Cluster {
  const list: Cluster['list'] = async (resource, { namespace, labelSelector } = {}) => {
    const query = labelSelector === undefined ? '' : `?labelSelector=${encodeURIComponent(labelSelector)}`;
    return itemsOf(await found(`list ${nameOf(resource)}`, resource.apiVersion, get(pathOf(resource, namespace) + query)));
  };
  const one: Cluster['get'] = async (resource, name, namespace) => {
    const path = `${pathOf(resource, namespace)}/${encodeURIComponent(name)}`;
    return (await found(`get ${nameOf(resource)} ${name}`, resource.apiVersion, get(path))) as KubernetesObject | undefined;
  };
  const ifServed = async <Read>(read: Promise<Read>): Promise<Read | undefined> =>
    await read.catch((error: unknown) => {
      if (error instanceof Unserved) return undefined;
      throw error;
    });
  return {
    context,
    server,
    list,
    listIfServed: (resource, selection) => ifServed(list(resource, selection)),
    get: one,
    async find({ apiVersion, kind }, name, namespace) {
      const resources = at(await ifServed(found(`list the kinds of ${apiVersion}`, apiVersion, get(rootOf(apiVersion)))), 'resources');
      const known = Array.isArray(resources)
        ? resources.find((each) => at(each, 'kind') === kind && !String(at(each, 'name')).includes('/'))
        : undefined;
      if (known === undefined) return undefined;
      return await one({ apiVersion, plural: String(at(known, 'name')) }, name, at(known, 'namespaced') === true ? namespace : undefined);
    },
    async allows({ namespace, serviceAccount, verb, resource }) {
      const review = post(pathOf(reviews, undefined), {
        apiVersion: reviews.apiVersion,
        kind: 'SubjectAccessReview',
        spec: {
          user: `system:serviceaccount:${namespace}:${serviceAccount}`,
          groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
          resourceAttributes: { group: groupOf(resource), resource: resource.plural, verb },
        },
      });
      return at(await found('ask what Crossplane may do', reviews.apiVersion, review), 'status', 'allowed') === true;
    },
  };
}

/** The cluster of a kubeconfig's context, by default the current one, once it has answered. */
export async function reach(context?: string): Promise<Cluster> {
  const connection = await connect(context);
  const answers = new Map<string, Promise<Answer>>();
  return clusterAt({
    ...connection,
    get(path) {
      const known = answers.get(path) ?? connection.get(path);
      answers.set(path, known);
      return known;
    },
  });
}
