import * as z from 'zod';
import { facts } from '../core/facts.ts';
import { setting } from '../core/field.ts';
import { days, timeOfDay } from '../core/hours.ts';
import { type Identity, spread } from '../core/names.ts';
import { aws } from './facts.ts';

/** The setting that says when `backend` makes a change that restarts `what`. */
export const applyChangesField = (backend: string, what: string) =>
  setting(z.enum(['Immediately', 'InMaintenanceWindow']), {
    text: `When ${backend} makes a change that restarts ${what}.`,
    default: { dev: 'Immediately', prod: 'InMaintenanceWindow' },
    moves: 'freely',
  });

const minutesPerDay = 24 * 60;
const spanMinutes = 3 * 60;

const clockMinutes = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/** How many minutes after the one moment of a day the other comes. */
const minutesBetween = (from: string, to: string): number => (clockMinutes(to) - clockMinutes(from) + minutesPerDay) % minutesPerDay;

const hours = z
  .strictObject({
    utcOffset: z
      .string()
      .regex(/^[+-](0[0-9]|1[0-4]):(00|15|30|45)$/, 'want an offset such as +09:00, in quotes')
      .default('+00:00')
      .describe('How far the times of these windows are ahead of UTC. It stays the same all year: AWS knows no summer time.'),
    backupsFrom: timeOfDay.default('00:00').describe('When the three hours of every day begin in which backups are made.'),
    maintenanceFrom: timeOfDay
      .default('03:00')
      .describe('When the three hours begin in which AWS makes changes and updates that restart something.'),
    maintenanceDays: z
      .array(z.enum(days))
      .min(1)
      .max(days.length)
      .default([...days])
      .describe('The days on which those begin.'),
  })
  .refine(
    ({ backupsFrom, maintenanceFrom }) =>
      minutesBetween(backupsFrom, maintenanceFrom) >= spanMinutes && minutesBetween(maintenanceFrom, backupsFrom) >= spanMinutes,
    { path: ['maintenanceFrom'], error: 'want three hours or more before and after backupsFrom, since AWS refuses windows that meet' },
  );

/** When AWS may work on databases and caches. */
export const windows = facts(aws, {
  windows: hours
    .default(hours.parse({}))
    .describe('When backups are made and servers maintained. Each claim takes a part of them, by its name.'),
});
type Hours = z.output<typeof hours>;

function offsetMinutes(offset: string): number {
  return (offset.startsWith('-') ? -1 : 1) * clockMinutes(offset.slice(1));
}

const clock = (minutes: number) => [Math.floor(minutes / 60) % 24, minutes % 60].map((part) => String(part).padStart(2, '0')).join(':');

/** The windows of a claim, of so many minutes, as AWS takes them: in UTC. */
export function windowsOf(identity: Identity, { utcOffset, backupsFrom, maintenanceFrom, maintenanceDays }: Hours, windowMinutes: number) {
  const slots = spanMinutes / windowMinutes;
  const window = (localStart: number, shown: (minutes: number) => string) => {
    const period = minutesPerDay * days.length;
    const start = (localStart - offsetMinutes(utcOffset) + period) % period;
    return `${shown(start)}-${shown((start + windowMinutes) % period)}`;
  };
  const backup = spread(identity, 'backup', slots);
  const maintenance = spread(identity, 'maintenance', maintenanceDays.length * slots);
  const day = days.indexOf(maintenanceDays[maintenance % maintenanceDays.length] ?? days[0]);
  const slot = Math.floor(maintenance / maintenanceDays.length);
  return {
    backup: window(clockMinutes(backupsFrom) + backup * windowMinutes, clock),
    maintenance: window(
      day * minutesPerDay + clockMinutes(maintenanceFrom) + slot * windowMinutes,
      (minutes) => `${days[Math.floor(minutes / minutesPerDay)]}:${clock(minutes)}`,
    ),
  };
}

/** What RDS takes at the least, in minutes. https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html */
export const shortestOfRds = 30;

/** What ElastiCache takes at the least, in minutes. https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html */
export const shortestOfElastiCache = 60;
