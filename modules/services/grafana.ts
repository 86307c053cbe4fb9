import type { PlatformConfig } from "../config/platform-config";
import { allow } from "./policy-document";
import { callsTo } from "./client-call";
import { DESCRIBE_EC2, READ_TAGS } from "./cloudwatch-permissions";
import { lokiUrl } from "./loki";
import { mimirQueryUrl } from "./mimir";
import { pyroscopeUrl } from "./pyroscope";
import { defineService, type Environment, type Permissions, type ServiceDefinition } from "./service-definition";
import { VERSION_WORD, type ServiceImage } from "./service-image";
import { tempoUrl } from "./tempo";

const HTTP_PORT = 3000;
const HEALTH_PATH = "/api/health";

/** Grafana: the user interface; takes every request that no other service's route takes. */
export function grafana(config: PlatformConfig): ServiceDefinition {
  const { adminPasswordSecret } = config.grafana;
  return defineService({
    title: "Grafana",
    image: IMAGE,
    ports: { http: { number: HTTP_PORT, label: "Grafana HTTP", reachableFromTasks: false } },
    // Its single-page application answers every path.
    serves: () => ({ http: { paths: [HEALTH_PATH, "*"], bases: [""] } }),
    readiness: { path: HEALTH_PATH, port: "http" },
    loadBalancing: { routes: "default", healthCheckGracePeriodSeconds: 120 },
    clientCalls: CLIENT_CALLS,
    storagePrefixes: [],
    permissions: PERMISSIONS,
    environment: () => environment(config),
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

/** Set by the image; source: Dockerfile of grafana/grafana. */
const IMAGE_VARIABLES = {
  GF_PATHS_CONFIG: "/etc/grafana/grafana.ini",
  GF_PATHS_DATA: "/var/lib/grafana",
  GF_PATHS_LOGS: "/var/log/grafana",
  GF_PATHS_PLUGINS: "/var/lib/grafana/plugins",
  GF_PATHS_PROVISIONING: "/etc/grafana/provisioning",
} as const;

const IMAGE: ServiceImage = {
  upstream: "grafana/grafana",
  user: "472",
  hasShell: true,
  healthCheckPrograms: ["wget", "curl"],
  program: {
    name: "grafana",
    path: "/usr/share/grafana/bin/grafana",
    version: { arguments: ["--version"], pattern: VERSION_WORD },
    releases: "https://github.com/grafana/grafana/releases",
    home: "/usr/share/grafana",
  },
  // Each setting of grafana.ini may come from GF_<SECTION>_<KEY>. Grafana has no check of its own.
  config: { location: IMAGE_VARIABLES.GF_PATHS_CONFIG, variables: "grafana", readsByItself: /^GF_[A-Z0-9_]+$/ },
  entrypoint: { environment: IMAGE_VARIABLES, command: entrypointCommand },
};

/** The start by `/run.sh` of the image; source: packaging/docker/run.sh of grafana/grafana. */
function entrypointCommand(home: string): readonly string[] {
  const { GF_PATHS_CONFIG, GF_PATHS_DATA, GF_PATHS_LOGS, GF_PATHS_PLUGINS, GF_PATHS_PROVISIONING } = IMAGE_VARIABLES;
  return [
    "server",
    `--homepath=${home}`,
    `--config=${GF_PATHS_CONFIG}`,
    "--packaging=docker",
    "cfg:default.log.mode=console",
    `cfg:default.paths.data=${GF_PATHS_DATA}`,
    `cfg:default.paths.logs=${GF_PATHS_LOGS}`,
    `cfg:default.paths.plugins=${GF_PATHS_PLUGINS}`,
    `cfg:default.paths.provisioning=${GF_PATHS_PROVISIONING}`,
  ];
}

const CLIENT_CALLS = callsTo("http", [
  ["Grafana's page", "GET", "/"],
  ["Grafana's login page", "GET", "/login"],
  ["Grafana login", "POST", "/login"],
  ["Grafana health", "GET", HEALTH_PATH],
  ["Grafana dashboard search", "GET", "/api/search?query=tempo"],
  ["Grafana dashboard", "GET", "/api/dashboards/uid/abc"],
  ["Grafana dashboard page", "GET", "/d/abc/tempo"],
  ["Grafana Explore", "GET", "/explore?left={}"],
  ["Grafana query", "POST", "/api/ds/query?ds_type=prometheus"],
  ["Grafana datasource proxy", "GET", "/api/datasources/proxy/uid/loki/loki/api/v1/labels"],
  ["Grafana datasource health", "GET", "/api/datasources/uid/tempo/health"],
  ["Grafana provisioning API", "GET", "/api/v1/provisioning/alert-rules"],
  ["Grafana alert rules", "GET", "/api/prometheus/grafana/api/v1/rules"],
  ["Grafana Live", "GET", "/api/live/ws"],
  ["Grafana resources", "GET", "/apis/dashboard.grafana.app/v1beta1/namespaces/default/dashboards"],
  ["Grafana's own metrics", "GET", "/metrics"],
  ["Grafana's files", "GET", "/public/build/app.js"],
  ["Grafana application", "GET", "/a/grafana-pyroscope-app/explore"],
]);

/** Reads what its CloudWatch data source shows. */
const PERMISSIONS: Permissions = {
  policyName: "cloudwatch-readonly",
  subject: "cloudwatch",
  statements: ({ logGroups }) => [
    allow("CloudWatchMetricsReadOnly", [
      "cloudwatch:DescribeAlarmsForMetric",
      "cloudwatch:DescribeAlarmHistory",
      "cloudwatch:DescribeAlarms",
      "cloudwatch:ListMetrics",
      "cloudwatch:GetMetricData",
      "cloudwatch:GetMetricStatistics",
    ]),
    allow(
      "CloudWatchLogsReadOnly",
      [
        "logs:DescribeLogGroups",
        "logs:DescribeLogStreams",
        "logs:GetLogEvents",
        "logs:GetLogRecord",
        "logs:GetQueryResults",
        "logs:StartQuery",
        "logs:StopQuery",
      ],
      [logGroups],
    ),
    DESCRIBE_EC2,
    READ_TAGS,
  ],
};

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
