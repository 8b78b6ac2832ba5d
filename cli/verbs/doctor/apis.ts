import type { Api } from '../../../functions/core/api.ts';
import { apiVersion, group } from '../../../functions/core/group.ts';
import { at, type KubernetesObject, stringAt } from '../../../functions/core/kubernetes.ts';
import type { Check } from './check.ts';
import { type Diagnosis, identify, whyNot } from './finding.ts';
import { functions, installPlatform } from './packages.ts';

interface Installed {
  readonly xrds: readonly KubernetesObject[];
  readonly compositions: readonly KubernetesObject[];
  readonly functions: readonly KubernetesObject[];
}

function judgeDefinition(api: Api, xrds: readonly KubernetesObject[]): readonly Diagnosis[] {
  const name = `${api.plural}.${group}`;
  const xrd = xrds.find((candidate) => candidate.metadata?.name === name);
  if (xrd === undefined) {
    return [
      { severity: 'error', problem: `${api.kind} cannot be claimed: no CompositeResourceDefinition ${name}`, remedy: installPlatform },
    ];
  }
  const why = whyNot(xrd, 'Established');
  if (why === undefined) return [];
  const problem = `${api.kind} cannot be claimed: ${identify(xrd)} is not established: ${why}`;
  return [{ severity: 'error', object: identify(xrd), problem, remedy: `kubectl describe xrd ${name}` }];
}

function functionsOf(composition: KubernetesObject): readonly string[] {
  const pipeline = at(composition, 'spec', 'pipeline');
  return Array.isArray(pipeline) ? pipeline.map((step: unknown) => stringAt(step, 'functionRef', 'name') ?? '') : [];
}

function judgeCompositions(api: Api, installed: Installed): readonly Diagnosis[] {
  const compositions = installed.compositions.filter(
    (composition) =>
      stringAt(composition, 'spec', 'compositeTypeRef', 'apiVersion') === apiVersion &&
      stringAt(composition, 'spec', 'compositeTypeRef', 'kind') === api.kind,
  );
  if (compositions.length === 0) {
    return [
      { severity: 'error', problem: `${api.kind} is not composed: no Composition of ${apiVersion} ${api.kind}`, remedy: installPlatform },
    ];
  }
  const known = new Set(installed.functions.map((object) => object.metadata?.name));
  return compositions.flatMap((composition) =>
    [...new Set(functionsOf(composition))]
      .filter((name) => !known.has(name))
      .map((name): Diagnosis => {
        const problem = `${identify(composition)} calls Function ${name}, which is not installed`;
        return { severity: 'error', object: identify(composition), problem, remedy: installPlatform };
      }),
  );
}

export function judgeApis(apis: readonly Api[], installed: Installed): readonly Diagnosis[] {
  return apis.flatMap((api) => [...judgeDefinition(api, installed.xrds), ...judgeCompositions(api, installed)]);
}

export const apis: Check = {
  id: 'apis',
  title: 'APIs',
  async run(cluster, platform) {
    const [xrds, compositions, installedFunctions] = await Promise.all([
      cluster.list({ apiVersion: 'apiextensions.crossplane.io/v2', plural: 'compositeresourcedefinitions' }),
      cluster.list({ apiVersion: 'apiextensions.crossplane.io/v1', plural: 'compositions' }),
      cluster.list(functions),
    ]);
    return judgeApis(platform.apis, { xrds, compositions, functions: installedFunctions });
  },
};
