import { tags } from './struct.ts';

/** Protobuf that is written from back to front, since a message's length stands before it. */
export interface Writer {
  bytes: Buffer;
  /** Where what is written begins. */
  start: number;
}

const initialBytes = 64 * 1024;
const longestShortText = 40;

export function createWriter(): Writer {
  return { bytes: Buffer.allocUnsafe(initialBytes), start: initialBytes };
}

/** Makes room for so many bytes before those that are written, and says where. */
function reserve(writer: Writer, length: number): number {
  if (writer.start < length) {
    const written = writer.bytes.subarray(writer.start);
    const larger = Buffer.allocUnsafe(2 * (written.length + length));
    writer.start = larger.length - written.length;
    larger.set(written, writer.start);
    writer.bytes = larger;
  }
  writer.start -= length;
  return writer.start;
}

export function writeVarint(writer: Writer, value: number): void {
  if (value < 0x80) {
    const place = reserve(writer, 1);
    writer.bytes[place] = value;
    return;
  }
  let length = 1;
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) length += 1;
  let place = reserve(writer, length);
  let rest = value;
  for (; rest >= 0x80; rest >>>= 7) {
    writer.bytes[place] = (rest & 0x7f) | 0x80;
    place += 1;
  }
  writer.bytes[place] = rest;
}

/** How much is written, for `writeHead` to know what came since. */
export function writtenBytes({ bytes, start }: Writer): number {
  return bytes.length - start;
}

/** Puts tag and length before a field's content: all that came since so much was written. */
export function writeHead(writer: Writer, tag: number, after: number): void {
  writeVarint(writer, writtenBytes(writer) - after);
  writeVarint(writer, tag);
}

export function writeBytes(writer: Writer, tag: number, bytes: Uint8Array): void {
  writeRaw(writer, bytes);
  writeVarint(writer, bytes.length);
  writeVarint(writer, tag);
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) > 0x7f) return false;
  return true;
}

export function writeText(writer: Writer, tag: number, text: string): void {
  const isShort = text.length <= longestShortText && isAscii(text);
  const length = isShort ? text.length : Buffer.byteLength(text);
  const place = reserve(writer, length);
  if (!isShort) writer.bytes.write(text, place, length);
  else for (let index = 0; index < length; index += 1) writer.bytes[place + index] = text.charCodeAt(index);
  writeVarint(writer, length);
  writeVarint(writer, tag);
}

function writeValue(writer: Writer, value: unknown): void {
  if (typeof value === 'string') writeText(writer, tags.text, value);
  else if (typeof value === 'number') {
    const place = reserve(writer, 8);
    writer.bytes.writeDoubleLE(value, place);
    writeVarint(writer, tags.number);
  } else if (typeof value === 'boolean') {
    writeVarint(writer, value ? 1 : 0);
    writeVarint(writer, tags.boolean);
  } else if (value === null) {
    writeVarint(writer, 0);
    writeVarint(writer, tags.nothing);
  } else if (Array.isArray(value)) {
    const after = writtenBytes(writer);
    for (let index = value.length - 1; index >= 0; index -= 1) {
      const afterItem = writtenBytes(writer);
      writeValue(writer, value[index]);
      writeHead(writer, tags.item, afterItem);
    }
    writeHead(writer, tags.list, after);
  } else {
    const after = writtenBytes(writer);
    writeStruct(writer, value as object);
    writeHead(writer, tags.struct, after);
  }
}

/** A JSON object's fields as a google.protobuf.Struct; one that is undefined is left out. */
export function writeStruct(writer: Writer, fields: object): void {
  const entries = Object.entries(fields);
  for (let index = entries.length - 1; index >= 0; index -= 1) {
    const [key, value] = entries[index] as [string, unknown];
    if (value === undefined) continue;
    const after = writtenBytes(writer);
    writeValue(writer, value);
    writeHead(writer, tags.value, after);
    if (key !== '') writeText(writer, tags.key, key);
    writeHead(writer, tags.entry, after);
  }
}

/** Writes whole fields as they came. */
export function writeRaw(writer: Writer, fields: Uint8Array): void {
  const place = reserve(writer, fields.length);
  writer.bytes.set(fields, place);
}

export function finish({ bytes, start }: Writer): Buffer {
  return bytes.subarray(start);
}
