import { checkPlatform } from "./checks/check-platform";
import { validateEnvironments } from "./checks/environments";
import { validateConfig } from "./checks/validate";
import { describeFinding } from "./modules/config/config-error";
import { resolveProfile } from "./modules/config/profiles";
import { readReleases } from "./modules/services/releases";
import { buildPlatform } from "./stacks/platform";
import { routingLayers } from "./stacks/routing-layers";
import { endRefused, openApp, writeLayers } from "./stacks/synthesis";

try {
  const profile = resolveProfile();
  validateConfig(profile);
  for (const warning of validateEnvironments()) console.error(`Warning: ${describeFinding(warning)}`);
  const releases = readReleases(profile.config.environment);

  const app = openApp();
  const layers = buildPlatform(app, profile.config, releases);

  checkPlatform({ ...profile, layers: routingLayers(layers) });

  writeLayers(app, profile);
} catch (error) {
  endRefused(error);
}
