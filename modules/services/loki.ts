import type { PlatformConfig } from "../config/platform-config";
import { internalHost } from "./internal-host";
import { grpcPort } from "./grpc";
import { MEMBERLIST_PORT, MEMBERLIST_PORTS, memberlistEnvironment } from "./memberlist";
import { retentionHours } from "./retention";
import { defineService, portsIf, type Environment, type ServiceDefinition, type Wiring } from "./service-definition";

const HTTP_PORT = 3100;

/** Loki: logs. */
export function loki(config: PlatformConfig): ServiceDefinition {
  const original = config.serviceConfigs === "original";
  return defineService({
    name: "loki",
    title: "Loki",
    upstreamImage: "grafana/loki",
    ports: {
      http: { number: HTTP_PORT, label: "Loki HTTP", reachableFromTasks: true },
      // The original config has it too, but no rule lets another task in.
      ...portsIf(!original, { grpc: grpcPort(config) }),
      ...MEMBERLIST_PORTS,
    },
    readiness: { path: "/ready", port: "http" },
    loadBalancing: {
      routes: [{ priority: 20, paths: paths(config), port: "http" }],
      healthCheckGracePeriodSeconds: 120,
    },
    stopTimeoutSeconds: config.services.loki.stopTimeoutSeconds,
    ...(original ? {} : { largestCacheItemBytes: 2 * 1024 * 1024 }),
    taskRole: "lgtm",
    storagePrefixes: [config.storagePrefixes.loki],
    environment: (wiring) => ({
      ...originalEnvironment(config, wiring),
      ...(original ? {} : addedEnvironment(config)),
    }),
  });
}

function originalEnvironment(config: PlatformConfig, { memcachedEndpoint }: Wiring): Environment {
  return {
    AWS_REGION: config.region,
    LOKI_HOST: internalHost(config, "loki"),
    LOKI_S3_BUCKET: config.dataBucket.name,
    LOKI_STORAGE_PREFIX: config.storagePrefixes.loki,
    MEMBERLIST_PORT: String(MEMBERLIST_PORT),
    MEMCACHED_ENDPOINT: memcachedEndpoint,
  };
}

/** What dockerfiles/loki/config.yaml reads beside the original variables, all of which it reads. */
function addedEnvironment(config: PlatformConfig): Environment {
  return { ...memberlistEnvironment(config, "loki"), LOKI_RETENTION: retentionHours(config.retention.logsDays) };
}

function paths({ loadBalancer }: PlatformConfig): readonly string[] {
  return loadBalancer.routes === "original" ? ["/loki/*"] : ["/loki/*", "/otlp/v1/logs"];
}

/** Base of Loki's API, for data sources. */
export function lokiUrl(config: PlatformConfig): string {
  return `http://${internalHost(config, "loki")}:${HTTP_PORT}`;
}

/** Base below which tasks send logs by OTLP. */
export function lokiOtlpUrl(config: PlatformConfig): string {
  return `${lokiUrl(config)}/otlp`;
}

/** Where tasks send logs. */
export function lokiPushUrl(config: PlatformConfig): string {
  return `${lokiUrl(config)}/loki/api/v1/push`;
}
