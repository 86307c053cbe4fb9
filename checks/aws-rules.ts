import { isIPv4CidrBlock, prefixLength } from "../modules/config/cidr";
import type { Finding } from "../modules/config/config-error";
import { MAX_LOAD_BALANCER_PREFIX, TAGS } from "../modules/config/limits";
import { repositoryId, repositoryName } from "../modules/config/names";
import type { PlatformConfig } from "../modules/config/platform-config";
import { serviceCatalog } from "../modules/services/catalog";
import { targetGroupsOf } from "../modules/services/target-groups";
import { applyRules, pathText, problem, repeated, type Problem, type Rules } from "./finding";

/** Looks for something that AWS would refuse at apply and that no single value's form shows. */
type AwsRule = (config: PlatformConfig) => readonly Problem[];

/**
 * Finds what AWS would refuse at apply.
 *
 * @param config the configuration
 */
export function brokenAwsRules(config: PlatformConfig): readonly Finding[] {
  return applyRules(RULES, config);
}

/** Tags that every layer sets itself. */
const OWN_TAGS = ["Name", "Environment", "Project", "ManagedBy"];

const TAG_KEY = /^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+@-]+$/iu;
const TAG_VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+@-]*$/u;

const tagsAreAllowed: AwsRule = ({ tags }) =>
  Object.entries(tags).flatMap(([key, value]) => [
    ...(TAG_KEY.test(key) && key.length <= TAGS.keyLength
      ? []
      : [
          problem(
            pathText(["tags", key]),
            value,
            `must have a key of 1 to ${TAGS.keyLength} letters, digits, spaces and _.:/=+-@, not aws:…`,
          ),
        ]),
    ...(TAG_VALUE.test(value) && value.length <= TAGS.valueLength
      ? []
      : [
          problem(
            pathText(["tags", key]),
            value,
            `must be at most ${TAGS.valueLength} letters, digits, spaces and _.:/=+-@ (an AWS limit)`,
          ),
        ]),
  ]);

const tagsAreNotTheLayers: AwsRule = ({ tags }) =>
  Object.entries(tags).flatMap(([key, value]) => {
    const own = OWN_TAGS.find((each) => isSameTag(each, key));
    return own === undefined
      ? []
      : [problem(pathText(["tags", key]), value, `must be left out: every layer sets the tag ${own} itself`)];
  });

const tagsDifferInMoreThanCase: AwsRule = ({ tags }) =>
  Object.entries(tags).flatMap(([key, value], index, all) => {
    const earlier = all.slice(0, index).find(([other]) => isSameTag(other, key));
    return earlier === undefined
      ? []
      : [
          problem(
            pathText(["tags", key]),
            value,
            `must differ from ${pathText(["tags", earlier[0]])} in more than case: IAM takes them for one key`,
          ),
        ];
  });

