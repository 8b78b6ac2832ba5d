import {
  Ready,
  type Requirements,
  type Resource,
  type Result,
  RunFunctionRequest,
  RunFunctionResponse,
  Severity,
  type State,
  Status,
  Target,
} from '@crossplane-org/function-sdk-typescript';
import * as z from 'zod';
import { inputApiVersion } from '../core/group.ts';
import { at, type Condition, type KubernetesObject, stringAt } from '../core/kubernetes.ts';
import type { Platform, Step } from '../core/pipeline.ts';
import { oneLine, problemsOf } from '../core/problem.ts';
import { requirementsOf } from '../core/required.ts';
import type { Requirement } from '../core/requirement.ts';
import type { DesiredResource, ObservedResource, StepResponse } from '../core/step.ts';

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
}

/** An encoded RunFunctionRequest to an encoded RunFunctionResponse. It never throws. */
export type RunFunction = (request: Uint8Array) => Uint8Array;

const longestFailure = 300;

const unreadable: Readonly<Record<string, string>> = {
  // A level of an object takes three of the SDK's hundred levels of protobuf.
  'protobuf decode recursion limit exceeded': 'something in it is nested deeper than 31 levels',
};

const statuses: Readonly<Record<Condition['status'], Status>> = {
  True: Status.STATUS_CONDITION_TRUE,
  False: Status.STATUS_CONDITION_FALSE,
  Unknown: Status.STATUS_CONDITION_UNKNOWN,
};

type Answer = Omit<RunFunctionResponse, 'meta'> & { readonly ttlSeconds?: number };
type Outcome = Pick<Call, 'step' | 'outcome' | 'reason' | 'error'>;

function result(severity: Severity, message: string): Result {
  return { severity, message, target: Target.TARGET_COMPOSITE };
}

/** Crossplane calls again until two calls in a row ask for the same, so every call asks for all of it. */
function asked(requirements: Readonly<Record<string, Requirement>>): Requirements {
  const selectors = mapValues(requirements, ({ apiVersion, kind, namespace, ...selector }) => ({
    apiVersion,
    kind,
    ...(namespace !== undefined && { namespace }),
    ...('name' in selector ? { matchName: selector.name } : { matchLabels: { labels: { ...selector.labels } } }),
  }));
  return { extraResources: {}, resources: selectors, schemas: {} };
}

/** Crossplane only ever sends whole Kubernetes objects. */
function objectOf(resource: Resource): KubernetesObject {
  return resource.resource as KubernetesObject;
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, toValue: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, toValue(value)]));
}

function observedOf(resource: Resource): ObservedResource {
  return { object: objectOf(resource), connectionDetails: mapValues(resource.connectionDetails, (value) => value.toString()) };
}

function desiredOf(resource: Resource): DesiredResource {
  const object = objectOf(resource);
  return resource.ready === Ready.READY_UNSPECIFIED ? { object } : { object, ready: resource.ready === Ready.READY_TRUE };
}

function readyOf(ready: boolean | undefined): Ready {
  if (ready === undefined) return Ready.READY_UNSPECIFIED;
  return ready ? Ready.READY_TRUE : Ready.READY_FALSE;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Where a value has something that JSON has not, as `.spec.size: got NaN`; protobuf would send some of these as something else. */
function notJson(value: unknown): string | undefined {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null || Number.isFinite(value)) return undefined;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const problem = notJson(item);
      if (problem !== undefined) return `.${index}${problem}`;
    }
    return undefined;
  }
  if (!isRecord(value)) return `: got ${String(value)}`;
  for (const key of Object.keys(value)) {
    const field = value[key];
    const problem = field === undefined ? undefined : notJson(field);
    if (problem !== undefined) return `.${key}${problem}`;
  }
  return undefined;
}

function requireJson(value: unknown, path: string): void {
  const problem = notJson(value);
  if (problem !== undefined) throw new TypeError(`${path}${problem}, want a JSON value`);
}

function statusOf(composite: Resource | undefined): Readonly<Record<string, unknown>> {
  const status = at(composite?.resource, 'status');
  return isRecord(status) ? status : {};
}

function compositeOf(claim: KubernetesObject, before: Resource | undefined, response: StepResponse): Resource | undefined {
  const { status, claimReady } = response;
  if (status === undefined && claimReady === undefined) return before;
  requireJson(status ?? {}, 'status');
  return {
    resource:
      status === undefined
        ? before?.resource
        : { apiVersion: claim.apiVersion, kind: claim.kind, ...before?.resource, status: { ...statusOf(before), ...status } },
    connectionDetails: before?.connectionDetails ?? {},
    ready: claimReady === false ? Ready.READY_FALSE : (before?.ready ?? Ready.READY_UNSPECIFIED),
  };
}

/**
 * Writes the desired state by assignment: the SDK's setters merge arrays with what an earlier step wrote.
 * What the step left alone goes back as it came.
 */
function desiredState(
  claim: KubernetesObject,
  before: State | undefined,
  given: Readonly<Record<string, DesiredResource>>,
  response: StepResponse,
): State {
  const resources = Object.entries(response.desired).map(([key, desired]): [string, Resource] => {
    const original = before?.resources[key];
    if (original !== undefined && given[key] === desired) return [key, original];
    requireJson(desired.object, `desired.${key}`);
    return [key, { resource: desired.object, connectionDetails: {}, ready: readyOf(desired.ready) }];
  });
  return { composite: compositeOf(claim, before?.composite, response), resources: Object.fromEntries(resources) };
}

