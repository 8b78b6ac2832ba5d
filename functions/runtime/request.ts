import { Ready } from '@crossplane-org/function-sdk-typescript';
import type { KubernetesObject } from '../core/kubernetes.ts';
import type { DesiredResource, ObservedResource } from '../core/step.ts';
import {
  type Reader,
  readEnd,
  readKey,
  readMessage,
  readStruct,
  readText,
  readVarint,
  TooManyValues,
  takeValue,
  textAt,
} from './reader.ts';
import { lengthDelimited } from './struct.ts';

/** The values of a request's objects that the image's heap has room for, at up to 150 bytes each besides their text. */
const maxValues = 250_000;
const mebibyte = 1024 * 1024;

/** What an earlier step wants of a resource, and the message that says so. */
export interface GivenResource {
  readonly bytes: Buffer;
  readonly resource: DesiredResource;
  readonly connectionDetails: Readonly<Record<string, Buffer>>;
}

/** What earlier steps want. */
export interface GivenState {
  readonly bytes: Buffer | undefined;
  readonly composite: GivenResource | undefined;
  readonly resources: Readonly<Record<string, GivenResource>>;
}

/** A RunFunctionRequest as far as a step can see it. */
export interface Request {
  readonly tag: string;
  readonly input: unknown;
  readonly context: Buffer | undefined;
  readonly claim: KubernetesObject | undefined;
  readonly observed: Readonly<Record<string, ObservedResource>>;
  readonly given: GivenState;
  readonly required: Readonly<Record<string, readonly KubernetesObject[]>>;
}

/** A request that there is no room for; its message is for who wrote the claim. */
export class RequestTooLarge extends Error {
  /** What was read before it was too much. */
  readonly read: Pick<Request, 'tag' | 'input' | 'claim'>;

  constructor(message: string, read: RequestTooLarge['read']) {
    super(message);
    this.read = read;
  }
}

/** Where a message is, of which not all is read yet. */
interface Span {
  readonly start: number;
  readonly end: number;
}

interface ResourceMessage extends Span {
  readonly object: Span | undefined;
  readonly ready: Ready;
}

interface StateMessage extends Span {
  readonly composite: ResourceMessage | undefined;
  readonly resources: Readonly<Record<string, ResourceMessage>>;
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, toValue: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, toValue(value)]));
}

function readSpan(reader: Reader): Span {
  const end = readEnd(reader);
  const start = reader.position;
  reader.position = end;
  return { start, end };
}

function bytesOf({ bytes }: Reader, { start, end }: Span): Buffer {
  return bytes.subarray(start, end);
}

/** An entry of a map, whose value `read` reads. */
function readEntry<T>(reader: Reader, read: (reader: Reader) => T): [string, T | undefined] {
  let key = '';
  let value: T | undefined;
  readMessage(reader, readEnd(reader), {
    [lengthDelimited(1)]() {
      key = readKey(reader);
    },
    [lengthDelimited(2)]() {
      value = read(reader);
    },
  });
  return [key, value];
}

function readResource(reader: Reader): ResourceMessage {
  const end = readEnd(reader);
  const start = reader.position;
  let object: Span | undefined;
  let ready: Ready = Ready.READY_UNSPECIFIED;
  readMessage(reader, end, {
    [lengthDelimited(1)]() {
      object = readSpan(reader);
    },
    [lengthDelimited(2)]() {
      readSpan(reader);
    },
    [3 << 3]() {
      ready = readVarint(reader);
    },
  });
  return { start, end, object, ready };
}

/** The connection details of a resource, each of which counts as a value: whoever may edit a Secret chooses how many it has. */
function readConnectionDetails(reader: Reader, { start, end }: Span): Record<string, Buffer> {
  const connectionDetails: Record<string, Buffer> = {};
  reader.position = start;
  readMessage(reader, end, {
    [lengthDelimited(2)]() {
      takeValue(reader);
      const [key, value] = readEntry(reader, readSpan);
      connectionDetails[key] = value === undefined ? Buffer.alloc(0) : bytesOf(reader, value);
    },
  });
  return connectionDetails;
}

function readState(reader: Reader): StateMessage {
  const end = readEnd(reader);
  const start = reader.position;
  let composite: ResourceMessage | undefined;
  const resources: Record<string, ResourceMessage> = {};
  readMessage(reader, end, {
    [lengthDelimited(1)]() {
      composite = readResource(reader);
    },
    [lengthDelimited(2)]() {
      const [key, resource] = readEntry(reader, readResource);
      if (resource !== undefined) resources[key] = resource;
    },
  });
  return { start, end, composite, resources };
}

function readItems(reader: Reader): readonly ResourceMessage[] {
  const items: ResourceMessage[] = [];
  readMessage(reader, readEnd(reader), {
    [lengthDelimited(1)]() {
      items.push(readResource(reader));
    },
  });
  return items;
}

/** A resource of a request, and what to call it where its object cannot be read. */
interface Part {
  readonly role: string;
  readonly resource: ResourceMessage;
}