/** IAM's tag keys are not case-sensitive. Source: "Tagging IAM resources" in the IAM user guide. */
function isSameTag(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

const tagsAreFew: AwsRule = ({ tags }) => {
  const count = Object.keys(tags).length;
  const maximum = TAGS.count - OWN_TAGS.length;
  return count <= maximum
    ? []
    : [
        problem(
          "tags",
          count,
          `must be at most ${maximum}: AWS takes ${TAGS.count} tags, and the layers set ${OWN_TAGS.length}`,
        ),
      ];
};

const publicSubnetsHoldLoadBalancer: AwsRule = ({ network }) =>
  network.zones.flatMap(({ publicCidr }, index) =>
    isIPv4CidrBlock(publicCidr) && prefixLength(publicCidr) > MAX_LOAD_BALANCER_PREFIX
      ? [
          problem(
            `network.zones[${index}].publicCidr`,
            publicCidr,
            `must be /${MAX_LOAD_BALANCER_PREFIX} or larger (a load balancer's limit)`,
          ),
        ]
      : [],
  );

/** EC2 refuses a security group in which one permission appears twice, whatever the descriptions say. */
const ingressIsDistinct: AwsRule = ({ loadBalancer }) =>
  repeated(
    loadBalancer.ingress.flatMap(({ port, toPort = port, cidrBlocks }, rule) =>
      cidrBlocks.map((cidr, index) => ({
        key: `loadBalancer.ingress[${rule}].cidrBlocks[${index}]`,
        value: `${toPort === port ? `port ${port}` : `ports ${port} to ${toPort}`} from ${cidr}`,
      })),
    ),
  );

/** AWS refuses a parameter group of another family than the engine's: "family … does not match". */
const cacheFamilyFitsEngine: AwsRule = ({ cache: { engineVersion, parameterGroupFamily } }) =>
  parameterGroupFamily === `memcached${engineVersion.split(".").slice(0, 2).join(".")}`
    ? []
    : [problem("cache.parameterGroupFamily", parameterGroupFamily, `must be the family of engine ${engineVersion}`)];

/** Beginnings that AWS keeps for itself. Source: API references, `CreateLoadBalancer` and `CreateSecurityGroup`. */
const namesAreNotReserved: AwsRule = ({ projectName }) =>
  ["internal", "sg"].some((reserved) => `${projectName}-`.startsWith(`${reserved}-`))
    ? [
        problem(
          "projectName",
          projectName,
          'must not begin with "internal-" (load balancers) or "sg-" (security groups)',
        ),
      ]
    : [];

/** Source: `LifecycleRule.tagStatus` in the AWS CDK's reference of ECR. */
const oneRuleForUntaggedImages: AwsRule = ({ imageRepositories: { lifecycleRules } }) =>
  lifecycleRules
    .map((rule, index) => ({ rule, path: `imageRepositories.lifecycleRules[${index}]` }))
    .filter(({ rule }) => "expireUntaggedAfterDays" in rule)
    .slice(1)
    .map(({ rule, path }) => problem(path, rule, "must be the only rule for untagged images (an ECR limit)"));

const portRangesAscend: AwsRule = ({ loadBalancer }) =>
  loadBalancer.ingress.flatMap(({ port, toPort = port }, index) =>
    toPort >= port
      ? []
      : [problem(`loadBalancer.ingress[${index}].toPort`, toPort, `must be ${port} or more: a range goes up`)],
  );

/** EC2 refuses a rule that is there twice; ECR a repository; Terraform takes two of its names for one. */
const furtherOnesAreDistinct: AwsRule = (config) => {
  const services = Object.values(serviceCatalog(config));
  const ports = services.flatMap((service) => {
    const balanced = targetGroupsOf(service).map(({ portName }) => portName);
    return Object.entries(service.ports).flatMap(([name, { number, protocol = "tcp", reachableFromTasks }]) => [
      ...(balanced.includes(name) ? [`${protocol} ${number} from the load balancer`] : []),
      ...(reachableFromTasks ? [`${protocol} ${number} from tasks`] : []),
    ]);
  });
  const further = (config.ecs.furtherIngress ?? []).flatMap(({ port, protocol, fromLoadBalancer, fromTasks }, index) =>
    [...(fromLoadBalancer ? ["the load balancer"] : []), ...(fromTasks ? ["tasks"] : [])].map((from) => ({
      key: `ecs.furtherIngress[${index}]`,
      value: `${protocol} ${port} from ${from}`,
    })),
  );
  const repositories = (config.imageRepositories.further ?? []).map((name, index) => ({
    key: `imageRepositories.further[${index}]`,
    value: repositoryId(name),
  }));
  const known = (key: string, values: readonly string[]) => [...new Set(values)].map((value) => ({ key, value }));
  const names = services.map(({ name }) => repositoryName(config.imageRepositories, name));
  return [
    ...repeated([...known("a service's own rule", ports), ...further]),
    ...repeated([
      ...known("a service's repository", [...services.map(({ name }) => name), ...names.map(repositoryId)]),
      ...repositories,
    ]),
  ];
};

const RULES: Rules<PlatformConfig> = {
  "reserved-name": namesAreNotReserved,
  "tag-form": tagsAreAllowed,
  "tag-of-layers": tagsAreNotTheLayers,
  "tag-case": tagsDifferInMoreThanCase,
  "tag-count": tagsAreFew,
  "subnet-of-load-balancer": publicSubnetsHoldLoadBalancer,
  "ingress-distinct": ingressIsDistinct,
  "cache-family": cacheFamilyFitsEngine,
  "one-rule-for-untagged-images": oneRuleForUntaggedImages,
  "port-range": portRangesAscend,
  "further-distinct": furtherOnesAreDistinct,
};
