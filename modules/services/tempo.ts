import type { PlatformConfig } from "../config/platform-config";
import { callsTo } from "./client-call";
import { internalHost } from "./internal-host";
import { MEMBERLIST_PORTS, memberlistEnvironment } from "./memberlist";
import { mimirPushUrl } from "./mimir";
import { tempoRetentionHours } from "./retention";
import { defineService, type Environment, type ServiceDefinition, type Wiring } from "./service-definition";
import { checkByFlag, VERSION_WORD, type ServiceImage } from "./service-image";

const HTTP_PORT = 3200;
const OTLP_HTTP_PORT = 4318;

/**
 * Tempo's `http_api_prefix`: a load balancer forwards `/tempo/api/…` as it is, so Tempo itself must serve it there.
 * `/ready` and everything else that is not its API stays at the root.
 */
export const TEMPO_API_PREFIX = "/tempo";

/** Path at which Tempo's receiver of the name `otlp/alb` takes traces. */
const OTLP_ALB_TRACES = "/otlp/v1/traces";

/** Tempo: traces. */
export function tempo(config: PlatformConfig): ServiceDefinition {
  return defineService({
    title: "Tempo",
    image: IMAGE,
    ports: {
      http: { number: HTTP_PORT, label: "Tempo HTTP", reachableFromTasks: true },
      "otlp-grpc": { number: 4317, label: "Tempo OTLP gRPC", reachableFromTasks: true },
      "otlp-http": { number: OTLP_HTTP_PORT, label: "Tempo OTLP HTTP", reachableFromTasks: true },
      // A second OTLP/HTTP receiver, which takes traces where OTLP's other signals are: below /otlp.
      "otlp-alb": { number: 4319, label: "Tempo OTLP HTTP below /otlp", reachableFromTasks: false },
      // Compactors share the work; there are no calls between instances.
      ...MEMBERLIST_PORTS,
    },
    serves: (setting) => {
      const prefix = setting("http_api_prefix");
      const base = typeof prefix === "string" ? prefix : "";
      return {
        http: { paths: [...API.map((path) => `${base}${path}`), "/ready"], bases: [base] },
        "otlp-grpc": { paths: [], bases: [""] },
        "otlp-http": { paths: ["/v1/traces"], bases: [""] },
        "otlp-alb": { paths: [OTLP_ALB_TRACES] },
      };
    },
    readiness: { path: "/ready", port: "http" },
    loadBalancing: {
      routes: [
        { priority: 30, paths: [`${TEMPO_API_PREFIX}/*`], port: "http" },
        { priority: 31, paths: ["/v1/traces"], port: "otlp-http" },
        { priority: 32, paths: [OTLP_ALB_TRACES], port: "otlp-alb" },
      ],
      healthCheckGracePeriodSeconds: 120,
    },
    clientCalls: CLIENT_CALLS,
    largestCacheItemBytes: 1024 * 1024,
    flushSeconds: 75,
    maxTasks: 1,
    storagePrefixes: [config.storagePrefixes.tempo],
    environment: (wiring) => environment(config, wiring),
  });
}

/** Source: the Dockerfile of grafana/tempo. A busybox is there; that a health check finds its programs was never seen. */
const IMAGE: ServiceImage = {
  upstream: "grafana/tempo",
  user: "10001:10001",
  hasShell: true,
  healthCheckPrograms: [],
  program: {
    name: "tempo",
    path: "/tempo",
    version: { arguments: ["-version"], pattern: VERSION_WORD },
    releases: "https://github.com/grafana/tempo/releases",
    writableFolders: ["/var/tempo"],
  },
  config: {
    location: "-config.file",
    variables: "braced",
    // The bare flag prints the usage.
    strictCheck: checkByFlag("-config.verify=true", "every field, then the values and their warnings"),
  },
};

const API = [
  "/api/echo",
  "/api/search",
  "/api/search/*",
  "/api/traces/*",
  "/api/v2/*",
  "/api/metrics/*",
  "/api/status/buildinfo",
];

const TRACE_ID = "2f3e0cee77ae5dc9c17ade3689eb2e54";

const CLIENT_CALLS = [
  ...callsTo("http", [
    ["Tempo search", "GET", "/tempo/api/search?q={}"],
    ["Tempo trace by id", "GET", `/tempo/api/traces/${TRACE_ID}`],
    ["Tempo trace by id, version 2", "GET", `/tempo/api/v2/traces/${TRACE_ID}`],
    ["Tempo tag names", "GET", "/tempo/api/v2/search/tags"],
    ["Tempo tag values", "GET", "/tempo/api/v2/search/tag/resource.service.name/values"],
    ["TraceQL metrics", "GET", "/tempo/api/metrics/query_range?q={}|rate()"],
  ]),
  ...callsTo("otlp-http", [["OTLP traces", "POST", "/v1/traces"]]),
  ...callsTo("otlp-alb", [["OTLP traces below /otlp", "POST", OTLP_ALB_TRACES]]),
];

function environment(config: PlatformConfig, { memcachedEndpoint }: Wiring): Environment {
  return {
    ...memberlistEnvironment(config, "tempo"),
    AWS_REGION: config.region,
    MEMCACHED_ENDPOINT: memcachedEndpoint,
    MIMIR_REMOTE_WRITE_URL: mimirPushUrl(config),
    TEMPO_HOST: internalHost(config, "tempo"),
    TEMPO_RETENTION: tempoRetentionHours(config.retention.tracesDays),
    TEMPO_S3_BUCKET: config.dataBucket.name,
    TEMPO_STORAGE_PREFIX: config.storagePrefixes.tempo,
  };
}

/** Base of Tempo's API, for data sources. */
export function tempoUrl(config: PlatformConfig): string {
  return `http://${internalHost(config, "tempo")}:${HTTP_PORT}${TEMPO_API_PREFIX}`;
}

/** Base below which tasks send traces by OTLP. */
export function tempoOtlpUrl(config: PlatformConfig): string {
  return `http://${internalHost(config, "tempo")}:${OTLP_HTTP_PORT}`;
}
