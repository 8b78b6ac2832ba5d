import type { Api } from '../../../functions/core/api.ts';
import type { Environment } from '../../../functions/core/environment.ts';
import { shown } from '../../../functions/core/problem.ts';
import type { Check } from './check.ts';
import { environmentsOf, validEnvironments } from './environments.ts';
import type { Diagnosis } from './finding.ts';

/** What the hours of an environment leave running, and paid for, since its backend cannot stop. */
export function judgeHours(apis: readonly Api[], environments: readonly Environment[]): readonly Diagnosis[] {
  return environments
    .filter(({ hours }) => hours !== undefined)
    .flatMap(({ name, tier, defaults }) =>
      apis.flatMap(({ kind, profiles, backends }): readonly Diagnosis[] => {
        const backend = String(defaults[kind]?.['backend'] ?? profiles[tier]['backend']);
        const stops = backends[backend]?.stops;
        if (typeof stops !== 'object' || stops.isFreeIdle) return [];
        return [
          {
            severity: 'warning',
            object: `EnvironmentConfig ${name}`,
            problem: `environment ${shown(name)}, ${kind}: data.hours has no effect on backend ${backend}, which ${stops.cannot}`,
            remedy: `kubectl edit environmentconfig ${name}`,
          },
        ];
      }),
    );
}

export const hours: Check = {
  id: 'hours',
  title: 'Hours of environments',
  async run(cluster, { apis, environment }) {
    return judgeHours(apis, validEnvironments(environment, await environmentsOf(cluster)));
  },
};
