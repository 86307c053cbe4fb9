/**
 * main.ts with a configuration that differs from the profile in what LGTM_TEST_OVERRIDES says: a JSON object that is laid
 * over it, level by level. So tests plan variations without a profile in common.config.ts for each.
 */
import type { PlatformConfig } from "../../modules/config/platform-config";
import { resolveProfile } from "../../modules/config/profiles";
import { readReleases } from "../../modules/services/releases";
import { validateConfig } from "../../checks/validate";
import { buildPlatform } from "../../stacks/platform";
import { endRefused, openApp, writeLayers } from "../../stacks/synthesis";

function layOver(below: unknown, above: unknown): unknown {
  if (!isObject(below) || !isObject(above)) return above;
  const merged = Object.entries(above).map(([key, value]) => [key, layOver(below[key], value)] as const);
  return { ...below, ...Object.fromEntries(merged) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

try {
  const { name, config } = resolveProfile();
  const overrides: unknown = JSON.parse(process.env.LGTM_TEST_OVERRIDES ?? "{}");
  const profile = { name, config: layOver(config, overrides) as PlatformConfig };
  validateConfig(profile);
  const app = openApp();
  buildPlatform(app, profile.config, readReleases(profile.config.environment));
  writeLayers(app, profile);
} catch (error) {
  endRefused(error);
}
