import type { Colors } from 'picocolors/types.js';
import type { Effect } from '../../../functions/core/card.ts';
import { oneLine } from '../../../functions/core/problem.ts';
import type { Refusal } from '../../../functions/core/step.ts';
import { summaryOf } from '../../../functions/cost/estimate.ts';
import type { Comparison } from '../../../plan/against.ts';
import type { Entry } from '../../../plan/change.ts';
import type { Delta, FieldDelta } from '../../../plan/compare.ts';
import { costChange, costOf, usd } from '../../../plan/cost.ts';
import { labelOf } from '../../../plan/identity.ts';
import type { Plan, PlannedStep } from '../../../plan/run.ts';
import type { PassedOver } from '../../claims/sources.ts';
import { paragraph } from '../../show/paragraph.ts';
import { table } from '../../show/table.ts';
import { valueText } from '../../show/value.ts';

/** `restart: 60 to 120 seconds of failover` */
function effectText({ impact, known, what, data }: Effect): string {
  return `${impact}${known ? '' : ', effect unknown'}: ${what}${data === undefined ? '' : `; data: ${data}`}`;
}

export function titleOf({ plan, delta }: Entry): string {
  const { claim, environment, settings, expires } = plan;
  const backend = settings.find(({ name }) => name === 'backend')?.value;
  const stopped = settings.some(({ name, value }) => name === 'running' && value === false);
  const asides = [
    ...(backend === undefined ? [] : [`as ${valueText(backend)}`]),
    ...(stopped ? ['stopped'] : []),
    ...(expires === undefined ? [] : [`expires ${expires}`]),
  ];
  const title = oneLine([`${labelOf(claim)} in ${environment}`, ...asides].join(', '));
  return delta === undefined || delta.claim === 'changed' ? title : `${title}: ${delta.claim}`;
}

function settingsText({ settings }: Plan): readonly string[] {
  if (settings.length === 0) return [];
  return [
    table(
      ['setting', 'value', 'from'],
      settings.map(({ name, value, from, available, idle }) => [
        name,
        valueText(value),
        [from, ...(available === undefined ? [] : [`the default is ${valueText(available)}`]), ...(idle ? ['no effect here'] : [])].join(
          '; ',
        ),
      ]),
    ),
  ];
}

function resourcesText({ resources, pending }: Plan): readonly string[] {
  const rows = [
    ...Object.entries(resources).map(([key, { kind, metadata }]) => [key, kind, metadata?.name ?? '']),
    ...Object.entries(pending).map(([key, { kind, name, waitsFor }]) => [key, kind, `${name} (once there is ${waitsFor})`]),
  ];
  return rows.length === 0 ? [] : [table(['key', 'would make', 'name'], rows)];
}

function stepsText(steps: readonly PlannedStep[]): readonly string[] {
  const lines = steps.map((step) => {
    if ('notRun' in step) return paragraph(`  step ${step.name}: `, `not run: ${step.notRun}`);
    const { name, ...did } = step;
    const parts = Object.entries(did).flatMap(([verb, keys]) => (keys.length === 0 ? [] : [`${verb} ${keys.join(', ')}`]));
    return paragraph(`  step ${name}: `, parts.join('; ') || 'changed nothing');
  });
  return lines.length === 0 ? [] : [lines.join('\n')];
}

function costText({ cost }: Plan): readonly string[] {
  if (cost === null) return [];
  const rows = [
    ...cost.drivers.map(({ resource, what, monthlyUSD }) => [resource, usd(monthlyUSD), what]),
    ...cost.byUse.map(({ resource, what }) => [resource, 'by use', what]),
    ...cost.unpriced.map(({ resource, what }) => [resource, 'unknown', what]),
  ];
  return [table(['cost of', 'USD a month', 'for'], [...rows, ['all', summaryOf(cost), '']])];
}

/** The fields of each effect, and below them the effect. */
function changedFields(fields: readonly FieldDelta[]): readonly string[] {
  return [...Map.groupBy(fields, ({ effect }) => effectText(effect))].flatMap(([effect, group]) => [
    ...group.map(({ field, before, after }) => paragraph('    ', `${field}: ${valueText(before)} → ${valueText(after)}`)),
    paragraph('      ', effect),
  ]);
}

function deltaText(plan: Plan, delta: Delta, colors: Colors): readonly string[] {
  const { settings, resources, costBefore } = delta;
  const signs = { added: colors.green('+'), changed: colors.yellow('~'), removed: colors.red('-') };
  const lines = resources.map(({ key, kind, name, change, effect, fields }) => {
    const head = paragraph('    ', `${key} (${kind} ${name}): ${effect === undefined ? change : effect.impact}`);
    return [`  ${signs[change]} ${head.trimStart()}`, ...changedFields(fields)].join('\n');
  });
  const cost = costOf(plan.cost);
  return [
    ...(settings.length === 0
      ? []
      : [
          table(
            ['setting', 'before', 'after', 'effect'],
            settings.map(({ name, before, after, effect }) => [
              name,
              valueText(before),
              valueText(after),
              effect === undefined ? '' : effectText(effect),
            ]),
          ),
        ]),
    ...(lines.length === 0 ? [] : [lines.join('\n')]),
    ...(costBefore === null || cost === null
      ? []
      : [`  USD a month: ${costBefore.summary} → ${cost.summary} (${costChange(costBefore, cost)})`]),
    ...delta.notes.map((note) => paragraph('  ', `note: ${note}`)),
  ];
}

