import type { Api } from '../../../functions/core/api.ts';
import { apiVersion } from '../../../functions/core/group.ts';
import type { KubernetesObject } from '../../../functions/core/kubernetes.ts';
import { kubectlNames } from '../../../functions/core/names.ts';
import type { Platform } from '../../../functions/core/pipeline.ts';
import { shown } from '../../../functions/core/problem.ts';
import { namespacedApis } from '../../../functions/core/required.ts';
import { type Cluster, Forbidden, Unserved } from '../../cluster.ts';
import { InputError } from '../../input.ts';

/** What was asked for. */
export interface Wanted {
  /** The APIs that it may be of. */
  readonly apis: readonly Api[];
  readonly name: string;
  /** Undefined for what is in none. */
  readonly namespace: string | undefined;
}

/** Reads `CLAIM` or `KIND/CLAIM`, where a kind is written as kubectl takes it. */
export function wantedOf(platform: Platform, operand: string, namespace: string | undefined): Wanted {
  const slash = operand.indexOf('/');
  const [kind, name] = slash === -1 ? [undefined, operand] : [operand.slice(0, slash), operand.slice(slash + 1)];
  if (name === '' || name.includes('/')) throw new InputError(`cannot show ${shown(operand)}: want CLAIM or KIND/CLAIM`);
  const apis =
    kind === undefined ? namespacedApis(platform) : platform.apis.filter((api) => kubectlNames(api).includes(kind.toLowerCase()));
  if (apis.length === 0)
    throw new InputError(
      `cannot show ${shown(operand)}: the kind: got ${shown(kind)}, want one of ${platform.apis.map((api) => api.kind.toLowerCase()).join(', ')}`,
    );
  if (apis.every(({ scope }) => scope === 'Cluster')) return { apis, name, namespace: undefined };
  if (namespace === undefined) throw new InputError(`cannot show ${shown(operand)}: --namespace: missing, want that of the claim`);
  return { apis, name, namespace };
}

const kindsOf = (apis: readonly Api[]) => apis.map(({ kind }) => kind).join(', ');

/** Where else there is one of the name, for whoever looked in the wrong place; without what this user may not look at. */
async function elsewhere(cluster: Cluster, { apis, name }: Wanted): Promise<readonly string[]> {
  const lists = await Promise.all(
    apis.map(({ plural }) =>
      cluster.listIfServed({ apiVersion, plural }).catch((error: unknown) => {
        if (error instanceof Forbidden) return undefined;
        throw error;
      }),
    ),
  );
  return lists
    .flatMap((claims) => claims ?? [])
    .filter(({ metadata }) => metadata?.name === name)
    .map(({ kind, metadata }) => `${metadata?.namespace} (${kind})`)
    .sort();
}

/** The one claim that is meant. */
export async function findClaim(cluster: Cluster, wanted: Wanted): Promise<{ readonly api: Api; readonly claim: KubernetesObject }> {
  const { apis, name, namespace } = wanted;
  const answers = await Promise.all(
    apis.map(async (api) => {
      try {
        return { api, claim: await cluster.get({ apiVersion, plural: api.plural }, name, namespace) };
      } catch (error) {
        if (error instanceof Forbidden || error instanceof Unserved) return { api, error };
        throw error;
      }
    }),
  );
  const found = answers.flatMap(({ api, claim }) => (claim === undefined ? [] : [{ api, claim }]));
  const [first] = found;
  if (first !== undefined && found.length === 1) return first;
  const where = namespace === undefined ? '' : ` in namespace ${shown(namespace)}`;
  if (first !== undefined)
    throw new InputError(
      `cannot show ${shown(name)}: got more than one${where}, want one of ${found.map(({ api }) => `${api.kind.toLowerCase()}/${name}`).join(', ')}`,
    );
  const errors = answers.flatMap(({ error }) => error ?? []);
  const forbidden = errors.find((error) => error instanceof Forbidden);
  if (forbidden !== undefined) throw forbidden;
  if (errors.length === apis.length)
    throw new InputError(
      `cannot show ${shown(name)}: the cluster of context ${shown(cluster.context)} serves no ${kindsOf(apis)} of ${apiVersion}, want the platform installed there`,
    );
  const others = namespace === undefined ? [] : await elsewhere(cluster, wanted);
  const hint = others.length === 0 ? '' : `, want one of the namespaces that have it: ${others.join(', ')}`;
  throw new InputError(`cannot show ${shown(name)}: there is no ${kindsOf(apis).replaceAll(', ', ' or ')} of that name${where}${hint}`);
}
