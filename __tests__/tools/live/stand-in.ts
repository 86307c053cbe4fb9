import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { TargetAddress } from "../../../tools/load-balancer/description";

/** A small server in place of a service, on a free port of the loopback address. */
export class StandIn {
  private static readonly running: StandIn[] = [];

  /** Requests that came, health checks too. */
  readonly requests: { readonly method: string; readonly url: string; readonly headers: IncomingMessage["headers"] }[] =
    [];
  private readonly sockets = new Set<Socket>();

  private constructor(
    readonly server: Server,
    readonly port: number,
    /** What it answers; replaced at will. */
    public handler: RequestListener,
  ) {
    server.on("request", (request, response) => {
      this.requests.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers });
      this.handler(request, response);
    });
    server.on("connection", (socket: Socket) => {
      this.sockets.add(socket);
      socket.once("close", () => this.sockets.delete(socket));
    });
  }

  /** Starts one; without a handler it answers 200 and its port to everything. */
  static async start(handler?: RequestListener): Promise<StandIn> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const standIn = new StandIn(server, port, handler ?? ((_request, response) => response.end(String(port))));
    StandIn.running.push(standIn);
    return standIn;
  }

  /** For `afterEach`: stops all that were started. */
  static async stopAll(): Promise<void> {
    await Promise.all(StandIn.running.splice(0).map(async (standIn) => standIn.stop()));
  }

  get address(): TargetAddress {
    return { id: "127.0.0.1", port: this.port };
  }

  /** Requests other than health checks. */
  get served(): StandIn["requests"] {
    return this.requests.filter(({ headers }) => headers["user-agent"] !== "ELB-HealthChecker/2.0");
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => {
      this.server.close(() => {
        resolve();
      });
    });
  }
}
