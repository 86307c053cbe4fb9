import type { PlatformConfig } from "../config/platform-config";
import { lokiPushUrl } from "./loki";
import { mimirPushUrl } from "./mimir";
import { defineService, type ServiceDefinition } from "./service-definition";

/** Alloy: collects CloudWatch metrics and writes them to Mimir; inside the VPC only. */
export function alloy(config: PlatformConfig): ServiceDefinition {
  return defineService({
    name: "alloy",
    title: "Alloy",
    upstreamImage: "grafana/alloy",
    ports: {
      http: { number: 12345, label: "Alloy HTTP", reachableFromTasks: true },
      metrics: { number: 9080, label: "Alloy metrics", reachableFromTasks: false },
    },
    readiness: { path: "/-/ready", port: "http" },
    stopTimeoutSeconds: config.services.alloy.stopTimeoutSeconds,
    // The flush deadline of prometheus.remote_write is one minute.
    flushSeconds: 60,
    taskRole: "alloy",
    storagePrefixes: [],
    environment: () => ({
      AWS_REGION: config.region,
      LOKI_TENANT: config.tenants.platform,
      LOKI_URL: lokiPushUrl(config),
      MIMIR_TENANT: config.tenants.platform,
      MIMIR_URL: mimirPushUrl(config),
    }),
  });
}
