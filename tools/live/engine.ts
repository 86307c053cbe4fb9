/**
 * The live rehearsal's inside: runs in namespaces of its own, where it is the VPC, ECS, the load balancer and AWS's front. Told
 * what to do by the file that its first argument names; tells how far it is by lines of JSON on standard output.
 */
import { spawn } from "node:child_process";
import { readFileSync, rmSync, watch } from "node:fs";
import { createConnection } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ServiceName } from "../../modules/services/service-name";
import { projectRoot } from "../terminal/paths";
import { explainByAccessLog } from "../smoke/route-explainer";
import { runSmoke } from "../smoke/run-smoke";
import { createAuthority } from "./aws/authority";
import { startCredentialsEndpoint } from "./aws/credentials-endpoint";
import { Discovery } from "./discovery";
import { startDns, type Dns } from "./aws/dns";
import { startAwsFront, type AwsFront } from "./aws/front";
import type { Rollout, SchedulerEvent } from "./ecs/runtime";
import { ServiceScheduler, type DeploymentResult } from "./ecs/service-scheduler";
import { Fargate } from "./fargate";
import { followFile } from "./follow-file";
import { startRelay } from "./ground/relay";
import { CREDENTIALS_ADDRESS, VirtualNetwork } from "./ground/virtual-network";
import type { EngineInput, Trial } from "./engine-input";
import { resemblanceLines } from "./resemblance-lines";
import type { EngineMessage, LiveReport, LiveServiceReport, TaskFailure, TrialReport } from "./live-report";
import { LoadBalancer } from "../load-balancer/load-balancer";
import type { LiveCache, LiveService, LiveStack } from "./stack/live-stack";

const PASSWORD = "GF_SECURITY_ADMIN_PASSWORD";

/** Milliseconds in which several changes of files count as one. */
const SETTLE_MS = 500;

/** Seconds that services without a target group may take to be steady once the smoke test has ended. */
const REST_SECONDS = 120;

class Engine {
  private readonly schedulers = new Map<ServiceName, ServiceScheduler>();
  private readonly healthySeconds = new Map<ServiceName, number>();
  private readonly stops = new Map<ServiceName, { seconds: number; killed: boolean }>();
  private readonly results = new Map<ServiceName, DeploymentResult>();
  private readonly failures: TaskFailure[] = [];
  private readonly trials: TrialReport[] = [];
  /** Ends the display of a service's log; of those that were deployed anew because files changed. */
  private readonly shown = new Map<ServiceName, () => void>();
  private isEnding = false;
  private endAsked: () => void = () => undefined;
  private readonly ending = new Promise<undefined>((resolve) => {
    this.endAsked = () => {
      resolve(undefined);
    };
  });

  constructor(private readonly input: EngineInput) {}

  /** @returns whether it came to its end; not if it was asked to end before it was green */
  async run(): Promise<boolean> {
    const { stack, logFolder } = this.input;
    const { front, fargate, balancer, authority } = await this.prepare();
    const started = performance.now();
    const running = stack.services.filter(({ name }) => this.input.leftOut[name] === undefined);
    const deployments = running.map(async (service) => this.deployFirst(service, fargate));
    const [listener] = stack.loadBalancer.listeners;
    if (listener === undefined) throw new Error("the load balancer has no listener");
    const testing = runSmoke({
      ...this.input.smoke,
      url: balancer.url(listener.port),
      ca: authority.bundle,
      skip: new Map(Object.entries(this.input.leftOut) as [ServiceName, string][]),
      grafanaPassword: () => Promise.resolve(this.grafanaPassword()),
      explain: explainByAccessLog(() => balancer.accessLog()),
      onRow: ({ service, tested, state }) => {
        tell({ kind: "step", service, text: `${tested}: ${state}` });
      },
    });
    const smoke = await Promise.race([testing, this.ending]);
    if (smoke === undefined) {
      testing.catch(() => undefined);
      await this.close();
      return false;
    }
    const greenSeconds = (performance.now() - started) / 1000;
    await Promise.race([Promise.all(deployments), this.ending, sleep(REST_SECONDS * 1000, undefined, { ref: false })]);
    for (const trial of this.input.trials) await this.tryOut(trial, fargate);
    const report = (): LiveReport => ({
      services: stack.services.map((service) => this.serviceReport(service)),
      smoke,
      greenSeconds,
      failures: this.failures,
      denials: front.denials(),
      unchecked: front.unchecked(),
      trials: this.trials,
    });
    if (this.input.keep && !this.isEnding) {
      tell({ kind: "up", report: report() });
      await this.watchUntilEnd(fargate, logFolder);
    }
    await this.close();
    tell({ kind: "report", report: report() });
    // Name server, cache, front and load balancer end with this process.
    return true;
  }

