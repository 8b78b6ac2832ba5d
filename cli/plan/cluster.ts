import { HttpMethod, IsomorphicFetchHttpLibrary, KubeConfig, ServerConfiguration } from '@kubernetes/client-node';
import { at, type KubernetesObject, stringAt } from '../../functions/core/kubernetes.ts';
import { shown } from '../../functions/core/problem.ts';
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

const timeoutMilliseconds = 30_000;

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMilliseconds / 1000} seconds`;
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause;
  return (inner === undefined ? error.message : reasonOf(inner)).replaceAll(/\s+/g, ' ').trim();
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

/** The cluster of the current kubeconfig context. */
export function cluster(): Reader {
  const kubeconfig = new KubeConfig();
  try {
    kubeconfig.loadFromDefault();
  } catch (error) {
    throw new InputError(`cannot read the kubeconfig: ${reasonOf(error)}; check KUBECONFIG`);
  }
  const server = kubeconfig.getCurrentCluster()?.server;
  if (server === undefined)
    throw new InputError("cannot reach the cluster: the kubeconfig's current context names none; check kubectl config current-context");
  const configuration = new ServerConfiguration<Record<string, string>>(server, {});
  const http = new IsomorphicFetchHttpLibrary();

  const get = async (path: string): Promise<Answer> => {
    try {
      const context = configuration.makeRequestContext(path, HttpMethod.GET);
      await kubeconfig.applySecurityAuthentication(context);
      context.setHeaderParam('Accept', 'application/json');
      context.setSignal(AbortSignal.timeout(timeoutMilliseconds));
      const response = await http.send(context).toPromise();
      return { status: response.httpStatusCode, body: parsed(await response.body.text()) };
    } catch (error) {
      throw new InputError(`cannot reach the cluster: ${server}: ${reasonOf(error)}; check KUBECONFIG`);
    }
  };
  const found = async (what: string, path: string): Promise<unknown> => {
    const { status, body } = await get(path);
    if (status === 404) return undefined;
    if (status < 300) return body;
    const message = (stringAt(body, 'message') ?? `status ${status}`).replaceAll(/\s+/g, ' ').trim();
    throw new InputError(`cannot read ${what} from the cluster: ${message}`);
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
