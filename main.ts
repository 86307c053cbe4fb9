import { App } from "cdktf";
import { checkPlatform } from "./checks/check-platform";
import { describeFinding } from "./modules/config/config-error";
import { runSynthesis } from "./stacks/synthesis";
import { resolveProfile } from "./modules/config/profiles";
import { readReleases } from "./modules/config/releases";
import { validateEnvironments } from "./checks/environments";
import { validateConfig } from "./checks/validate";
import { buildPlatform } from "./stacks/platform";
import { routingLayers } from "./stacks/routing-layers";

runSynthesis(() => {
  const profile = resolveProfile();
  validateConfig(profile);
  for (const warning of validateEnvironments()) console.error(`Warning: ${describeFinding(warning)}`);
  const releases = readReleases(profile.config.environment);
  // CDKTF's own validations run after the first stacks are written; runSynthesis runs them before.
  const app = new App({ skipValidation: true });
  const layers = buildPlatform(app, profile.config, releases);
  const refuseUnfit = () => {
    checkPlatform({ ...profile, layers: routingLayers(layers) });
  };
  return { app, profile, refuseUnfit };
});
