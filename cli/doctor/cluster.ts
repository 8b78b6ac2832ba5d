import { at, groupOf, type KubernetesObject, stringAt } from '../../functions/core/kubernetes.ts';
import { type Answer, type Connection, complaint, connect, reasonOf } from '../connection.ts';

/** Where the apiserver serves a kind. */
export interface Resource {
  readonly apiVersion: string;
  readonly plural: string;
}

/** A question to the authorizer: may this service account do this? */
interface Access {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly verb: string;
  readonly resource: Resource;
}

/** What the checks read; every read is made once, so all of them judge the same state. */
export interface Cluster {
  list(resource: Resource, labelSelector?: string): Promise<readonly KubernetesObject[]>;
  /** As `list`, but undefined where the apiserver does not serve the resource. */
  listIfServed(resource: Resource): Promise<readonly KubernetesObject[] | undefined>;
  /** The object, or undefined where there is none of that name. */
  get(resource: Resource, name: string): Promise<KubernetesObject | undefined>;
  allows(access: Access): Promise<boolean>;
}

/** A read that failed; doctor reports it in place of what the check would have found. */
export class Unreadable extends Error {
  readonly remedy: string;

  constructor(problem: string, remedy: string) {
    super(problem);
    this.remedy = remedy;
  }
}

/** What a check needs is not there at all, as before Crossplane is installed. */
export class Unserved extends Unreadable {}

/** The resource as kubectl takes it: `statefulsets.apps`. */
export function nameOf(resource: Resource): string {
  return [resource.plural, groupOf(resource)].filter((part) => part !== '').join('.');
}

function pathOf(resource: Resource): string {
  return `/${resource.apiVersion.includes('/') ? 'apis' : 'api'}/${resource.apiVersion}/${resource.plural}`;
}

/** The answer's body, or undefined where the apiserver knows the resource but not that object of it. */
async function found(action: string, resource: Resource, request: Promise<Answer>): Promise<unknown> {
  const answer = await request.catch((error: unknown) => {
    throw new Unreadable(`cannot ${action}: ${reasonOf(error)}`, 'run goldenpath doctor again');
  });
  if (answer.status < 300) return answer.body;
  if (answer.status === 404 && at(answer.body, 'kind') === 'Status') return undefined;
  if (answer.status === 404) {
    const restart = 'kubectl -n crossplane-system rollout restart deployment/crossplane, which installs its CRDs as it starts';
    throw new Unserved(`cannot ${action}: the apiserver does not serve ${resource.apiVersion}`, restart);
  }
  if (answer.status === 403) {
    throw new Unreadable(`cannot ${action}: forbidden to this user`, 'run goldenpath doctor as a user who may read the whole cluster');
  }
  throw new Unreadable(`cannot ${action}: ${complaint(answer)}`, 'run goldenpath doctor again');
}

function itemsOf(list: unknown): readonly KubernetesObject[] {
  const items = at(list, 'items');
  const type = { apiVersion: stringAt(list, 'apiVersion') ?? '', kind: (stringAt(list, 'kind') ?? '').replace(/List$/, '') };
  return Array.isArray(items) ? items.map((item: KubernetesObject) => ({ ...type, ...item })) : [];
}

const reviews = { apiVersion: 'authorization.k8s.io/v1', plural: 'subjectaccessreviews' };

function clusterAt(connection: Connection): Cluster {
  const list = async (resource: Resource, labelSelector?: string) => {
    const query = labelSelector === undefined ? '' : `?labelSelector=${encodeURIComponent(labelSelector)}`;
    return itemsOf(await found(`list ${nameOf(resource)}`, resource, connection.get(pathOf(resource) + query)));
  };
  return {
    list,
    async listIfServed(resource) {
      try {
        return await list(resource);
      } catch (error) {
        if (error instanceof Unserved) return undefined;
        throw error;
      }
    },
    async get(resource, name) {
      const object = await found(`get ${nameOf(resource)} ${name}`, resource, connection.get(`${pathOf(resource)}/${name}`));
      return object as KubernetesObject | undefined;
    },
    async allows({ namespace, serviceAccount, verb, resource }) {
      const review = connection.post(pathOf(reviews), {
        apiVersion: reviews.apiVersion,
        kind: 'SubjectAccessReview',
        spec: {
          user: `system:serviceaccount:${namespace}:${serviceAccount}`,
          groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
          resourceAttributes: { group: groupOf(resource), resource: resource.plural, verb },
        },
      });
      return at(await found('ask what Crossplane may do', reviews, review), 'status', 'allowed') === true;
    },
  };
}

/** The cluster of the current kubeconfig context, once it has answered. */
export async function reach(): Promise<Cluster> {
  const connection = await connect();
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
