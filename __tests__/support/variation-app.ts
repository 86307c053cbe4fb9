/** main.ts with the configuration of the variation that LGTM_TEST_VARIATION names, in place of a profile. */
import { checkPlatform } from "../../checks/check-platform";
import { validateConfig } from "../../checks/validate";
import { profiles } from "../../common.config";
import { buildPlatform } from "../../stacks/platform";
import { routingLayers } from "../../stacks/routing-layers";
import { endRefused, openApp, writeLayers } from "../../stacks/synthesis";
import { variations, type Variation } from "./legacy-variations";

try {
  const all: Readonly<Record<string, Variation>> = variations;
  const profile = { name: "baseline", config: { ...profiles.baseline, ...all[process.env.LGTM_TEST_VARIATION ?? ""] } };
  validateConfig(profile);
  const app = openApp();
  const layers = buildPlatform(app, profile.config, {});
  checkPlatform({ ...profile, layers: routingLayers(layers) });
  writeLayers(app, profile);
} catch (error) {
  endRefused(error);
}
