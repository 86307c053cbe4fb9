import type { ClientRequest as OutgoingRequest, IncomingMessage } from "node:http";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { ProxyServer, ProxyServerOptions } from "httpxy" with { "resolution-mode": "import" };
import type { ClientRequest, ClientResponse, Exchange } from "./exchange";
import { answerUpgradeWithout, answerWithout } from "./own-answer";
import type { RegisteredTarget } from "./registered-target";
import { CONNECT_TIMEOUT_CODE } from "./target-agent";

type Proxy = ProxyServer<ClientRequest, ClientResponse>;

/** Takes requests and WebSockets to their targets as they are, path and all, by HTTP/1.1. */
export class Forwarder {
  private readonly exchanges = new WeakMap<ClientRequest, Exchange>();
  private readonly webSockets = new WeakMap<Socket, Exchange>();

  private constructor(
    private readonly proxy: Proxy,
    private readonly idleTimeoutMs: number,
  ) {
    proxy.on("proxyReq", (outgoing, request) => {
      this.watchTimeout(outgoing, request);
    });
    proxy.on("proxyReqWs", (outgoing, request) => {
      this.watchTimeout(outgoing, request);
      this.watchUpgrade(outgoing, request);
    });
    proxy.on("proxyRes", (answer, request) => {
      this.noteAnswer(answer, request);
    });
    proxy.on("open", (socket) => {
      // The library has just turned the socket's own timeout off.
      socket.setTimeout(this.idleTimeoutMs, () => {
        const exchange = this.webSockets.get(socket);
        if (exchange !== undefined) exchange.error = "idle timeout";
        socket.destroy();
      });
    });
    proxy.on("error", (error, request, answer) => {
      if (request !== undefined && answer !== undefined) this.fail(error, request, answer);
    });
  }

  /**
   * @param idleTimeoutSeconds seconds without a byte after which a connection to a target is given up
   */
  static async create(idleTimeoutSeconds: number): Promise<Forwarder> {
    const { ProxyServer } = await import("httpxy");
    return new Forwarder(new ProxyServer<ClientRequest, ClientResponse>(), idleTimeoutSeconds * 1000);
  }

  /** Forwards a request whose header is already the target's; whatever goes wrong becomes its answer. */
  forward(exchange: Exchange, response: ClientResponse, target: RegisteredTarget): void {
    this.exchanges.set(exchange.request, exchange);
    // An error becomes the answer in `fail`; one after that has no one left to tell.
    this.proxy.web(exchange.request, response, this.options(target)).catch(() => undefined);
  }

  /** Forwards a request for a WebSocket, then its bytes both ways. */
  forwardUpgrade(exchange: Exchange, socket: Socket, head: Buffer, target: RegisteredTarget): void {
    this.exchanges.set(exchange.request, exchange);
    this.proxy.ws(exchange.request, socket, this.options(target), head).catch(() => undefined);
  }

  private options(target: RegisteredTarget): ProxyServerOptions {
    const { id, port } = target.address;
    return {
      target: { protocol: "http:", host: id, port },
      agent: target.agent,
      proxyTimeout: this.idleTimeoutMs,
      upgradeTimeout: this.idleTimeoutMs,
    };
  }

  private watchTimeout(outgoing: OutgoingRequest, request: ClientRequest): void {
    outgoing.once("timeout", () => {
      const exchange = this.exchanges.get(request);
      if (exchange !== undefined) exchange.timedOut = true;
    });
  }

  private watchUpgrade(outgoing: OutgoingRequest, request: ClientRequest): void {
    const exchange = this.exchanges.get(request);
    if (exchange === undefined) return;
    outgoing.once("upgrade", (answer: IncomingMessage, socket: Socket) => {
      exchange.targetStatus = exchange.status = answer.statusCode;
      this.webSockets.set(socket, exchange);
      // Either side's end is the other's, a broken one too.
      request.socket.once("close", () => socket.destroy());
      socket.once("close", () => {
        request.socket.destroySoon();
      });
    });
    outgoing.once("response", (answer) => {
      exchange.targetStatus = exchange.status = answer.statusCode;
    });
  }

  private noteAnswer(answer: IncomingMessage, request: ClientRequest): void {
    const exchange = this.exchanges.get(request);
    if (exchange === undefined) return;
    exchange.targetStatus = exchange.status = answer.statusCode;
    // Fields of the target's connection; the client's is another.
    delete answer.headers["keep-alive"];
    answer.headers.connection = exchange.closing ? "close" : "keep-alive";
    answer.once("close", () => {
      if (!answer.complete) exchange.error ??= "the target broke off its answer";
    });
  }

  private fail(error: Error, request: ClientRequest, answer: ClientResponse | Duplex): void {
    const exchange = this.exchanges.get(request);
    if (exchange === undefined) return;
    const { status, reason } = failureOf(exchange, error);
    if ("writeHead" in answer) answerWithout(exchange, answer, status, reason);
    else if (exchange.targetStatus === undefined) answerUpgradeWithout(exchange, answer, status, reason);
    else exchange.error ??= error.message;
  }
}

/** AWS's status for what went wrong with a target. */
function failureOf(exchange: Exchange, error: Error): { readonly status: number; readonly reason: string } {
  const { code } = error as NodeJS.ErrnoException;
  if (code === CONNECT_TIMEOUT_CODE) return { status: 504, reason: "no connection to the target in time" };
  if (exchange.timedOut || code === "ERR_UPSTREAM_UPGRADE_TIMEOUT") {
    return exchange.request.complete
      ? { status: 504, reason: "the target did not answer before the idle timeout" }
      : { status: 408, reason: "the client did not send its request before the idle timeout" };
  }
  const what = exchange.targetStatus === undefined ? "the target failed" : "the target broke off its answer";
  return { status: 502, reason: `${what}: ${code ?? error.message}` };
}
