import type { PlatformConfig } from "../config/platform-config";
import { lokiOtlpUrl, lokiPushUrl } from "./loki";
import { mimirOtlpUrl, mimirPushUrl } from "./mimir";
import {
  defineService,
  portsIf,
  type Environment,
  type ServiceDefinition,
  type ServicePort,
} from "./service-definition";
import { tempoOtlpUrl } from "./tempo";

/** Alloy: collects CloudWatch metrics and writes them to Mimir, takes OTLP on request; inside the VPC only. */
export function alloy(config: PlatformConfig): ServiceDefinition {
  const original = config.serviceConfigs === "original";
  return defineService({
    name: "alloy",
    title: "Alloy",
    upstreamImage: "grafana/alloy",
    ports: {
      http: { number: 12345, label: "Alloy HTTP", reachableFromTasks: true },
      ...portsIf(original, UNUSED_PORT),
      ...portsIf(!original, otlpPorts(config)),
    },
    readiness: { path: "/-/ready", port: "http" },
    stopTimeoutSeconds: config.services.alloy.stopTimeoutSeconds,
    // The flush deadline of prometheus.remote_write is one minute.
    flushSeconds: 60,
    taskRole: "alloy",
    storagePrefixes: [],
    environment: () => (original ? originalEnvironment(config) : environment(config)),
  });
}

/** Nothing listens on it. */
const UNUSED_PORT = {
  metrics: { number: 9080, label: "Alloy metrics", reachableFromTasks: false },
} as const satisfies Record<string, ServicePort>;

/** The receivers always listen; unless OTLP is accepted, on the task's own loopback. */
function otlpPorts({ alloy: { acceptOtlp } }: PlatformConfig) {
  const isOpen = { reachableFromTasks: acceptOtlp, mapped: acceptOtlp };
  return {
    "otlp-grpc": { number: 4317, label: "Alloy OTLP gRPC", ...isOpen },
    "otlp-http": { number: 4318, label: "Alloy OTLP HTTP", ...isOpen },
  } satisfies Record<string, ServicePort>;
}

function originalEnvironment(config: PlatformConfig): Environment {
  return {
    AWS_REGION: config.region,
    LOKI_TENANT: config.tenants.platform,
    LOKI_URL: lokiPushUrl(config),
    MIMIR_TENANT: config.tenants.platform,
    MIMIR_URL: mimirPushUrl(config),
  };
}

/** What dockerfiles/alloy/config.alloy reads. */
function environment(config: PlatformConfig): Environment {
  return {
    ALLOY_OTLP_LISTEN_ADDRESS: config.alloy.acceptOtlp ? "0.0.0.0" : "127.0.0.1",
    AWS_REGION: config.region,
    LOKI_OTLP_URL: lokiOtlpUrl(config),
    MIMIR_OTLP_URL: mimirOtlpUrl(config),
    MIMIR_URL: mimirPushUrl(config),
    TEMPO_OTLP_URL: tempoOtlpUrl(config),
    TENANT_ID: config.tenants.platform,
  };
}
