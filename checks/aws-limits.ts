import { isIPv4CidrBlock, prefixLength } from "../modules/config/cidr";
import type { ConfigFinding } from "../modules/config/config-error";
import { finding, repeated } from "./finding";
import type { PlatformConfig } from "../modules/config/platform-config";

/** Looks at a limit of AWS that no single value's form shows. */
type Limit = (config: PlatformConfig) => readonly ConfigFinding[];

/**
 * What AWS would refuse at apply.
 *
 * @param config the configuration
 */
export function brokenAwsLimits(config: PlatformConfig): readonly ConfigFinding[] {
  return LIMITS.flatMap((limit) => limit(config));
}

/**
 * Keys that the layers set themselves, and AWS's limits: 128 and 256 characters, `aws:` reserved.
 * Source: "Tag naming limits and requirements" in the AWS tagging guide.
 */
const tagsAreAllowed: Limit = ({ tags }) =>
  Object.entries(tags).flatMap(([key, value]) => [
    ...(["Name", "Environment", "Project", "ManagedBy"].includes(key)
      ? [finding(`tags.${key}`, value, "must be left out: every layer sets this tag itself")]
      : []),
    ...(/^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+@-]{1,128}$/iu.test(key)
      ? []
      : [finding(`tags.${key}`, value, "must have a key of 1 to 128 letters, digits, spaces and _.:/=+-@, not aws:…")]),
    ...(/^[\p{L}\p{Z}\p{N}_.:/=+@-]{0,256}$/u.test(value)
      ? []
      : [finding(`tags.${key}`, value, "must be at most 256 letters, digits, spaces and _.:/=+-@ (an AWS limit)")]),
  ]);

/** Source: "Subnets for your load balancer" in the Application Load Balancers guide. */
const publicSubnetsHoldLoadBalancer: Limit = ({ network }) =>
  network.zones.flatMap(({ publicCidr }, index) =>
    isIPv4CidrBlock(publicCidr) && prefixLength(publicCidr) === 28
      ? [finding(`network.zones[${index}].publicCidr`, publicCidr, "must be /27 or larger (a load balancer's limit)")]
      : [],
  );

/** EC2 refuses a security group in which one permission appears twice, whatever the descriptions say. */
const ingressIsDistinct: Limit = ({ loadBalancer }) =>
  repeated(
    loadBalancer.ingress.flatMap(({ port, cidrBlocks }, rule) =>
      cidrBlocks.map((cidr, index): [string, string] => [
        `loadBalancer.ingress[${rule}].cidrBlocks[${index}]`,
        `port ${port} from ${cidr}`,
      ]),
    ),
  );

/** AWS refuses a parameter group of another family than the engine's: "family … does not match". */
const cacheFamilyFitsEngine: Limit = ({ cache: { engineVersion, parameterGroupFamily } }) =>
  parameterGroupFamily === `memcached${engineVersion.split(".").slice(0, 2).join(".")}`
    ? []
    : [finding("cache.parameterGroupFamily", parameterGroupFamily, `must be the family of engine ${engineVersion}`)];

/** Beginnings that AWS keeps for itself. Source: API references, `CreateLoadBalancer` and `CreateSecurityGroup`. */
const namesAreNotReserved: Limit = ({ projectName }) =>
  ["internal", "sg"].some((reserved) => `${projectName}-`.startsWith(`${reserved}-`))
    ? [
        finding(
          "projectName",
          projectName,
          'must not begin with "internal-" (load balancers) or "sg-" (security groups)',
        ),
      ]
    : [];

/** Source: `LifecycleRule.tagStatus` in the AWS CDK's reference of ECR. */
const oneRuleForUntaggedImages: Limit = ({ imageRepositories: { lifecycleRules } }) =>
  lifecycleRules
    .map((rule, index) => ({ rule, path: `imageRepositories.lifecycleRules[${index}]` }))
    .filter(({ rule }) => "expireUntaggedAfterDays" in rule)
    .slice(1)
    .map(({ rule, path }) => finding(path, rule, "must be the only rule for untagged images (an ECR limit)"));

/** What the policy of the shared execution role lets ECS read; a role for each service names its secrets one by one. */
const secretIsReadable: Limit = ({ projectName, iam, grafana: { adminPasswordSecret } }) =>
  iam.taskRoles === "per-service" || adminPasswordSecret.name.startsWith(`${projectName}/`)
    ? []
    : [
        finding(
          "grafana.adminPasswordSecret.name",
          adminPasswordSecret.name,
          `must begin with "${projectName}/": with iam.taskRoles "shared", ECS may read no other secret`,
        ),
      ];

const LIMITS: readonly Limit[] = [
  namesAreNotReserved,
  tagsAreAllowed,
  publicSubnetsHoldLoadBalancer,
  ingressIsDistinct,
  cacheFamilyFitsEngine,
  oneRuleForUntaggedImages,
  secretIsReadable,
];
