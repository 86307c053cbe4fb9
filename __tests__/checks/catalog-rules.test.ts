import { brokenCatalogRules } from "../../checks/catalog-rules";
import { deployedService, serviceCatalog, type DeployedService } from "../../modules/services/catalog";
import type { ServiceName } from "../../modules/services/service-name";
import { baseline } from "../support/platform";

const catalog = serviceCatalog(baseline);
const of = (name: ServiceName) => deployedService(baseline, name);

const withService = (name: ServiceName, changes: Partial<DeployedService>): readonly DeployedService[] =>
  Object.values({ ...catalog, [name]: { ...of(name), ...changes } });

const withRoute = (priority: number, paths: readonly string[]) =>
  withService("loki", {
    loadBalancing: { routes: [{ priority, paths, port: "http" }], healthCheckGracePeriodSeconds: 120 },
  });

const withHealthCheck = (changes: Partial<NonNullable<DeployedService["healthCheck"]>>) => {
  const { healthCheck } = of("grafana");
  return healthCheck === undefined ? [] : withService("grafana", { healthCheck: { ...healthCheck, ...changes } });
};

const FIVE = ["/a", "/b", "/c", "/d", "/e"];
const ports = (count: number) => Array.from({ length: count }, (_, index) => `p${index}`);
const withPorts = (count: number) =>
  withService("tempo", {
    ports: {
      ...of("tempo").ports,
      ...Object.fromEntries(
        ports(count).map((name, index) => [name, { number: 6000 + index, label: name, reachableFromTasks: false }]),
      ),
    },
    loadBalancing: {
      routes: ports(count).map((port, index) => ({ priority: 100 + index, paths: [`/${port}`], port })),
      healthCheckGracePeriodSeconds: 120,
    },
  });

const LOKI = "modules/services/loki.ts";
const CASES: readonly (readonly [
  name: string,
  wrong: readonly DeployedService[],
  place: string,
  value: unknown,
  instead: RegExp,
  right: readonly DeployedService[],
])[] = [
  [
    "six condition values",
    withRoute(20, [...FIVE, "/f"]),
    `${LOKI} loadBalancing.routes[0].paths`,
    [...FIVE, "/f"],
    /1 to 5 path patterns/,
    withRoute(20, FIVE),
  ],
  [
    "no condition value",
    withRoute(20, []),
    `${LOKI} loadBalancing.routes[0].paths`,
    [],
    /1 to 5 path patterns/,
    withRoute(20, ["/a"]),
  ],
  [
    "a path without slash",
    withRoute(20, ["loki/*"]),
    `${LOKI} loadBalancing.routes[0].paths[0]`,
    "loki/*",
    /path pattern/,
    withRoute(20, ["/loki/*"]),
  ],
  [
    "a path of 129 characters",
    withRoute(20, [`/${"a".repeat(128)}`]),
    `${LOKI} loadBalancing.routes[0].paths[0]`,
    `/${"a".repeat(128)}`,
    /127 characters/,
    withRoute(20, [`/${"a".repeat(127)}`]),
  ],
  [
    "priority 0",
    withRoute(0, ["/a"]),
    `${LOKI} loadBalancing.routes[0].priority`,
    0,
    /1 to 50000/,
    withRoute(1, ["/a"]),
  ],
  [
    "priority 50001",
    withRoute(50_001, ["/a"]),
    `${LOKI} loadBalancing.routes[0].priority`,
    50_001,
    /1 to 50000/,
    withRoute(50_000, ["/a"]),
  ],
  [
    "a priority that another has",
    withRoute(10, ["/a"]),
    `${LOKI} loadBalancing.routes[0].priority`,
    10,
    /must differ from modules\/services\/mimir\.ts/,
    withRoute(11, ["/a"]),
  ],
  [
    "no default",
    withService("grafana", { loadBalancing: { routes: [], healthCheckGracePeriodSeconds: 1 } }),
    "modules/services loadBalancing.routes",
    [],
    /exactly one/,
    Object.values(catalog),
  ],
  [
    "two defaults",
    withService("loki", { loadBalancing: { routes: "default", healthCheckGracePeriodSeconds: 1 } }),
    "modules/services loadBalancing.routes",
    ["loki", "grafana"],
    /exactly one/,
    Object.values(catalog),
  ],
  [
    "six target groups",
    withPorts(6),
    "modules/services/tempo.ts loadBalancing.routes",
    6,
    /at most 5 ports/,
    withPorts(5),
  ],
  [
    "no grace",
    withService("loki", { loadBalancing: { routes: [], healthCheckGracePeriodSeconds: 0 } }),
    `${LOKI} loadBalancing.healthCheckGracePeriodSeconds`,
    0,
    /killed while they start/,
    withService("loki", { loadBalancing: { routes: [], healthCheckGracePeriodSeconds: 1 } }),
  ],
  [
    "check interval 4",
    withHealthCheck({ intervalSeconds: 4 }),
    "modules/services/grafana.ts healthCheck.intervalSeconds",
    4,
    /5 to 300/,
    withHealthCheck({ intervalSeconds: 5 }),
  ],
  [
    "check timeout 61",
    withHealthCheck({ timeoutSeconds: 61 }),
    "modules/services/grafana.ts healthCheck.timeoutSeconds",
    61,
    /2 to 60/,
    withHealthCheck({ timeoutSeconds: 60 }),
  ],
  [
    "check retries 11",
    withHealthCheck({ retries: 11 }),
    "modules/services/grafana.ts healthCheck.retries",
    11,
    /1 to 10/,
    withHealthCheck({ retries: 10 }),
  ],
  [
    "check start 301",
    withHealthCheck({ startPeriodSeconds: 301 }),
    "modules/services/grafana.ts healthCheck.startPeriodSeconds",
    301,
    /0 to 300/,
    withHealthCheck({ startPeriodSeconds: 300 }),
  ],
  [
    "a readiness path without slash",
    withService("loki", { readiness: { path: "ready", port: "http" } }),
    `${LOKI} readiness.path`,
    "ready",
    /begin with \//,
    withService("loki", { readiness: { path: "/", port: "http" } }),
  ],
  [
    "one port under two labels",
    withService("loki", {
      ports: { ...of("loki").ports, grpc: { number: 9095, label: "Loki gRPC", reachableFromTasks: true } },
    }),
    `${LOKI} ports.grpc.label`,
    "Loki gRPC",
    /must be "Mimir gRPC", as in modules\/services\/mimir\.ts ports\.grpc\.label/,
    withService("loki", {
      ports: { ...of("loki").ports, grpc: { number: 9095, label: "Mimir gRPC", reachableFromTasks: true } },
    }),
  ],
];

test("GIVEN the catalog of baseline THEN nothing is found", () => {
  expect(brokenCatalogRules(Object.values(catalog))).toEqual([]);
});

describe.each(CASES)("GIVEN %s", (_name, wrong, place, value, instead, right) => {
  test("THEN place, value and rule are told, and nothing else", () => {
    const [file, key] = place.split(" ");
    expect(brokenCatalogRules(wrong)).toEqual([
      {
        rule: expect.stringMatching(/^[a-z-]+$/) as string,
        file,
        key,
        value,
        instead: expect.stringMatching(instead) as string,
      },
    ]);
  });

  test("but one step back THEN nothing is found", () => {
    expect(brokenCatalogRules(right)).toEqual([]);
  });
});
