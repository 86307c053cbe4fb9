import type { ServiceName } from "../config/service-name";

/** A port on which a service's container listens. */
export interface ServicePort {
  readonly number: number;
  /** @default "tcp" */
  readonly protocol?: "tcp" | "udp";
  /** How security-group rules name it, `Mimir HTTP`; services that share a rule (memberlist) share the text. */
  readonly label: string;
  /** Whether the platform's other tasks may connect to it. The load balancer may where a route leads to it. */
  readonly reachableFromTasks: boolean;
  /**
   * Whether the task definition lists it.
   * @default true
   */
  readonly mapped?: boolean;
}

/**
 * Ports that a service has under some configurations only. The type says nothing of their names, so that neither routes
 * nor readiness can rely on them.
 *
 * @param isPresent whether the service has them
 * @param ports the ports
 */
export function portsIf(isPresent: boolean, ports: Readonly<Record<string, ServicePort>>): object {
  return isPresent ? ports : {};
}

/** One listener rule: which paths go to which port. */
export interface Route<PortName extends string = string> {
  /** Order of the rule on the listener, unique in the catalog; the lowest number is tried first. */
  readonly priority: number;
  /** Path patterns, at most five (an AWS limit on condition values of a rule). `*` and `?` are wildcards. */
  readonly paths: readonly string[];
  /** The container port that gets the requests, path and all: a load balancer rewrites nothing. */
  readonly port: PortName;
}

/** How a service sits behind the load balancer; a service without it is reachable inside the VPC alone. */
export interface LoadBalancing<PortName extends string = string> {
  /** Rules that lead to the service, or `default` for all requests that no rule of another service takes. */
  readonly routes: readonly Route<PortName>[] | "default";
  /** Seconds after a task's start in which failed health checks do not stop it; longer than the service needs to be ready. */
  readonly healthCheckGracePeriodSeconds: number;
}

/** A value of a Secrets Manager secret, injected as an environment variable when the task starts. */
export interface SecretReference {
  /** Name of the secret. */
  readonly secretName: string;
  /** Key in the secret's JSON text; without it the variable would hold the whole text. */
  readonly jsonKey: string;
}

/** A command that ECS runs inside the container to see whether it is healthy. */
export interface ContainerHealthCheck {
  /** Shell command; the image must contain the shell and the programs it names. */
  readonly shellCommand: string;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly retries: number;
  /** Seconds after the start in which failures do not count. */
  readonly startPeriodSeconds: number;
}

/** Values of the environment that other layers know only after they were applied. */
export interface Wiring {
  /** `host:port` of the cache's first node. */
  readonly memcachedEndpoint: string;
}

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string>>;

/** The IAM role that a service's tasks run under. */
export type TaskRoleName = "lgtm" | "alloy" | "grafana";

/** All that the platform knows about a service. Everything that AWS needs for it is derived from here. */
export interface ServiceDefinition<PortName extends string = string> {
  readonly name: ServiceName;
  /** Name in prose and descriptions, `Mimir`. */
  readonly title: string;
  /** Repository of the upstream image that our image is built from. */
  readonly upstreamImage: string;
  readonly ports: Readonly<Record<PortName, ServicePort>>;
  /** Path and port that answer 200 when the service can take requests; the only ones health checks may use. */
  readonly readiness: { readonly path: string; readonly port: NoInfer<PortName> };
  readonly loadBalancing?: LoadBalancing<NoInfer<PortName>>;
  /** Seconds between SIGTERM and SIGKILL, at most 120 on Fargate; time to write what is still in memory. */
  readonly stopTimeoutSeconds: number;
  /**
   * Seconds that the service may need to write what is still in memory when it is told to stop.
   * @default - not known to be bounded
   */
  readonly flushSeconds?: number;
  /**
   * Largest item in bytes that the service puts into the cache.
   * @default - the service does not use the cache
   */
  readonly largestCacheItemBytes?: number;
  readonly taskRole: TaskRoleName;
  /** Folders of the data bucket that are the service's own. */
  readonly storagePrefixes: readonly string[];
  readonly environment: (wiring: Wiring) => Environment;
  /** Environment variables that come from Secrets Manager. */
  readonly secrets?: Readonly<Record<string, SecretReference>>;
  readonly healthCheck?: ContainerHealthCheck;
}

/**
 * Checks that routes and readiness name ports that the definition has, then forgets which names these were.
 *
 * @param definition the service
 */
export function defineService<const PortName extends string>(
  definition: ServiceDefinition<PortName>,
): ServiceDefinition {
  return definition;
}
