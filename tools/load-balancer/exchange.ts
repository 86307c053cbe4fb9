import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import type { AccessLogEntry } from "./access-log";
import type { ListenerDescription, RuleAction, TargetAddress } from "./description";
import { traceIdOf } from "./request-headers";

/** A request of either HTTP version. */
export type ClientRequest = IncomingMessage | Http2ServerRequest;

/** A response of either HTTP version. */
export type ClientResponse = ServerResponse | Http2ServerResponse;

/** A request on its way: filled in step by step, written to the access log when it has ended. */
export class Exchange {
  rule: number | "default" = "default";
  action: RuleAction["type"] | "refuse" = "refuse";
  targetGroup: string | undefined;
  target: TargetAddress | undefined;
  targetStatus: number | undefined;
  status: number | undefined;
  error: string | undefined;
  /** True if the connection to the target was idle for too long. */
  timedOut = false;
  /** True if the client asked to close the connection after this request. */
  readonly closing: boolean;
  readonly traceId: string;
  private readonly time = new Date();
  private readonly started = performance.now();
  private readonly method: string;
  private readonly path: string;

  /**
   * @param request the client's request, before its header is changed
   * @param listener the listener it came to
   * @param upgrade whether it asks for a WebSocket
   */
  constructor(
    readonly request: ClientRequest,
    private readonly listener: ListenerDescription,
    private readonly upgrade: boolean,
  ) {
    this.method = request.method ?? "GET";
    this.path = request.url ?? "/";
    this.closing = /\bclose\b/i.test(request.headers.connection ?? "");
    this.traceId = traceIdOf(request.headers, this.time);
  }

  /** The entry of the access log, once the request has ended. */
  entry(): AccessLogEntry {
    const { rule, action, targetGroup, target, targetStatus, error } = this;
    return {
      time: this.time.toISOString(),
      listenerPort: this.listener.port,
      method: this.method,
      path: this.path,
      protocol: this.protocol(),
      rule,
      action,
      ...(targetGroup === undefined ? {} : { targetGroup }),
      ...(target === undefined ? {} : { target }),
      ...(targetStatus === undefined ? {} : { targetStatus }),
      status: this.status ?? 460,
      durationMs: Math.round(performance.now() - this.started),
      traceId: this.traceId,
      ...(error === undefined ? {} : { error }),
    };
  }

  private protocol(): AccessLogEntry["protocol"] {
    const secure = this.listener.protocol === "HTTPS";
    if (this.upgrade) return secure ? "wss" : "ws";
    if (this.request.httpVersionMajor === 2) return "h2";
    return secure ? "https" : "http";
  }
}