  /** Ends what runs; the report is told then. */
  end(): void {
    this.isEnding = true;
    this.endAsked();
  }

  private async prepare() {
    const { stack, addresses, mockSocket, logFolder, diskFolder } = this.input;
    const network = await VirtualNetwork.create(this.input.vpcCidr, Object.values(addresses));
    const authority = await createAuthority(join(diskFolder, "authority"));
    const front: AwsFront = await startAwsFront({
      mockSocket,
      authority,
      address: addresses.aws,
      region: stack.region,
    });
    const credentials = await startCredentialsEndpoint({ address: CREDENTIALS_ADDRESS });
    const dns: Dns = await startDns({
      folder: join(diskFolder, "dns"),
      address: addresses.resolver,
      fixed: { "amazonaws.com": addresses.aws },
      ttlSeconds: stack.dnsTtlSeconds,
    });
    await dns.setRecords(stack.cache.host, [addresses.cache]);
    startCache(stack.cache, addresses.cache);
    const certificate = await authority.certificate([addresses.loadBalancer, "localhost", "127.0.0.1"]);
    const listeners = stack.loadBalancer.listeners.map((listener) =>
      listener.protocol === "HTTP"
        ? listener
        : { ...listener, certificate: { certificatePem: certificate.cert, keyPem: certificate.key } },
    );
    const balancer = await LoadBalancer.start(
      { ...stack.loadBalancer, listeners },
      {
        host: addresses.loadBalancer,
        localPorts: Object.fromEntries(listeners.map(({ port }) => [port, port])),
      },
    );
    await this.openToHost(listeners);
    const { region } = stack;
    const { subnet, programs } = this.input;
    const trusted = authority.bundle;
    const fargate = new Fargate({
      region,
      subnet,
      programs,
      network,
      resolver: addresses.resolver,
      balancer,
      discovery: new Discovery(dns),
      front,
      credentials,
      trusted,
      diskFolder,
      logFolder,
    });
    return { authority, front, balancer, fargate };
  }

  private async openToHost(listeners: LiveStack["loadBalancer"]["listeners"]): Promise<void> {
    const sockets = listeners.map(({ port, protocol }) => ({
      port,
      protocol: protocol.toLowerCase(),
      path: join(this.input.socketFolder, `${port}.sock`),
    }));
    for (const { port, path } of sockets) await startRelay({ path }, { host: this.input.addresses.loadBalancer, port });
    tell({ kind: "listening", sockets });
  }

  private async deployFirst(service: LiveService, fargate: Fargate): Promise<void> {
    const scheduler = new ServiceScheduler({
      service,
      runtime: fargate,
      onEvent: (event) => {
        this.hear(service, event);
      },
    });
    this.schedulers.set(service.name, scheduler);
    const label = service.taskDefinition.revision;
    const result = await scheduler.deploy(this.rollout(service, label, fargate.build(service.name)));
    this.results.set(service.name, result);
  }

  private rollout({ taskDefinition }: LiveService, label: string, image: string): Rollout {
    return { label, taskDefinition, image };
  }

  private async tryOut({ service: name, label, replaced }: Trial, fargate: Fargate): Promise<void> {
    const service = this.input.stack.services.find((one) => one.name === name);
    const scheduler = this.schedulers.get(name);
    if (service === undefined || scheduler === undefined || this.isEnding) return;
    const result = await scheduler.deploy(this.rollout(service, label, fargate.build(name, replaced)));
    this.trials.push({ service: name, label, result, steadyAfter: scheduler.isSteady() });
  }

  private hear({ name, targetGroups }: LiveService, event: SchedulerEvent): void {
    switch (event.kind) {
      case "task started":
        tell({ kind: "step", service: name, text: `${event.task} started (${event.rollout})` });
        if (this.shown.has(name)) this.show(name, event.task);
        break;
      case "task failed":
        this.failures.push({ service: name, task: event.task, reason: event.reason, lines: event.lines });
        // If its log is shown, the last lines were seen already.
        tell({
          kind: "note",
          text: [
            `${event.task}: ${event.reason}`,
            ...(this.shown.has(name) ? [] : event.lines.map((line) => `    ${line}`)),
            ...resemblanceLines({ service: name, ...event }),
          ].join("\n"),
        });
        break;
      case "deployment completed": {
        if (!this.healthySeconds.has(name)) this.healthySeconds.set(name, event.seconds);
        const what = targetGroups.length === 0 ? "running" : "healthy";
        tell({ kind: "done", service: name, text: `${what} after ${event.seconds.toFixed(0)} s (${event.rollout})` });
        break;
      }
      case "deployment failed": {
        const back =
          event.rollsBackTo === undefined ? "nothing to roll back to" : `rolled back to ${event.rollsBackTo}`;
        const text = `${event.rollout}: ${event.failures} tasks failed; the circuit breaker ended it, ${back}`;
        tell({ kind: "failed", service: name, text });
        break;
      }
      case "task stopped": {
        const before = this.stops.get(name);
        const seconds = Math.max(before?.seconds ?? 0, event.seconds);
        this.stops.set(name, { seconds, killed: event.killed || before?.killed === true });
      }
    }
  }

