/** What a program or library asks of the dynamic loader, read from its ELF headers; 64-bit little-endian only. */
export interface Elf {
  readonly machine: number;
  /** Path of the dynamic loader; programs have one, libraries do not. */
  readonly interpreter: string | undefined;
  /** Names of the shared libraries that it needs itself. */
  readonly needed: readonly string[];
}

const magic = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
const segment = { load: 1, dynamic: 2, interpreter: 3 } as const;
const tag = { end: 0, needed: 1, stringTable: 5 } as const;

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

export function readElf(file: Buffer, name: string): Elf {
  if (!file.subarray(0, magic.length).equals(magic)) {
    throw new Error(`cannot read ${name}: got ${file.subarray(0, magic.length).toString('hex')}, want a 64-bit little-endian ELF file`);
  }
  const word = (offset: number): number => Number(file.readBigUInt64LE(offset));
  const text = (offset: number): string => file.toString('latin1', offset, file.indexOf(0, offset));

  const headers = word(0x20);
  const headerSize = file.readUInt16LE(0x36);
  const segments = Array.from({ length: file.readUInt16LE(0x38) }, (_, index): Segment => {
    const at = headers + index * headerSize;
    return { type: file.readUInt32LE(at), offset: word(at + 8), address: word(at + 16), size: word(at + 32) };
  });
  const interpreter = segments.find(({ type }) => type === segment.interpreter);
  const dynamic = segments.find(({ type }) => type === segment.dynamic);

  const entries: { tag: number; value: number }[] = [];
  for (let at = dynamic?.offset ?? 0; dynamic !== undefined && at < dynamic.offset + dynamic.size && word(at) !== tag.end; at += 16) {
    entries.push({ tag: word(at), value: word(at + 8) });
  }
  const address = entries.find((entry) => entry.tag === tag.stringTable)?.value ?? 0;
  const home = segments.find(({ type, address: start, size }) => type === segment.load && address >= start && address < start + size);
  const strings = address - (home?.address ?? 0) + (home?.offset ?? 0);

  return {
    machine: file.readUInt16LE(0x12),
    interpreter: interpreter === undefined ? undefined : text(interpreter.offset),
    needed: entries.filter((entry) => entry.tag === tag.needed).map((entry) => text(strings + entry.value)),
  };
}
