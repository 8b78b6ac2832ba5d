import { setTimeout as sleep } from 'node:timers/promises';
import { HttpMethod, IsomorphicFetchHttpLibrary, type RequestContext, ServerConfiguration } from '@kubernetes/client-node';
import { stringAt } from '../functions/core/kubernetes.ts';
import { oneLine } from '../functions/core/problem.ts';
import { InputError } from './input.ts';
import { checkKubeconfig, targetOf } from './kubeconfig.ts';

const tooManyRequests = 429;
const mostRetries = 5;
const retryMilliseconds = 2000;
const timeoutMilliseconds = 10_000;

/** What the apiserver said to one request. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** The apiserver of a kubeconfig's context; a request that gets no answer throws. */
export interface Connection {
  readonly context: string;
  readonly server: string;
  get(path: string): Promise<Answer>;
  post(path: string, body: unknown): Promise<Answer>;
}

/** The innermost cause says why: `fetch failed` is all that the outermost one knows. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return oneLine(String(error));
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMilliseconds / 1000} seconds`;
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause;
  return inner === undefined ? oneLine(error.message) : reasonOf(inner);
}

/** Why the apiserver refused a request, in its own words. */
export function complaint({ body, status }: Answer): string {
  return oneLine(stringAt(body, 'message') ?? `status ${status}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { message: text };
  }
}

/** Connects to the cluster of a context, by default the current one, once it has answered. */
export async function connect(wanted: string | undefined): Promise<Connection> {
  const { kubeconfig, context, server: url } = targetOf(wanted);
  const configuration = new ServerConfiguration<Record<string, string>>(url, {});
  const http = new IsomorphicFetchHttpLibrary();

  const send = async (request: RequestContext): Promise<Answer> => {
    await kubeconfig.applySecurityAuthentication(request);
    request.setHeaderParam('Accept', 'application/json');
    request.setSignal(AbortSignal.timeout(timeoutMilliseconds));
    const response = await http.send(request).toPromise();
    return { status: response.httpStatusCode, body: parsed(await response.body.text()) };
  };
  /** The apiserver says 429 for some seconds about a kind that was installed just now. */
  const get = async (path: string, retries = mostRetries): Promise<Answer> => {
    const answer = await send(configuration.makeRequestContext(path, HttpMethod.GET));
    if (answer.status !== tooManyRequests || retries === 0) return answer;
    await sleep(retryMilliseconds);
    return get(path, retries - 1);
  };

  const unreachable = (reason: string) => new InputError(`cannot reach the cluster: ${url}: ${reason}; ${checkKubeconfig}`);
  const answer = await get('/version').catch((error: unknown) => {
    throw unreachable(reasonOf(error));
  });
  if (answer.status >= 300) throw unreachable(complaint(answer));
  return {
    context,
    server: url,
    get: (path) => get(path),
    post(path, body) {
      const request = configuration.makeRequestContext(path, HttpMethod.POST);
      request.setHeaderParam('Content-Type', 'application/json');
      request.setBody(JSON.stringify(body));
      return send(request);
    },
  };
}
