import {
  DescribeLogStreamsCommand,
  GetLogEventsCommand,
  ResourceNotFoundException,
  type CloudWatchLogsClient,
} from "@aws-sdk/client-cloudwatch-logs";
import { redact } from "../../terminal/redact";
import type { LogFacts } from "./service-diagnosis";

/** Needed permissions. */
export const LOGS_ACTIONS = ["logs:DescribeLogStreams", "logs:GetLogEvents"] as const;

/** Log group and stream prefix of a service's containers. */
export interface LogPlace {
  readonly group: string;
  /** Stream of the task that is asked about; an absent one counts as none. @default - the newest stream of the group */
  readonly stream?: string | undefined;
}

/**
 * The last lines that a service logged, oldest first.
 *
 * @param logs connection to CloudWatch Logs
 * @param place where to look
 * @param count lines at most
 * @returns null if there is neither such a stream nor any other
 */
export async function readLogs(logs: CloudWatchLogsClient, place: LogPlace, count: number): Promise<LogFacts | null> {
  const own = place.stream === undefined ? null : await readStream(logs, place.group, place.stream, count);
  if (own !== null) return own;
  const newest = await newestStream(logs, place.group);
  return newest === undefined ? null : readStream(logs, place.group, newest, count);
}

async function newestStream(logs: CloudWatchLogsClient, logGroupName: string): Promise<string | undefined> {
  return unlessAbsent(async () => {
    const { logStreams = [] } = await logs.send(
      new DescribeLogStreamsCommand({ logGroupName, orderBy: "LastEventTime", descending: true, limit: 1 }),
    );
    return logStreams[0]?.logStreamName;
  });
}

async function readStream(
  logs: CloudWatchLogsClient,
  group: string,
  stream: string,
  limit: number,
): Promise<LogFacts | null> {
  const found = await unlessAbsent(async () => {
    const { events = [] } = await logs.send(
      new GetLogEventsCommand({ logGroupName: group, logStreamName: stream, limit, startFromHead: false }),
    );
    const lines = events.map(({ timestamp, message = "" }) => ({
      at: timestamp === undefined ? null : new Date(timestamp).toISOString(),
      text: redact(message),
    }));
    return { group, stream, lines };
  });
  return found ?? null;
}

async function unlessAbsent<Value>(read: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}
