import type { PolicyStatement } from "./policy-document";
import type { ClientCall } from "./client-call";
import type { ServiceImage } from "./service-image";

/** A port on which a service's container listens. */
export interface ServicePort {
  readonly number: number;
  /** @default "tcp" */
  readonly protocol?: "tcp" | "udp";
  /** Name of it in security-group rules, `Mimir HTTP`; services that share a rule (memberlist) share the text. */
  readonly label: string;
  /** True if the platform's other tasks may connect to it. The load balancer may where a route leads to it. */
  readonly reachableFromTasks: boolean;
  /**
   * True if the task definition lists it.
   * @default true
   */
  readonly mapped?: boolean;
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

/** A service's place behind the load balancer. */
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

/** Paths that a service answers on one of its ports. */
export interface ServedPaths {
  /** Patterns of all paths that end in something else than a 404; `*` stands for any text. */
  readonly paths: readonly string[];
  /**
   * Bases and addresses by which other tasks use the service; a URL in a task's environment ends in one of them.
   * @default - no other task uses it
   */
  readonly bases?: readonly string[];
}

/** The account and the platform in which permissions are given. */
export interface PermissionScope {
  readonly region: string;
  readonly accountId: string;
  /** ARN of the log groups that may be read. */
  readonly logGroups: string;
}

/** Permissions of a service's tasks beside those on its own folders of the data bucket. */
export interface Permissions {
  /** Name of the policy in the role. */
  readonly policyName: string;
  /** Subject of the policy: its address is `aws_iam_role_policy.<service>_<subject>_access`. */
  readonly subject: string;
  readonly statements: (scope: PermissionScope) => readonly PolicyStatement[];
}

/** All that the platform knows about a service. Everything that AWS needs for it, and every check, is derived from here. */
export interface ServiceDefinition<PortName extends string = string> {
  /** Name in prose and descriptions, `Mimir`. */
  readonly title: string;
  readonly image: ServiceImage;
  readonly ports: Readonly<Record<PortName, ServicePort>>;
  /**
   * Paths that the program answers, by port. Seen with the program at the pinned version.
   *
   * @param setting reads a key of the config in the image, `http_api_prefix`; undefined where there is none
   */
  readonly serves: (setting: (key: string) => unknown) => Readonly<Partial<Record<NoInfer<PortName>, ServedPaths>>>;
  /** Path and port that answer 200 when the service can take requests; the only ones health checks may use. */
  readonly readiness: { readonly path: string; readonly port: NoInfer<PortName> };
  /** @default - it is reachable inside the VPC alone */
  readonly loadBalancing?: LoadBalancing<NoInfer<PortName>>;
  /**
   * Requests that clients send to it through the load balancer; before every synth each is run against the listener rules.
   * @default - none
   */
  readonly clientCalls?: readonly ClientCall<NoInfer<PortName>>[];
  /**
   * Seconds that the service may need to write what is still in memory when it is told to stop.
   * @default - not known to be bounded
   */
  readonly flushSeconds?: number | undefined;
  /**
   * Largest item in bytes that the service puts into the cache.
   * @default - the service does not use the cache
   */
  readonly largestCacheItemBytes?: number | undefined;
  /**
   * Most tasks that the config below `dockerfiles/` is made for.
   * @default - any number
   */
  readonly maxTasks?: number | undefined;
  /** Folders of the data bucket that are the service's own; its tasks may read, write and list them. */
  readonly storagePrefixes: readonly string[];
  /** @default - its tasks may do nothing else in the account */
  readonly permissions?: Permissions;
  readonly environment: (wiring: Wiring) => Environment;
  /** Environment variables that come from Secrets Manager. */
  readonly secrets?: Readonly<Record<string, SecretReference>>;
  readonly healthCheck?: ContainerHealthCheck;
}

/**
 * Checks that routes, readiness, served paths and client calls name ports that the definition has, then forgets which names
 * these were.
 *
 * @param definition the service
 */
export function defineService<const PortName extends string>(
  definition: ServiceDefinition<PortName>,
): ServiceDefinition {
  return definition;
}
