import type { Colors } from 'picocolors/types.js';
import { oneLine } from '../../../functions/core/problem.ts';
import { labelOf } from '../../../plan/identity.ts';
import { toYaml } from '../../../platform/yaml.ts';
import { json, type Printers } from '../../show/output.ts';
import { paragraph, terminalWidth } from '../../show/paragraph.ts';
import { table } from '../../show/table.ts';
import { valueText } from '../../show/value.ts';
import type { Backup, Component, Dumps, Status } from './report.ts';
import { spanText } from './window.ts';

const labelWidth = 13;
const leastMessage = 24;

function titleOf({ claim, environment, backend, ready, stopped, going }: Status, paint: Colors): string {
  const where = environment === null ? '' : ` in ${environment}`;
  const how = backend === null ? '' : `, as ${backend}`;
  const state = going !== null ? 'being deleted' : stopped ? 'stopped' : ready ? 'ready' : 'not ready';
  const label = labelOf({ ...claim, apiVersion: '', namespace: claim.namespace ?? '' });
  return `${paint.bold(oneLine(`${label}${where}${how}`))}: ${ready ? paint.green(state) : paint.red(state)}`;
}

function backupText({ object, what, days, latest, next }: Backup): string {
  if (days === null) return `${object} reports nothing of its ${what} yet`;
  if (days === 0) return `none: ${object} keeps ${what} for 0 days`;
  return [
    `${what} of ${object}, kept for ${days} ${days === 1 ? 'day' : 'days'}`,
    ...(latest === null ? [] : [`restorable up to ${latest}`]),
    ...(next === null ? [] : [`next ${spanText(next)}`]),
  ].join(', ');
}

const dumpText = ({ bucket, last }: Dumps) => `dumps in bucket ${bucket}, ${last === null ? 'none yet' : `the last at ${last}`}`;

const drillText = ({ lastPassed, lastTried }: NonNullable<Dumps['drill']>) =>
  lastTried === null
    ? 'none yet'
    : `tried last at ${lastTried}, ${lastPassed === null ? 'and never held' : `and held last at ${lastPassed}`}`;

function facts(status: Status): readonly (readonly [string, string])[] {
  const { binding, owner, tier, since, going, says, expiresAt, windows, backups, dumps, notBackedUp, finalSnapshot, usedBy, cluster } =
    status;
  const login = binding?.login;
  return [
    ...(tier === null ? [] : [['tier', tier] as const]),
    ...(owner === null ? [] : [['owner', owner] as const]),
    ...(since === null ? [] : [['since', since] as const]),
    ...(going === null ? [] : [['waits for', going] as const]),
    ...says.map(({ condition, message }) => [condition, message] as const),
    ...(expiresAt === null ? [] : [['expires', expiresAt] as const]),
    ...windows.map(({ object, next }) => ['next window', `${spanText(next)}, of ${object}`] as const),
    ...backups.map((each) => ['backups', backupText(each)] as const),
    ...(dumps === null ? [] : [['backups', dumpText(dumps)] as const]),
    ...(dumps?.drill == null ? [] : [['drills', drillText(dumps.drill)] as const]),
    ...(notBackedUp === null ? [] : [['backups', `the platform backs up nothing of it: ${notBackedUp}`] as const]),
    ...(finalSnapshot === null ? [] : [['if deleted', `snapshot ${finalSnapshot} is left`] as const]),
    ...(binding === null ? [] : [['binding', `Secret ${binding.secret}`] as const]),
    ...(login == null ? [] : [['login', `${login.username}${login.since === null ? '' : `, since ${login.since}`}`] as const]),
    ...(usedBy.length === 0 ? [] : [['used by', usedBy.join(', ')] as const]),
    ...(cluster.notRead.length === 0 ? [] : [['not read', cluster.notRead.join('; ')] as const]),
  ];
}

/** One line for each, of which the message is cut. */
function composedText(composed: readonly Component[]): readonly string[] {
  if (composed.length === 0) return [];
  const rows = composed.map(({ key, object, ready, message }) => [key ?? '', object, ready ? 'yes' : 'no', oneLine(message)] as const);
  const widthOf = (column: 0 | 1) => Math.max(...rows.map((row) => row[column].length));
  const room = Math.max(leastMessage, terminalWidth - widthOf(0) - widthOf(1) - 'ready'.length - 8);
  const cut = (text: string) => (text.length <= room ? text : `${text.slice(0, room - 1)}…`);
  const said = rows.some(([, , , message]) => message !== '');
  return [
    table(
      ['key', 'composed', 'ready', ...(said ? ['message'] : [])],
      rows.map(([key, object, ready, message]) => [key, object, ready, ...(said ? [cut(message)] : [])]),
    ),
  ];
}

function tableOf(status: Status, paint: Colors): string {
  const { settings, pending, composed } = status;
  const lines = facts(status).map(([label, text]) => paragraph(`  ${label.padEnd(labelWidth)}`, text));
  const settingRows = settings.map(({ name, value, from, available }) => [
    name,
    valueText(value),
    [from, ...(available === undefined ? [] : [`the default is ${valueText(available)}`])].join('; '),
  ]);
  const pendingRows = pending.map(({ name, now, comes, window }) => [
    name,
    valueText(now),
    valueText(comes),
    window === null ? 'as soon as the cloud has done it' : spanText(window),
  ]);
  const parts = [
    titleOf(status, paint),
    ...(lines.length === 0 ? [] : [lines.join('\n')]),
    ...(settingRows.length === 0 ? [] : [table(['setting', 'value', 'from'], settingRows)]),
    ...(pendingRows.length === 0 ? [] : [table(['pending', 'now', 'comes', 'when'], pendingRows)]),
    ...composedText(composed),
  ];
  return `${parts.join('\n\n')}\n`;
}

export const printers: Printers<Status, 'table' | 'json' | 'yaml'> = { table: tableOf, json, yaml: (status) => toYaml(status) };
