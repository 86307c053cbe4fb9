import { namePrefix, targetGroupName } from "../modules/config/names";
import { serviceCatalog } from "../modules/services/catalog";
import { targetGroupsOf } from "../modules/services/target-groups";
import { brokenAwsLimits } from "./aws-limits";
import { brokenCatalogRules } from "./catalog-rules";
import { isIPv4CidrBlock, isWithin, overlaps, prefixLength } from "../modules/config/cidr";
import type { ConfigFinding } from "../modules/config/config-error";
import { finding, repeated } from "./finding";
import type { ImageLifecycleRule, PlatformConfig } from "../modules/config/platform-config";

/** Looks at several values together and tells what does not fit. */
type Rule = (config: PlatformConfig) => readonly ConfigFinding[];

/**
 * All that is wrong between the values of a configuration whose values are well-formed one by one.
 *
 * @param config the configuration
 */
export function brokenRules(config: PlatformConfig): readonly ConfigFinding[] {
  return RULES.flatMap((rule) => rule(config));
}

const zonesBelongToRegion: Rule = ({ region, network }) =>
  network.zones.flatMap(({ name }, index) =>
    name.startsWith(region) && /^[a-z]$/.test(name.slice(region.length))
      ? []
      : [finding(`network.zones[${index}].name`, name, `must be a zone of the region ${region}, like "${region}a"`)],
  );

const zonesAreDistinct: Rule = ({ network }) =>
  repeated(network.zones.map(({ name }, index) => [`network.zones[${index}].name`, name]));

const networksAreWellFormed: Rule = ({ network, loadBalancer }) => {
  const subnets = subnetCidrs({ network });
  const sized: [string, string][] = [["network.vpcCidr", network.vpcCidr], ...subnets];
  const sources = loadBalancer.ingress.flatMap(({ cidrBlocks }, rule) =>
    cidrBlocks.map((cidr, index): [string, string] => [`loadBalancer.ingress[${rule}].cidrBlocks[${index}]`, cidr]),
  );
  return [
    ...[...sized, ...sources]
      .filter(([, cidr]) => !isIPv4CidrBlock(cidr))
      .map(([path, cidr]) =>
        finding(path, cidr, "must be an IPv4 CIDR block whose host bits are zero, like 10.0.1.0/24"),
      ),
    ...sized
      .filter(([, cidr]) => isIPv4CidrBlock(cidr) && (prefixLength(cidr) < 16 || prefixLength(cidr) > 28))
      .map(([path, cidr]) => finding(path, cidr, "must be between /16 and /28 (a VPC limit)")),
  ];
};

const subnetsFitIntoVpc: Rule = ({ network }) => {
  const subnets = subnetCidrs({ network }).filter(([, cidr]) => isIPv4CidrBlock(cidr));
  if (!isIPv4CidrBlock(network.vpcCidr)) return [];
  const outside = subnets
    .filter(([, cidr]) => !isWithin(cidr, network.vpcCidr))
    .map(([path, cidr]) => finding(path, cidr, `must lie inside the VPC's block ${network.vpcCidr}`));
  const overlapping = subnets.flatMap(([path, cidr], index) =>
    subnets
      .slice(0, index)
      .filter(([, other]) => overlaps(cidr, other))
      .map(([otherPath, other]) => finding(path, cidr, `must not overlap ${otherPath} (${other})`)),
  );
  return [...outside, ...overlapping];
};

const prefixesAreDistinct: Rule = ({ storagePrefixes: { mimir, loki, tempo, pyroscope } }) =>
  repeated([
    ["storagePrefixes.mimir.blocks", mimir.blocks],
    ["storagePrefixes.mimir.rules", mimir.rules],
    ["storagePrefixes.mimir.alerts", mimir.alerts],
    ["storagePrefixes.loki", loki],
    ["storagePrefixes.tempo", tempo],
    ["storagePrefixes.pyroscope", pyroscope],
  ]);

const bucketsAreDistinct: Rule = ({ state, dataBucket }) =>
  repeated([
    ["state.bootstrapBucket", state.bootstrapBucket],
    ["state.bucket", state.bucket],
    ["dataBucket.name", dataBucket.name],
  ]);

