import type { PlatformConfig } from "../config/platform-config";
import { internalHost } from "./internal-host";
import { defineService, type ServiceDefinition } from "./service-definition";

const HTTP_PORT = 4040;

/** Pyroscope: profiles. */
export function pyroscope(config: PlatformConfig): ServiceDefinition {
  return defineService({
    name: "pyroscope",
    title: "Pyroscope",
    upstreamImage: "grafana/pyroscope",
    ports: {
      http: { number: HTTP_PORT, label: "Pyroscope HTTP", reachableFromTasks: true },
      grpc: { number: 4041, label: "Pyroscope gRPC", reachableFromTasks: true },
    },
    readiness: { path: "/ready", port: "http" },
    loadBalancing: {
      routes: [{ priority: 40, paths: ["/ingest", "/pyroscope/*", "/querier.v1.*"], port: "http" }],
      healthCheckGracePeriodSeconds: 120,
    },
    stopTimeoutSeconds: 120,
    taskRole: "lgtm",
    storagePrefixes: [config.storagePrefixes.pyroscope],
    environment: () => ({
      AWS_REGION: config.region,
      PYROSCOPE_S3_BUCKET: config.dataBucket.name,
      PYROSCOPE_STORAGE_PREFIX: config.storagePrefixes.pyroscope,
      TZ: config.timeZone,
    }),
  });
}

/** Base of Pyroscope's API, for data sources. */
export function pyroscopeUrl(config: PlatformConfig): string {
  return `http://${internalHost(config, "pyroscope")}:${HTTP_PORT}`;
}