function readAt(reader: Reader, { start, end }: Span): KubernetesObject {
  reader.position = start;
  return readStruct(reader, end) as KubernetesObject;
}

/** Reads no more of the object than its name, since the rest of it may be what cannot be read. */
function nameOf(bytes: Buffer, { role, resource: { object } }: Part): string {
  if (object === undefined) return role;
  const [kind, name] = [['kind'], ['metadata', 'name']].map((path) =>
    textAt({ bytes, position: object.start, values: 0 }, object.end, path),
  );
  return kind === undefined || name === undefined ? role : `${kind} ${name}`;
}

function tooLarge(bytes: Buffer, parts: readonly Part[]): string {
  const megabytes = (size: number) => `${(size / mebibyte).toFixed(1)} MiB`;
  const size = ({ resource: { start, end } }: Part) => end - start;
  const [largest] = parts.toSorted((a, b) => size(b) - size(a)) as [Part];
  return [
    `cannot process the claim: it comes with more than ${maxValues} values in ${parts.length} objects of ${megabytes(bytes.length)};`,
    `the largest is ${nameOf(bytes, largest)} with ${megabytes(size(largest))}:`,
    'take annotations, labels, fields or keys of its connection Secret out of it, or use another namespace',
  ].join(' ');
}

/** Reads an encoded RunFunctionRequest; throws RequestTooLarge for one that would take too much memory. */
export function readRequest(bytes: Buffer): Request {
  const reader: Reader = { bytes, position: 0, values: maxValues };
  let tag = '';
  let observed: StateMessage | undefined;
  let desired: StateMessage | undefined;
  let inputAt: Span | undefined;
  let contextAt: Span | undefined;
  const requiredAt: Record<string, readonly ResourceMessage[]> = {};
  readMessage(reader, bytes.length, {
    [lengthDelimited(1)]() {
      readMessage(reader, readEnd(reader), {
        [lengthDelimited(1)]() {
          tag = readText(reader);
        },
      });
    },
    [lengthDelimited(2)]() {
      observed = readState(reader);
    },
    [lengthDelimited(3)]() {
      desired = readState(reader);
    },
    [lengthDelimited(4)]() {
      inputAt = readSpan(reader);
    },
    [lengthDelimited(5)]() {
      contextAt = readSpan(reader);
    },
    [lengthDelimited(8)]() {
      const [name, items] = readEntry(reader, readItems);
      if (items !== undefined) requiredAt[name] = items;
    },
  });

  const partsOf = () => [
    ...(observed?.composite === undefined ? [] : [{ role: 'the claim itself', resource: observed.composite }]),
    ...Object.entries(observed?.resources ?? {}).map(([key, resource]) => ({ role: `its resource ${key}`, resource })),
    ...Object.entries(desired?.resources ?? {}).map(([key, resource]) => ({ role: `what is desired of ${key}`, resource })),
    ...Object.entries(requiredAt).flatMap(([name, items]) => items.map((resource) => ({ role: `one of ${name}`, resource }))),
  ];
  const givenAt = (resource: ResourceMessage): GivenResource => {
    const object = objectAt(resource);
    const { ready } = resource;
    if (!(ready in Ready)) throw new RangeError(`its readiness: got ${ready}, want one that is known`);
    return {
      bytes: bytesOf(reader, resource),
      resource: ready === Ready.READY_UNSPECIFIED ? { object } : { object, ready: ready === Ready.READY_TRUE },
      connectionDetails: readConnectionDetails(reader, resource),
    };
  };
  let current: ResourceMessage | undefined;
  const objectAt = (resource: ResourceMessage) => {
    current = resource;
    return (resource.object === undefined ? undefined : readAt(reader, resource.object)) as KubernetesObject;
  };
  const read: { -readonly [Field in keyof RequestTooLarge['read']]: Request[Field] } = { tag, input: undefined, claim: undefined };
  try {
    read.input = inputAt && readAt(reader, inputAt);
    read.claim = observed?.composite && objectAt(observed.composite);
    return {
      ...read,
      context: contextAt && bytesOf(reader, contextAt),
      observed: mapValues(observed?.resources ?? {}, (resource) => ({
        object: objectAt(resource),
        connectionDetails: mapValues(readConnectionDetails(reader, resource), (value) => value.toString()),
      })),
      given: {
        bytes: desired && bytesOf(reader, desired),
        composite: desired?.composite && givenAt(desired.composite),
        resources: mapValues(desired?.resources ?? {}, givenAt),
      },
      required: mapValues(requiredAt, (items) => items.map(objectAt)),
    };
  } catch (error) {
    const parts = partsOf();
    if (error instanceof TooManyValues) throw new RequestTooLarge(tooLarge(bytes, parts), read);
    const part = parts.find(({ resource }) => resource === current);
    if (part === undefined || !(error instanceof Error)) throw error;
    throw new Error(`${nameOf(bytes, part)}: ${error.message}`, { cause: error });
  }
}
