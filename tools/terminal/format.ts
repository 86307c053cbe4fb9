/** Seconds as people read them: `0.4 s`, `12.3 s`, `2 min 05 s`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}

const ageUnits = [
  { seconds: 86_400, name: "d" },
  { seconds: 3600, name: "h" },
  { seconds: 60, name: "min" },
] as const;

/** An age as people read it, in its largest unit: `12 s`, `5 min`, `3 h`, `40 d`. Clocks that differ give `0 s`. */
export function formatAge(seconds: number): string {
  const unit = ageUnits.find((one) => seconds >= one.seconds) ?? { seconds: 1, name: "s" };
  return `${Math.max(0, Math.floor(seconds / unit.seconds))} ${unit.name}`;
}

/**
 * A number with its noun: `1 layer`, `11 layers`.
 *
 * @param noun the noun in the singular
 * @param plural where it is not made with an s
 */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}
