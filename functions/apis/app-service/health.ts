import { shown } from '../../core/problem.ts';
import type { Health, Question, ServiceSettings } from './schema.ts';

const ways = ['path', 'tcp', 'exec'] as const;

const waysOf = (question: Partial<Question> | undefined) => ways.filter((each) => question?.[each] !== undefined);

/** What a question says that cannot hold together. */
export function problemOfQuestion(field: string, question: Partial<Question>, listens: number | undefined): string | undefined {
  const [way, ...others] = waysOf(question);
  if (others.length > 0) return `${field}: got ${[way, ...others].join(' and ')}, want one of ${ways.join(', ')}`;
  if (way === 'path' && (question.port ?? listens) === undefined)
    return `${field}.path: got ${shown(question.path)}, want ${field}.port or spec.port too, on which it answers`;
  if (way !== 'path' && (question.port !== undefined || (question.headers ?? []).length > 0))
    return `${field}: got port or headers, want path too, which is asked there and with these`;
  return undefined;
}

/** What a claim says of its health that cannot hold together. */
export function problemOfHealth({ health, port }: ServiceSettings): string | undefined {
  if (health === undefined) return undefined;
  const { alive } = health;
  const problem = problemOfQuestion('spec.health', health, port) ?? (alive && problemOfQuestion('spec.health.alive', alive, port));
  if (problem !== undefined || alive === undefined) return problem;
  if (waysOf(alive).length === 0) return `spec.health.alive: got none, want one of ${ways.join(', ')}`;
  if (waysOf(health).length === 0 && port === undefined) return `spec.health: got alive alone, want one of ${ways.join(', ')} too`;
  return undefined;
}

interface Probe {
  readonly httpGet?: {
    readonly path: string;
    readonly port: number;
    readonly httpHeaders?: readonly { readonly name: string; readonly value: string }[];
  };
  readonly tcpSocket?: { readonly port: number };
  readonly exec?: { readonly command: readonly string[] };
}

/** How the app is asked, of which `listens` is the port for requests; undefined for a worker that says nothing of it. */
function probeOf(asked: Partial<Question> | undefined, listens: number | undefined): Probe | undefined {
  if (asked?.exec !== undefined) return { exec: { command: asked.exec } };
  const port = asked?.port ?? listens;
  if (asked?.path !== undefined && port !== undefined) {
    return { httpGet: { path: asked.path, port, ...(asked.headers && asked.headers.length > 0 && { httpHeaders: asked.headers }) } };
  }
  const tcp = asked?.tcp ?? listens;
  return tcp === undefined ? undefined : { tcpSocket: { port: tcp } };
}

/** How a container is asked whether it has started, can serve and is alive. */
export function probesOf(health: (Partial<Question> & Pick<Health, 'startupSeconds' | 'alive'>) | undefined, listens: number | undefined) {
  const probe = probeOf(health, listens);
  if (probe === undefined) return {};
  const asked = { ...probe, timeoutSeconds: 5 };
  const alive = health?.alive === undefined ? asked : { ...probeOf(health.alive, listens), timeoutSeconds: 5 };
  return {
    startupProbe: { ...asked, periodSeconds: 1, failureThreshold: health?.startupSeconds ?? 60 },
    readinessProbe: { ...asked, periodSeconds: 5, failureThreshold: 2 },
    livenessProbe: { ...alive, periodSeconds: 10, failureThreshold: 6 },
  };
}
