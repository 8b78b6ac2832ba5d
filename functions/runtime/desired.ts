import { Ready } from '@crossplane-org/function-sdk-typescript';
import { at, type KubernetesObject } from '../core/kubernetes.ts';
import type { DesiredResource, StepResponse } from '../core/step.ts';
import type { GivenResource, GivenState } from './request.ts';
import { lengthDelimited } from './struct.ts';
import { createWriter, finish, type Writer, writeBytes, writeHead, writeStruct, writeText, writeVarint, writtenBytes } from './writer.ts';

const stateTags = { composite: lengthDelimited(1), resources: lengthDelimited(2) } as const;
const entryTags = { key: lengthDelimited(1), value: lengthDelimited(2) } as const;
const resourceTags = { object: lengthDelimited(1), connectionDetails: lengthDelimited(2), ready: 3 << 3 } as const;

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

/** The claim's status as earlier steps want it. */
export function statusOf(composite: GivenResource | undefined): Readonly<Record<string, unknown>> {
  const status = at(composite?.resource.object, 'status');
  return isRecord(status) ? status : {};
}

interface WrittenResource {
  readonly object: KubernetesObject | undefined;
  readonly ready: boolean | undefined;
  readonly connectionDetails: Readonly<Record<string, Uint8Array>>;
}

function writeResource(writer: Writer, tag: number, { object, ready, connectionDetails }: WrittenResource): void {
  const end = writtenBytes(writer);
  if (ready !== undefined) {
    writeVarint(writer, ready ? Ready.READY_TRUE : Ready.READY_FALSE);
    writeVarint(writer, resourceTags.ready);
  }
  for (const [key, value] of Object.entries(connectionDetails).reverse()) {
    const entryEnd = writtenBytes(writer);
    writeBytes(writer, entryTags.value, value);
    writeText(writer, entryTags.key, key);
    writeHead(writer, resourceTags.connectionDetails, entryEnd);
  }
  if (object !== undefined) {
    const objectEnd = writtenBytes(writer);
    writeStruct(writer, object);
    writeHead(writer, resourceTags.object, objectEnd);
  }
  writeHead(writer, tag, end);
}

function writeComposite(writer: Writer, claim: KubernetesObject, given: GivenResource | undefined, response: StepResponse): void {
  const { status, claimReady } = response;
  if (status === undefined && claimReady === undefined) {
    if (given !== undefined) writeBytes(writer, stateTags.composite, given.bytes);
    return;
  }
  requireJson(status ?? {}, 'status');
  const before = given?.resource.object;
  const object =
    status === undefined
      ? before
      : { apiVersion: claim.apiVersion, kind: claim.kind, ...before, status: { ...statusOf(given), ...status } };
  const ready = claimReady ?? given?.resource.ready;
  writeResource(writer, stateTags.composite, { object, ready, connectionDetails: given?.connectionDetails ?? {} });
}

/**
 * Writes the desired state by assignment: the SDK's setters merge arrays with what an earlier step wrote.
 * What the step left alone goes back as it came.
 */
export function encodeDesired(
  claim: KubernetesObject,
  given: GivenState,
  desired: Readonly<Record<string, DesiredResource>>,
  response: StepResponse,
): Uint8Array {
  const writer = createWriter();
  for (const [key, resource] of Object.entries(response.desired).reverse()) {
    const after = writtenBytes(writer);
    const original = given.resources[key];
    if (original !== undefined && desired[key] === resource) writeBytes(writer, entryTags.value, original.bytes);
    else {
      requireJson(resource.object, `desired.${key}`);
      writeResource(writer, entryTags.value, { object: resource.object, ready: resource.ready, connectionDetails: {} });
    }
    writeText(writer, entryTags.key, key);
    writeHead(writer, stateTags.resources, after);
  }
  writeComposite(writer, claim, given.composite, response);
  return finish(writer);
}
