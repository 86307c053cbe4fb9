import type { PlatformConfig } from "../config/platform-config";
import { callsTo } from "./client-call";
import { GRPC_PORT } from "./grpc";
import { internalHost } from "./internal-host";
import { MEMBERLIST_PORTS, memberlistEnvironment } from "./memberlist";
import { retentionHours } from "./retention";
import { defineService, type Environment, type ServiceDefinition, type Wiring } from "./service-definition";
import { checkByFlag, VERSION_WORD, type ServiceImage } from "./service-image";

const HTTP_PORT = 8080;

/** Mimir: metrics. */
export function mimir(config: PlatformConfig): ServiceDefinition {
  const { blocks, rules, alerts } = config.storagePrefixes.mimir;
  return defineService({
    title: "Mimir",
    image: IMAGE,
    ports: {
      http: { number: HTTP_PORT, label: "Mimir HTTP", reachableFromTasks: true },
      grpc: GRPC_PORT,
      ...MEMBERLIST_PORTS,
    },
    serves: () => ({
      http: {
        paths: ["/api/v1/push", "/otlp/v1/metrics", "/prometheus/api/v1/*", "/prometheus/config/v1/rules*", "/ready"],
        bases: ["/api/v1/push", "/prometheus", "/otlp"],
      },
    }),
    readiness: { path: "/ready", port: "http" },
    loadBalancing: {
      routes: [{ priority: 10, paths: ["/api/v1/push", "/prometheus/*", "/otlp/v1/metrics"], port: "http" }],
      healthCheckGracePeriodSeconds: 120,
    },
    clientCalls: CLIENT_CALLS,
    largestCacheItemBytes: 1024 * 1024,
    maxTasks: 1,
    storagePrefixes: [blocks, rules, alerts],
    environment: (wiring) => environment(config, wiring),
  });
}

/** Source: the Dockerfile of grafana/mimir. The image runs as root and knows no other user. */
const IMAGE: ServiceImage = {
  upstream: "grafana/mimir",
  user: "10001:10001",
  hasShell: false,
  healthCheckPrograms: [],
  program: {
    name: "mimir",
    path: "/bin/mimir",
    version: { arguments: ["-version"], pattern: VERSION_WORD },
    releases: "https://github.com/grafana/mimir/releases",
  },
  config: {
    location: "-config.file",
    variables: "mimir",
    strictCheck: checkByFlag("-modules", "every field, then the values"),
  },
};

const CLIENT_CALLS = callsTo("http", [
  ["Prometheus remote write", "POST", "/api/v1/push"],
  ["OTLP metrics", "POST", "/otlp/v1/metrics"],
  ["Prometheus instant query", "GET", "/prometheus/api/v1/query?query=up"],
  ["Prometheus range query", "POST", "/prometheus/api/v1/query_range"],
  ["Prometheus series", "POST", "/prometheus/api/v1/series"],
  ["Prometheus label names", "GET", "/prometheus/api/v1/labels"],
  ["Prometheus label values", "GET", "/prometheus/api/v1/label/__name__/values"],
  ["Prometheus rules", "GET", "/prometheus/api/v1/rules"],
  ["mimirtool rules", "GET", "/prometheus/config/v1/rules"],
]);

function environment(config: PlatformConfig, { memcachedEndpoint }: Wiring): Environment {
  const { blocks, rules, alerts } = config.storagePrefixes.mimir;
  return {
    ...memberlistEnvironment(config, "mimir"),
    AWS_REGION: config.region,
    MEMCACHED_ENDPOINT: memcachedEndpoint,
    MIMIR_ALERTS_PREFIX: alerts,
    MIMIR_BLOCKS_PREFIX: blocks,
    MIMIR_HOST: internalHost(config, "mimir"),
    MIMIR_RETENTION: retentionHours(config.retention.metricsDays),
    MIMIR_RULES_PREFIX: rules,
    MIMIR_S3_BUCKET: config.dataBucket.name,
  };
}

/** URL to which tasks send metrics by Prometheus remote write. */
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
