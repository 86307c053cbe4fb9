import type { PlatformConfig } from "../config/platform-config";
import { lokiUrl } from "./loki";
import { mimirQueryUrl } from "./mimir";
import { pyroscopeUrl } from "./pyroscope";
import { defineService, type Environment, type ServiceDefinition } from "./service-definition";
import { tempoUrl } from "./tempo";

const HTTP_PORT = 3000;
const HEALTH_PATH = "/api/health";

/** Grafana: the user interface; takes every request that no other service's route takes. */
export function grafana(config: PlatformConfig): ServiceDefinition {
  const { adminPasswordSecret } = config.grafana;
  return defineService({
    name: "grafana",
    title: "Grafana",
    upstreamImage: "grafana/grafana",
    ports: { http: { number: HTTP_PORT, label: "Grafana HTTP", reachableFromTasks: false } },
    readiness: { path: HEALTH_PATH, port: "http" },
    loadBalancing: { routes: "default", healthCheckGracePeriodSeconds: 120 },
    stopTimeoutSeconds: config.services.grafana.stopTimeoutSeconds,
    taskRole: "grafana",
    storagePrefixes: [],
    environment: () => ({
      ...environment(config),
      ...(config.serviceConfigs === "original" ? SETTINGS_OF_THE_ORIGINAL_IMAGE : {}),
    }),
    secrets: {
      GF_SECURITY_ADMIN_PASSWORD: { secretName: adminPasswordSecret.name, jsonKey: adminPasswordSecret.jsonKey },
    },
    healthCheck: {
      shellCommand: `wget --no-verbose --tries=1 --spider http://localhost:${HTTP_PORT}${HEALTH_PATH} || exit 1`,
      intervalSeconds: 30,
      timeoutSeconds: 10,
      retries: 3,
      startPeriodSeconds: 60,
    },
  });
}

function environment(config: PlatformConfig): Environment {
  return {
    GF_DATE_FORMATS_DEFAULT_TIMEZONE: config.timeZone,
    GF_SECURITY_ADMIN_USER: config.grafana.adminUser,
    LGTM_TENANT_ID: config.tenants.platform,
    LOKI_DATASOURCE_URL: lokiUrl(config),
    MIMIR_DATASOURCE_URL: mimirQueryUrl(config),
    PYROSCOPE_DATASOURCE_URL: pyroscopeUrl(config),
    TEMPO_DATASOURCE_URL: tempoUrl(config),
    TZ: config.timeZone,
  };
}

/** In our image dockerfiles/grafana/grafana.ini says so. */
const SETTINGS_OF_THE_ORIGINAL_IMAGE: Environment = { GF_LOG_LEVEL: "info", GF_USERS_ALLOW_SIGN_UP: "false" };
