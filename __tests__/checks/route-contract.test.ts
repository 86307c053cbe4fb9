import { profiles } from "../../common.config";
import { routeContractFindings } from "../../checks/route-contract";
import { readRouting, type Routing, type RoutingLayers } from "../../checks/routing";
import { settingsIn } from "../../checks/served-paths";
import { serviceSources } from "../../checks/service-sources";
import type { PlatformConfig } from "../../modules/config/platform-config";
import { deployedServices, serviceCatalog } from "../../modules/services/catalog";
import { platformJson } from "../../stacks/platform-json";

/** The layers that decide about routes, as Terraform gets them. */
function layersOf(config: PlatformConfig): RoutingLayers {
  const layers = platformJson(config, {});
  // As text and back: what is checked is what the file holds.
  const json = (id: string): unknown => JSON.parse(JSON.stringify(layers.find((layer) => layer.id === id)?.json));
  return { securityGroups: json("30-security-groups"), loadBalancer: json("50-alb"), ecs: json("60-ecs") };
}

const { target, staging, baseline } = profiles;
const routing = readRouting(layersOf(target));
const catalog = serviceCatalog(target);
const settings = settingsIn(deployedServices(target).map((name) => serviceSources(target, name)));

function findings(changed: Partial<Routing>) {
  return routeContractFindings({ routing: { ...routing, ...changed }, catalog, settings });
}

/** The rule of an address with other paths. */
function withPaths(id: string, paths: readonly string[]): Partial<Routing> {
  return { rules: routing.rules.map((rule) => (rule.id === id ? { ...rule, paths } : rule)) };
}

describe("GIVEN the synthesized layers", () => {
  const secured = {
    ...target,
    loadBalancer: {
      ...target.loadBalancer,
      certificateArn: `arn:aws:acm:${target.region}:123456789012:certificate/12345678-1234-1234-1234-123456789012`,
    },
  };

  test.each([
    ["target", target],
    ["staging", staging],
    ["target with a certificate", secured],
  ])("of %s THEN every client call arrives", (_name, config) => {
    const contract = {
      routing: readRouting(layersOf(config)),
      catalog: serviceCatalog(config),
      settings,
    };
    expect(routeContractFindings(contract)).toEqual([]);
  });

  test("of baseline THEN what the history found is found", () => {
    const contract = {
      routing: readRouting(layersOf(baseline)),
      catalog: serviceCatalog(baseline),
      settings: settingsIn([]),
    };
    const found = routeContractFindings(contract);
    expect(found).toContainEqual(
      expect.objectContaining({ key: "GET /tempo/api/search", value: "tempo:3200 answers 404", incident: "I01" }),
    );
    expect(found).toContainEqual(
      expect.objectContaining({ key: "POST /v1/traces", value: "reaches tempo:3200", incident: "I18" }),
    );
    expect(found.filter(({ rule }) => rule === "port-closed")).toEqual([]);
  });

  test("THEN each rule has at most five values", () => {
    for (const { paths } of routing.rules) expect(paths.length).toBeLessThanOrEqual(5);
  });
});

describe("GIVEN a wrong route", () => {
  test("that takes Grafana's search THEN it is refused", () => {
    expect(findings(withPaths("tempo", ["/tempo/*", "/api/*"]))).toContainEqual(
      expect.objectContaining({
        key: "GET /api/search",
        value: "reaches tempo:3200",
        instead: expect.stringMatching(/must reach grafana:3000: narrow the path pattern/) as string,
      }),
    );
  });

  test("of another case THEN it takes nothing: patterns are case-sensitive", () => {
    expect(findings(withPaths("tempo", ["/Tempo/*"])).map(({ key }) => key)).toEqual(
      expect.arrayContaining(["GET /tempo/api/search", "aws_lb_listener_rule.tempo /Tempo/*"]),
    );
  });

  test("that counts on the query THEN it takes nothing: a query is no part of the path", () => {
    const found = findings(
      withPaths("pyroscope", [
        "/ingest?name=*",
        "/pyroscope/*",
        "/push.v1.PusherService/*",
        "/querier.v1.QuerierService/*",
      ]),
    );
    expect(found.map(({ key }) => key)).toContain("POST /ingest");
  });

  test("without the last path of a client THEN the definition to change is named", () => {
    expect(findings(withPaths("loki", ["/loki/*"]))).toEqual([
      expect.objectContaining({
        key: "POST /otlp/v1/logs",
        instead: expect.stringContaining("modules/services/loki.ts") as string,
      }),
    ]);
  });

  test("that an earlier rule takes away THEN the priority shows", () => {
    const rules = routing.rules.map((rule) =>
      rule.id === "tempo_otlp_http" ? { ...rule, priority: 1, paths: ["/*v1/traces"] } : rule,
    );
    expect(findings({ rules })).toEqual([
      expect.objectContaining({ key: "POST /otlp/v1/traces", value: "reaches tempo:4318" }),
    ]);
  });
});

describe("GIVEN a target that cannot answer", () => {
  test("because its port is closed THEN it is refused (I18)", () => {
    const found = findings({ openPorts: (port) => port !== 4318 && routing.openPorts(port) });
    expect(found).toEqual([
      expect.objectContaining({ rule: "port-closed", key: "aws_security_group.ecs port 4318", incident: "I18" }),
    ]);
  });

  test("because the port of its health check is closed THEN that is refused once", () => {
    const found = findings({ openPorts: (port) => port !== 3200 && routing.openPorts(port) });
    expect(found.map(({ key }) => key)).toEqual(Array(3).fill("aws_security_group.ecs port 3200"));
  });

  test("because no container maps the port THEN it is refused", () => {
    expect(findings({ mappedPorts: () => new Set([3200]) }).map(({ key }) => key)).toContain("POST /v1/traces");
  });

  test("because its health check asks for what nobody serves THEN it is refused (I03)", () => {
    const rules = routing.rules.map((rule) =>
      rule.id === "tempo"
        ? { ...rule, target: { ...rule.target, healthCheck: { path: "/tempo/ready", port: 3200 } } }
        : rule,
    );
    expect(findings({ rules })).toEqual([
      expect.objectContaining({
        rule: "target-group-health-check",
        incident: "I03",
        instead: expect.stringContaining("/ready on port 3200") as string,
      }),
    ]);
  });

  test("because nothing registers with its target group THEN it is refused", () => {
    const rules = routing.rules.map((rule) =>
      rule.id === "mimir" ? { ...rule, target: { ...rule.target, service: undefined } } : rule,
    );
    expect(findings({ rules })).toContainEqual(expect.objectContaining({ rule: "target-group-unused" }));
  });
});
