import { createServer, type Server } from "node:http";
import { createSecureServer, type Http2SecureServer } from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import { firstMatchingRule } from "../../checks/listener-rules";
import { AccessLog, type AccessLogEntry } from "./access-log";
import type {
  ListenerDescription,
  LoadBalancerDescription,
  RuleAction,
  RuleDescription,
  TargetAddress,
} from "./description";
import { Exchange, type ClientRequest, type ClientResponse } from "./exchange";
import { Forwarder } from "./forwarder";
import { answerUpgradeWithout, answerWithout, answerWithRedirect } from "./own-answer";
import type { RegisteredTarget } from "./registered-target";
import { prepareHeaders, refusalOf } from "./request-headers";
import { CONNECT_TIMEOUT_SECONDS, connectDirectly, type Connect } from "./target-agent";
import { TargetGroup } from "./target-group";
import type { HealthChange, TargetHealth } from "./target-health";

/** Options of the emulator that an AWS load balancer does not have. */
export interface LoadBalancerOptions {
  /**
   * Opens connections to targets.
   * @default - to the target's address itself
   */
  readonly connect?: Connect;
  /**
   * Address of this machine to listen on.
   * @default "127.0.0.1"
   */
  readonly host?: string;
  /**
   * Local port of each listener, by the listener's own port.
   * @default - free ports
   */
  readonly localPorts?: Readonly<Record<number, number>>;
  /**
   * Seconds that a connection to a target may take to be there.
   * @default 10, which is AWS's value
   */
  readonly connectTimeoutSeconds?: number;
  /** Called with each request when it ends. */
  readonly onAccess?: (entry: AccessLogEntry) => void;
  /** Called after each change of a target's state. */
  readonly onHealthChange?: (change: HealthChange) => void;
}

interface Listener {
  description: ListenerDescription;
  readonly server: Server | Http2SecureServer;
}

/**
 * An application load balancer on this machine: it does what AWS's does with the same description, and no more. It
 * rewrites no path.
 */
export class LoadBalancer {
  private readonly listeners = new Map<number, Listener>();
  private readonly groups = new Map<string, TargetGroup>();
  private readonly connections = new Set<Socket>();
  private readonly log: AccessLog;

  private constructor(
    private readonly description: LoadBalancerDescription,
    private readonly options: LoadBalancerOptions,
    private readonly forwarder: Forwarder,
  ) {
    this.log = new AccessLog(options.onAccess);
    for (const group of description.targetGroups) {
      const created = new TargetGroup({
        description: group,
        connect: options.connect ?? connectDirectly,
        idleTimeoutSeconds: description.idleTimeoutSeconds,
        connectTimeoutSeconds: options.connectTimeoutSeconds ?? CONNECT_TIMEOUT_SECONDS,
        onChange: options.onHealthChange ?? (() => undefined),
      });
      this.groups.set(group.name, created);
    }
  }

  /**
   * Starts to listen and to check the targets.
   *
   * @param description what AWS would be told
   * @param options how it runs here
   * @throws Error if a port is taken, an action names no target group, or an HTTPS listener has no certificate
   */
  static async start(description: LoadBalancerDescription, options: LoadBalancerOptions = {}): Promise<LoadBalancer> {
    const forwarder = await Forwarder.create(description.idleTimeoutSeconds);
    const balancer = new LoadBalancer(description, options, forwarder);
    try {
      for (const listener of description.listeners) await balancer.listen(listener);
    } catch (error) {
      await balancer.close();
      throw error;
    }
    return balancer;
  }

  /**
   * Returns the URL of a listener on this machine, without a slash at the end.
   *
   * @param listenerPort the listener's own port, 80 or 443
   */
  url(listenerPort: number): string {
    const { description, server } = this.listener(listenerPort);
    const { port } = server.address() as AddressInfo;
    return `${description.protocol.toLowerCase()}://${this.options.host ?? "127.0.0.1"}:${port}`;
  }

  /** Registers a target with a group; its health checks begin. */
  registerTarget(targetGroup: string, target: TargetAddress): void {
    this.group(targetGroup).register(target);
  }

  /** Takes a target out of a group: it drains for the deregistration delay. */
  deregisterTarget(targetGroup: string, target: TargetAddress): void {
    this.group(targetGroup).deregister(target);
  }

  /** Replaces the rules of a listener, from the next request on. */
  replaceRules(listenerPort: number, rules: readonly RuleDescription[]): void {
    const listener = this.listener(listenerPort);
    const description = { ...listener.description, rules };
    this.checkActions(description);
    listener.description = description;
  }

  /** Health of every target of a group; each is `unused` while no rule leads to the group. */
  targetHealth(targetGroup: string): readonly TargetHealth[] {
    const health = this.group(targetGroup).health();
    if (this.isInUse(targetGroup)) return health;
    return health.map(({ target }) => ({
      target,
      state: "unused",
      reason: "Target.NotInUse",
      description: "Target group is not configured to receive traffic from the load balancer",
    }));
  }

  /** Health of one target, which may not be registered. */
  healthOf(targetGroup: string, target: TargetAddress): TargetHealth {
    const known = this.targetHealth(targetGroup).find(
      (health) => health.target.id === target.id && health.target.port === target.port,
    );
    return (
      known ?? {
        target,
        state: "unused",
        reason: "Target.NotRegistered",
        description: "Target is not registered to the target group",
      }
    );
  }

