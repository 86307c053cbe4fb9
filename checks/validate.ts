import type { z } from "zod";
import { CONFIG_FILE, ConfigError, type Finding } from "../modules/config/config-error";
import type { PlatformConfig } from "../modules/config/platform-config";
import type { Profile } from "../modules/config/profiles";
import { pathText } from "./finding";
import { brokenRules } from "./rules";
import { configSchema } from "./config-schema";

/**
 * Refuses a configuration that AWS, Terraform or a service would refuse later.
 *
 * @param profile the configuration and its name
 * @throws ConfigError with all findings at once
 */
export function validateConfig({ name, config }: Profile): void {
  const findings = findingsIn(config);
  if (findings.length > 0) throw new ConfigError(`Profile "${name}" in common.config.ts`, findings);
}

/**
 * All that is wrong with a configuration; empty if nothing is.
 *
 * @param config the configuration
 */
export function findingsIn(config: PlatformConfig): readonly Finding[] {
  const { error } = configSchema.safeParse(config);
  const malformed = (error?.issues ?? []).flatMap((issue) =>
    pathsOf(issue).map((path) => {
      const value = valueAt(config, path);
      return {
        rule: "form",
        file: CONFIG_FILE,
        key: path.length === 0 ? "(profile)" : pathText(path),
        value,
        instead: allowed(issue, value),
      };
    }),
  );
  // A value of the wrong type leaves the rules nothing to look at; the compiler refuses it too.
  const hasWrongTypes = (error?.issues ?? []).some(({ code }) => code === "invalid_type" || code === "invalid_union");
  return hasWrongTypes ? malformed : [...malformed, ...brokenRules(config)];
}

/** Returns the paths of an issue; unknown keys are named one by one. */
function pathsOf(issue: z.core.$ZodIssue): readonly (readonly PropertyKey[])[] {
  return issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
}

function allowed({ code, message }: z.core.$ZodIssue, value: unknown): string {
  if (code === "unrecognized_keys") return "is not a key of the configuration: remove it, or correct its name";
  return code === "invalid_type" && value === undefined ? `is missing (${message})` : message;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, key) => (Object(inner) as Record<PropertyKey, unknown>)[key], value);
}
