import type { PlatformConfig } from "../config/platform-config";
import { internalHost } from "./internal-host";
import { MEMBERLIST_PORTS, memberlistEnvironment } from "./memberlist";
import { retentionHours } from "./retention";
import { defineService, portsIf, type Environment, type ServiceDefinition } from "./service-definition";

const HTTP_PORT = 4040;

/** Pyroscope: profiles. */
export function pyroscope(config: PlatformConfig): ServiceDefinition {
  const original = config.serviceConfigs === "original";
  return defineService({
    name: "pyroscope",
    title: "Pyroscope",
    upstreamImage: "grafana/pyroscope",
    ports: {
      http: { number: HTTP_PORT, label: "Pyroscope HTTP", reachableFromTasks: true },
      // Calls between instances arrive on the HTTP port; nothing uses the gRPC port of the original config.
      ...portsIf(original, { grpc: { number: 4041, label: "Pyroscope gRPC", reachableFromTasks: true } }),
      ...portsIf(!original, MEMBERLIST_PORTS),
    },
    readiness: { path: "/ready", port: "http" },
    loadBalancing: {
      routes: [{ priority: 40, paths: paths(config), port: "http" }],
      healthCheckGracePeriodSeconds: 120,
    },
    stopTimeoutSeconds: config.services.pyroscope.stopTimeoutSeconds,
    taskRole: "lgtm",
    storagePrefixes: [config.storagePrefixes.pyroscope],
    environment: () => ({
      ...originalEnvironment(config),
      ...(original ? {} : addedEnvironment(config)),
    }),
  });
}

function originalEnvironment(config: PlatformConfig): Environment {
  return {
    AWS_REGION: config.region,
    PYROSCOPE_S3_BUCKET: config.dataBucket.name,
    PYROSCOPE_STORAGE_PREFIX: config.storagePrefixes.pyroscope,
    TZ: config.timeZone,
  };
}

/** What dockerfiles/pyroscope/config.yaml reads beside the original variables; the binary itself reads `TZ`. */
function addedEnvironment(config: PlatformConfig): Environment {
  return {
    ...memberlistEnvironment(config, "pyroscope"),
    PYROSCOPE_HOST: internalHost(config, "pyroscope"),
    PYROSCOPE_RETENTION: retentionHours(config.retention.profilesDays),
  };
}

/** Agents push by `/ingest` or by Connect (`push.v1`), Grafana queries by Connect (`querier.v1`). */
function paths({ loadBalancer }: PlatformConfig): readonly string[] {
  return loadBalancer.routes === "original"
    ? ["/ingest", "/pyroscope/*", "/querier.v1.*"]
    : ["/ingest", "/pyroscope/*", "/push.v1.PusherService/*", "/querier.v1.QuerierService/*"];
}

/** Base of Pyroscope's API, for data sources. */
export function pyroscopeUrl(config: PlatformConfig): string {
  return `http://${internalHost(config, "pyroscope")}:${HTTP_PORT}`;
}
