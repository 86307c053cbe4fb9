import type { PlatformConfig } from "../config/platform-config";
import { internalHost } from "./internal-host";
import { MEMBERLIST_PORTS, memberlistEnvironment } from "./memberlist";
import { mimirPushUrl } from "./mimir";
import { tempoRetentionHours } from "./retention";
import {
  defineService,
  portsIf,
  type Environment,
  type Route,
  type ServiceDefinition,
  type Wiring,
} from "./service-definition";

const HTTP_PORT = 3200;
const OTLP_HTTP_PORT = 4318;

/**
 * Tempo's `http_api_prefix`: a load balancer forwards `/tempo/api/…` as it is, so Tempo itself must serve it there.
 * `/ready` and everything else that is not its API stays at the root.
 */
export const TEMPO_API_PREFIX = "/tempo";

/** Tempo: traces. */
export function tempo(config: PlatformConfig): ServiceDefinition {
  const original = config.serviceConfigs === "original";
  const complete = config.loadBalancer.routes === "complete";
  return defineService({
    name: "tempo",
    title: "Tempo",
    upstreamImage: "grafana/tempo",
    ports: {
      http: { number: HTTP_PORT, label: "Tempo HTTP", reachableFromTasks: true },
      "otlp-grpc": { number: 4317, label: "Tempo OTLP gRPC", reachableFromTasks: complete },
      "otlp-http": { number: OTLP_HTTP_PORT, label: "Tempo OTLP HTTP", reachableFromTasks: complete },
      // A second OTLP/HTTP receiver, which takes traces where OTLP's other signals are: below /otlp.
      "otlp-alb": { number: 4319, label: "Tempo OTLP HTTP below /otlp", reachableFromTasks: false, mapped: complete },
      // The original config knows no other instances. In ours their compactors share the work; there are no calls.
      ...portsIf(!original, MEMBERLIST_PORTS),
    },
    readiness: { path: "/ready", port: "http" },
    loadBalancing: {
      routes: complete ? COMPLETE_ROUTES : ORIGINAL_ROUTES,
      healthCheckGracePeriodSeconds: 120,
    },
    stopTimeoutSeconds: config.services.tempo.stopTimeoutSeconds,
    ...(original ? {} : { largestCacheItemBytes: 1024 * 1024, flushSeconds: 75 }),
    taskRole: "lgtm",
    storagePrefixes: [config.storagePrefixes.tempo],
    environment: (wiring) => ({
      ...originalEnvironment(config),
      ...(original ? {} : addedEnvironment(config, wiring)),
    }),
  });
}

function originalEnvironment(config: PlatformConfig): Environment {
  return {
    AWS_REGION: config.region,
    MIMIR_REMOTE_WRITE_URL: mimirPushUrl(config),
    TEMPO_S3_BUCKET: config.dataBucket.name,
    TEMPO_STORAGE_PREFIX: config.storagePrefixes.tempo,
  };
}

/** What dockerfiles/tempo/config.yaml reads beside the original variables, all of which it reads. */
function addedEnvironment(config: PlatformConfig, { memcachedEndpoint }: Wiring): Environment {
  return {
    ...memberlistEnvironment(config, "tempo"),
    MEMCACHED_ENDPOINT: memcachedEndpoint,
    TEMPO_HOST: internalHost(config, "tempo"),
    TEMPO_RETENTION: tempoRetentionHours(config.retention.tracesDays),
  };
}

/** Two of the three lead nowhere: Tempo takes no traces on its HTTP port, and `/api/traces` alone is not a path of it. */
const ORIGINAL_ROUTES: readonly Route<"http">[] = [
  { priority: 30, paths: ["/api/traces", `${TEMPO_API_PREFIX}/*`, "/v1/traces"], port: "http" },
];

const COMPLETE_ROUTES: readonly Route<"http" | "otlp-http" | "otlp-alb">[] = [
  { priority: 30, paths: [`${TEMPO_API_PREFIX}/*`], port: "http" },
  { priority: 31, paths: ["/v1/traces"], port: "otlp-http" },
  { priority: 32, paths: ["/otlp/v1/traces"], port: "otlp-alb" },
];

/** Base of Tempo's API, for data sources. */
export function tempoUrl(config: PlatformConfig): string {
  const prefix = config.serviceConfigs === "original" ? "" : TEMPO_API_PREFIX;
  return `http://${internalHost(config, "tempo")}:${HTTP_PORT}${prefix}`;
}

/** Base below which tasks send traces by OTLP. */
export function tempoOtlpUrl(config: PlatformConfig): string {
  return `http://${internalHost(config, "tempo")}:${OTLP_HTTP_PORT}`;
}