const healthCheckAnswersInTime: Rule = ({ loadBalancer: { healthCheck } }) =>
  healthCheck.timeoutSeconds < healthCheck.intervalSeconds
    ? []
    : [
        finding(
          "loadBalancer.healthCheck.timeoutSeconds",
          healthCheck.timeoutSeconds,
          `must be less than intervalSeconds, which is ${healthCheck.intervalSeconds}`,
        ),
      ];

const certificateIsOfTheRegion: Rule = ({ region, loadBalancer: { certificateArn } }) =>
  certificateArn === undefined || certificateArn.split(":")[3] === region
    ? []
    : [
        finding(
          "loadBalancer.certificateArn",
          certificateArn,
          `must be a certificate of ${region}: a load balancer takes none of another region`,
        ),
      ];

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** `ddd:hh24:mi-ddd:hh24:mi`, at least 60 minutes. Source: ElastiCache API reference, PreferredMaintenanceWindow. */
const maintenanceWindowIsAnHour: Rule = ({ cache: { maintenanceWindow } }) => {
  const minutes = maintenanceWindow.split("-").map(minuteOfWeek);
  const [start, end] = minutes;
  const week = 7 * 24 * 60;
  const isWindow =
    minutes.length === 2 && start !== undefined && end !== undefined && (end - start + week) % week >= 60;
  return isWindow
    ? []
    : [
        finding(
          "cache.maintenanceWindow",
          maintenanceWindow,
          "must be a weekly window of at least 60 minutes in UTC, like sun:05:00-sun:06:00",
        ),
      ];
};

function minuteOfWeek(moment: string): number | undefined {
  const match = /^([a-z]{3}):([01]\d|2[0-3]):([0-5]\d)$/.exec(moment);
  const day = DAYS.indexOf(match?.[1] ?? "");
  return match === null || day === -1 ? undefined : (day * 24 + Number(match[2])) * 60 + Number(match[3]);
}

/** These keep what was not flushed yet on a disk of their own, and answer for their own part of the data. */
const SINGLE_TASK_SERVICES = ["mimir", "loki", "tempo", "pyroscope"] as const;

/**
 * The configs say replication factor 1 and all components in one process. Two tasks for good would each hold half of
 * the recent data on a disk that is lost with the task, and the higher factor that cures it refuses writes as soon as
 * one of two is away. Two tasks for the minute of a deployment are fine: the old one hands over through the bucket.
 */
const configsAreForOneTask: Rule = ({ serviceConfigs, services }) =>
  serviceConfigs === "original"
    ? []
    : SINGLE_TASK_SERVICES.filter((name) => services[name].count > 1).map((name) =>
        finding(
          `services.${name}.count`,
          services[name].count,
          `must be 1 (or 0 to stop it): dockerfiles/${name} is configured for one task, replication factor 1 and a disk that is lost with the task; give it more CPU and memory instead`,
        ),
      );

/** The longest names that are built from project and environment, with AWS's limit for each. */
const namesFitAws: Rule = (config) => {
  const prefix = namePrefix(config);
  const names: [string, string, number][] = [
    ...Object.values(serviceCatalog(config))
      .flatMap(targetGroupsOf)
      .map(({ key }): [string, string, number] => ["target group", targetGroupName(prefix, key), 32]),
    ["load balancer", `${prefix}-alb`, 32],
    ["ElastiCache cluster", `${prefix}-memcached`, 50],
    ["IAM role", `${prefix}-task-execution-role`, 64],
  ];
  return names
    .filter(([, name, limit]) => name.length > limit)
    .map(([kind, name, limit]) =>
      finding(
        "environment",
        config.environment,
        `is too long together with projectName: ${kind} "${name}" has ${name.length} characters, AWS allows ${limit}`,
      ),
    );
};

/** Said in words or not at all: nothing is open because somebody forgot. */
const exposureIsAccepted: Rule = ({ loadBalancer: { internal, certificateArn, ingress, accepted } }) => {
  const isPublic = !internal && ingress.some(({ cidrBlocks }) => cidrBlocks.includes("0.0.0.0/0"));
  const needed: [keyof typeof accepted, boolean, string][] = [
    [
      "publicPlainHttp",
      isPublic && certificateArn === undefined,
      "set loadBalancer.certificateArn, or say in words here why passwords and data may cross the internet unencrypted",
    ],
    [
      "publicIngestion",
      isPublic,
      "limit loadBalancer.ingress to the senders' networks, or say in words here why anyone on the internet may write",
    ],
  ];
  return needed
    .filter(([key, isNeeded]) => isNeeded && accepted[key] === undefined)
    .map(([key, , rule]) => finding(`loadBalancer.accepted.${key}`, undefined, rule));
};

