import {
  type Condition as EncodableCondition,
  type Requirements,
  type Result,
  RunFunctionResponse,
  Severity,
  Status,
  Target,
} from '@crossplane-org/function-sdk-typescript';
import * as z from 'zod';
import { inputApiVersion } from '../core/group.ts';
import { type Condition, type KubernetesObject, stringAt } from '../core/kubernetes.ts';
import type { Platform, Step } from '../core/pipeline.ts';
import { oneLine, problemsOf } from '../core/problem.ts';
import { requirementsOf } from '../core/required.ts';
import type { Requirement } from '../core/requirement.ts';
import type { StepResponse } from '../core/step.ts';
import { encodeDesired, statusOf } from './desired.ts';
import { type Request, RequestTooLarge, readRequest } from './request.ts';
import { lengthDelimited } from './struct.ts';
import { createWriter, finish, writeBytes, writeRaw } from './writer.ts';

/** What became of one call, for logs and metrics. */
export interface Call {
  /** Undefined where the input names no step that there is. */
  readonly step: string | undefined;
  readonly kind: string | undefined;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly outcome: 'done' | 'refused' | 'failed';
  /** Why it was refused. */
  readonly reason?: string;
  /** What a step threw. */
  readonly error?: unknown;
  readonly seconds: number;
}

export interface RunFunctionOptions {
  /** By the kind of the pipeline step's input. */
  readonly steps: Readonly<Record<string, Step>>;
  readonly platform: Platform;
  readonly observe: (call: Call) => void;
  readonly issueSecret: () => string;
  /** When it is, as RFC 3339. */
  readonly now: () => string;
}

/** An encoded RunFunctionRequest to an encoded RunFunctionResponse. It never throws. */
export type RunFunction = (request: Uint8Array) => Uint8Array;

const longestFailure = 300;

const responseTags = { desired: lengthDelimited(2), context: lengthDelimited(4) } as const;

const statuses: Readonly<Record<Condition['status'], Status>> = {
  True: Status.STATUS_CONDITION_TRUE,
  False: Status.STATUS_CONDITION_FALSE,
  Unknown: Status.STATUS_CONDITION_UNKNOWN,
};

/** A response in which what goes back as it came stays encoded. */
type Answer = Omit<RunFunctionResponse, 'meta' | 'desired' | 'context'> & {
  readonly desired: Uint8Array | undefined;
  readonly ttlSeconds?: number;
};
type Outcome = Pick<Call, 'step' | 'outcome' | 'reason' | 'error'>;
/** What there is of a request that there is no room for. */
type Read = RequestTooLarge['read'] & Partial<Pick<Request, 'context'>>;

interface Handled {
  readonly read: Read | undefined;
  readonly outcome: Outcome;
  readonly response: Uint8Array;
}

function result(severity: Severity, message: string): Result {
  return { severity, message, target: Target.TARGET_COMPOSITE };
}

function encodable({ type, status, reason, message }: Condition): EncodableCondition {
  return { type, status: statuses[status], reason, message, target: Target.TARGET_COMPOSITE };
}

/** Crossplane calls again until two calls in a row ask for the same, so every call asks for all of it. */
function asked(requirements: Readonly<Record<string, Requirement>>): Requirements {
  const selectors = Object.entries(requirements).map(([name, { apiVersion, kind, namespace, ...selector }]) => [
    name,
    {
      apiVersion,
      kind,
      ...(namespace !== undefined && { namespace }),
      ...('name' in selector ? { matchName: selector.name } : { matchLabels: { labels: { ...selector.labels } } }),
    },
  ]);
  return { extraResources: {}, resources: Object.fromEntries(selectors), schemas: {} };
}

function runStep(
  step: Step,
  claim: KubernetesObject,
  { observed, given, required }: Request,
  { platform, issueSecret, now }: Pick<RunFunctionOptions, 'platform' | 'issueSecret' | 'now'>,
): [StepResponse, Uint8Array | undefined] {
  const desired = Object.fromEntries(Object.entries(given.resources).map(([key, { resource }]) => [key, resource]));
  const response = step({
    platform,
    claim,
    observed,
    desired,
    desiredStatus: statusOf(given.composite),
    required,
    now: now(),
    issueSecret,
  });
  return [response, response.refusal === undefined ? encodeDesired(claim, given, desired, response) : given.bytes];
}

function failureOf(error: unknown): string {
  const text = oneLine(error instanceof Error ? error.message : String(error));
  return text.length <= longestFailure ? text : `${text.slice(0, longestFailure)}…`;
}

