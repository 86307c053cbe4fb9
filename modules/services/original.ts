/**
 * The services as the legacy Terraform runs them, where that differs from their definitions. The definitions state the
 * future alone; this file lays over them what a profile with `serviceConfigs: "original"`, `loadBalancer.routes: "original"`
 * or `iam.taskRoles: "shared"` still has. CONTRIBUTING.md ("Leave the legacy Terraform behind") says what is deleted
 * together with it.
 */
import type { PlatformConfig } from "../config/platform-config";
import { READ_ACCOUNT_NAME } from "./alloy";
import { lokiPushUrl } from "./loki";
import { MEMBERLIST_PORTS } from "./memberlist";
import { mimirPushUrl } from "./mimir";
import type { Route, ServiceDefinition } from "./service-definition";
import { TEMPO_API_PREFIX, tempoUrl } from "./tempo";

/** Beginning of the names of the roles that the legacy Terraform gives to tasks. */
export type OriginalRole = "lgtm" | "alloy" | "grafana";

/** Facts about a legacy service that a definition has no place for. */
export interface OriginalFacts {
  /**
   * Role of its tasks.
   * @default - the service has a role of its own
   */
  readonly role?: OriginalRole;
  /** Variables that its task definition injects and its config does not read. */
  readonly unreadVariables: readonly string[];
  /** Ports that its task definition maps and on which nothing listens. */
  readonly unusedPorts: readonly string[];
}

type Change = (service: ServiceDefinition, config: PlatformConfig) => Partial<ServiceDefinition>;

/** A legacy service. */
interface OriginalService {
  readonly role: OriginalRole;
  /** Changes with its image. Source: the work history and the task definitions in the existing states. */
  readonly image: Change;
  /**
   * Changes with the legacy routes.
   * @default - none
   */
  readonly routes?: Change;
  /** @default - none */
  readonly unreadVariables?: readonly string[];
  /** @default - none */
  readonly unusedPorts?: readonly string[];
}

const ORIGINAL: Readonly<Record<string, OriginalService>> = {
  mimir: {
    role: "lgtm",
    image: (service) => ({
      ports: { ...service.ports, grpc: LEGACY_GRPC_PORT },
      ...withoutVariables(service, "MEMBERLIST_CLUSTER_LABEL", "MIMIR_RETENTION"),
    }),
    routes: (service) => routed(service, { priority: 10, paths: ["/api/v1/push", "/prometheus/*"], port: "http" }),
    unreadVariables: ["MEMCACHED_ENDPOINT"],
  },
  loki: {
    role: "lgtm",
    image: (service) => ({
      // Its config has a gRPC port too, but no rule lets another task in.
      ports: without(service.ports, "grpc"),
      ...withoutVariables(service, "MEMBERLIST_CLUSTER_LABEL", "LOKI_RETENTION"),
    }),
    routes: (service) => routed(service, { priority: 20, paths: ["/loki/*"], port: "http" }),
    unreadVariables: ["MEMCACHED_ENDPOINT"],
  },
  tempo: {
    role: "lgtm",
    image: (service) => ({
      ports: without(service.ports, ...Object.keys(MEMBERLIST_PORTS)),
      flushSeconds: undefined,
      ...withoutVariables(
        service,
        "MEMBERLIST_CLUSTER_LABEL",
        "MEMBERLIST_PORT",
        "MEMCACHED_ENDPOINT",
        "TEMPO_HOST",
        "TEMPO_RETENTION",
      ),
    }),
    routes: (service) => ({
      ports: withClosedReceivers(service.ports),
      // Two of the three lead nowhere: Tempo takes no traces on its HTTP port, and `/api/traces` alone is not a path of it.
      ...routed(service, { priority: 30, paths: ["/api/traces", `${TEMPO_API_PREFIX}/*`, "/v1/traces"], port: "http" }),
    }),
  },
  pyroscope: {
    role: "lgtm",
    image: (service) => ({
      ports: {
        ...without(service.ports, ...Object.keys(MEMBERLIST_PORTS)),
        // In its config; calls between instances arrive on the HTTP port.
        grpc: { number: 4041, label: "Pyroscope gRPC", reachableFromTasks: true },
      },
      ...withoutVariables(
        service,
        "MEMBERLIST_CLUSTER_LABEL",
        "MEMBERLIST_PORT",
        "PYROSCOPE_HOST",
        "PYROSCOPE_RETENTION",
      ),
    }),
    routes: (service) =>
      routed(service, { priority: 40, paths: ["/ingest", "/pyroscope/*", "/querier.v1.*"], port: "http" }),
  },
  grafana: {
    role: "grafana",
    image: (service, config) => ({
      environment: (wiring) => ({
        ...service.environment(wiring),
        // In our image dockerfiles/grafana/grafana.ini has these settings.
        GF_LOG_LEVEL: "info",
        GF_USERS_ALLOW_SIGN_UP: "false",
        // The legacy Tempo has no `http_api_prefix`.
        TEMPO_DATASOURCE_URL: tempoUrl(config).slice(0, -TEMPO_API_PREFIX.length),
      }),
    }),
  },
  alloy: {
    role: "alloy",
    image: ({ ports }, config) => ({
      ports: {
        ...without(ports, "otlp-grpc", "otlp-http"),
        metrics: { number: 9080, label: "Alloy metrics", reachableFromTasks: false },
      },
      environment: () => ({
        AWS_REGION: config.region,
        LOKI_TENANT: config.tenants.logs ?? config.tenants.platform,
        LOKI_URL: lokiPushUrl(config),
        MIMIR_TENANT: config.tenants.platform,
        MIMIR_URL: mimirPushUrl(config),
      }),
    }),
    unusedPorts: ["metrics"],
  },
};

