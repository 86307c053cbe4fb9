import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PlatformConfig } from "../../modules/config/platform-config";
import type { Profile } from "../../modules/config/profiles";
import { namePrefix } from "../../modules/config/names";
import type { ServiceName } from "../../modules/services/service-name";
import { deployedService, deployedServices } from "../../modules/services/catalog";
import { findBinary, type ServiceBinary } from "../images/binaries/find-binary";
import type { Mock } from "../mock/server";
import { Interrupted } from "../terminal/process";
import { startProgress, type Progress, type ProgressMode } from "../terminal/progress";
import { UserError } from "../terminal/user-error";
import type { EngineInput, NetworkAddresses, Trial } from "./engine-input";
import type { LiveProgram } from "./fargate";
import { strayKeys } from "./stray-keys";
import { refuseWithoutNamespaces, runInNamespaces } from "./ground/enter";
import { imageBase } from "./ground/container-image";
import { startRelay, type Relay } from "./ground/relay";
import type { EngineMessage, LiveReport } from "./live-report";
import { readStack } from "./stack/read-stack";

/** Options of a live run. */
export interface LiveOptions {
  readonly profile: Profile;
  /** Programs, from {@link prepareLive}. */
  readonly programs: LivePrograms;
  /** A mock with all layers applied. */
  readonly mock: Mock;
  /** Folder for logs and disks. */
  readonly runFolder: string;
  readonly mode: ProgressMode;
  /** True if it goes on running, and deploys what changes below `dockerfiles/`, until Ctrl-C. */
  readonly keep: boolean;
  /** Called when it runs and was tested, where it goes on running. */
  readonly onUp?: (report: LiveReport, urls: readonly string[]) => void;
  /** Deployments after the first one. @default - nothing */
  readonly trials?: readonly Trial[];
  /** Told what belongs to no service. */
  readonly note: (text: string) => void;
}

/** Programs of services that were found, and the services that are left out. */
export interface LivePrograms {
  readonly found: readonly ServiceBinary[];
  readonly leftOut: Readonly<Partial<Record<ServiceName, string>>>;
}

/** Result of a live rehearsal. */
export interface LiveResult {
  readonly report: LiveReport;
  readonly programs: readonly ServiceBinary[];
  /** Keys in the data bucket below no declared prefix; the first ten. */
  readonly strayKeys: readonly string[];
  readonly good: boolean;
  readonly logFolder: string;
}

/** Seconds that smoke checks wait for readiness and for data. */
const WAIT_SECONDS = 120;

/** Seconds for a run without `keep`: what hangs must end some day. */
const RUN_SECONDS = 900;

/**
 * Refuses what cannot work, and finds the programs, before anything is started or applied.
 *
 * @param profile the profile
 * @throws UserError (exit "badInput") for a profile whose tasks run today's images
 * @throws UserError (exit "missing") when this machine lacks programs or forbids namespaces, or has no service at all
 */
export async function prepareLive(profile: Profile): Promise<LivePrograms> {
  refuseOriginalConfigs(profile);
  await refuseWithoutNamespaces();
  const found: ServiceBinary[] = [];
  const leftOut: Partial<Record<ServiceName, string>> = {};
  for (const service of deployedServices(profile.config)) {
    try {
      found.push(await findBinary({ service, platform: profile.config }));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      leftOut[service] = error.what;
    }
  }
  if (found.length > 0) return { found, leftOut };
  throw new UserError({
    what: "There is no service's program on this machine.",
    mend: "`./lgtm verify` says for each service where it was looked for and how to get it",
    exit: "missing",
  });
}

function refuseOriginalConfigs({ name, config }: Profile): void {
  if (config.serviceConfigs === "dockerfiles") return;
  throw new UserError({
    what: `Profile ${name} cannot be run live: its task definitions run today's images, and do not inject what the configs below dockerfiles/ read.`,
    where: "common.config.ts (serviceConfigs)",
    mend: "run `./lgtm dev --profile target`",
    exit: "badInput",
  });
}

/**
 * Runs the platform on this machine as the mock's API describes it, tests it through its load balancer, and stops it.
 *
 * @throws UserError when it cannot be started; what does not work is part of the result
 * @throws Interrupted when it was asked to end before it was tested
 */
