import { isIPv4CidrBlock, isWithin, overlaps, prefixLength } from "../modules/config/cidr";
import type { Finding } from "../modules/config/config-error";
import { MIN_MAINTENANCE_MINUTES, NAME_LENGTH, REGION_ZONES, VPC_PREFIX } from "../modules/config/limits";
import { namePrefix, targetGroupName } from "../modules/config/names";
import type { PlatformConfig } from "../modules/config/platform-config";
import { SERVICE_NAMES } from "../modules/services/service-name";
import { serviceCatalog } from "../modules/services/catalog";
import { targetGroupsOf } from "../modules/services/target-groups";
import { brokenAwsRules } from "./aws-rules";
import { brokenCatalogRules } from "./catalog-rules";
import { applyRules, pathText, problem, repeated, type Problem, type Rules } from "./finding";
import { pushedImages, selects } from "./image-lifecycle";
import { leavesOf } from "./plain-object";

/** Looks at several values together and tells what does not fit. */
type Rule = (config: PlatformConfig) => readonly Problem[];

/**
 * Finds all that is wrong between the values of a configuration whose values are well-formed one by one.
 *
 * @param config the configuration
 */
export function brokenRules(config: PlatformConfig): readonly Finding[] {
  return [
    ...applyRules(RULES, config),
    ...brokenAwsRules(config),
    ...brokenCatalogRules(Object.values(serviceCatalog(config))),
  ];
}

const zonesBelongToRegion: Rule = ({ region, network }) =>
  network.zones.flatMap(({ name }, index) => {
    const zones = Array.from(REGION_ZONES[region] ?? "", (letter) => `${region}${letter}`);
    return zones.length === 0 || zones.includes(name)
      ? []
      : [problem(`network.zones[${index}].name`, name, `must be a zone of the region ${region}: ${zones.join(", ")}`)];
  });

const zonesAreDistinct: Rule = ({ network }) =>
  repeated(network.zones.map(({ name }, index) => ({ key: `network.zones[${index}].name`, value: name })));

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
        problem(path, cidr, "must be an IPv4 CIDR block whose host bits are zero, like 10.0.1.0/24"),
      ),
    ...sized
      .filter(([, cidr]) => isIPv4CidrBlock(cidr) && !isVpcSize(cidr))
      .map(([path, cidr]) =>
        problem(path, cidr, `must be between /${VPC_PREFIX.shortest} and /${VPC_PREFIX.longest} (a VPC limit)`),
      ),
  ];
};

function isVpcSize(cidr: string): boolean {
  const length = prefixLength(cidr);
  return length >= VPC_PREFIX.shortest && length <= VPC_PREFIX.longest;
}

const subnetsFitIntoVpc: Rule = ({ network }) => {
  const subnets = subnetCidrs({ network }).filter(([, cidr]) => isIPv4CidrBlock(cidr));
  if (!isIPv4CidrBlock(network.vpcCidr)) return [];
  const outside = subnets
    .filter(([, cidr]) => !isWithin(cidr, network.vpcCidr))
    .map(([path, cidr]) => problem(path, cidr, `must lie inside the VPC's block ${network.vpcCidr}`));
  const overlapping = subnets.flatMap(([path, cidr], index) =>
    subnets
      .slice(0, index)
      .filter(([, other]) => overlaps(cidr, other))
      .map(([otherPath, other]) => problem(path, cidr, `must not overlap ${otherPath} (${other})`)),
  );
  return [...outside, ...overlapping];
};

const prefixesAreDistinct: Rule = ({ storagePrefixes: { mimir, loki, tempo, pyroscope } }) =>
  repeated([
    { key: "storagePrefixes.mimir.blocks", value: mimir.blocks },
    { key: "storagePrefixes.mimir.rules", value: mimir.rules },
    { key: "storagePrefixes.mimir.alerts", value: mimir.alerts },
    { key: "storagePrefixes.loki", value: loki },
    { key: "storagePrefixes.tempo", value: tempo },
    { key: "storagePrefixes.pyroscope", value: pyroscope },
  ]);

const bucketsAreDistinct: Rule = ({ state, dataBucket }) =>
  repeated([
    { key: "state.bootstrapBucket", value: state.bootstrapBucket },
    { key: "state.bucket", value: state.bucket },
    { key: "dataBucket.name", value: dataBucket.name },
  ]);