/** Serves the steps: the only place that knows both Crossplane's messages and ours. */
export function createRunFunction({ steps, platform, observe, issueSecret, now }: RunFunctionOptions): RunFunction {
  const input = z.strictObject({
    apiVersion: z.literal(inputApiVersion),
    kind: z.enum(Object.keys(steps)),
    metadata: z.unknown().optional(),
  });

  function answer(request: Request): [Outcome, Answer] {
    const { claim, required } = request;
    const unchanged = { desired: request.given.bytes, conditions: [], requirements: asked(requirementsOf(platform, claim, required)) };
    const refuse = (step: string | undefined, problem: string): [Outcome, Answer] => [
      { step, outcome: 'refused', reason: 'RequestInvalid' },
      { ...unchanged, results: [result(Severity.SEVERITY_FATAL, `cannot run the pipeline step: ${problem}`)] },
    ];
    const parsed = input.safeParse(request.input);
    if (!parsed.success) return refuse(undefined, problemsOf(parsed.error, request.input, 'input'));
    const { kind } = parsed.data;
    if (claim === undefined) return refuse(kind, 'observed.composite: missing, want the claim');

    const [response, desired] = runStep(steps[kind] as Step, claim, request, { platform, issueSecret, now });
    const { refusal } = response;
    return [
      refusal === undefined ? { step: kind, outcome: 'done' } : { step: kind, outcome: 'refused', reason: refusal.reason },
      {
        ...unchanged,
        requirements: asked({ ...requirementsOf(platform, claim, required), ...response.requires }),
        desired,
        results: [
          ...response.events.map((event) => result(Severity.SEVERITY_NORMAL, event)),
          ...(refusal === undefined ? [] : [result(Severity.SEVERITY_FATAL, refusal.message)]),
        ],
        conditions: response.conditions.map(encodable),
        ttlSeconds: response.ttlSeconds,
      },
    ];
  }

  /** Why a request is not given to a step at all. */
  function unread(error: unknown, read: Read | undefined): [Outcome, Answer] {
    const message = failureOf(error);
    const answered = { desired: undefined, requirements: undefined };
    const step = stringAt(read?.input, 'kind');
    if (error instanceof RequestTooLarge) {
      const condition: Condition = { type: 'Resolved', status: 'False', reason: 'TooLarge', message };
      return [
        { step, outcome: 'refused', reason: condition.reason },
        { ...answered, conditions: [encodable(condition)], results: [result(Severity.SEVERITY_FATAL, message)] },
      ];
    }
    return [
      { step, outcome: 'refused', reason: 'RequestUnreadable' },
      { ...answered, conditions: [], results: [result(Severity.SEVERITY_FATAL, `cannot read the request: ${message}`)] },
    ];
  }

  function failed(request: Request, error: unknown): [Outcome, Answer] {
    const results = [result(Severity.SEVERITY_FATAL, `cannot run the pipeline step: internal error: ${failureOf(error)}`)];
    return [
      { step: stringAt(request.input, 'kind'), outcome: 'failed', error },
      {
        desired: request.given.bytes,
        requirements: asked(requirementsOf(platform, request.claim, request.required)),
        conditions: [],
        results,
      },
    ];
  }

  function encoded(read: Read | undefined, [outcome, answered]: [Outcome, Answer]): Handled {
    const { ttlSeconds, desired, ...rest } = answered;
    const meta = { tag: read?.tag ?? '', ttl: ttlSeconds === undefined ? undefined : { seconds: ttlSeconds, nanos: 0 } };
    const writer = createWriter();
    if (read?.context !== undefined) writeBytes(writer, responseTags.context, read.context);
    if (desired !== undefined) writeBytes(writer, responseTags.desired, desired);
    writeRaw(writer, RunFunctionResponse.encode({ meta, desired: undefined, context: undefined, ...rest }).finish());
    return { read, outcome, response: finish(writer) };
  }

  function handle(bytes: Uint8Array): Handled {
    let request: Request;
    try {
      request = readRequest(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    } catch (error) {
      const read = error instanceof RequestTooLarge ? error.read : undefined;
      return encoded(read, unread(error, read));
    }
    try {
      // Here and not in the gRPC server, so that what cannot be encoded is answered too.
      return encoded(request, answer(request));
    } catch (error) {
      return encoded(request, failed(request, error));
    }
  }

  return (bytes) => {
    const started = performance.now();
    const { read, outcome, response } = handle(bytes);
    observe({
      ...outcome,
      kind: stringAt(read?.claim, 'kind'),
      namespace: stringAt(read?.claim, 'metadata', 'namespace'),
      name: stringAt(read?.claim, 'metadata', 'name'),
      seconds: (performance.now() - started) / 1000,
    });
    return response;
  };
}
