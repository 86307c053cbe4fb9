import { profiles } from "../../common.config";
import { brokenCatalogRules } from "../../checks/catalog-rules";
import { serviceCatalog } from "../../modules/services/catalog";
import { portOf, targetGroupsOf } from "../../modules/services/target-groups";
import { baseline, preparePlatform, type Platform } from "../support/platform";

const LAYER = "30-security-groups";

/** The part of a rule that says what may pass. */
interface Ingress {
  readonly from_port: number;
  readonly to_port: number;
  readonly protocol: string;
  readonly security_groups: readonly string[] | null;
  readonly self: boolean | null;
  readonly cidr_blocks: readonly string[] | null;
  readonly description: string;
}

const ingressOf = (platform: Platform, group: string) =>
  platform.resource(LAYER, `aws_security_group.${group}`).ingress as readonly Ingress[];

describe.each([
  ["baseline", profiles.baseline],
  ["target", profiles.target],
])("GIVEN %s", (_name, config) => {
  const rules = ingressOf(preparePlatform(config), "ecs");
  const services = Object.values(serviceCatalog(config));
  const reaches = (port: number, protocol: string, from: (rule: Ingress) => boolean) =>
    rules.some((rule) => rule.from_port === port && rule.to_port === port && rule.protocol === protocol && from(rule));
  const fromLoadBalancer = (rule: Ingress) => rule.security_groups?.includes("${aws_security_group.alb.id}") ?? false;

  test("THEN the load balancer reaches each port that a route leads to, and each that a health check asks", () => {
    for (const service of services)
      for (const { port, healthCheck } of targetGroupsOf(service)) {
        expect(reaches(port, "tcp", fromLoadBalancer)).toBe(true);
        expect(reaches(healthCheck.port, "tcp", fromLoadBalancer)).toBe(true);
      }
  });

  test("THEN it reaches no other port", () => {
    const routed = services.flatMap((service) =>
      targetGroupsOf(service).map(({ portName }) => portOf(service, portName)),
    );
    expect(
      rules
        .filter(fromLoadBalancer)
        .map(({ from_port }) => from_port)
        .sort(),
    ).toEqual([...new Set(routed.map(({ number }) => number))].sort());
  });

  test("THEN tasks reach each other at the ports that say so, and at no other", () => {
    const wanted = services
      .flatMap(({ ports }) => Object.values(ports))
      .filter(({ reachableFromTasks }) => reachableFromTasks)
      .map(({ number, protocol = "tcp" }) => `${number}/${protocol}`);
    const given = rules.filter(({ self }) => self === true).map((rule) => `${rule.from_port}/${rule.protocol}`);
    expect(given.sort()).toEqual([...new Set(wanted)].sort());
  });

  test("THEN no rule names an address block, and no permission appears twice", () => {
    for (const { cidr_blocks } of rules) expect(cidr_blocks ?? []).toEqual([]);
    const permissions = rules.map((rule) => JSON.stringify({ ...rule, description: undefined }));
    expect(new Set(permissions).size).toBe(permissions.length);
    expect(brokenCatalogRules(services)).toEqual([]);
  });
});

test("GIVEN ingress of the configuration THEN the load balancer's group has just that", () => {
  const platform = preparePlatform({
    loadBalancer: {
      ...baseline.loadBalancer,
      ingress: [{ port: 443, description: "Office", cidrBlocks: ["192.0.2.0/24", "198.51.100.0/24"] }],
    },
  });
  expect(ingressOf(platform, "alb")).toMatchObject([
    {
      from_port: 443,
      to_port: 443,
      protocol: "tcp",
      cidr_blocks: ["192.0.2.0/24", "198.51.100.0/24"],
      description: "Office",
    },
  ]);
});