/** Names of the services that the legacy Terraform has. */
export const ORIGINAL_SERVICES: readonly string[] = Object.keys(ORIGINAL);

/**
 * A service as a profile runs it that has not left the legacy Terraform behind in everything.
 *
 * @param name name of the service; one that the legacy Terraform does not have stays as it is
 * @param definition its definition
 * @param config the platform
 */
export function asOriginal(
  name: string,
  definition: ServiceDefinition,
  config: PlatformConfig,
): ServiceDefinition & { readonly original?: OriginalFacts } {
  const original = ORIGINAL[name];
  if (original === undefined) return definition;
  const hasImage = config.serviceConfigs === "original";
  const changes: readonly Change[] = [
    ...(hasImage ? [original.image, withoutLimits] : []),
    ...(config.loadBalancer.routes === "original" && original.routes !== undefined ? [original.routes] : []),
    ...(config.iam.taskRoles === "shared" ? [withSharedPermissions] : []),
  ];
  return {
    ...changes.reduce((service, change) => ({ ...service, ...change(service, config) }), definition),
    original: {
      ...(config.iam.taskRoles === "shared" ? { role: original.role } : {}),
      unreadVariables: hasImage ? (original.unreadVariables ?? []) : [],
      unusedPorts: hasImage ? (original.unusedPorts ?? []) : [],
    },
  };
}

/** Mimir and Loki use the same port; the legacy rule was made for Mimir. */
const LEGACY_GRPC_PORT = { number: 9095, label: "Mimir gRPC", reachableFromTasks: true } as const;

/** Nothing is known of the limits of the legacy configs, and none of them uses the cache. */
const withoutLimits: Change = () => ({ largestCacheItemBytes: undefined, maxTasks: undefined });

/** The legacy policies name all log groups of the account, and not the account's alias. */
const withSharedPermissions: Change = ({ permissions }) =>
  permissions === undefined
    ? {}
    : {
        permissions: {
          ...permissions,
          statements: (scope) =>
            permissions
              .statements({ ...scope, logGroups: `arn:aws:logs:${scope.region}:${scope.accountId}:log-group:*` })
              .filter((statement) => statement !== READ_ACCOUNT_NAME),
        },
      };

function routed({ loadBalancing }: ServiceDefinition, route: Route): Partial<ServiceDefinition> {
  return loadBalancing === undefined ? {} : { loadBalancing: { ...loadBalancing, routes: [route] } };
}

/** No legacy route leads to Tempo's receivers, and no rule lets other tasks in. */
function withClosedReceivers(ports: ServiceDefinition["ports"]): ServiceDefinition["ports"] {
  return Object.fromEntries(
    Object.entries(ports).map(([name, port]) => [
      name,
      name.startsWith("otlp-") ? { ...port, reachableFromTasks: false, mapped: name !== "otlp-alb" } : port,
    ]),
  );
}

function withoutVariables(
  { environment }: ServiceDefinition,
  ...names: readonly string[]
): Pick<ServiceDefinition, "environment"> {
  return { environment: (wiring) => without(environment(wiring), ...names) };
}

function without<Value>(
  record: Readonly<Record<string, Value>>,
  ...keys: readonly string[]
): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)));
}
