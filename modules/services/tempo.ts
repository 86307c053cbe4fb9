import type { PlatformConfig } from "../config/platform-config";
import { internalHost } from "./internal-host";
import { mimirPushUrl } from "./mimir";
import { defineService, type ServiceDefinition } from "./service-definition";

const HTTP_PORT = 3200;

/** Tempo: traces. */
export function tempo(config: PlatformConfig): ServiceDefinition {
  return defineService({
    name: "tempo",
    title: "Tempo",
    upstreamImage: "grafana/tempo",
    ports: {
      http: { number: HTTP_PORT, label: "Tempo HTTP", reachableFromTasks: true },
      "otlp-grpc": { number: 4317, label: "Tempo OTLP gRPC", reachableFromTasks: false },
      "otlp-http": { number: 4318, label: "Tempo OTLP HTTP", reachableFromTasks: false },
    },
    readiness: { path: "/ready", port: "http" },
    loadBalancing: {
      routes: [{ priority: 30, paths: ["/api/traces", "/tempo/*", "/v1/traces"], port: "http" }],
      healthCheckGracePeriodSeconds: 120,
    },
    stopTimeoutSeconds: 120,
    taskRole: "lgtm",
    storagePrefixes: [config.storagePrefixes.tempo],
    environment: () => ({
      AWS_REGION: config.region,
      MIMIR_REMOTE_WRITE_URL: mimirPushUrl(config),
      TEMPO_S3_BUCKET: config.dataBucket.name,
      TEMPO_STORAGE_PREFIX: config.storagePrefixes.tempo,
    }),
  });
}

/** Base of Tempo's API, for data sources. */
export function tempoUrl(config: PlatformConfig): string {
  return `http://${internalHost(config, "tempo")}:${HTTP_PORT}`;
}
