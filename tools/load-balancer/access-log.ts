import type { TargetAddress } from "./description";

/** One request, as the load balancer saw it; the fields are those of AWS's access log. */
export interface AccessLogEntry {
  /** Time of the request, ISO 8601. */
  readonly time: string;
  /** Port of the listener, 80 or 443. */
  readonly listenerPort: number;
  readonly method: string;
  /** Path with its query. */
  readonly path: string;
  readonly protocol: "http" | "https" | "h2" | "ws" | "wss";
  /** Priority of the rule that took the request. */
  readonly rule: number | "default";
  readonly action: "forward" | "redirect" | "refuse";
  /** @default - the request was not forwarded */
  readonly targetGroup?: string;
  /** @default - the target group had no target */
  readonly target?: TargetAddress;
  /** @default - no answer came from a target */
  readonly targetStatus?: number;
  /** Status code that the client got; 460 when it went away before there was an answer. */
  readonly status: number;
  readonly durationMs: number;
  /** Value of `X-Amzn-Trace-Id` that the target got: by it a client finds its request. */
  readonly traceId: string;
  /**
   * Reason why the load balancer answered by itself, or broke off the answer.
   * @default - it did neither
   */
  readonly error?: string;
}

/** The last requests, in the order in which they ended. */
export class AccessLog {
  private readonly kept: AccessLogEntry[] = [];

  /**
   * @param listener called with each request when it ends
   * @param capacity how many entries are kept; older ones go
   */
  constructor(
    private readonly listener: (entry: AccessLogEntry) => void = () => undefined,
    private readonly capacity = 10_000,
  ) {}

  /** Adds a request that has ended. */
  add(entry: AccessLogEntry): void {
    this.kept.push(entry);
    if (this.kept.length > this.capacity) this.kept.shift();
    this.listener(entry);
  }

  /** Kept entries, oldest first. */
  entries(): readonly AccessLogEntry[] {
    return [...this.kept];
  }
}
