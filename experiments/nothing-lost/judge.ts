import { CLIENT_RETRIES } from "./client-retry";
import type { LossResult, OverlapResult, ReadBack, Refusal, RestartResult } from "./result";

/**
 * Lists the losses in a result.
 *
 * @returns one sentence for each thing that is wrong; none if nothing is lost
 */
export function lossesIn(result: LossResult): readonly string[] {
  if (result.kind === "failed") return [result.error];
  const { stopTimeoutSeconds, killed } = result;
  return [
    ...(killed ? [`it had not stopped after ${stopTimeoutSeconds} s, its stop timeout, and was killed`] : []),
    ...unread(result.items, "acknowledged"),
    ...(result.kind === "overlap" ? refusedTooLong(result) : lostOfToday(result)),
  ];
}

function unread({ written, read, missing, error }: ReadBack, what: string): readonly string[] {
  if (written === 0) return ["nothing was written"];
  if (read === written) return [];
  const why = error === undefined ? "" : ` (${error})`;
  return [
    `${written - read} of ${written} ${what} items cannot be read: ${missing.join(", ")}${missing.length < written - read ? ", …" : ""}${why}`,
  ];
}

/** Data that was only in memory when today's task stopped is not judged: no config of ours can bring it back. */
function lostOfToday({ today }: RestartResult): readonly string[] {
  return today === undefined ? [] : unread(today.inBucket, "today's");
}

function refusedTooLong({ refusals, longestRefusalSeconds }: OverlapResult): readonly string[] {
  return refusals.flatMap((refusal) => {
    const why = whyGivenUp(refusal, longestRefusalSeconds);
    if (why === undefined) return [];
    const { way, status, answer, count } = refusal;
    return [`${count} writes by ${way} were refused: ${status ?? "no answer"} ${answer}: ${why}`];
  });
}

/** Explains the loss of a write that was refused so; undefined if the clients send it again. */
function whyGivenUp({ way, status }: Refusal, seconds: number): string | undefined {
  const retry = CLIENT_RETRIES[way];
  if (retry === undefined) return "nothing is known of its clients";
  if (!retry.retries(status)) return `${retry.clients} do not try again`;
  return seconds <= retry.seconds
    ? undefined
    : `for ${seconds.toFixed(1)} s, and ${retry.clients} give up after ${retry.seconds} s`;
}