const healthCheckAnswersInTime: Rule = ({ loadBalancer: { healthCheck } }) =>
  healthCheck.timeoutSeconds < healthCheck.intervalSeconds
    ? []
    : [
        problem(
          "loadBalancer.healthCheck.timeoutSeconds",
          healthCheck.timeoutSeconds,
          `must be less than intervalSeconds, which is ${healthCheck.intervalSeconds}`,
        ),
      ];

const certificateIsOfTheRegion: Rule = ({ region, loadBalancer: { certificateArn } }) =>
  certificateArn === undefined || certificateArn.split(":")[3] === region
    ? []
    : [
        problem(
          "loadBalancer.certificateArn",
          certificateArn,
          `must be a certificate of ${region}: a load balancer takes none of another region`,
        ),
      ];

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** `ddd:hh24:mi-ddd:hh24:mi`. Source: `PreferredMaintenanceWindow` in the ElastiCache API reference. */
const maintenanceWindowIsAnHour: Rule = ({ cache: { maintenanceWindow } }) => {
  const minutes = maintenanceWindow.split("-").map(minuteOfWeek);
  const [start, end] = minutes;
  const week = 7 * 24 * 60;
  const isWindow =
    minutes.length === 2 &&
    start !== undefined &&
    end !== undefined &&
    (end - start + week) % week >= MIN_MAINTENANCE_MINUTES;
  return isWindow
    ? []
    : [
        problem(
          "cache.maintenanceWindow",
          maintenanceWindow,
          `must be a weekly window of at least ${MIN_MAINTENANCE_MINUTES} minutes in UTC, like sun:05:00-sun:06:00`,
        ),
      ];
};

function minuteOfWeek(moment: string): number | undefined {
  const match = /^([a-z]{3}):([01]\d|2[0-3]):([0-5]\d)$/.exec(moment);
  const day = DAYS.indexOf(match?.[1] ?? "");
  return match === null || day === -1 ? undefined : (day * 24 + Number(match[2])) * 60 + Number(match[3]);
}

/**
 * The configs say replication factor 1 and all components in one process. Two tasks for good would each hold half of
 * the recent data on a disk that is lost with the task, and the higher factor that cures it refuses writes as soon as
 * one of two is away. Two tasks for the minute of a deployment are fine: the old one hands over through the bucket.
 */
const configsAreForSoManyTasks: Rule = (config) =>
  Object.values(serviceCatalog(config)).flatMap(({ name, tasks, maxTasks = Infinity }) =>
    tasks.count <= maxTasks
      ? []
      : [
          problem(
            `services.${name}.count`,
            tasks.count,
            `must be ${maxTasks} (or 0 to stop it): dockerfiles/${name} is configured for one task, replication factor 1 and a disk that is lost with the task; give it more CPU and memory instead`,
          ),
        ],
  );

/** The types say so too, where a profile is made by `defineProfile`. */
const servicesHaveVersions: Rule = ({ services, imageVersions }) => [
  ...SERVICE_NAMES.filter((name) => name in services && !(name in imageVersions)).map((name) =>
    problem(`imageVersions.${name}`, undefined, `is missing: services.${name} deploys it`),
  ),
  ...SERVICE_NAMES.filter((name) => name in imageVersions && !(name in services)).map((name) =>
    problem(`services.${name}`, undefined, `is missing: imageVersions.${name} is of a service that is not deployed`),
  ),
];

