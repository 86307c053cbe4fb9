import { Agent as HttpAgent, request as requestHttp, type IncomingHttpHeaders } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import { newTraceId } from "../load-balancer/request-headers";
import { CheckFailure } from "./check-failure";

/** A request, relative to the load balancer. */
export interface SmokeRequest {
  /** @default "GET", or "POST" with a body */
  readonly method?: string;
  /** Path with its query. */
  readonly path: string;
  /** Value of `X-Scope-OrgID`; undefined sends none. */
  readonly tenant?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is; an object is sent as JSON. */
  readonly body?: Buffer | string | object;
}

/** A whole answer with what it answers. */
export interface Reply {
  readonly method: string;
  readonly path: string;
  /** Root of `X-Amzn-Trace-Id`; by it the load balancer's access log knows the request. */
  readonly traceId: string;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly latencyMs: number;
}

/** Options of the connection to the load balancer. */
export interface SmokeClientOptions {
  /** URL of the load balancer; a path in it is not used. */
  readonly url: string;
  /**
   * Certificates to trust beside the well-known ones, PEM.
   * @default - none
   */
  readonly ca?: string | undefined;
  /** Seconds until a request without an answer is a failure. */
  readonly requestTimeoutSeconds: number;
}

/** Sends requests to a load balancer; it follows no redirect and repeats nothing. */
export class SmokeClient {
  private readonly agent: HttpAgent;

  /** @param options see {@link SmokeClientOptions} */
  constructor(private readonly options: SmokeClientOptions) {
    this.agent = options.url.startsWith("https:")
      ? new HttpsAgent({ keepAlive: true, ca: options.ca })
      : new HttpAgent({ keepAlive: true });
  }

  /**
   * Sends one request.
   *
   * @throws CheckFailure if no whole answer comes
   */
  async send(request: SmokeRequest): Promise<Reply> {
    const started = performance.now();
    const traceId = newTraceId(new Date());
    const method = request.method ?? (request.body === undefined ? "GET" : "POST");
    const { status, headers, text } = await this.exchange(method, request, traceId);
    const latencyMs = Math.round(performance.now() - started);
    return { method, path: request.path, traceId, status, headers, text, latencyMs };
  }

  /** Closes the connections that are kept open. */
  close(): void {
    this.agent.destroy();
  }

  private async exchange(
    method: string,
    request: SmokeRequest,
    traceId: string,
  ): Promise<Pick<Reply, "status" | "headers" | "text">> {
    const { url, requestTimeoutSeconds } = this.options;
    const body = encode(request.body);
    const open = url.startsWith("https:") ? requestHttps : requestHttp;
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => {
        const what = `${method} ${pathOf(request.path)}: ${describe(error)}`;
        reject(new CheckFailure(what, { method, path: request.path, traceId }));
      };
      const outgoing = open(new URL(request.path, url), {
        method,
        agent: this.agent,
        headers: headersOf(request, traceId, body),
        signal: AbortSignal.timeout(requestTimeoutSeconds * 1000),
      });
      outgoing.on("error", fail).on("response", (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", fail).on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        });
      });
      outgoing.end(body);
    });
  }
}

function headersOf(request: SmokeRequest, traceId: string, body: Buffer | undefined): Record<string, string> {
  const isJson = typeof request.body === "object" && !Buffer.isBuffer(request.body);
  return {
    "user-agent": "lgtm-smoke",
    "x-amzn-trace-id": `Root=${traceId}`,
    ...(request.tenant === undefined ? {} : { "x-scope-orgid": request.tenant }),
    ...(isJson ? { "content-type": "application/json" } : {}),
    ...(body === undefined ? {} : { "content-length": String(body.length) }),
    ...request.headers,
  };
}

function encode(body: SmokeRequest["body"]): Buffer | undefined {
  if (body === undefined || Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
}

function describe(error: Error): string {
  if (error.name === "AbortError" || error.name === "TimeoutError") return "no answer in time";
  // The address that refused is in one of several errors when a name has several addresses.
  const [first] = error instanceof AggregateError ? (error.errors as Error[]) : [error];
  return first?.message ?? error.message;
}

/** Path without its query: queries are long and say little in a message. */
function pathOf(path: string): string {
  return path.split("?")[0] ?? path;
}
