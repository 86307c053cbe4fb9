import type { IncomingMessage, RequestListener } from "node:http";
import { connect } from "node:net";
import { profiles } from "../../../common.config";
import { LoadBalancer } from "../../../tools/load-balancer/load-balancer";
import { explainByAccessLog } from "../../../tools/smoke/route-explainer";
import { runSmoke, type SmokeOptions, type SmokeReport } from "../../../tools/smoke/run-smoke";
import { platformBalancer } from "../live/platform-balancer";
import { StandIn } from "../live/stand-in";
import { PASSWORD, standInServices, type Asked, type Given, type Service } from "./stand-in-services";

/** Answers instead of the stand-in on a port, or breaks the connection; undefined lets the stand-in answer. */
export type Fault = (asked: Asked, port: number) => Given | "reset" | undefined;

/** The platform in small: stand-ins for its services behind the load balancer of profile `target`. */
export class StandInPlatform {
  readonly url: string;

  private constructor(
    readonly balancer: LoadBalancer,
    private readonly servers: ReadonlyMap<number, StandIn>,
    /** All requests but health checks, in order. */
    readonly asked: readonly Asked[],
  ) {
    this.url = balancer.url(80);
  }

  /** Starts it with faults. */
  static async start(fault: Fault = () => undefined): Promise<StandInPlatform> {
    const asked: Asked[] = [];
    const servers = new Map<number, StandIn>();
    for (const [port, service] of standInServices())
      servers.set(port, await StandIn.start(serve(port, service, fault, asked)));
    const balancer = await LoadBalancer.start(platformBalancer(profiles.target), {
      connect: ({ port }) => connect({ host: "127.0.0.1", port: servers.get(port)?.port ?? 1 }),
    });
    return new StandInPlatform(balancer, servers, asked);
  }

  /** Stops the server in place of one port. */
  async stopPort(port: number): Promise<void> {
    await this.servers.get(port)?.stop();
  }

  /** Runs the smoke test on it, in short steps. */
  async smoke(options: Partial<SmokeOptions> = {}): Promise<SmokeReport> {
    return runSmoke({
      url: this.url,
      tenant: "tenant-one",
      waitSeconds: 30,
      pauseMs: 10,
      skip: new Map(),
      grafanaUser: "admin",
      grafanaPassword: async () => Promise.resolve(PASSWORD),
      explain: explainByAccessLog(() => this.balancer.accessLog()),
      ...options,
    });
  }

  /** Stops it. */
  async stop(): Promise<void> {
    await this.balancer.close();
    await StandIn.stopAll();
  }
}

function serve(port: number, service: Service, fault: Fault, log: Asked[]): RequestListener {
  return (request, response) => {
    void read(request).then((asked) => {
      const isHealthCheck = request.headers["user-agent"] === "ELB-HealthChecker/2.0";
      if (!isHealthCheck) log.push(asked);
      const given = isHealthCheck ? { status: 200 } : (fault(asked, port) ?? service(asked));
      if (given === "reset") {
        request.socket.resetAndDestroy();
        return;
      }
      const body = typeof given.body === "object" ? JSON.stringify(given.body) : (given.body ?? "");
      response.writeHead(given.status, given.headers).end(body);
    });
  };
}

async function read(request: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const url = new URL(request.url ?? "/", "http://stand-in");
  const tenant = request.headers["x-scope-orgid"];
  return {
    method: request.method ?? "",
    path: url.pathname,
    query: url.searchParams,
    tenant: typeof tenant === "string" ? tenant : undefined,
    body: Buffer.concat(chunks),
    cookie: request.headers.cookie ?? "",
  };
}
