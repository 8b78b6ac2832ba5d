const slotMinutes = 30;
const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

const clock = (minutes: number) => `${String(Math.floor(minutes / 60) % 24).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

function slot(startHour: number, index: number): string {
  const start = startHour * 60 + index * slotMinutes;
  return `${clock(start)}-${clock(start + slotMinutes)}`;
}

/** Daily backup windows lie from 00:00 to 03:00 UTC, so that none meets a maintenance window. */
export const backupSlots = 6;
export const backupWindow = (index: number): string => slot(0, index);

/** Weekly maintenance windows lie from 03:00 to 06:00 UTC on any day. */
export const maintenanceSlots = days.length * 6;
export function maintenanceWindow(index: number): string {
  const day = days[index % days.length];
  const [start, end] = slot(3, Math.floor(index / days.length)).split('-');
  return `${day}:${start}-${day}:${end}`;
}
