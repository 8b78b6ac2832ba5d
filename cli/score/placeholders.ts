/** A key of a binding, which is known in the cluster alone. */
interface BindingKey {
  readonly secret: string;
  readonly key: string;
}

/** What a text comes to: what is known now, and keys. */
export type Parts = readonly (string | BindingKey)[];

/** `$$` is a `$`; a `$` of anything else is what it is. */
const token = /\$(?:\$|\{([^}]*)\})/g;

/** The parts of a text, in which each placeholder is what `resolve` says. */
export function expanded(text: string, resolve: (reference: readonly string[], whole: string) => Parts): Parts {
  const parts: (string | BindingKey)[] = [];
  const add = (part: string | BindingKey) => {
    const last = parts.at(-1);
    if (typeof part === 'string' && typeof last === 'string') parts[parts.length - 1] = last + part;
    else parts.push(part);
  };
  let end = 0;
  for (const match of text.matchAll(token)) {
    add(text.slice(end, match.index));
    end = match.index + match[0].length;
    if (match[1] === undefined) add('$');
    else for (const part of resolve(referenceOf(match[1]), match[0])) add(part);
  }
  add(text.slice(end));
  return parts.filter((part) => part !== '');
}

/** The names between the dots, of which `\.` is none. */
function referenceOf(inside: string): readonly string[] {
  return [...inside.matchAll(/(?:^|\.)((?:\\\.|[^.])*)/g)].map(([, name = '']) => name.replaceAll('\\.', '.'));
}

/** What an app's `env` and `files` say for parts; undefined where a `$` stands right before a key, which those have no way to say. */
export function appText(parts: Parts): string | undefined {
  const isTorn = parts.some((part, index) => typeof part !== 'string' && String(parts[index - 1] ?? '').endsWith('$'));
  if (isTorn) return undefined;
  return parts
    .map((part) => (typeof part === 'string' ? part.replaceAll('${', () => '$${') : `\${bindings.${part.secret}.${part.key}}`))
    .join('');
}

/** A text that is known now; undefined where it has a key. */
export function knownText(parts: Parts): string | undefined {
  return parts.every((part) => typeof part === 'string') ? parts.join('') : undefined;
}