  private serviceReport({ name, taskDefinition }: LiveService): LiveServiceReport {
    const why = this.input.leftOut[name];
    const healthySeconds = this.healthySeconds.get(name);
    const stop = this.stops.get(name);
    return {
      service: name,
      revision: taskDefinition.revision,
      result: why === undefined ? (this.results.get(name) ?? "stopped") : "left out",
      ...(why === undefined ? {} : { why }),
      ...(healthySeconds === undefined ? {} : { healthySeconds }),
      ...(stop === undefined ? {} : { stopSeconds: stop.seconds }),
      stopTimeoutSeconds: taskDefinition.stopTimeoutSeconds,
      killed: stop?.killed ?? false,
    };
  }

  private grafanaPassword(): string {
    const grafana = this.input.stack.services.find(({ name }) => name === "grafana");
    return grafana?.taskDefinition.environment[PASSWORD] ?? "";
  }

  /** Shows what a task writes, in place of what was shown of its service before. */
  private show(service: ServiceName, task: string): void {
    this.shown.get(service)?.();
    const end = followFile(join(this.input.logFolder, `${task}.log`), (line) => {
      tell({ kind: "note", text: `${task} | ${line}` });
    });
    this.shown.set(service, end);
  }

  /** Deploys a service anew whenever one of its files changes, and shows the logs of those tasks. */
  private async watchUntilEnd(fargate: Fargate, logFolder: string): Promise<void> {
    const timers = new Map<ServiceName, NodeJS.Timeout>();
    const reload = (service: LiveService): void => {
      const label = `${service.taskDefinition.revision}, files of ${new Date().toTimeString().slice(0, 8)}`;
      tell({
        kind: "step",
        service: service.name,
        text: `files changed: deploy again; logs: ${logFolder}`,
      });
      if (!this.shown.has(service.name)) this.shown.set(service.name, () => undefined);
      this.schedulers
        .get(service.name)
        ?.deploy(this.rollout(service, label, fargate.build(service.name)))
        .catch((error: unknown) => {
          tell({ kind: "failed", service: service.name, text: error instanceof Error ? error.message : String(error) });
        });
    };
    const watchers = this.input.stack.services
      .filter(({ name }) => this.schedulers.has(name))
      .map((service) =>
        watch(join(projectRoot, "dockerfiles", service.name), { recursive: true }, () => {
          clearTimeout(timers.get(service.name));
          timers.set(
            service.name,
            setTimeout(() => {
              reload(service);
            }, SETTLE_MS),
          );
        }),
      );
    await this.ending;
    for (const watcher of watchers) watcher.close();
    for (const timer of timers.values()) clearTimeout(timer);
    for (const end of this.shown.values()) end();
    this.shown.clear();
  }

  private async close(): Promise<void> {
    for (const name of this.schedulers.keys()) tell({ kind: "step", service: name, text: "stop" });
    await Promise.all([...this.schedulers.values()].map(async (scheduler) => scheduler.close()));
  }
}

function startCache({ port, maxItemSizeBytes }: LiveCache, address: string): void {
  const largest = String(maxItemSizeBytes);
  spawn("memcached", ["-u", "root", "-l", address, "-p", String(port), "-m", "64", "-I", largest], {
    stdio: "ignore",
    // Ctrl-C is for the rehearsal: services need it until they have stopped.
    detached: true,
  });
}

function tell(message: EngineMessage): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

const input = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as EngineInput;
// It holds the secrets that ECS would inject.
rmSync(process.argv[2] ?? "");
const engine = new Engine(input);
// Nobody is left who could end this, or read what it tells.
createConnection(input.lifeSocket)
  .on("error", () => undefined)
  .on("close", () => process.exit(1));
let asked = 0;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    asked += 1;
    // Whatever runs in the namespaces ends with this process, which is the first of them.
    if (asked > 1) process.exit(130);
    engine.end();
  });
}
engine.run().then(
  (cameToItsEnd) => process.exit(cameToItsEnd ? 0 : 130),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
