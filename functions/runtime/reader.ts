import { BinaryReader, type WireType } from '@bufbuild/protobuf/wire';
import { tags } from './struct.ts';

/** Protobuf that is read from front to back. */
export interface Reader {
  readonly bytes: Buffer;
  position: number;
  /** How many more values of objects may be read: it is they that fill the heap, each with far more than its bytes. */
  values: number;
}

/** A request has more values than there may be. */
export class TooManyValues extends Error {}

const deepestLevel = 50;

/** Kubernetes' keys come again in every object, and a string that is there already need not be made. */
const knownKeys: string[] = new Array(1024).fill('');
const longestKnownKey = 32;
const longestShortText = 24;

function longVarint(reader: Reader, first: number): number {
  let value = first & 0x7f;
  for (let shift = 7; shift < 35; shift += 7) {
    const byte = reader.bytes[reader.position++];
    if (byte === undefined) throw new RangeError('premature EOF');
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return value >>> 0;
  }
  throw new RangeError('illegal varint');
}

export function readVarint(reader: Reader): number {
  // Past the end the byte is undefined, which is not below 0x80, so longVarint refuses it.
  const byte = reader.bytes[reader.position++] as number;
  return byte < 0x80 ? byte : longVarint(reader, byte);
}

/** Reads a length, and says where what has it ends. */
export function readEnd(reader: Reader): number {
  const length = readVarint(reader);
  const end = reader.position + length;
  if (end > reader.bytes.length) throw new RangeError('premature EOF');
  return end;
}

function skip(reader: Reader, tag: number): void {
  const rest = new BinaryReader(reader.bytes.subarray(reader.position));
  rest.skip((tag & 7) as WireType, tag >>> 3);
  reader.position += rest.pos;
}

/** Reads a message by what is to be done at each tag; a field that is not named is left out. */
export function readMessage(reader: Reader, end: number, fields: Readonly<Record<number, () => void>>): void {
  while (reader.position < end) {
    const tag = readVarint(reader);
    const read = fields[tag];
    if (read === undefined) skip(reader, tag);
    else read();
  }
}

/** As the library does it, but for what makes a view of the bytes for each text. */
export function readText(reader: Reader): string {
  const { bytes } = reader;
  const end = readEnd(reader);
  const start = reader.position;
  reader.position = end;
  if (end - start > longestShortText) return bytes.toString('utf8', start, end);
  const codes = new Array<number>(end - start);
  for (let index = start; index < end; index += 1) {
    const byte = bytes[index] as number;
    if (byte > 0x7f) return bytes.toString('utf8', start, end);
    codes[index - start] = byte;
  }
  return String.fromCharCode.apply(String, codes);
}

function isText(bytes: Buffer, start: number, text: string): boolean {
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) !== bytes[start + index]) return false;
  return true;
}

export function readKey(reader: Reader): string {
  const { bytes } = reader;
  const end = readEnd(reader);
  const start = reader.position;
  reader.position = end;
  if (end - start > longestKnownKey) return bytes.toString('utf8', start, end);
  let hash = end - start;
  for (let index = start; index < end; index += 1) hash = (Math.imul(hash, 31) + (bytes[index] as number)) | 0;
  const place = hash & (knownKeys.length - 1);
  const known = knownKeys[place] as string;
  if (known.length === end - start && isText(bytes, start, known)) return known;
  const key = bytes.toString('utf8', start, end);
  // As a key it would set the object's prototype, which no check reads.
  if (key === '__proto__') throw new TypeError('a key in it is __proto__');
  // Only ASCII is as long in bytes as in characters, and only of it can the two be compared one by one.
  if (key.length === end - start) knownKeys[place] = key;
  return key;
}

function requireLevel(level: number): void {
  if (level > deepestLevel) throw new RangeError(`something in it is nested deeper than ${deepestLevel} levels`);
}

function readList(reader: Reader, end: number, level: number): readonly unknown[] {
  requireLevel(level);
  const list: unknown[] = [];
  while (reader.position < end) {
    const tag = readVarint(reader);
    if (tag === tags.item) list.push(readValue(reader, readEnd(reader), level, ''));
    else skip(reader, tag);
  }
  return list;
}

/** Takes one of the values that may be read. */
export function takeValue(reader: Reader): void {
  reader.values -= 1;
  if (reader.values < 0) throw new TooManyValues();
}

function readValue(reader: Reader, end: number, level: number, key: string): unknown {
  takeValue(reader);
  let value: unknown;
  while (reader.position < end) {
    const tag = readVarint(reader);
    if (tag === tags.text) value = readText(reader);
    else if (tag === tags.struct) value = readFields(reader, readEnd(reader), level + 1, key);
    else if (tag === tags.list) value = readList(reader, readEnd(reader), level + 1);
    else if (tag === tags.boolean) value = readVarint(reader) !== 0;
    else if (tag === tags.number) {
      value = reader.bytes.readDoubleLE(reader.position);
      reader.position += 8;
    } else if (tag === tags.nothing) {
      readVarint(reader);
      value = null;
    } else skip(reader, tag);
  }
  return value;
}

/** `parent` is the key that the object itself stands under. */
function readFields(reader: Reader, end: number, level: number, parent: string): Record<string, unknown> {
  requireLevel(level);
  const fields: Record<string, unknown> = {};
  while (reader.position < end) {
    const tag = readVarint(reader);
    if (tag !== tags.entry) {
      skip(reader, tag);
      continue;
    }
    const entryEnd = readEnd(reader);
    let key = '';
    let value: unknown;
    while (reader.position < entryEnd) {
      const entryTag = readVarint(reader);
      if (entryTag === tags.key) key = readKey(reader);
      else if (entryTag !== tags.value) skip(reader, entryTag);
      // managedFields are as large as the object itself, and no step reads them.
      else if (level === 2 && key === 'managedFields' && parent === 'metadata') reader.position = readEnd(reader);
      else value = readValue(reader, readEnd(reader), level, key);
    }
    if (value !== undefined) fields[key] = value;
  }
  return fields;
}

/** The text at a path of a google.protobuf.Struct of which nothing else is read; undefined where there is none. */
export function textAt(reader: Reader, end: number, [key, ...rest]: readonly string[]): string | undefined {
  let found: string | undefined;
  let name: string | undefined;
  const value = {
    [tags.text]() {
      const text = readText(reader);
      if (rest.length === 0) found = text;
    },
    [tags.struct]() {
      found = textAt(reader, readEnd(reader), rest);
    },
  };
  const entry = {
    [tags.key]() {
      name = readText(reader);
    },
    [tags.value]() {
      readMessage(reader, readEnd(reader), name === key ? value : {});
    },
  };
  readMessage(reader, end, {
    [tags.entry]() {
      name = undefined;
      readMessage(reader, readEnd(reader), entry);
    },
  });
  return found;
}

/** A google.protobuf.Struct as a plain object, without `metadata.managedFields`. */
export function readStruct(reader: Reader, end: number): Record<string, unknown> {
  return readFields(reader, end, 1, '');
}