function policiesText({ policies, losses, warnings }: Plan): readonly string[] {
  if (policies.length === 0) return [];
  const held = policies.filter(({ outcome }) => outcome === 'held').length;
  const others = policies
    .filter(({ outcome }) => outcome !== 'held')
    .flatMap(({ policy, outcome, problems }) =>
      problems.length === 0
        ? [paragraph(`  ${outcome}: `, policy)]
        : problems.map((problem) => paragraph(`  ${outcome}: `, `${problem} [${policy}]`)),
    );
  // A policy's own warnings are already in the lines above.
  const rest = warnings.filter((warning) => !policies.some(({ policy }) => warning.endsWith(`[${policy}]`)));
  const lost = losses.filter(({ acknowledged }) => acknowledged);
  return [
    [
      `  ${held} of ${policies.length} policies hold`,
      ...others,
      ...rest.map((warning) => paragraph('  warning: ', warning)),
      ...lost.map(({ sentence, token }) => paragraph('  acknowledged: ', `${sentence} (${token})`)),
    ].join('\n'),
  ];
}

/** Each difference between what runs and what a claim that adopts it would have. */
function differencesText({ adoption }: Plan): readonly string[] {
  const { differences = [] } = adoption ?? {};
  if (differences.length === 0) return [];
  const rows = differences.map(({ key, field, runs, would, effect, impossible }) => [
    key,
    field,
    valueText(runs),
    valueText(would),
    impossible === undefined ? effectText(effect) : `refused: ${impossible}`,
  ]);
  return [table(['adopts', 'field', 'runs', 'would be', 'effect'], rows)];
}

function verdictOf(refused: Refusal | null, colors: Colors): string {
  return refused === null ? colors.green('✓ allowed') : `${colors.red('✗ refused')}: ${oneLine(refused.message)}`;
}

/** Of a plan nothing but what its claim adopts. */
export function adoptionText(entry: Entry, colors: Colors): string {
  const { plan } = entry;
  const { open = null, accept } = plan.adoption ?? {};
  const isAwaited = accept !== undefined && plan.refused?.reason === open?.reason;
  const verdict = isAwaited ? `to accept all of it, run: ${accept}` : verdictOf(plan.refused ?? open, colors);
  return [colors.bold(titleOf(entry)), ...differencesText(plan), `  ${verdict}`].join('\n\n');
}

/** What is said of a plan below its title. */
export function bodyOf({ plan, delta }: Entry, colors: Colors): string {
  const verdict = verdictOf(plan.refused, colors);
  const whole = [...settingsText(plan), ...resourcesText(plan), ...costText(plan)];
  const content = delta === undefined || delta.claim === 'new' ? whole : deltaText(plan, delta, colors);
  const remarks = plan.remarks.length === 0 ? [] : [plan.remarks.map((remark) => paragraph('  note: ', remark)).join('\n')];
  return [...content, ...differencesText(plan), ...stepsText(plan.steps), ...remarks, ...policiesText(plan), `  ${verdict}`].join('\n\n');
}

/** The cluster that plans were held against. */
export interface SeenCluster {
  readonly context: string;
  readonly server: string;
  /** What this user may not read, and was planned without. */
  readonly notRead: readonly string[];
}

/** Which cluster it was, and what of it was not looked at. */
export function clusterText({ context, server, notRead }: SeenCluster): string {
  return [oneLine(`Cluster ${server}, context ${context}`), ...notRead.map((what) => paragraph('  not looked at: ', what))].join('\n');
}

export function entryText(entry: Entry, colors: Colors): string {
  return `${colors.bold(titleOf(entry))}\n\n${bodyOf(entry, colors)}`;
}

/** A comparison below its title. */
export function comparisonBody(comparison: Comparison, colors: Colors): string {
  const { environments, settings, resources, notRun, cost, refusals } = comparison;
  const rows = [
    ...settings.map(({ name, values }) => [name, ...values.map(valueText)]),
    ...resources.map(({ name, values }) => [name, ...values.map((kind) => (kind === null ? '-' : valueText(kind)))]),
    ...(cost === null ? [] : [['USD a month', ...cost.map((each) => each?.summary ?? '-')]]),
  ];
  return [
    rows.length === 0 ? '  no differences' : table(['differs', ...environments], rows),
    ...stepsText(notRun),
    ...refusals.map(({ environment, message }) => `  ${colors.red('✗ refused')} in ${oneLine(`${environment}: ${message}`)}`),
  ].join('\n\n');
}

export function comparisonTitle({ claim, environments }: Comparison): string {
  return oneLine(`${labelOf(claim)}: ${environments.join(' beside ')}`);
}

/** What is said of plans besides their objects. */
export function asidesText(entries: readonly Entry[]): string {
  const lines = entries.flatMap(({ plan: { claim, environment, steps, refused } }) => [
    ...steps.flatMap((step) => ('notRun' in step ? [`step ${step.name}: not run: ${step.notRun}`] : [])),
    ...(refused === null ? [] : [`${labelOf(claim)} in ${environment}: refused: ${refused.message}`]),
  ]);
  return [...new Set(lines)].map((line) => `goldenpath: ${oneLine(line)}\n`).join('');
}

const longestList = 20;

/** What was passed over, for the person who planned. */
export function passedOverText(passedOver: readonly PassedOver[], without: number): string {
  const files = `${without} ${without === 1 ? 'file' : 'files'} without a claim`;
  if (passedOver.length === 0) return without === 0 ? '' : `goldenpath: passed over ${files}\n`;
  const lines = [...(without === 0 ? [] : [files]), ...passedOver.slice(0, longestList).map(({ path, why }) => `${path}: ${why}`)];
  const rest = passedOver.length - longestList;
  const left = rest > 0 ? [`${rest} more, which --strict names`] : [];
  return `goldenpath: passed over ${passedOver.length + without}:\n${[...lines, ...left].map((line) => `  ${oneLine(line)}\n`).join('')}`;
}
