import type { PlatformConfig } from "../config/platform-config";
import { internalHost } from "./internal-host";
import { mimirPushUrl } from "./mimir";
import { defineService, type Route, type ServiceDefinition } from "./service-definition";

const HTTP_PORT = 3200;

/**
 * Tempo's `http_api_prefix`: a load balancer forwards `/tempo/api/…` as it is, so Tempo itself must serve it there.
 * `/ready` and everything else that is not its API stays at the root.
 */
export const TEMPO_API_PREFIX = "/tempo";

/** Tempo: traces. */
export function tempo(config: PlatformConfig): ServiceDefinition {
  const complete = config.loadBalancer.routes === "complete";
  return defineService({
    name: "tempo",
    title: "Tempo",
    upstreamImage: "grafana/tempo",
    ports: {
      http: { number: HTTP_PORT, label: "Tempo HTTP", reachableFromTasks: true },
      "otlp-grpc": { number: 4317, label: "Tempo OTLP gRPC", reachableFromTasks: complete },
      "otlp-http": { number: 4318, label: "Tempo OTLP HTTP", reachableFromTasks: complete },
      // A second OTLP/HTTP receiver, which takes traces where OTLP's other signals are: below /otlp.
      "otlp-alb": { number: 4319, label: "Tempo OTLP HTTP below /otlp", reachableFromTasks: false, mapped: complete },
    },
    readiness: { path: "/ready", port: "http" },
    loadBalancing: {
      routes: complete ? COMPLETE_ROUTES : ORIGINAL_ROUTES,
      healthCheckGracePeriodSeconds: 120,
    },
    stopTimeoutSeconds: config.services.tempo.stopTimeoutSeconds,
    taskRole: "lgtm",
    storagePrefixes: [config.storagePrefixes.tempo],
    environment: ({ memcachedEndpoint }) => ({
      AWS_REGION: config.region,
      MIMIR_REMOTE_WRITE_URL: mimirPushUrl(config),
      TEMPO_S3_BUCKET: config.dataBucket.name,
      TEMPO_STORAGE_PREFIX: config.storagePrefixes.tempo,
      ...(config.serviceConfigs === "original" ? {} : { MEMCACHED_ENDPOINT: memcachedEndpoint }),
    }),
  });
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
