import type { PlatformConfig } from "../config/platform-config";
import { internalHost } from "./internal-host";
import { MEMBERLIST_PORT, MEMBERLIST_PORTS } from "./memberlist";
import { defineService, type ServiceDefinition } from "./service-definition";

const HTTP_PORT = 3100;

/** Loki: logs. */
export function loki(config: PlatformConfig): ServiceDefinition {
  return defineService({
    name: "loki",
    title: "Loki",
    upstreamImage: "grafana/loki",
    ports: {
      http: { number: HTTP_PORT, label: "Loki HTTP", reachableFromTasks: true },
      ...MEMBERLIST_PORTS,
    },
    readiness: { path: "/ready", port: "http" },
    loadBalancing: {
      routes: [{ priority: 20, paths: paths(config), port: "http" }],
      healthCheckGracePeriodSeconds: 120,
    },
    stopTimeoutSeconds: config.services.loki.stopTimeoutSeconds,
    ...(config.serviceConfigs === "original" ? {} : { largestCacheItemBytes: 2 * 1024 * 1024 }),
    taskRole: "lgtm",
    storagePrefixes: [config.storagePrefixes.loki],
    environment: ({ memcachedEndpoint }) => ({
      AWS_REGION: config.region,
      LOKI_HOST: internalHost(config, "loki"),
      LOKI_S3_BUCKET: config.dataBucket.name,
      LOKI_STORAGE_PREFIX: config.storagePrefixes.loki,
      MEMBERLIST_PORT: String(MEMBERLIST_PORT),
      MEMCACHED_ENDPOINT: memcachedEndpoint,
    }),
  });
}

function paths({ loadBalancer }: PlatformConfig): readonly string[] {
  return loadBalancer.routes === "original" ? ["/loki/*"] : ["/loki/*", "/otlp/v1/logs"];
}

/** Base of Loki's API, for data sources. */
export function lokiUrl(config: PlatformConfig): string {
  return `http://${internalHost(config, "loki")}:${HTTP_PORT}`;
}

/** Where tasks send logs. */
export function lokiPushUrl(config: PlatformConfig): string {
  return `${lokiUrl(config)}/loki/api/v1/push`;
}
