const longestValue = 200;

/** A value as a person reads it in a table. */
export function valueText(value: unknown): string {
  if (value === undefined || value === null) return '(none)';
  if (Array.isArray(value) && value.length === 0) return '(none)';
  const scalars = Array.isArray(value) && value.every((item) => typeof item !== 'object');
  const text = scalars ? value.join(', ') : typeof value === 'object' ? JSON.stringify(value) : String(value);
  return text.length <= longestValue ? text : `${text.slice(0, longestValue)}…`;
}
