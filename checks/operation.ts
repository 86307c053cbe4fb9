import { CONFIG_FILE, type Finding } from "../modules/config/config-error";
import { STOP_TIMEOUT_PER_FLUSH } from "../modules/config/limits";
import type { ImageLifecycleRule, PlatformConfig } from "../modules/config/platform-config";
import type { DeployedService, ServiceCatalog } from "../modules/services/catalog";
import { pushedImages, selects } from "./image-lifecycle";
import { healthCheckFindings } from "./service-configs/image-rules";
import { notReadFinding } from "./wiring";

/**
 * Finds what would go wrong in running the platform, whatever its images hold: images that never roll out or never expire,
 * a stop before everything is written; and with the legacy images, what is paid for or open and not used.
 *
 * @param platform the platform
 * @param catalog its services
 */
export function operationFindings(platform: PlatformConfig, catalog: ServiceCatalog): readonly Finding[] {
  const services = Object.values(catalog);
  return [
    ...rolloutFindings(platform),
    ...lifecycleFindings(platform),
    ...services.flatMap(stopFindings),
    ...services.flatMap(healthCheckFindings),
    ...services.flatMap(originalFindings),
  ];
}

function rolloutFindings({ imageRepositories: { deployedTag } }: PlatformConfig): readonly Finding[] {
  if (deployedTag === "released") return [];
  return [
    {
      rule: "image-never-rolls-out",
      file: CONFIG_FILE,
      key: "imageRepositories.deployedTag",
      value: deployedTag,
      instead:
        'write "released": a new image is pushed under a new tag, and the task definitions name the upstream version',
      incident: "I11",
    },
  ];
}

function lifecycleFindings(platform: PlatformConfig): readonly Finding[] {
  const images = Object.values<readonly string[]>({ ...pushedImages(platform) });
  const tags = [...new Set(images.flat())];
  return platform.imageRepositories.lifecycleRules.flatMap((rule, index) =>
    isOfTags(rule) && !images.some((image) => selects(rule, image))
      ? [
          {
            rule: "lifecycle-selects-nothing",
            file: CONFIG_FILE,
            key: `imageRepositories.lifecycleRules[${index}]`,
            value: "tagPrefixes" in rule ? rule.tagPrefixes : "tagPattern" in rule ? rule.tagPattern : rule,
            instead: `select tags that are pushed, like ${tags.join(", ")}: no image has what this rule asks for, so none expires`,
            incident: "I29" as const,
          },
        ]
      : [],
  );
}

function isOfTags(rule: ImageLifecycleRule): boolean {
  return "tagPrefixes" in rule || "tagPattern" in rule;
}

function stopFindings({ name, title, tasks, flushSeconds = 0 }: DeployedService): readonly Finding[] {
  const needed = flushSeconds * STOP_TIMEOUT_PER_FLUSH;
  if (tasks.stopTimeoutSeconds >= needed) return [];
  return [
    {
      rule: "stop-timeout-below-flush",
      file: CONFIG_FILE,
      key: `services.${name}.stopTimeoutSeconds`,
      value: tasks.stopTimeoutSeconds,
      instead: `write at least ${needed}: ${title} may take ${flushSeconds} seconds to write what is still in memory`,
    },
  ];
}

function originalFindings({ name, ports, original }: DeployedService): readonly Finding[] {
  return [
    ...(original?.unreadVariables ?? []).map((variable) => notReadFinding(name, variable)),
    ...(original?.unusedPorts ?? []).map((port) => ({
      rule: "port-unused",
      file: "modules/services/original.ts",
      key: `${name} ports.${port}`,
      value: ports[port]?.number,
      instead: "remove it: nothing listens there",
    })),
  ];
}