/** The longest names that are built from project and environment, with AWS's limit for each. */
const namesFitAws: Rule = (config) => {
  const prefix = namePrefix(config);
  const names: [string, string, number][] = [
    ...Object.values(serviceCatalog(config))
      .flatMap(targetGroupsOf)
      .map(({ key }): [string, string, number] => [
        "target group",
        targetGroupName(prefix, key),
        NAME_LENGTH.targetGroup,
      ]),
    ["load balancer", `${prefix}-alb`, NAME_LENGTH.loadBalancer],
    ["ElastiCache cluster", `${prefix}-memcached`, NAME_LENGTH.cacheCluster],
    ["IAM role", `${prefix}-task-execution-role`, NAME_LENGTH.role],
  ];
  const [longer, other] =
    config.projectName.length > config.environment.length
      ? (["projectName", "environment"] as const)
      : (["environment", "projectName"] as const);
  return names
    .filter(([, name, limit]) => name.length > limit)
    .map(([kind, name, limit]) =>
      problem(
        longer,
        config[longer],
        `is too long together with ${other}: ${kind} "${name}" has ${name.length} characters, AWS allows ${limit}`,
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
    .map(([key, , rule]) => problem(`loadBalancer.accepted.${key}`, undefined, rule));
};

const itemsFitCache: Rule = (config) =>
  Object.values(serviceCatalog(config)).flatMap(({ title, largestCacheItemBytes = 0 }) =>
    largestCacheItemBytes <= config.cache.maxItemSizeBytes
      ? []
      : [
          problem(
            "cache.maxItemSizeBytes",
            config.cache.maxItemSizeBytes,
            `must be at least ${largestCacheItemBytes}: ${title} caches items of that size, and Memcached drops larger ones silently`,
          ),
        ],
  );

const completeRoutesNeedOurConfigs: Rule = ({ loadBalancer: { routes }, serviceConfigs }) =>
  routes === "complete" && serviceConfigs === "original"
    ? [
        problem(
          "loadBalancer.routes",
          routes,
          'needs serviceConfigs "dockerfiles": the original Tempo config serves nothing below /tempo and /otlp, the routes would end in a 404',
        ),
      ]
    : [];

const lifecycleRulesSelectOurTags: Rule = (config) => {
  const { deployedTag, lifecycleRules } = config.imageRepositories;
  if (deployedTag === "upstream") return [];
  const { build, released } = pushedImages(config);
  const keepsReleases = lifecycleRules.findIndex((rule) => selects(rule, released));
  const expiresBuilds = lifecycleRules.findIndex((rule) => selects(rule, build));
  return keepsReleases !== -1 && expiresBuilds !== -1 && keepsReleases < expiresBuilds
    ? []
    : [
        problem(
          "imageRepositories.lifecycleRules",
          lifecycleRules.map((rule) => ("tagPrefixes" in rule ? rule.tagPrefixes : rule.description)),
          `must have a rule that selects released images (tags ${released.join(" and ")}) and after it one that selects builds (tag ${build.join()}); otherwise images never expire, or released ones do`,
        ),
      ];
};

/** The port on which the load balancer answers; with a certificate, port 80 only redirects. */
const listenerIsOpen: Rule = ({ loadBalancer: { certificateArn, ingress } }) => {
  const [port, why] =
    certificateArn === undefined
      ? [80, "there is no certificate, so the load balancer listens for HTTP alone"]
      : [443, "the load balancer serves HTTPS there"];
  return ingress.length === 0 || ingress.some((rule) => rule.port <= port && port <= (rule.toPort ?? rule.port))
    ? []
    : [
        problem(
          "loadBalancer.ingress",
          ingress.map((rule) => rule.port),
          `must open port ${port}: ${why}`,
        ),
      ];
};

/** CDKTF writes texts as they are, and Terraform would evaluate what looks like a template. */
const textsAreNoExpressions: Rule = (config) =>
  leavesOf(config)
    .filter(({ value }) => typeof value === "string" && /[$%]\{/.test(value))
    .map(({ path, value }) =>
      problem(
        pathText(path.map((part) => (/^\d+$/.test(part) ? Number(part) : part))),
        value,
        "must hold neither ${ nor %{: Terraform would evaluate it",
      ),
    );

const RULES: Rules<PlatformConfig> = {
  "zone-of-region": zonesBelongToRegion,
  "zones-distinct": zonesAreDistinct,
  "cidr-form": networksAreWellFormed,
  "subnet-in-vpc": subnetsFitIntoVpc,
  "storage-prefixes-distinct": prefixesAreDistinct,
  "buckets-distinct": bucketsAreDistinct,
  "health-check-timeout": healthCheckAnswersInTime,
  "certificate-region": certificateIsOfTheRegion,
  "maintenance-window": maintenanceWindowIsAnHour,
  "name-length": namesFitAws,
  "exposure-accepted": exposureIsAccepted,
  "listener-open": listenerIsOpen,
  "cache-item-size": itemsFitCache,
  "one-task": configsAreForSoManyTasks,
  "services-have-versions": servicesHaveVersions,
  "complete-routes": completeRoutesNeedOurConfigs,
  "lifecycle-of-releases": lifecycleRulesSelectOurTags,
  "no-expression": textsAreNoExpressions,
};

function subnetCidrs({ network }: Pick<PlatformConfig, "network">): [string, string][] {
  return network.zones.flatMap(({ publicCidr, privateCidr }, index): [string, string][] => [
    [`network.zones[${index}].publicCidr`, publicCidr],
    ...(privateCidr === undefined ? [] : [[`network.zones[${index}].privateCidr`, privateCidr] as [string, string]]),
  ]);
}
