import type { ServiceName } from "./service-name";
import type { DeployedService } from "./catalog";
import type { ServicePort } from "./service-definition";

/** A container port of a service that the load balancer forwards to, with the rules that lead there. */
export interface TargetGroupDefinition {
  /** Key in maps and, with dashes, in names: the service for its readiness port, `<service>-<port>` for others. */
  readonly key: string;
  readonly service: ServiceName;
  readonly portName: string;
  readonly port: number;
  /** Path and port that answer the health checks: always the service's readiness. */
  readonly healthCheck: { readonly path: string; readonly port: number };
  /** Seconds after SIGTERM that the service's tasks get to finish. */
  readonly stopTimeoutSeconds: number;
  /** Rules in order of priority; empty for the default target. */
  readonly rules: readonly { readonly priority: number; readonly paths: readonly string[] }[];
  /** True if requests that match no rule at all come here. */
  readonly isDefault: boolean;
}

/**
 * The target groups of a service: one for each port that a route leads to.
 *
 * @param service the service; one that is not behind the load balancer has none
 */
export function targetGroupsOf(service: DeployedService): readonly TargetGroupDefinition[] {
  if (service.loadBalancing === undefined) return [];
  const { routes } = service.loadBalancing;
  const portNames = routes === "default" ? [service.readiness.port] : [...new Set(routes.map((route) => route.port))];
  return portNames.map((portName) => ({
    key: portName === service.readiness.port ? service.name : `${service.name}-${portName}`,
    service: service.name,
    portName,
    port: portOf(service, portName).number,
    healthCheck: { path: service.readiness.path, port: portOf(service, service.readiness.port).number },
    stopTimeoutSeconds: service.tasks.stopTimeoutSeconds,
    rules: routes === "default" ? [] : routes.filter((route) => route.port === portName),
    isDefault: routes === "default",
  }));
}

/** Status code of a good health check; every service's readiness path answers with it. */
export const HEALTHY_STATUS = "200";

/**
 * Seconds that a target which leaves gets for its requests.
 *
 * @param group the target group
 * @param configured the setting; `stop timeout` is that of the group's service
 */
export function deregistrationDelayOf(
  { stopTimeoutSeconds }: Pick<TargetGroupDefinition, "stopTimeoutSeconds">,
  configured: number | "stop timeout",
): number {
  return configured === "stop timeout" ? stopTimeoutSeconds : configured;
}

/**
 * A port of a service by its name.
 *
 * @throws Error if the service has no port of that name, which `defineService` rules out for routes and readiness
 */
export function portOf(service: DeployedService, portName: string): ServicePort {
  const port = service.ports[portName];
  if (port === undefined) throw new Error(`${service.name} has no port named ${portName}`);
  return port;
}
