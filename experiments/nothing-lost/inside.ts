import { readFileSync, writeFileSync } from "node:fs";
import type { SourceFile } from "../../checks/source-file";
import type { PlatformConfig } from "../../modules/config/platform-config";
import { FrontDoor } from "./front-door";
import { Ground } from "./ground";
import { ALL_ITEMS } from "./items/all-items";
import type { StoringService } from "./items/signal-items";
import { overlap } from "./overlap";
import { restart } from "./restart";
import type { FailedResult, LossResult } from "./result";

/** Input of the run inside its namespaces. */
export interface InsideInput {
  readonly runFolder: string;
  /** File for the results. */
  readonly resultFile: string;
  /** Path of the program of each service that takes part. */
  readonly programs: Readonly<Partial<Record<StoringService, string>>>;
  readonly scenarios: readonly ("restart" | "overlap")[];
  readonly config: PlatformConfig;
  /** Another environment, so that the two scenarios run side by side. */
  readonly overlapConfig: PlatformConfig;
  /** Today's images, and the configuration whose task definitions run them. @default - not looked at */
  readonly today?:
    | {
        readonly config: PlatformConfig;
        readonly files: Readonly<Partial<Record<StoringService, readonly SourceFile[]>>>;
      }
    | undefined;
  /** Items of each kind in a restart. */
  readonly count: number;
  /** Seconds that items may take to be readable. */
  readonly waitSeconds: number;
}

/** Runs what the input says and writes the results; lines on standard output say how far it is. */
async function main(): Promise<void> {
  const input = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as InsideInput;
  const { config, overlapConfig } = input;
  const ground = await Ground.create({ ...input, environments: [config, overlapConfig] });
  const door = await FrontDoor.open(overlapConfig);
  const services = Object.keys(input.programs) as StoringService[];
  const runs = services.flatMap((service) =>
    input.scenarios.map(async (scenario) => attempt(service, scenario, { input, ground, door })),
  );
  const results = await Promise.all(runs);
  writeFileSync(input.resultFile, JSON.stringify(results));
  await ground.close();
  await door.close();
}

interface Place {
  readonly input: InsideInput;
  readonly ground: Ground;
  readonly door: FrontDoor;
}

/** One service's failure does not end the others. */
async function attempt(
  service: StoringService,
  scenario: FailedResult["scenario"],
  { input, ground, door }: Place,
): Promise<LossResult> {
  const { waitSeconds, count, today } = input;
  const note = (text: string): void => {
    process.stdout.write(`${service} ${scenario}: ${text}\n`);
  };
  const items = ALL_ITEMS[service];
  try {
    if (scenario === "overlap")
      return await overlap({ ground, items, config: input.overlapConfig, door, waitSeconds, note });
    const files = today?.files[service];
    const past = today === undefined || files === undefined ? undefined : { config: today.config, files };
    return await restart({ ground, items, config: input.config, count, today: past, waitSeconds, note });
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    note(`failed: ${text}`);
    return { kind: "failed", service, scenario, error: text };
  }
}

// This process is the first of its namespace: signals that it does not handle are not delivered to it.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.exit(130));
main().then(
  // Whatever still runs in the namespace ends with this process.
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
