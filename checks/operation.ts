import type { ImageLifecycleRule, PlatformConfig } from "../modules/config/platform-config";
import type { ServiceDefinition } from "../modules/services/service-definition";
import type { ServiceName } from "../modules/config/service-name";
import type { CheckFinding } from "./check-finding";
import { healthCheckFindings } from "./service-configs/image-rules";
import { ORIGINAL_IMAGES } from "./original-images";
import { notReadFinding } from "./wiring";

type Catalog = Readonly<Record<ServiceName, ServiceDefinition>>;

/**
 * What would go wrong in running the platform, whatever its images hold: images that never roll out or never expire,
 * a stop before everything is written; and with the HCL's images, what is paid for or open and not used.
 *
 * @param platform the platform
 * @param catalog its services
 */
export function operationFindings(platform: PlatformConfig, catalog: Catalog): readonly CheckFinding[] {
  const services = Object.values(catalog);
  return [
    ...rolloutFindings(platform),
    ...lifecycleFindings(platform),
    ...services.flatMap(stopFindings),
    ...services.flatMap(({ name, healthCheck }) => healthCheckFindings(name, healthCheck?.shellCommand)),
    ...(platform.serviceConfigs === "original" ? services.flatMap(originalFindings) : []),
  ];
}

function rolloutFindings({ imageRepositories: { deployedTag } }: PlatformConfig): readonly CheckFinding[] {
  if (deployedTag === "released") return [];
  return [
    {
      rule: "image-never-rolls-out",
      file: "common.config.ts",
      key: "imageRepositories.deployedTag",
      value: deployedTag,
      instead:
        'write "released": a new image is pushed under a new tag, and the task definitions name the upstream version',
      incident: "I11",
    },
  ];
}

/** Tags that are pushed: the upstream version, a release's own and its second one. */
function pushedTags({ imageVersions: { mimir } }: PlatformConfig): readonly string[] {
  const release = `${mimir}-20260116-043000`;
  return [mimir, release, `released-${release}`];
}

function lifecycleFindings(platform: PlatformConfig): readonly CheckFinding[] {
  const tags = pushedTags(platform);
  return platform.imageRepositories.lifecycleRules.flatMap((rule, index) =>
    isOfTags(rule) && !selects(rule, tags)
      ? [
          {
            rule: "lifecycle-selects-nothing",
            file: "common.config.ts",
            key: `imageRepositories.lifecycleRules[${index}]`,
            value: rule,
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

/** ECR selects images that have a tag for each prefix. */
function selects(rule: ImageLifecycleRule, tags: readonly string[]): boolean {
  if ("tagPrefixes" in rule) return rule.tagPrefixes.every((prefix) => tags.some((tag) => tag.startsWith(prefix)));
  if (!("tagPattern" in rule)) return false;
  const pattern = rule.tagPattern.split("*").map((text) => text.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return tags.some((tag) => new RegExp(`^${pattern.join(".*")}$`).test(tag));
}

function stopFindings({
  name,
  title,
  stopTimeoutSeconds,
  flushSeconds = 0,
}: ServiceDefinition): readonly CheckFinding[] {
  if (stopTimeoutSeconds >= flushSeconds * 1.5) return [];
  return [
    {
      rule: "stop-timeout-below-flush",
      file: "common.config.ts",
      key: `services.${name}.stopTimeoutSeconds`,
      value: stopTimeoutSeconds,
      instead: `write at least ${flushSeconds * 1.5}: ${title} may take ${flushSeconds} seconds to write what is still in memory`,
    },
  ];
}

function originalFindings({ name, ports }: ServiceDefinition): readonly CheckFinding[] {
  const image = ORIGINAL_IMAGES[name];
  return [
    ...(image?.unreadVariables ?? []).map((variable) => notReadFinding(name, variable)),
    ...(image?.unusedPorts ?? []).map((port) => ({
      rule: "port-unused",
      file: `modules/services/${name}.ts`,
      key: `ports.${port}`,
      value: ports[port]?.number,
      instead: "remove it: nothing listens there",
    })),
  ];
}