const itemsFitCache: Rule = (config) =>
  Object.values(serviceCatalog(config)).flatMap(({ title, largestCacheItemBytes = 0 }) =>
    largestCacheItemBytes <= config.cache.maxItemSizeBytes
      ? []
      : [
          finding(
            "cache.maxItemSizeBytes",
            config.cache.maxItemSizeBytes,
            `must be at least ${largestCacheItemBytes}: ${title} caches items of that size, and Memcached drops larger ones silently`,
          ),
        ],
  );

/** The stop timeout covers the flush and half as long again, for what a service does around it. */
const flushFitsStopTimeout: Rule = (config) =>
  config.serviceConfigs === "original"
    ? []
    : Object.values(serviceCatalog(config)).flatMap(({ name, title, stopTimeoutSeconds, flushSeconds = 0 }) =>
        stopTimeoutSeconds >= flushSeconds * 1.5
          ? []
          : [
              finding(
                `services.${name}.stopTimeoutSeconds`,
                stopTimeoutSeconds,
                `must be at least ${flushSeconds * 1.5}: ${title} may take ${flushSeconds} seconds to write what is still in memory`,
              ),
            ],
      );

const completeRoutesNeedOurConfigs: Rule = ({ loadBalancer: { routes }, serviceConfigs }) =>
  routes === "complete" && serviceConfigs === "original"
    ? [
        finding(
          "loadBalancer.routes",
          routes,
          'needs serviceConfigs "dockerfiles": the original Tempo config serves nothing below /tempo and /otlp, the routes would end in a 404',
        ),
      ]
    : [];

/** Beginning of the tag that a release gives an image beside its own. */
const RELEASED_PREFIX = "released-";

const lifecycleRulesSelectOurTags: Rule = ({ imageRepositories: { deployedTag, lifecycleRules }, imageVersions }) => {
  if (deployedTag === "upstream") return [];
  const build = `${imageVersions.mimir}-20260116-043000`;
  const keepsReleases = lifecycleRules.findIndex((rule) => selects(rule, `${RELEASED_PREFIX}${build}`));
  const expiresBuilds = lifecycleRules.findIndex((rule) => selects(rule, build));
  return keepsReleases !== -1 && expiresBuilds !== -1 && keepsReleases < expiresBuilds
    ? []
    : [
        finding(
          "imageRepositories.lifecycleRules",
          lifecycleRules.map((rule) => ("tagPrefixes" in rule ? rule.tagPrefixes : rule.description)),
          `must have a rule that selects "${RELEASED_PREFIX}…" and after it one that selects tags like "${build}"; otherwise images never expire, or released ones do`,
        ),
      ];
};

function selects(rule: ImageLifecycleRule, tag: string): boolean {
  if ("tagPrefixes" in rule) return rule.tagPrefixes.every((prefix) => tag.startsWith(prefix));
  if (!("tagPattern" in rule)) return false;
  const pattern = rule.tagPattern.split("*").map((text) => text.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${pattern.join(".*")}$`).test(tag);
}

const catalogFitsAws: Rule = (config) => brokenCatalogRules(Object.values(serviceCatalog(config)));

const RULES: readonly Rule[] = [
  zonesBelongToRegion,
  zonesAreDistinct,
  networksAreWellFormed,
  subnetsFitIntoVpc,
  prefixesAreDistinct,
  bucketsAreDistinct,
  healthCheckAnswersInTime,
  certificateIsOfTheRegion,
  maintenanceWindowIsAnHour,
  namesFitAws,
  exposureIsAccepted,
  itemsFitCache,
  configsAreForOneTask,
  flushFitsStopTimeout,
  completeRoutesNeedOurConfigs,
  lifecycleRulesSelectOurTags,
  brokenAwsLimits,
  catalogFitsAws,
];

function subnetCidrs({ network }: Pick<PlatformConfig, "network">): [string, string][] {
  return network.zones.flatMap(({ publicCidr, privateCidr }, index): [string, string][] => [
    [`network.zones[${index}].publicCidr`, publicCidr],
    [`network.zones[${index}].privateCidr`, privateCidr],
  ]);
}
