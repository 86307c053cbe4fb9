import { join } from "node:path";
import { profiles } from "../../../common.config";
import type { PlatformConfig } from "../../../modules/config/platform-config";
import { selectLayers } from "../../layers/layers";
import { makeRunFolder } from "../../terminal/paths";
import { throwIfInterrupted } from "../../terminal/process";
import type { ProgressMode } from "../../terminal/progress";
import { synthesize } from "../../layers/synth";
import { ensureTerraform } from "../../terraform/binary";
import { accountEnvironment } from "../../layers/environment";
import { planInOrder } from "../../terraform/provisional/plan-in-order";
import { setUpProvider } from "../../terraform/provider";
import { acceptedVersions } from "../../layers/stack-file";
import { configDifferences, type ConfigDifference } from "./config-differences";
import { startFixtures } from "./fixtures";
import { judgeAdoption, type Adoption } from "./report";

/** What is checked, and how it is shown. */
export interface AdoptOptions {
  /** @default - LGTM_PROFILE, then `activeProfile` */
  readonly profile?: string | undefined;
  /** Layer ids; none means all. */
  readonly layers: readonly string[];
  /** Whether to check against the committed state files on a mock, instead of the remote states. */
  readonly fixtures: boolean;
  /** How many layers are planned at the same time. */
  readonly parallel: number;
  readonly mode: ProgressMode;
}

/**
 * Plans layers in order against the states that exist and says what taking over changes: nothing, with the configuration
 * of what runs; with another profile, each change and the setting that causes it. Nothing is applied. On an
 * account the real resources are read too; the mock holds none of them, so there the states alone are compared.
 * @throws UserError when something that is needed is missing or the configuration is refused; a layer that cannot be
 * planned is part of the result instead
 */
export async function adopt(options: AdoptOptions): Promise<Adoption> {
  const started = performance.now();
  const runFolder = makeRunFolder("adopt");
  const outFolder = join(runFolder, "out");
  const note = (text: string): void => {
    if (options.mode !== "silent") process.stderr.write(`${text}\n`);
  };
  const { layers, profile } = await synthesize({ outFolder, profile: options.profile });
  const selected = selectLayers(layers, options.layers);
  const terraform = await ensureTerraform({ constraint: acceptedVersions(layers), report: note });
  const providerSetup = await setUpProvider(terraform, { report: note });
  const fixtures = options.fixtures ? await startFixtures({ layers, runFolder, report: note }) : undefined;
  try {
    throwIfInterrupted();
    const env = { ...(fixtures?.env ?? accountEnvironment()), ...providerSetup.environment };
    const { parallel, mode, fixtures: onCopies } = options;
    const refresh = !onCopies;
    const outcomes = await planInOrder({
      all: layers,
      selected,
      terraform,
      providerSetup,
      env,
      runFolder,
      parallel,
      refresh,
      mode,
    });
    return judgeAdoption(profile, outcomes, (performance.now() - started) / 1000, differencesFromBaseline(profile));
  } finally {
    await fixtures?.stop();
  }
}

/** The tools only know the profile's name from the app; an app of a test may have profiles of its own. */
function differencesFromBaseline(name: string): readonly ConfigDifference[] {
  const config = Object.entries<PlatformConfig>(profiles).find(([known]) => known === name)?.[1];
  return config === undefined ? [] : configDifferences(profiles.baseline, config);
}
