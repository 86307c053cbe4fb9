import type { z } from "zod";
import { OWN_SERVER } from "../load-balancer/own-answer";
import { CheckFailure } from "./check-failure";
import type { Reply } from "./http-client";

/**
 * The answer, if it has the status.
 *
 * @param reply the answer
 * @param status the status it must have
 * @throws CheckFailure with the beginning of the answer
 */
export function expectStatus(reply: Reply, status: number): Reply {
  if (reply.status === status) return reply;
  throw failure(reply, `answered ${reply.status} instead of ${status}${hintOf(reply)}: ${excerpt(reply.text)}`);
}

/**
 * The answer, if the service itself refused with the status; the load balancer answers 503 too.
 *
 * @throws CheckFailure
 */
export function expectRefusal(reply: Reply, status: number): Reply {
  if (reply.headers.server === OWN_SERVER)
    throw failure(reply, `answered ${reply.status} by the load balancer, not by the service`);
  return expectStatus(reply, status);
}

/**
 * The answer's JSON in the shape that is needed.
 *
 * @param reply the answer
 * @param schema the shape
 * @throws CheckFailure
 */
export function jsonOf<Shape extends z.ZodType>(reply: Reply, schema: Shape): z.output<Shape> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(reply.text);
  } catch {
    throw failure(reply, `answered ${reply.status} with what is no JSON: ${excerpt(reply.text)}`);
  }
  const result = schema.safeParse(parsed);
  if (result.success) return result.data;
  throw failure(reply, `answered ${reply.status} with JSON of another shape: ${excerpt(reply.text)}`);
}

/**
 * A failure on an answer.
 *
 * @param reply the answer
 * @param found what it was and what it should have been
 */
export function failure(reply: Reply, found: string): CheckFailure {
  const { method, path, traceId, status } = reply;
  const server = reply.headers.server === undefined ? undefined : String(reply.headers.server);
  return new CheckFailure(`${method} ${path.split("?")[0] ?? path} ${found}`, {
    method,
    path,
    traceId,
    status,
    server,
  });
}

function hintOf({ status, headers }: Reply): string {
  return status >= 300 && status < 400 && headers.location !== undefined ? ` (to ${headers.location})` : "";
}

function excerpt(text: string): string {
  const line = text
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  if (line === "") return "no text";
  return line.length > 160 ? `${line.slice(0, 160)}…` : line;
}
