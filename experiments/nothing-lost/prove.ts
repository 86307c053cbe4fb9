import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { SourceFile } from "../../checks/source-file";
import type { PlatformConfig } from "../../modules/config/platform-config";
import { findBinary } from "../../tools/images/binaries/find-binary";
import { ensureMockPython } from "../../tools/mock/venv";
import { makeRunFolder } from "../../tools/terminal/paths";
import { refuseWithoutNamespaces, runInNamespaces } from "../../tools/live/ground/enter";
import type { InsideInput } from "./inside";
import { STORING_SERVICES, type StoringService } from "./items/signal-items";
import type { LossResult } from "./result";

/** Options of a proof. */
export interface NothingLostOptions {
  readonly config: PlatformConfig;
  /** @default - all that keep data */
  readonly services?: readonly StoringService[];
  /** @default - both */
  readonly scenarios?: InsideInput["scenarios"];
  /** @default - what today's images wrote is not looked at */
  readonly today?: {
    readonly config: PlatformConfig;
    readonly files: Readonly<Partial<Record<StoringService, readonly SourceFile[]>>>;
  };
  /**
   * Items of each kind that are written before a stop.
   * @default 200
   */
  readonly count?: number;
  /** Told how far it is. */
  readonly onLine?: (line: string) => void;
}

/** Results, and the folder of the tasks' logs. */
export interface NothingLostResult {
  readonly runFolder: string;
  readonly results: readonly LossResult[];
}

/** Seconds that items may take to be readable after a start or a stop. */
const WAIT_SECONDS = 150;

/** Seconds for all of it: starts, stops at their longest and reads, on a slow machine. */
const RUN_SECONDS = 900;

/**
 * Lets each service that keeps data be stopped and replaced as ECS does it, with its own program and config, and looks
 * whether anything that it acknowledged is lost. All services run side by side, in namespaces of their own.
 *
 * @throws UserError if a program is missing or the machine forbids namespaces (exit "missing")
 */
export async function proveNothingLost(options: NothingLostOptions): Promise<NothingLostResult> {
  const { config, services = STORING_SERVICES, onLine = () => undefined } = options;
  await refuseWithoutNamespaces();
  const runFolder = makeRunFolder("nothing-lost");
  const found = await Promise.all(services.map(async (service) => findBinary({ service, platform: config })));
  await ensureMockPython(onLine);
  const resultFile = join(runFolder, "results.json");
  const input: InsideInput = {
    runFolder,
    resultFile,
    programs: Object.fromEntries(found.map(({ service, path }) => [service, path])),
    scenarios: options.scenarios ?? ["restart", "overlap"],
    config,
    overlapConfig: besides(config),
    today: options.today,
    count: options.count ?? 200,
    waitSeconds: WAIT_SECONDS,
  };
  const file = join(__dirname, "inside.ts");
  await runInNamespaces({
    file,
    input,
    runFolder,
    logFile: join(runFolder, "logs", "inside.log"),
    onLine,
    timeoutSeconds: RUN_SECONDS,
  });
  return { runFolder, results: JSON.parse(readFileSync(resultFile, "utf8")) as LossResult[] };
}

/** The same platform under names of its own: its rings, names and bucket are apart. */
function besides(config: PlatformConfig): PlatformConfig {
  return {
    ...config,
    environment: "beside",
    serviceDiscovery: { ...config.serviceDiscovery, namespace: "lgtm-beside.local" },
    dataBucket: { ...config.dataBucket, name: `${config.dataBucket.name}-beside` },
  };
}
