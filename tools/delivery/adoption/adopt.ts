import { profiles } from "../../../common.config";
import type { PlatformConfig } from "../../../modules/config/platform-config";
import { configDifferences, type ConfigDifference } from "./config-differences";
import { planStates, type PlanStatesOptions } from "./plan-states";
import { judgeAdoption, type Adoption } from "./report";

/** Options of the proof. */
export type AdoptOptions = Omit<PlanStatesOptions, "command">;

/**
 * Plans layers in order against the states that exist and says what taking over changes: nothing, with the configuration
 * of what runs; with another profile, each change and the setting that causes it. Nothing is applied.
 * @throws UserError when something that is needed is missing or the configuration is refused; a layer that cannot be
 * planned is part of the result instead
 */
export async function adopt(options: AdoptOptions): Promise<Adoption> {
  const started = performance.now();
  const { profile, outcomes } = await planStates({ ...options, command: "adopt" });
  return judgeAdoption(profile, outcomes, (performance.now() - started) / 1000, differencesFromBaseline(profile));
}

/** The tools only know the profile's name from the app; an app of a test may have profiles of its own. */
function differencesFromBaseline(name: string): readonly ConfigDifference[] {
  const config = Object.entries<PlatformConfig>(profiles).find(([known]) => known === name)?.[1];
  return config === undefined ? [] : configDifferences(profiles.baseline, config);
}
