import type { PlatformConfig } from "../config/platform-config";
import { callsTo } from "./client-call";
import { GRPC_PORT } from "./grpc";
import { internalHost } from "./internal-host";
import { MEMBERLIST_PORTS, memberlistEnvironment } from "./memberlist";
import { retentionHours } from "./retention";
import { defineService, type Environment, type ServiceDefinition, type Wiring } from "./service-definition";
import { checkByFlag, VERSION_WORD, type ServiceImage } from "./service-image";

const HTTP_PORT = 3100;

/** Loki: logs. */
export function loki(config: PlatformConfig): ServiceDefinition {
  return defineService({
    title: "Loki",
    image: IMAGE,
    ports: {
      http: { number: HTTP_PORT, label: "Loki HTTP", reachableFromTasks: true },
      grpc: GRPC_PORT,
      ...MEMBERLIST_PORTS,
    },
    serves: () => ({
      http: {
        paths: ["/loki/api/v1/*", "/otlp/v1/logs", "/ready"],
        bases: ["", "/loki/api/v1/push", "/otlp"],
      },
    }),
    readiness: { path: "/ready", port: "http" },
    loadBalancing: {
      routes: [{ priority: 20, paths: ["/loki/*", "/otlp/v1/logs"], port: "http" }],
      healthCheckGracePeriodSeconds: 120,
    },
    clientCalls: CLIENT_CALLS,
    largestCacheItemBytes: 2 * 1024 * 1024,
    maxTasks: 1,
    storagePrefixes: [config.storagePrefixes.loki],
    environment: (wiring) => environment(config, wiring),
  });
}

/** Source: the Dockerfile of grafana/loki. A busybox is there; that a health check finds its programs was never seen. */
const IMAGE: ServiceImage = {
  upstream: "grafana/loki",
  user: "10001:10001",
  hasShell: true,
  healthCheckPrograms: [],
  program: {
    name: "loki",
    path: "/usr/bin/loki",
    version: { arguments: ["-version"], pattern: VERSION_WORD },
    releases: "https://github.com/grafana/loki/releases",
    writableFolders: ["/loki"],
  },
  config: {
    location: "-config.file",
    variables: "braced",
    strictCheck: checkByFlag("-verify-config", "every field, then the values"),
  },
};

const CLIENT_CALLS = callsTo("http", [
  ["Loki push", "POST", "/loki/api/v1/push"],
  ["OTLP logs", "POST", "/otlp/v1/logs"],
  ["Loki range query", "GET", '/loki/api/v1/query_range?query={job="test"}'],
  ["Loki labels", "GET", "/loki/api/v1/labels"],
  ["Loki label values", "GET", "/loki/api/v1/label/job/values"],
  ["Loki tail", "GET", '/loki/api/v1/tail?query={job="test"}'],
]);

function environment(config: PlatformConfig, { memcachedEndpoint }: Wiring): Environment {
  return {
    ...memberlistEnvironment(config, "loki"),
    AWS_REGION: config.region,
    LOKI_HOST: internalHost(config, "loki"),
    LOKI_RETENTION: retentionHours(config.retention.logsDays),
    LOKI_S3_BUCKET: config.dataBucket.name,
    LOKI_STORAGE_PREFIX: config.storagePrefixes.loki,
    MEMCACHED_ENDPOINT: memcachedEndpoint,
  };
}

/** Base of Loki's API, for data sources. */
export function lokiUrl(config: PlatformConfig): string {
  return `http://${internalHost(config, "loki")}:${HTTP_PORT}`;
}

/** Base below which tasks send logs by OTLP. */
export function lokiOtlpUrl(config: PlatformConfig): string {
  return `${lokiUrl(config)}/otlp`;
}

/** URL to which tasks send logs. */
export function lokiPushUrl(config: PlatformConfig): string {
  return `${lokiUrl(config)}/loki/api/v1/push`;
}
