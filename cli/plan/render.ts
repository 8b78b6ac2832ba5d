import type { Colors } from 'picocolors/types.js';
import { table } from '../table.ts';
import { toYaml } from '../yaml.ts';
import type { Plan } from './plan.ts';

const keyAnnotation = 'crossplane.io/composition-resource-name';

function shownValue(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? '(none)' : value.join(', ');
  return String(value);
}

function planTable(plan: Plan, colors: Colors): string {
  const { claim, environment, settings, resources, pending, refused } = plan;
  const backend = settings.find(({ name }) => name === 'backend')?.value;
  const title = `${claim.kind} ${claim.namespace}/${claim.name} in ${environment}`;
  const verdict = refused === null ? colors.green('✓ allowed') : `${colors.red('✗ refused')}: ${refused.message}`;
  const rows = [
    ...Object.entries(resources).map(([key, { kind, metadata }]) => [key, kind, metadata?.name ?? '']),
    ...Object.entries(pending).map(([key, { kind, name, waitsFor }]) => [key, kind, `${name} (once there is ${waitsFor})`]),
  ];
  return [
    colors.bold(backend === undefined ? title : `${title}, as ${shownValue(backend)}`),
    ...(settings.length === 0
      ? []
      : [
          '',
          table(
            ['setting', 'value', 'from'],
            settings.map(({ name, value, from }) => [name, shownValue(value), from]),
          ),
        ]),
    ...(rows.length === 0 ? [] : ['', table(['key', 'would make', 'name'], rows)]),
    '',
    `  ${verdict}`,
  ].join('\n');
}

function planYaml(plan: Plan): readonly unknown[] {
  return Object.entries(plan.resources).map(([key, object]) => ({
    ...object,
    metadata: { ...object.metadata, annotations: { ...object.metadata?.annotations, [keyAnnotation]: key } },
  }));
}

/** How plans are printed, by the name that `--output` takes. */
export const outputs: Readonly<Record<string, (plans: readonly Plan[], colors: Colors) => string>> = {
  table: (plans, colors) => `${plans.map((plan) => planTable(plan, colors)).join('\n\n')}\n`,
  yaml: (plans) => toYaml(...plans.flatMap(planYaml)),
  json: (plans) => `${JSON.stringify({ claims: plans }, null, 2)}\n`,
};
