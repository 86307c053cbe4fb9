import type { ServiceDefinition, ServicePort } from "../modules/services/service-definition";
import { targetGroupsOf } from "../modules/services/target-groups";
import type { ConfigFinding } from "../modules/config/config-error";
import { finding, repeated } from "./finding";

/** Looks at the services together and tells what AWS would refuse. */
type CatalogRule = (services: readonly ServiceDefinition[]) => readonly ConfigFinding[];

/** Condition values of one rule. Source: "Quotas for your Application Load Balancers". */
const MAX_CONDITION_VALUES = 5;

/** Source: `CreateRule` in the Elastic Load Balancing API reference. */
const MAX_PRIORITY = 50_000;

/** Target groups of one ECS service. Source: "Amazon ECS service quotas". */
const MAX_TARGET_GROUPS = 5;

/** Source: "Path conditions" in the Application Load Balancers guide; at most 128 characters, case-sensitive. */
const PATH_PATTERN = /^\/[\w.$/~"'@:+&*?-]{0,127}$/;

/** Source: `HealthCheck` of a container in the ECS API reference. */
const HEALTH_CHECK_LIMITS = [
  ["intervalSeconds", 5, 300],
  ["timeoutSeconds", 2, 60],
  ["retries", 1, 10],
  ["startPeriodSeconds", 0, 300],
] as const;

/**
 * All that is wrong with a service catalog.
 *
 * @param services the definitions
 */
export function brokenCatalogRules(services: readonly ServiceDefinition[]): readonly ConfigFinding[] {
  return RULES.flatMap((rule) => rule(services));
}

const routesFitListener: CatalogRule = (services) =>
  services
    .flatMap(routesOf)
    .flatMap(({ path, paths, priority }) => [
      ...(paths.length === 0 || paths.length > MAX_CONDITION_VALUES
        ? [
            finding(
              `${path}.paths`,
              paths,
              `must have 1 to ${MAX_CONDITION_VALUES} path patterns (an ALB limit on a rule)`,
            ),
          ]
        : []),
      ...paths.flatMap((pattern, index) =>
        PATH_PATTERN.test(pattern)
          ? []
          : [
              finding(
                `${path}.paths[${index}]`,
                pattern,
                "must be a path pattern: / and at most 127 characters (an ALB limit)",
              ),
            ],
      ),
      ...(isWholeNumber(priority, 1, MAX_PRIORITY)
        ? []
        : [finding(`${path}.priority`, priority, `must be a whole number from 1 to ${MAX_PRIORITY} (an ALB limit)`)]),
    ]);

const prioritiesAreUnique: CatalogRule = (services) =>
  repeated(services.flatMap(routesOf).map(({ path, priority }) => [`${path}.priority`, priority]));

const oneServiceTakesTheRest: CatalogRule = (services) => {
  const defaults = services.filter(({ loadBalancing }) => loadBalancing?.routes === "default").map(({ name }) => name);
  return defaults.length === 1
    ? []
    : [finding("modules/services", defaults, 'must have exactly one service whose routes are "default"')];
};

const targetGroupsFitService: CatalogRule = (services) =>
  services
    .map((service) => ({ service, count: targetGroupsOf(service).length }))
    .filter(({ count }) => count > MAX_TARGET_GROUPS)
    .map(({ service, count }) =>
      finding(
        pathOf(service, "loadBalancing.routes"),
        count,
        `must lead to at most ${MAX_TARGET_GROUPS} ports (target groups of an ECS service)`,
      ),
    );

/** Without it, tasks that are not ready yet fail their health checks and are killed while they start. */
const graceIsGiven: CatalogRule = (services) =>
  services.flatMap((service) => {
    const grace = service.loadBalancing?.healthCheckGracePeriodSeconds ?? 1;
    return isWholeNumber(grace, 1, 2_147_483_647)
      ? []
      : [
          finding(
            pathOf(service, "loadBalancing.healthCheckGracePeriodSeconds"),
            grace,
            "must be a whole number of seconds above 0, or tasks are killed while they start",
          ),
        ];
  });

const healthChecksFitEcs: CatalogRule = (services) =>
  services.flatMap((service) => {
    const { healthCheck } = service;
    if (healthCheck === undefined) return [];
    return HEALTH_CHECK_LIMITS.filter(
      ([key, minimum, maximum]) => !isWholeNumber(healthCheck[key], minimum, maximum),
    ).map(([key, minimum, maximum]) =>
      finding(
        pathOf(service, `healthCheck.${key}`),
        healthCheck[key],
        `must be a whole number from ${minimum} to ${maximum} (an ECS limit)`,
      ),
    );
  });

const readinessPathsAreAbsolute: CatalogRule = (services) =>
  services
    .filter(({ readiness }) => !/^\/[!-~]{0,1023}$/.test(readiness.path))
    .map((service) =>
      finding(
        pathOf(service, "readiness.path"),
        service.readiness.path,
        "must begin with / and have at most 1024 characters",
      ),
    );

/**
 * Rules of the tasks' security group are told apart by their text; EC2 refuses the same port twice: "The same permission
 * must not appear multiple times".
 */
const sharedPortsShareTheirLabel: CatalogRule = (services) => {
  const ports = services.flatMap((service) =>
    Object.entries(service.ports)
      .filter(
        ([name, port]) => port.reachableFromTasks || targetGroupsOf(service).some((group) => group.portName === name),
      )
      .map(([name, port]) => ({ path: pathOf(service, `ports.${name}.label`), port })),
  );
  return ports.flatMap(({ path, port }, index) => {
    const other = ports.slice(0, index).find((earlier) => isSameTraffic(earlier.port, port));
    return other === undefined || other.port.label === port.label
      ? []
      : [finding(path, port.label, `must be "${other.port.label}", as in ${other.path}: both are port ${port.number}`)];
  });
};

const RULES: readonly CatalogRule[] = [
  routesFitListener,
  prioritiesAreUnique,
  oneServiceTakesTheRest,
  targetGroupsFitService,
  graceIsGiven,
  healthChecksFitEcs,
  readinessPathsAreAbsolute,
  sharedPortsShareTheirLabel,
];

function isSameTraffic(one: ServicePort, other: ServicePort): boolean {
  return one.number === other.number && (one.protocol ?? "tcp") === (other.protocol ?? "tcp");
}

function isWholeNumber(value: number, minimum: number, maximum: number): boolean {
  return Number.isInteger(value) && value >= minimum && value <= maximum;
}

function pathOf({ name }: ServiceDefinition, key: string): string {
  return `modules/services/${name}.ts ${key}`;
}

function routesOf(service: ServiceDefinition) {
  const routes = service.loadBalancing?.routes ?? [];
  if (routes === "default") return [];
  return routes.map((route, index) => ({ ...route, path: pathOf(service, `loadBalancing.routes[${index}]`) }));
}
