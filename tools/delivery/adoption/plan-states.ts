import { createRequire } from "node:module";
import { join } from "node:path";
import { accountEnvironment } from "../../layers/environment";
import { selectLayers } from "../../layers/layers";
import { acceptedVersions } from "../../layers/stack-file";
import { synthesize } from "../../layers/synth";
import type { Outcome } from "../../layers/waves";
import { makeRunFolder } from "../../terminal/paths";
import { throwIfInterrupted } from "../../terminal/process";
import type { ProgressMode } from "../../terminal/progress";
import { ensureTerraform } from "../../terraform/binary";
import { planInOrder, type LayerPlan } from "../../terraform/provisional/plan-in-order";
import { setUpProvider } from "../../terraform/provider";
import { startFixtures } from "./fixtures";

/** Loads when it is used: the AWS clients take longer to load than most commands to run. */
const load = createRequire(__filename);

/** Layers to plan against states, and the way it is shown. */
export interface PlanStatesOptions {
  /** Name of the command, for the run's folder. */
  readonly command: string;
  /** @default - LGTM_PROFILE, then `activeProfile` */
  readonly profile?: string | undefined;
  /** Layer ids; none means all. */
  readonly layers: readonly string[];
  /** True if the states are the committed files on a mock, instead of the remote states. */
  readonly fixtures: boolean;
  /** Number of layers that are planned at the same time. */
  readonly parallel: number;
  readonly mode: ProgressMode;
}

/** Plans against states, by layer. */
export interface StatePlans {
  readonly profile: string;
  readonly outcomes: readonly Outcome<LayerPlan>[];
}

/**
 * Plans layers in order against the states that exist. Nothing is applied or stored, and no state is locked. On an account the real resources are
 * read too; the mock holds none of them, so there the states alone are compared.
 * @throws UserError when something that is needed is missing, credentials first, or the configuration is refused; a layer
 * that cannot be planned is part of the result instead
 */
export async function planStates(options: PlanStatesOptions): Promise<StatePlans> {
  const { mode, parallel } = options;
  const note = (text: string): void => {
    if (mode !== "silent") process.stderr.write(`${text}\n`);
  };
  // Without valid credentials each layer would fail by itself, with the same message.
  if (!options.fixtures) await checkCredentials(options.profile);
  const runFolder = makeRunFolder(options.command);
  const { layers, profile } = await synthesize({ outFolder: join(runFolder, "out"), profile: options.profile });
  const selected = selectLayers(layers, options.layers);
  const terraform = await ensureTerraform({ constraint: acceptedVersions(layers), report: note });
  const providerSetup = await setUpProvider(terraform, { report: note });
  const fixtures = options.fixtures ? await startFixtures({ layers, runFolder, report: note }) : undefined;
  try {
    throwIfInterrupted();
    const env = { ...(fixtures?.env ?? accountEnvironment()), ...providerSetup.environment };
    const refresh = fixtures === undefined;
    const programs = { terraform, providerSetup };
    // It promises to read only: no lock is written, not even for the time of a plan.
    const how = { parallel, refresh, mode, lock: false };
    const outcomes = await planInOrder({ all: layers, selected, ...programs, env, runFolder, ...how });
    return { profile, outcomes };
  } finally {
    await fixtures?.stop();
  }
}

async function checkCredentials(profile: string | undefined): Promise<void> {
  const { openSession } = load("../../state/session") as typeof import("../../state/session");
  await openSession({ profile, writes: false, env: accountEnvironment() });
}
