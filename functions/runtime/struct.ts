export const lengthDelimited = (field: number): number => (field << 3) | 2;

/** What stands before each field of google.protobuf.Struct, of its entries, and of Value and ListValue. */
export const tags = {
  entry: lengthDelimited(1),
  key: lengthDelimited(1),
  value: lengthDelimited(2),
  item: lengthDelimited(1),
  nothing: 1 << 3,
  number: (2 << 3) | 1,
  text: lengthDelimited(3),
  boolean: 4 << 3,
  struct: lengthDelimited(5),
  list: lengthDelimited(6),
} as const;
