import type { Claim, Composed } from '../../core/api.ts';
import { encode } from '../../core/binding.ts';
import { typed } from '../../core/card.ts';
import type { KubernetesObject } from '../../core/kubernetes.ts';
import { composedName, shortHash } from '../../core/names.ts';
import type { ObservedResource } from '../../core/step.ts';
import { configMap } from '../../kinds/kubernetes/config-map.ts';
import { secret } from '../../kinds/kubernetes/secret.ts';
import type { Bound } from './bindings.ts';
import { referencesIn, replaced, wholeOf } from './placeholders.ts';
import { type File, suffix } from './schema.ts';

/** The files of one container. */
export interface Filed {
  readonly container: string;
  readonly files: readonly File[];
}

/** What the files of an app come to. */
export interface Files {
  /** What keeps them; and what kept them earlier, while pods that name it may still be started. */
  resources(mayStart: (named: string) => boolean): Readonly<Record<string, Composed>>;
  readonly volumes: readonly object[];
  mountsOf(container: string): readonly object[];
}

interface Given {
  readonly claim: Claim;
  readonly labels: Readonly<Record<string, string>>;
  readonly bound: Bound;
  readonly observed: Readonly<Record<string, ObservedResource>>;
}

/** A file under the name that it has in what keeps it. */
interface Kept extends File {
  readonly key: string;
  readonly container: string;
}

const volumeName = 'files';

/** What keeps files that are no key of a binding as they are, by the key that it begins with. */
const keepers = [
  { part: 'files-', card: configMap, source: (from: object) => ({ configMap: from }) },
  { part: 'rendered-', card: secret, source: (from: object) => ({ secret: from }) },
] as const;

/** What is observed, as it was composed. */
function again({ apiVersion, kind, metadata, data }: KubernetesObject): Composed {
  const { name = '', labels = {} } = metadata ?? {};
  return { object: { apiVersion, kind, metadata: { name, labels }, ...(data !== undefined && { data }) } };
}

const itemOf = (key: string, { key: path, mode }: Kept) => ({ key, path, mode: Number.parseInt(mode, 8) });

/** What is in a file once each placeholder is what it stands for; undefined while a binding is not there. */
function textOf({ content }: File, { valueAt }: Bound): string | undefined {
  if (referencesIn(content).some((of) => valueAt(of) === undefined)) return undefined;
  return replaced(content, { key: (of) => String(valueAt(of)), open: '${', dollar: '$' });
}

/** Files without placeholders in a ConfigMap, those with some in a Secret, and those that are a key of a binding from there. */
export function filesOf(containers: readonly Filed[], { claim, labels, bound, observed }: Given): Files {
  const all = containers.flatMap(({ container, files }) =>
    files.map((file, index): Kept => ({ ...file, key: `${container}.${index}`, container })),
  );
  const isKey = ({ content }: Kept) => wholeOf(content) !== undefined;
  const isRendered = ({ content }: Kept) => referencesIn(content).length > 0;
  const kept = keepers.flatMap(({ part, card, source }) => {
    const files = all.filter((file) => !isKey(file) && isRendered(file) === (card === secret));
    if (files.length === 0) return [];
    // What is in a keeper never changes, so that the pods of a template find what they were made with.
    const made = [...(card === secret ? [bound.content] : []), files.map(({ key, content }) => [key, content])];
    const key = `${part}${shortHash(JSON.stringify(made))}`;
    const name = composedName(claim, suffix, key);
    const texts = files.map((file) => [file.key, textOf(file, bound)] as const);
    const seen = observed[key]?.object;
    const data = texts.flatMap(([file, text]) => (text === undefined ? [] : [[file, card === secret ? encode(text) : text]]));
    const whole: Composed = { object: { ...typed(card), metadata: { name, labels }, data: Object.fromEntries(data) } };
    const composed = data.length === files.length ? whole : seen && again(seen);
    return [{ key, composed, volume: source({ name, items: files.map((file) => itemOf(file.key, file)) }) }];
  });
  const earlier = Object.entries(observed).filter(
    ([key]) => keepers.some(({ part }) => key.startsWith(part)) && !kept.some((each) => each.key === key),
  );
  const sources = [
    ...kept.map(({ volume }) => volume),
    ...all.flatMap((file) => {
      const of = wholeOf(file.content);
      return of === undefined ? [] : [{ secret: { name: of.secret, items: [itemOf(of.key, file)] } }];
    }),
  ];
  return {
    resources: (mayStart) =>
      Object.fromEntries([
        ...earlier.filter(([key]) => mayStart(composedName(claim, suffix, key))).map(([key, { object }]) => [key, again(object)] as const),
        ...kept.flatMap(({ key, composed }) => (composed === undefined ? [] : [[key, composed] as const])),
      ]),
    volumes: sources.length === 0 ? [] : [{ name: volumeName, projected: { sources } }],
    mountsOf: (container) =>
      all
        .filter((file) => file.container === container)
        .map(({ key, path }) => ({ name: volumeName, mountPath: path, subPath: key, readOnly: true })),
  };
}
