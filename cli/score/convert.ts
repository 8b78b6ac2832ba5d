import { apiVersion } from '../../functions/core/group.ts';
import type { KubernetesObject } from '../../functions/core/kubernetes.ts';
import { composedName } from '../../functions/core/names.ts';
import type { Platform } from '../../functions/core/pipeline.ts';
import { problemsOf, shown } from '../../functions/core/problem.ts';
import { named } from '../input.ts';
import { appOf } from './app.ts';
import type { Remark } from './containers.ts';
import { type Asked, askedFor, checkName, shared } from './data.ts';
import { apiOf, type Context, checkType, dataTypeOf, resourcesOf } from './resources.ts';
import { readFiles } from './targets.ts';
import { appKind, dataTypes, identityKind } from './types.ts';
import { type Workload, wrong } from './workload.ts';

/** What hosts end in by default: what every resolver takes for the machine itself. */
const defaultDomain = 'localhost';

export interface Converted {
  readonly claims: readonly {
    readonly object: KubernetesObject;
    /** The Score file that asks for it first. */
    readonly path: string;
    /** The name of what it composes. */
    readonly composed: string;
  }[];
  /** What a claim cannot say, and does no harm to leave out, by file and line. */
  readonly remarks: readonly { readonly path: string; readonly why: string }[];
}

function byName(workloads: readonly Workload[]): ReadonlyMap<string, Workload> {
  const all = new Map<string, Workload>();
  for (const workload of workloads) {
    const { name } = workload.score.metadata;
    const first = all.get(name);
    const path = ['metadata', 'name'];
    if (first !== undefined)
      throw wrong(workload, path, `got ${shown(name)}, which ${named(first.place(path))} is too, want each workload once`);
    all.set(name, workload);
  }
  return all;
}

const accountOf = (workload: Workload, context: Context) => {
  const path = ['metadata', 'name'];
  return composedName(workload.score.metadata, apiOf(context, appKind, workload, path).suffix);
};

/** The claims of what workloads share and have alone, with the ServiceAccounts that may use each. */
function dataClaims(workloads: readonly Workload[], context: Context, remark: (workload: Workload) => Remark): readonly Asked[] {
  const all = workloads
    .flatMap((workload) => resourcesOf(workload))
    .flatMap((of) => {
      const asked = askedFor(of, context, remark(of.workload));
      return asked === undefined ? [] : [{ of, asked }];
    });
  return shared(all).map((claim) => {
    const users = all.filter(({ asked }) => asked.api === claim.api && asked.name === claim.name).map(({ of }) => of);
    const accounts = [...new Set(users.map(({ workload }) => accountOf(workload, context)))];
    const lists = Object.values(dataTypes).find(({ kind }) => kind === claim.api.kind)?.access ?? [];
    // What is no list is for the schema of the claim to refuse.
    const withUsers = (listed: unknown = []) =>
      Array.isArray(listed) ? [...new Set([...listed.map(String), ...accounts])].sort() : listed;
    return { ...claim, spec: { ...claim.spec, ...Object.fromEntries(lists.map((list) => [list, withUsers(claim.spec[list])])) } };
  });
}

/** An identity for each workload whose ServiceAccount is named by a claim. */
function identities(workloads: readonly Workload[], context: Context): readonly Asked[] {
  return workloads.flatMap((workload) => {
    const first = resourcesOf(workload).find((of) => dataTypeOf(of)?.access !== undefined);
    if (first === undefined) return [];
    const path = ['resources', first.name];
    const api = apiOf(context, identityKind, workload, path);
    const { name } = workload.score.metadata;
    checkName(api, name, workload, ['metadata', 'name']);
    return [
      { api, name, spec: { serviceAccount: accountOf(workload, context) }, annotations: undefined, workload, path, fieldPath: () => path },
    ];
  });
}

function objectOf({ api, name, spec, annotations, workload, path, fieldPath }: Asked): KubernetesObject {
  // What the API does not know would be nothing to it, and a fault to the apiserver.
  const checked = api.spec.strict().safeParse(spec);
  if (!checked.success) {
    const [first] = checked.error.issues;
    const field = first?.code === 'unrecognized_keys' ? first.keys[0] : first?.path[0];
    const where = field === undefined ? path : fieldPath(String(field));
    throw wrong(workload, where, `${api.kind} ${name}: ${problemsOf(checked.error, spec, 'spec')}`);
  }
  const metadata = { name, ...(annotations !== undefined && Object.keys(annotations).length > 0 && { annotations }) };
  return { apiVersion, kind: api.kind, metadata, spec };
}

/** The claims that workloads become: what they need, and themselves. */
export async function convert(workloads: readonly Workload[], platform: Platform, domain = defaultDomain): Promise<Converted> {
  const context: Context = { platform, domain, workloads: byName(workloads) };
  const remarks: { path: string; why: string }[] = [];
  const remark =
    (workload: Workload): Remark =>
    (path, why) =>
      remarks.push({ path: workload.place(path), why });
  for (const workload of workloads) for (const of of resourcesOf(workload)) checkType(of, context);
  const files = await Promise.all(workloads.map(readFiles));
  const asked = [
    ...dataClaims(workloads, context, remark),
    ...identities(workloads, context),
    ...workloads.map((workload, index) => appOf(workload, files[index] ?? new Map(), context, remark(workload))),
  ];
  return {
    claims: asked.map((each) => ({
      object: objectOf(each),
      path: each.workload.file.path,
      composed: composedName(each, each.api.suffix),
    })),
    remarks,
  };
}
