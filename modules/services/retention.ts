import type { RetentionDays } from "../config/platform-config";

const HOURS_A_DAY = 24;

/**
 * A retention as Mimir, Loki and Pyroscope read it; 0 is their "never".
 *
 * @param days from the configuration
 */
export function retentionHours(days: RetentionDays): string {
  return days === "forever" ? "0s" : `${days * HOURS_A_DAY}h`;
}

/**
 * A retention as Tempo reads it. It has no "never", and 0 deletes each block at once: a hundred years stand for it.
 *
 * @param days from the configuration
 */
export function tempoRetentionHours(days: RetentionDays): string {
  return retentionHours(days === "forever" ? 36500 : days);
}
