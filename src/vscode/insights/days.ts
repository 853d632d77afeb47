/** Beginnings of the last days in the zone of this machine, today's last, ms since the epoch. */
export function lastDays(count: number, now: Date): number[] {
  return Array.from({ length: count }, (_, i) =>
    new Date(now.getFullYear(), now.getMonth(), now.getDate() - (count - 1 - i)).getTime(),
  );
}