export async function runLive(options: LiveOptions): Promise<LiveResult> {
  const { profile, mock, runFolder, keep, programs } = options;
  const stack = await readStack(mock, namePrefix(profile.config));
  const socketFolder = mkdtempSync(join(tmpdir(), "lgtm-live-"));
  const logFolder = join(runFolder, "logs", "live");
  mkdirSync(logFolder, { recursive: true });
  const mockSocket = join(socketFolder, "mock.sock");
  const lifeSocket = join(socketFolder, "life.sock");
  const relays: Relay[] = [await startRelay({ path: mockSocket }, { host: "127.0.0.1", port: mock.port })];
  const life = await holdOpen(lifeSocket);
  const display = new Display(options, relays);
  const input: EngineInput = {
    stack,
    ...placesOf(profile.config),
    programs: Object.fromEntries(programs.found.map((binary) => [binary.service, programOf(binary, profile.config)])),
    leftOut: programs.leftOut,
    smoke: {
      tenant: profile.config.tenants.platform,
      grafanaUser: profile.config.grafana.adminUser,
      waitSeconds: WAIT_SECONDS,
    },
    mockSocket,
    lifeSocket,
    socketFolder,
    logFolder,
    diskFolder: join(runFolder, "live"),
    trials: options.trials ?? [],
    keep,
  };
  try {
    await runInNamespaces({
      file: join(__dirname, "engine.ts"),
      input,
      runFolder: socketFolder,
      logFile: join(logFolder, "engine.log"),
      onLine: display.hear,
      ...(keep ? {} : { timeoutSeconds: RUN_SECONDS }),
      graceSeconds: 130,
    });
  } catch (error) {
    // Ctrl-C is how one that goes on running is ended.
    if (!(error instanceof Interrupted) || display.report === undefined || !keep) throw error;
  } finally {
    await display.close();
    life.close();
    for (const relay of relays) await relay.close();
    // The input holds the secrets that ECS would inject.
    rmSync(socketFolder, { recursive: true, force: true });
    rmSync(input.diskFolder, { recursive: true, force: true });
  }
  const { report } = display;
  if (report === undefined) throw new Error("the rehearsal ended without a report");
  const stray = await strayKeys(mock, profile.config);
  return { report, programs: programs.found, strayKeys: stray, good: isGood(report, stray), logFolder };
}

/** A socket whose connections stay open as long as this process lives, however it ends. */
async function holdOpen(path: string): Promise<Server> {
  const server = createServer((socket) => socket.on("error", () => undefined).resume());
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return server;
}

/** Lists the failures of a run. A trial reports its own failures. */
function isGood({ smoke, denials, services, trials, failures }: LiveReport, stray: readonly string[]): boolean {
  const deployed = services.every(({ result, killed }) => (result === "completed" || result === "left out") && !killed);
  return (
    smoke.ok && denials.length === 0 && deployed && stray.length === 0 && (failures.length === 0 || trials.length > 0)
  );
}

function programOf({ service, path, home }: ServiceBinary, config: PlatformConfig): LiveProgram {
  const image = imageBase(deployedService(config, service).image);
  return { path, image, ...(home === undefined ? {} : { home }) };
}

/** Addresses of the VPC's own, below those of its subnets. */
function placesOf({ network }: PlatformConfig): {
  readonly vpcCidr: string;
  readonly addresses: NetworkAddresses;
  readonly subnet: string;
} {
  const { vpcCidr, zones } = network;
  const start = vpcCidr.split("/")[0]?.split(".").slice(0, 3).join(".") ?? "10.0.0";
  const [first] = zones;
  return {
    vpcCidr,
    addresses: {
      // AWS: "the base of the VPC IPv4 network range plus two".
      resolver: `${start}.2`,
      aws: `${start}.5`,
      cache: `${start}.6`,
      loadBalancer: `${start}.7`,
    },
    subnet: first.privateCidr.split(".").slice(0, 3).join("."),
  };
}

/** Hears what the engine tells and shows it. */
class Display {
  report: LiveReport | undefined;
  private progress: Progress;
  private readonly urls: Promise<string>[] = [];

  constructor(
    private readonly options: LiveOptions,
    private readonly relays: Relay[],
  ) {
    this.progress = startProgress(this.services(), options.mode);
  }

  readonly hear = (line: string): void => {
    const message = parseMessage(line);
    if (message === undefined) return;
    switch (message.kind) {
      case "step":
      case "done":
      case "failed":
        this.progress[message.kind](message.service, message.text);
        break;
      case "note":
        this.options.note(message.text);
        break;
      case "listening":
        for (const { path, protocol } of message.sockets) this.urls.push(this.open(path, protocol));
        break;
      case "up":
        this.report = message.report;
        void this.goOn(message.report);
        break;
      case "report":
        this.report = message.report;
    }
  };

  async close(): Promise<void> {
    await this.progress.close();
  }

  /** From now on something happens now and then only: plain lines, also on a terminal, whose live display ends here. */
  private async goOn(report: LiveReport): Promise<void> {
    const { mode, onUp } = this.options;
    const before = this.progress;
    this.progress = startProgress(this.services(), mode === "silent" ? mode : "lines");
    await before.close();
    onUp?.(report, await Promise.all(this.urls));
  }

  private services(): readonly ServiceName[] {
    return this.options.programs.found.map(({ service }) => service);
  }

  private async open(path: string, protocol: string): Promise<string> {
    const relay = await startRelay({ host: "127.0.0.1", port: 0 }, { path });
    this.relays.push(relay);
    return `${protocol}://127.0.0.1:${relay.port}`;
  }
}

function parseMessage(line: string): EngineMessage | undefined {
  if (!line.startsWith('{"kind":')) return undefined;
  return JSON.parse(line) as EngineMessage;
}
