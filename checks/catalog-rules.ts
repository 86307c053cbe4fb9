import type { Finding } from "../modules/config/config-error";
import {
  MAX_CONDITION_VALUES,
  MAX_HEALTH_CHECK_PATH,
  MAX_TARGET_GROUPS,
  RANGES,
  type Range,
} from "../modules/config/limits";
import type { DeployedService } from "../modules/services/catalog";
import type { ServicePort } from "../modules/services/service-definition";
import { targetGroupsOf } from "../modules/services/target-groups";
import { applyRules, placeOf, repeated, type Problem, type Rules } from "./finding";

/** Looks at the services together and tells what AWS would refuse. */
type CatalogRule = (services: readonly DeployedService[]) => readonly Problem[];

/** Source: "Path conditions" in the Application Load Balancers guide; at most 128 characters, case-sensitive. */
const PATH_PATTERN = /^\/[\w.$/~"'@:+&*?-]{0,127}$/;

/** Printable ASCII without spaces, beginning with a slash. */
const HEALTH_CHECK_PATH = /^\/[!-~]*$/;

/**
 * Finds all that is wrong with a service catalog.
 *
 * @param services the definitions
 */
export function brokenCatalogRules(services: readonly DeployedService[]): readonly Finding[] {
  return applyRules(RULES, services);
}

const routesFitListener: CatalogRule = (services) =>
  services
    .flatMap(routesOf)
    .flatMap(({ service, key, paths, priority }) => [
      ...(paths.length === 0 || paths.length > MAX_CONDITION_VALUES
        ? [
            at(
              service,
              `${key}.paths`,
              paths,
              `must have 1 to ${MAX_CONDITION_VALUES} path patterns (an ALB limit on a rule)`,
            ),
          ]
        : []),
      ...paths.flatMap((pattern, index) =>
        PATH_PATTERN.test(pattern)
          ? []
          : [
              at(
                service,
                `${key}.paths[${index}]`,
                pattern,
                "must be a path pattern: / and at most 127 characters (an ALB limit)",
              ),
            ],
      ),
      ...outside(RANGES.rulePriority, service, `${key}.priority`, priority),
    ]);

const prioritiesAreUnique: CatalogRule = (services) =>
  repeated(
    services
      .flatMap(routesOf)
      .map(({ service, key, priority }) => ({ file: fileOf(service), key: `${key}.priority`, value: priority })),
  );

const oneServiceTakesTheRest: CatalogRule = (services) => {
  const defaults = services.filter(({ loadBalancing }) => loadBalancing?.routes === "default").map(({ name }) => name);
  return defaults.length === 1
    ? []
    : [
        {
          file: "modules/services",
          key: "loadBalancing.routes",
          value: defaults,
          instead: 'must have exactly one service whose routes are "default"',
        },
      ];
};

const targetGroupsFitService: CatalogRule = (services) =>
  services
    .map((service) => ({ service, count: targetGroupsOf(service).length }))
    .filter(({ count }) => count > MAX_TARGET_GROUPS)
    .map(({ service, count }) =>
      at(
        service,
        "loadBalancing.routes",
        count,
        `must lead to at most ${MAX_TARGET_GROUPS} ports (target groups of an ECS service)`,
      ),
    );

/** Without it, tasks that are not ready yet fail their health checks and are killed while they start. */
const graceIsGiven: CatalogRule = (services) =>
  services.flatMap((service) =>
    service.loadBalancing === undefined
      ? []
      : outside(
          RANGES.gracePeriodSeconds,
          service,
          "loadBalancing.healthCheckGracePeriodSeconds",
          service.loadBalancing.healthCheckGracePeriodSeconds,
        ),
  );

const HEALTH_CHECK_KEYS = ["intervalSeconds", "timeoutSeconds", "retries", "startPeriodSeconds"] as const;

const healthChecksFitEcs: CatalogRule = (services) =>
  services.flatMap((service) => {
    const { healthCheck } = service;
    if (healthCheck === undefined) return [];
    return HEALTH_CHECK_KEYS.flatMap((key) =>
      outside(RANGES.containerHealthCheck[key], service, `healthCheck.${key}`, healthCheck[key]),
    );
  });

const readinessPathsAreAbsolute: CatalogRule = (services) =>
  services
    .filter(({ readiness: { path } }) => !HEALTH_CHECK_PATH.test(path) || path.length > MAX_HEALTH_CHECK_PATH)
    .map((service) =>
      at(
        service,
        "readiness.path",
        service.readiness.path,
        `must begin with / and have at most ${MAX_HEALTH_CHECK_PATH} characters`,
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
      .map(([name, port]) => ({ service, file: fileOf(service), key: `ports.${name}.label`, port })),
  );
  return ports.flatMap(({ service, key, port }, index) => {
    const other = ports.slice(0, index).find((earlier) => isSameTraffic(earlier.port, port));
    return other === undefined || other.port.label === port.label
      ? []
      : [
          at(
            service,
            key,
            port.label,
            `must be "${other.port.label}", as in ${placeOf(other)}: both are port ${port.number}`,
          ),
        ];
  });
};

const RULES: Rules<readonly DeployedService[]> = {
  "route-fits-listener": routesFitListener,
  "route-priority-unique": prioritiesAreUnique,
  "default-route": oneServiceTakesTheRest,
  "target-groups-of-service": targetGroupsFitService,
  "health-check-grace": graceIsGiven,
  "container-health-check": healthChecksFitEcs,
  "readiness-path-form": readinessPathsAreAbsolute,
  "shared-port-label": sharedPortsShareTheirLabel,
};

function isSameTraffic(one: ServicePort, other: ServicePort): boolean {
  return one.number === other.number && (one.protocol ?? "tcp") === (other.protocol ?? "tcp");
}

function outside(
  { minimum, maximum, unit, why }: Range,
  service: DeployedService,
  key: string,
  value: number,
): readonly Problem[] {
  if (Number.isInteger(value) && value >= minimum && value <= maximum) return [];
  const range = `${minimum} to ${maximum}${unit === "" ? "" : ` ${unit}`}`;
  return [at(service, key, value, `must be a whole number from ${range} (${why})`)];
}

function at(service: DeployedService, key: string, value: unknown, instead: string): Problem {
  return { file: fileOf(service), key, value, instead };
}

function fileOf({ name }: DeployedService): string {
  return `modules/services/${name}.ts`;
}

function routesOf(service: DeployedService) {
  const routes = service.loadBalancing?.routes ?? [];
  if (routes === "default") return [];
  return routes.map((route, index) => ({ ...route, service, key: `loadBalancing.routes[${index}]` }));
}
