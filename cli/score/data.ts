import { isDeepStrictEqual } from 'node:util';
import type { Api } from '../../functions/core/api.ts';
import { maxNameLength } from '../../functions/core/names.ts';
import { shown } from '../../functions/core/problem.ts';
import { named } from '../input.ts';
import type { Remark } from './containers.ts';
import { apiOf, type Context, claimNameOf, dataTypeOf, type Named, paramsOf, pathOf } from './resources.ts';
import type { Path } from './schema.ts';
import { type Workload, wrong } from './workload.ts';

/** A claim that a workload asks for, and where. */
export interface Asked {
  readonly api: Api;
  readonly name: string;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly annotations: Readonly<Record<string, string>> | undefined;
  readonly workload: Workload;
  /** Of all that the claim says. */
  readonly path: Path;
  /** Of a field of its spec. */
  fieldPath(field: string): Path;
}

/** The name of a claim, if a claim of the API can have it. */
export function checkName(api: Api, name: string, workload: Workload, path: Path): void {
  const most = maxNameLength(api);
  if (name.length <= most && /^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(name)) return;
  const want = `want one of at most ${most} lower-case letters, digits and dashes, beginning with a letter`;
  throw wrong(workload, path, `the ${api.kind} would have the name ${shown(name)}, ${want}`);
}

/** What a class says: the size of the claim, or nothing. Which backend there is the environment says, and no claim. */
function sizeOf(of: Named, api: Api, remark: Remark): Readonly<Record<string, unknown>> {
  const { class: given = 'default' } = of.resource;
  const { sizes = [], backends } = api;
  if (given === 'default') return {};
  if (sizes.includes(given)) return { size: given };
  const path = pathOf(of, 'class');
  if (!Object.hasOwn(backends, given))
    throw wrong(of.workload, path, `got ${shown(given)}, want one of ${['default', ...sizes, ...Object.keys(backends)].join(', ')}`);
  remark(path, `which backend ${api.kind} ${claimNameOf(of)} has is for the environment to say`);
  return {};
}

/** The claim of a resource that has one of its own. */
export function askedFor(of: Named, context: Context, remark: Remark): Asked | undefined {
  const data = dataTypeOf(of);
  if (data === undefined) return undefined;
  const { workload, resource } = of;
  const api = apiOf(context, data.kind, workload, pathOf(of));
  const name = claimNameOf(of);
  checkName(api, name, workload, resource.id === undefined ? pathOf(of) : pathOf(of, 'id'));
  const spec = { ...sizeOf(of, api, remark), ...paramsOf(of, context, Object.keys(api.spec.shape)) };
  return {
    api,
    name,
    spec,
    annotations: resource.metadata?.annotations,
    workload,
    path: pathOf(of),
    fieldPath: (field) => pathOf(of, 'params', field),
  };
}

/** Claims each once: what several resources share is said by all of them, or by one resource alone. */
export function shared(all: readonly { readonly of: Named; readonly asked: Asked }[]): readonly Asked[] {
  const byName = Map.groupBy(all, ({ asked: { api, name } }) => `${api.kind} ${name}`);
  return [...byName].flatMap(([what, [first, ...others]]) => {
    if (first === undefined) return [];
    for (const { of, asked } of others) {
      const there = named(first.asked.workload.place(first.asked.path));
      const same = (['class', 'id'] as const).every((field) => of.resource[field] === first.of.resource[field]);
      if (!same || of.resource.id === undefined)
        throw wrong(of.workload, asked.path, `it would be ${what}, which ${there} is too, want another name, or one id and class for both`);
      if (!isDeepStrictEqual([asked.spec, asked.annotations], [first.asked.spec, first.asked.annotations]))
        throw wrong(of.workload, asked.path, `it is ${what}, of which ${there} says something else, want the same params and annotations`);
    }
    return [first.asked];
  });
}
