import { ConfigError, type Finding } from "../modules/config/config-error";
import type { PlatformConfig } from "../modules/config/platform-config";
import { deployedServices, serviceCatalog } from "../modules/services/catalog";
import { agreementFindings, catalogFindings } from "./agreement";
import { KNOWN_FINDINGS, type KnownFinding } from "./known-findings";
import { lintFindings } from "./service-configs";
import { operationFindings } from "./operation";
import { routeContractFindings } from "./route-contract";
import { readRouting, type RoutingLayers } from "./routing";
import { settingsIn } from "./served-paths";
import { serviceSources, type ServiceSources } from "./service-sources";
import { wiringFindings } from "./wiring";

/** Subject of the checks. */
export interface CheckedPlatform {
  /** Name of the profile. */
  readonly name: string;
  readonly config: PlatformConfig;
  /** The synthesized layers that decide where requests go. */
  readonly layers: RoutingLayers;
  /** @default - the files below `dockerfiles/` */
  readonly sources?: readonly ServiceSources[];
}

/**
 * Refuses a platform that AWS would take and that would not work: service configs, the variables they read, the routes to
 * them. What runs today and is known to be wrong is excused by known-findings.ts.
 *
 * @param platform the profile and its layers
 * @throws ConfigError with all findings at once
 */
export function checkPlatform(platform: CheckedPlatform): void {
  const findings = unexpectedFindings(platformFindings(platform), KNOWN_FINDINGS[platform.name] ?? []);
  if (findings.length > 0) throw new ConfigError(`Profile "${platform.name}"`, findings);
}

/**
 * All that is wrong with a platform, known or not.
 *
 * @param platform the profile and its layers
 */
export function platformFindings({ config, layers, sources }: CheckedPlatform): readonly Finding[] {
  const catalog = serviceCatalog(config);
  // The legacy images hold configs of their own; dockerfiles/ is not what runs there.
  const files =
    config.serviceConfigs === "original"
      ? []
      : (sources ?? deployedServices(config).map((name) => serviceSources(config, name)));
  const settings = settingsIn(files);
  return [
    ...files.flatMap(lintFindings),
    ...files.flatMap(wiringFindings),
    ...agreementFindings(files),
    ...catalogFindings(config, catalog, settings),
    ...routeContractFindings({ routing: readRouting(layers), catalog, settings }),
    ...operationFindings(config, catalog),
  ];
}

/**
 * Removes the known findings; a known one that is not found is a finding itself.
 *
 * @param findings all findings
 * @param known those that are excused
 */
export function unexpectedFindings(findings: readonly Finding[], known: readonly KnownFinding[]): readonly Finding[] {
  const found = new Set(findings.map(identityOf));
  const excused = new Set(known.map(identityOf));
  const stale = known
    .filter((entry) => !found.has(identityOf(entry)))
    .map((entry) => ({
      rule: "stale-known-finding",
      file: "checks/known-findings.ts",
      key: `${entry.rule} ${entry.file} ${entry.key}`,
      value: entry.value,
      instead: "remove the entry: nothing is found that it describes",
    }));
  return [...findings.filter((finding) => !excused.has(identityOf(finding))), ...stale];
}

function identityOf({ rule, file, key, value }: Pick<Finding, "rule" | "file" | "key" | "value">): string {
  return JSON.stringify([rule, file, key, value]);
}