function runStep(
  step: Step,
  claim: KubernetesObject,
  request: RunFunctionRequest,
  { platform, issueSecret }: Pick<RunFunctionOptions, 'platform' | 'issueSecret'>,
): [StepResponse, State | undefined] {
  const desired = mapValues(request.desired?.resources ?? {}, desiredOf);
  const response = step({
    platform,
    claim,
    observed: mapValues(request.observed?.resources ?? {}, observedOf),
    desired,
    desiredStatus: statusOf(request.desired?.composite),
    required: mapValues(request.requiredResources, ({ items }) => items.map(objectOf)),
    issueSecret,
  });
  return [response, response.refusal === undefined ? desiredState(claim, request.desired, desired, response) : request.desired];
}

function failureOf(error: unknown): string {
  const text = oneLine(error instanceof Error ? error.message : String(error));
  return text.length <= longestFailure ? text : `${text.slice(0, longestFailure)}…`;
}

/** Serves the steps: the only place that knows both Crossplane's messages and ours. */
export function createRunFunction({ steps, platform, observe, issueSecret }: RunFunctionOptions): RunFunction {
  const input = z.strictObject({
    apiVersion: z.literal(inputApiVersion),
    kind: z.enum(Object.keys(steps)),
    metadata: z.unknown().optional(),
  });

  function answer(request: RunFunctionRequest): [Outcome, Answer] {
    const composite = request.observed?.composite?.resource;
    const unchanged = {
      desired: request.desired,
      context: request.context,
      conditions: [],
      requirements: asked(requirementsOf(platform, composite)),
    };
    const refuse = (step: string | undefined, problem: string): [Outcome, Answer] => [
      { step, outcome: 'refused', reason: 'RequestInvalid' },
      { ...unchanged, results: [result(Severity.SEVERITY_FATAL, `cannot run the pipeline step: ${problem}`)] },
    ];
    const parsed = input.safeParse(request.input);
    if (!parsed.success) return refuse(undefined, problemsOf(parsed.error, request.input, 'input'));
    const { kind } = parsed.data;
    if (composite === undefined) return refuse(kind, 'observed.composite: missing, want the claim');

    const [response, desired] = runStep(steps[kind] as Step, composite as KubernetesObject, request, { platform, issueSecret });
    const { refusal } = response;
    return [
      refusal === undefined ? { step: kind, outcome: 'done' } : { step: kind, outcome: 'refused', reason: refusal.reason },
      {
        ...unchanged,
        requirements: asked({ ...requirementsOf(platform, composite), ...response.requires }),
        desired,
        results: [
          ...response.events.map((event) => result(Severity.SEVERITY_NORMAL, event)),
          ...(refusal === undefined ? [] : [result(Severity.SEVERITY_FATAL, refusal.message)]),
        ],
        conditions: response.conditions.map(({ type, status, reason, message }) => ({
          type,
          status: statuses[status],
          reason,
          message,
          target: Target.TARGET_COMPOSITE,
        })),
        ttlSeconds: response.ttlSeconds,
      },
    ];
  }

  function encode(request: RunFunctionRequest | undefined, { ttlSeconds, ...rest }: Answer): Uint8Array {
    const meta = { tag: request?.meta?.tag ?? '', ttl: ttlSeconds === undefined ? undefined : { seconds: ttlSeconds, nanos: 0 } };
    return RunFunctionResponse.encode({ meta, ...rest }).finish();
  }

  function failed(request: RunFunctionRequest | undefined, error: unknown): [Outcome, Answer] {
    const message = failureOf(error);
    const step = stringAt(request?.input, 'kind');
    const answered = { desired: request?.desired, context: request?.context, conditions: [] };
    const fatal = (text: string) => [result(Severity.SEVERITY_FATAL, text)];
    if (request === undefined) {
      const results = fatal(`cannot read the request: ${unreadable[message] ?? message}`);
      return [
        { step, outcome: 'refused', reason: 'RequestUnreadable' },
        { ...answered, requirements: undefined, results },
      ];
    }
    const results = fatal(`cannot run the pipeline step: internal error: ${message}`);
    return [
      { step, outcome: 'failed', error },
      { ...answered, requirements: asked(requirementsOf(platform, request.observed?.composite?.resource)), results },
    ];
  }

  return (bytes) => {
    const started = performance.now();
    let request: RunFunctionRequest | undefined;
    let outcome: Outcome;
    let response: Uint8Array;
    try {
      request = RunFunctionRequest.decode(bytes);
      const [answeredOutcome, answered] = answer(request);
      outcome = answeredOutcome;
      // Here and not in the gRPC server, so that what cannot be encoded is answered too.
      response = encode(request, answered);
    } catch (error) {
      const [failedOutcome, answered] = failed(request, error);
      outcome = failedOutcome;
      response = encode(request, answered);
    }
    const composite = request?.observed?.composite?.resource;
    observe({
      ...outcome,
      kind: stringAt(composite, 'kind'),
      namespace: stringAt(composite, 'metadata', 'namespace'),
      name: stringAt(composite, 'metadata', 'name'),
      seconds: (performance.now() - started) / 1000,
    });
    return response;
  };
}
