import { setTimeout as sleep } from 'node:timers/promises';
import { HttpMethod, IsomorphicFetchHttpLibrary, KubeConfig, type RequestContext, ServerConfiguration } from '@kubernetes/client-node';
import { at, groupOf, type KubernetesObject, stringAt } from '../../functions/core/kubernetes.ts';
import { oneLine } from './finding.ts';

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

const tooManyRequests = 429;
const retryMilliseconds = 2000;
const timeoutMilliseconds = 10_000;
const checkKubeconfig = 'check KUBECONFIG or kubectl config current-context';

/** The resource as kubectl takes it: `statefulsets.apps`. */
export function nameOf(resource: Resource): string {
  return [resource.plural, groupOf(resource)].filter((part) => part !== '').join('.');
}

function pathOf(resource: Resource): string {
  return `/${resource.apiVersion.includes('/') ? 'apis' : 'api'}/${resource.apiVersion}/${resource.plural}`;
}

/** The innermost cause says why: `fetch failed` is all that the outermost one knows. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return oneLine(String(error));
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMilliseconds / 1000} seconds`;
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause;
  return inner === undefined ? oneLine(error.message) : reasonOf(inner);
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { message: text };
  }
}

function complaint(answer: Answer): string {
  return oneLine(stringAt(answer.body, 'message') ?? `status ${answer.status}`);
}

class Server {
  readonly #kubeconfig: KubeConfig;
  readonly #configuration: ServerConfiguration<Record<string, string>>;
  readonly #http = new IsomorphicFetchHttpLibrary();
  readonly #answers = new Map<string, Promise<Answer>>();

  constructor(kubeconfig: KubeConfig, url: string) {
    this.#kubeconfig = kubeconfig;
    this.#configuration = new ServerConfiguration(url, {});
  }

  async #send(context: RequestContext): Promise<Answer> {
    await this.#kubeconfig.applySecurityAuthentication(context);
    context.setHeaderParam('Accept', 'application/json');
    context.setSignal(AbortSignal.timeout(timeoutMilliseconds));
    const response = await this.#http.send(context).toPromise();
    return { status: response.httpStatusCode, body: parsed(await response.body.text()) };
  }

  read(path: string): Promise<Answer> {
    const known = this.#answers.get(path) ?? this.#patientlyGet(path);
    this.#answers.set(path, known);
    return known;
  }

  /** The apiserver says 429 for some seconds about a kind that was installed just now. */
  async #patientlyGet(path: string, retries = 5): Promise<Answer> {
    const answer = await this.#send(this.#configuration.makeRequestContext(path, HttpMethod.GET));
    if (answer.status !== tooManyRequests || retries === 0) return answer;
    await sleep(retryMilliseconds);
    return this.#patientlyGet(path, retries - 1);
  }

  create(path: string, body: unknown): Promise<Answer> {
    const context = this.#configuration.makeRequestContext(path, HttpMethod.POST);
    context.setHeaderParam('Content-Type', 'application/json');
    context.setBody(JSON.stringify(body));
    return this.#send(context);
  }
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

function clusterAt(server: Server): Cluster {
  const list = async (resource: Resource, labelSelector?: string) => {
    const query = labelSelector === undefined ? '' : `?labelSelector=${encodeURIComponent(labelSelector)}`;
    return itemsOf(await found(`list ${nameOf(resource)}`, resource, server.read(pathOf(resource) + query)));
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
      const object = await found(`get ${nameOf(resource)} ${name}`, resource, server.read(`${pathOf(resource)}/${name}`));
      return object as KubernetesObject | undefined;
    },
    async allows({ namespace, serviceAccount, verb, resource }) {
      const review = server.create(pathOf(reviews), {
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
export async function connect(): Promise<{ readonly cluster: Cluster } | { readonly problem: string }> {
  const kubeconfig = new KubeConfig();
  try {
    kubeconfig.loadFromDefault();
  } catch (error) {
    return { problem: `cannot read the kubeconfig: ${reasonOf(error)}; ${checkKubeconfig}` };
  }
  const url = kubeconfig.getCurrentCluster()?.server;
  if (url === undefined) {
    return { problem: `cannot reach the cluster: the kubeconfig's current context names none; ${checkKubeconfig}` };
  }
  const server = new Server(kubeconfig, url);
  try {
    const answer = await server.read('/version');
    if (answer.status < 300) return { cluster: clusterAt(server) };
    return { problem: `cannot reach the cluster: ${url}: ${complaint(answer)}; ${checkKubeconfig}` };
  } catch (error) {
    return { problem: `cannot reach the cluster: ${url}: ${reasonOf(error)}; ${checkKubeconfig}` };
  }
}
