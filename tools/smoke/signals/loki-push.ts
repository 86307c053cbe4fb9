/** A line of a log. */
export interface LogLine {
  readonly timeMs: number;
  readonly line: string;
}

/**
 * Body of a request to Loki's push API, as JSON.
 *
 * @param labels of the stream
 * @param lines of the stream
 */
export function lokiPush(labels: Readonly<Record<string, string>>, lines: readonly LogLine[]): object {
  return { streams: [{ stream: labels, values: lines.map(({ timeMs, line }) => [`${timeMs}000000`, line]) }] };
}
