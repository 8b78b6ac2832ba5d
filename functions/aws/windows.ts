import * as z from 'zod';
import { setting } from '../core/field.ts';

/** The setting that says when `backend` makes a change that restarts `what`. */
export const applyChangesField = (backend: string, what: string) =>
  setting(z.enum(['Immediately', 'InMaintenanceWindow']), {
    text: `When ${backend} makes a change that restarts ${what}.`,
    default: { dev: 'Immediately' },
    moves: 'freely',
  });

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

const clock = (minutes: number) => `${String(Math.floor(minutes / 60) % 24).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

/** Windows of so many minutes, of which a claim takes one by its `spread`. */
function windowsOf(slotMinutes: number) {
  const slot = (startHour: number, index: number) => {
    const start = startHour * 60 + index * slotMinutes;
    return [clock(start), clock(start + slotMinutes)] as const;
  };
  const slots = (3 * 60) / slotMinutes;
  return {
    /** Daily backup windows lie from 00:00 to 03:00 UTC, so that none meets a maintenance window. */
    backupSlots: slots,
    backupWindow: (index: number): string => slot(0, index).join('-'),
    /** Weekly maintenance windows lie from 03:00 to 06:00 UTC on any day. */
    maintenanceSlots: days.length * slots,
    maintenanceWindow(index: number): string {
      const day = days[index % days.length];
      const [start, end] = slot(3, Math.floor(index / days.length));
      return `${day}:${start}-${day}:${end}`;
    },
  };
}

/** What RDS takes at the least. */
export const { backupSlots, backupWindow, maintenanceSlots, maintenanceWindow } = windowsOf(30);

/** What ElastiCache takes at the least. https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html */
export const hourly = windowsOf(60);
