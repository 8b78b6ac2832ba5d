import type { Api } from '../../../functions/core/api.ts';
import type { Environment } from '../../../functions/core/environment.ts';
import { factAt, meaningsIn } from '../../../functions/core/facts.ts';
import { shown } from '../../../functions/core/problem.ts';
import type { Check } from './check.ts';
import { environmentsOf, validEnvironments } from './environments.ts';
import type { Diagnosis } from './finding.ts';

/** What a new claim of an API is realised with in an environment. */
function backendOf(api: Api, environment: Environment) {
  const name = environment.defaults[api.kind]?.['backend'] ?? api.profiles[environment.tier]['backend'];
  return api.backends[String(name)];
}

/** What environments do not say and the backends of their claims would be safer with. */
export function judgeAdvised(apis: readonly Api[], environments: readonly Environment[]): readonly Diagnosis[] {
  return apis
    .filter(({ place }) => place === 'environment')
    .flatMap((api) =>
      environments.flatMap((environment) =>
        meaningsIn(backendOf(api, environment)?.needs?.facts ?? []).flatMap(({ path, meaning }): readonly Diagnosis[] => {
          if (meaning.is !== 'advised' || factAt(environment.facts, path) !== undefined) return [];
          return [
            {
              severity: 'warning',
              object: `EnvironmentConfig ${environment.name}`,
              problem: `environment ${shown(environment.name)}, ${api.kind}: data.${path}: missing, so ${meaning.without}`,
              remedy: `kubectl edit environmentconfig ${environment.name}`,
            },
          ];
        }),
      ),
    );
}

export const advised: Check = {
  id: 'advised',
  title: 'What environments should say',
  async run(cluster, { apis, environment }) {
    return judgeAdvised(apis, validEnvironments(environment, await environmentsOf(cluster)));
  },
};
