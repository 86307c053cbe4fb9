import { randomBytes } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { ListenerDescription } from "./description";

/** Addresses in `X-Forwarded-For` from which on AWS refuses a request with 463. */
const TOO_MANY_FORWARDED = 31;

/** Header fields that concern the client's connection, not the target's. */
const CONNECTION_FIELDS = ["connection", "keep-alive", "proxy-connection", "expect", "http2-settings", "te"];

/** Facts about a request that {@link prepareHeaders} needs beside the header itself. */
export interface HeaderContext {
  readonly listener: Pick<ListenerDescription, "port" | "protocol">;
  readonly clientAddress: string;
  readonly traceId: string;
  readonly dropInvalidHeaderFields: boolean;
  /** True if the request asks for a WebSocket, so that its connection fields are the target's as well. */
  readonly upgrade: boolean;
}

/**
 * Changes a request's header, in place, into what a target gets: `X-Forwarded-For` with the client's address at its
 * end, `X-Forwarded-Proto`, `X-Forwarded-Port` and `X-Amzn-Trace-Id`; `Host` with the listener's port if that is not the
 * protocol's own.
 *
 * @param headers the client's header
 * @param context where it came from
 */
export function prepareHeaders(headers: IncomingHttpHeaders, context: HeaderContext): void {
  const { listener, clientAddress, traceId, dropInvalidHeaderFields, upgrade } = context;
  const remove = upgrade ? ["expect"] : CONNECTION_FIELDS;
  for (const name of Object.keys(headers)) {
    const invalid = dropInvalidHeaderFields && !name.startsWith(":") && !/^[-A-Za-z0-9]+$/.test(name);
    // The names are those of the header itself.
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete
    if (invalid || remove.includes(name)) delete headers[name];
  }
  const before = forwardedFor(headers);
  headers["x-forwarded-for"] = [...before, clientAddress].join(", ");
  headers["x-forwarded-proto"] = listener.protocol.toLowerCase();
  headers["x-forwarded-port"] = String(listener.port);
  headers["x-amzn-trace-id"] = traceId;
  headers.host = hostFor(String(headers[":authority"] ?? headers.host ?? ""), listener);
  delete headers[":authority"];
}

/**
 * The status with which a load balancer refuses a request for its header; undefined if it does not.
 *
 * @param headers the client's header
 */
export function refusalOf(headers: IncomingHttpHeaders): number | undefined {
  return forwardedFor(headers).length >= TOO_MANY_FORWARDED ? 463 : undefined;
}

/**
 * Value of `X-Amzn-Trace-Id` for the target: the client's own root is kept.
 *
 * @param headers the client's header
 * @param now time of the request
 */
export function traceIdOf(headers: IncomingHttpHeaders, now: Date): string {
  const given = headers["x-amzn-trace-id"];
  const own = newTraceId(now);
  if (typeof given !== "string" || given === "") return `Root=${own}`;
  return /(^|;)\s*Root=/.test(given) ? `Self=${own};${given}` : `Root=${own};${given}`;
}

/**
 * A new trace id in the form that AWS uses.
 *
 * @param now time of the request
 */
export function newTraceId(now: Date): string {
  const seconds = Math.floor(now.getTime() / 1000);
  return `1-${seconds.toString(16).padStart(8, "0")}-${randomBytes(12).toString("hex")}`;
}

function forwardedFor(headers: IncomingHttpHeaders): readonly string[] {
  const value = headers["x-forwarded-for"];
  const text = Array.isArray(value) ? value.join(",") : (value ?? "");
  return text
    .split(",")
    .map((address) => address.trim())
    .filter((address) => address !== "");
}

function hostFor(host: string, { port, protocol }: HeaderContext["listener"]): string {
  const isOwnPort = port === (protocol === "HTTPS" ? 443 : 80);
  return isOwnPort || host === "" || /:\d+$/.test(host) ? host : `${host}:${port}`;
}
