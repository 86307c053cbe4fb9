import type { PlatformConfig } from "../config/platform-config";
import { internalHost } from "./internal-host";
import { grpcPort } from "./grpc";
import { MEMBERLIST_PORT, MEMBERLIST_PORTS, memberlistEnvironment } from "./memberlist";
import { retentionHours } from "./retention";
import { defineService, type Environment, type ServiceDefinition, type Wiring } from "./service-definition";

const HTTP_PORT = 8080;

/** Mimir: metrics. */
export function mimir(config: PlatformConfig): ServiceDefinition {
  const { blocks, rules, alerts } = config.storagePrefixes.mimir;
  return defineService({
    name: "mimir",
    title: "Mimir",
    upstreamImage: "grafana/mimir",
    ports: {
      http: { number: HTTP_PORT, label: "Mimir HTTP", reachableFromTasks: true },
      grpc: grpcPort(config),
      ...MEMBERLIST_PORTS,
    },
    readiness: { path: "/ready", port: "http" },
    loadBalancing: {
      routes: [{ priority: 10, paths: paths(config), port: "http" }],
      healthCheckGracePeriodSeconds: 120,
    },
    stopTimeoutSeconds: config.services.mimir.stopTimeoutSeconds,
    ...(config.serviceConfigs === "original" ? {} : { largestCacheItemBytes: 1024 * 1024 }),
    taskRole: "lgtm",
    storagePrefixes: [blocks, rules, alerts],
    environment: (wiring) => ({
      ...originalEnvironment(config, wiring),
      ...(config.serviceConfigs === "original" ? {} : addedEnvironment(config)),
    }),
  });
}

function originalEnvironment(config: PlatformConfig, { memcachedEndpoint }: Wiring): Environment {
  const { blocks, rules, alerts } = config.storagePrefixes.mimir;
  return {
    AWS_REGION: config.region,
    MEMBERLIST_PORT: String(MEMBERLIST_PORT),
    MEMCACHED_ENDPOINT: memcachedEndpoint,
    MIMIR_ALERTS_PREFIX: alerts,
    MIMIR_BLOCKS_PREFIX: blocks,
    MIMIR_HOST: internalHost(config, "mimir"),
    MIMIR_RULES_PREFIX: rules,
    MIMIR_S3_BUCKET: config.dataBucket.name,
  };
}

/** What dockerfiles/mimir/config.yaml reads beside the original variables, all of which it reads. */
function addedEnvironment(config: PlatformConfig): Environment {
  return { ...memberlistEnvironment(config, "mimir"), MIMIR_RETENTION: retentionHours(config.retention.metricsDays) };
}

function paths({ loadBalancer }: PlatformConfig): readonly string[] {
  const original = ["/api/v1/push", "/prometheus/*"];
  return loadBalancer.routes === "original" ? original : [...original, "/otlp/v1/metrics"];
}

/** Where tasks send metrics by Prometheus remote write. */
export function mimirPushUrl(config: PlatformConfig): string {
  return `http://${internalHost(config, "mimir")}:${HTTP_PORT}/api/v1/push`;
}

/** Base below which tasks send metrics by OTLP. */
export function mimirOtlpUrl(config: PlatformConfig): string {
  return `http://${internalHost(config, "mimir")}:${HTTP_PORT}/otlp`;
}

/** Base of Mimir's Prometheus API, for data sources. */
export function mimirQueryUrl(config: PlatformConfig): string {
  return `http://${internalHost(config, "mimir")}:${HTTP_PORT}/prometheus`;
}