  /** The last requests that have ended, oldest first. */
  accessLog(): readonly AccessLogEntry[] {
    return this.log.entries();
  }

  /** Stops at once: breaks every connection. */
  async close(): Promise<void> {
    for (const group of this.groups.values()) group.close();
    const closed = [...this.listeners.values()].map(
      async ({ server }) =>
        new Promise<void>((resolve) => {
          server.close(() => {
            resolve();
          });
        }),
    );
    for (const connection of this.connections) connection.destroy();
    await Promise.all(closed);
  }

  private async listen(description: ListenerDescription): Promise<void> {
    this.checkActions(description);
    const server = createListenerServer(description);
    this.listeners.set(description.port, { description, server });
    server.on("connection", (socket: Socket) => {
      this.connections.add(socket);
      socket.once("close", () => this.connections.delete(socket));
    });
    server.on("request", (request: ClientRequest, response: ClientResponse) => {
      this.handle(this.listener(description.port).description, request, response);
    });
    server.on("upgrade", (request: ClientRequest, socket: Socket, head: Buffer) => {
      this.handleUpgrade(this.listener(description.port).description, request, socket, head);
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(this.options.localPorts?.[description.port] ?? 0, this.options.host ?? "127.0.0.1", resolve);
    });
  }

  private handle(listener: ListenerDescription, request: ClientRequest, response: ClientResponse): void {
    const exchange = new Exchange(request, listener, false);
    // Written before the client can have the end of its answer: who looks a request up right after it finds it.
    let logged = false;
    const log = (): void => {
      if (!logged) this.log.add(exchange.entry());
      logged = true;
    };
    response.once("finish", log).once("close", log);
    const refusal = refusalOf(request.headers);
    if (refusal !== undefined) {
      answerWithout(exchange, response, refusal, "too many addresses in X-Forwarded-For");
      return;
    }
    const action = this.route(exchange, listener);
    if (action.type === "redirect") {
      answerWithRedirect(exchange, response, action, listener);
      return;
    }
    const target = this.choose(exchange, action.targetGroup);
    if (target === undefined) {
      answerWithout(exchange, response, 503, "the target group has no registered target");
      return;
    }
    this.prepare(exchange, listener, false);
    this.forwarder.forward(exchange, response, target);
  }

  private handleUpgrade(listener: ListenerDescription, request: ClientRequest, socket: Socket, head: Buffer): void {
    const exchange = new Exchange(request, listener, true);
    socket.once("close", () => {
      this.log.add(exchange.entry());
    });
    socket.on("error", () => undefined);
    const action = this.route(exchange, listener);
    const target = action.type === "forward" ? this.choose(exchange, action.targetGroup) : undefined;
    if (target === undefined) {
      answerUpgradeWithout(exchange, socket, 503, "no target takes the WebSocket");
      return;
    }
    this.prepare(exchange, listener, true);
    this.forwarder.forwardUpgrade(exchange, socket, head, target);
  }

  private route(exchange: Exchange, listener: ListenerDescription): RuleAction {
    const rule = firstMatchingRule(listener.rules, exchange.request.url ?? "/");
    const action = rule?.action ?? listener.defaultAction;
    exchange.rule = rule?.priority ?? "default";
    exchange.action = action.type;
    return action;
  }

  private choose(exchange: Exchange, targetGroup: string): RegisteredTarget | undefined {
    const target = this.group(targetGroup).next();
    exchange.targetGroup = targetGroup;
    exchange.target = target?.address;
    return target;
  }

  private prepare(exchange: Exchange, listener: ListenerDescription, upgrade: boolean): void {
    prepareHeaders(exchange.request.headers, {
      listener,
      clientAddress: exchange.request.socket.remoteAddress ?? "unknown",
      traceId: exchange.traceId,
      dropInvalidHeaderFields: this.description.dropInvalidHeaderFields,
      upgrade,
    });
  }

  private isInUse(targetGroup: string): boolean {
    return [...this.listeners.values()].some(({ description }) =>
      actionsOf(description).some((action) => action.type === "forward" && action.targetGroup === targetGroup),
    );
  }

  private checkActions(listener: ListenerDescription): void {
    for (const action of actionsOf(listener)) if (action.type === "forward") this.group(action.targetGroup);
  }

  private listener(port: number): Listener {
    const listener = this.listeners.get(port);
    if (listener === undefined) throw new Error(`The load balancer has no listener on port ${port}`);
    return listener;
  }

  private group(name: string): TargetGroup {
    const group = this.groups.get(name);
    if (group === undefined) throw new Error(`The load balancer has no target group ${name}`);
    return group;
  }
}

function actionsOf({ rules, defaultAction }: ListenerDescription): readonly RuleAction[] {
  return [...rules.map(({ action }) => action), defaultAction];
}

function createListenerServer({ port, protocol, certificate }: ListenerDescription): Server | Http2SecureServer {
  // A load balancer sets no limit on the whole of a request; what is idle is closed on the target's side.
  const limits = { requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0 };
  if (protocol === "HTTP") return createServer(limits);
  if (certificate === undefined) throw new Error(`The HTTPS listener on port ${port} has no certificate`);
  return createSecureServer({
    ...limits,
    cert: certificate.certificatePem,
    key: certificate.keyPem,
    // Clients without HTTP/2 and WebSockets.
    allowHTTP1: true,
  });
}
