import type { PlatformConfig } from "../config/platform-config";
import { allow } from "./policy-document";
import { DESCRIBE_EC2, READ_TAGS } from "./cloudwatch-permissions";
import { lokiOtlpUrl } from "./loki";
import { mimirOtlpUrl, mimirPushUrl } from "./mimir";
import { defineService, type Environment, type Permissions, type ServiceDefinition } from "./service-definition";
import { VERSION_WORD, type ServiceImage } from "./service-image";
import { tempoOtlpUrl } from "./tempo";

/** Alloy: collects CloudWatch metrics and writes them to Mimir, takes OTLP on request; inside the VPC only. */
export function alloy(config: PlatformConfig): ServiceDefinition {
  // The receivers always listen; unless OTLP is accepted, on the task's own loopback.
  const { acceptOtlp } = config.alloy;
  const otlp = { reachableFromTasks: acceptOtlp, mapped: acceptOtlp };
  return defineService({
    title: "Alloy",
    image: IMAGE,
    ports: {
      http: { number: 12345, label: "Alloy HTTP", reachableFromTasks: true },
      "otlp-grpc": { number: 4317, label: "Alloy OTLP gRPC", ...otlp },
      "otlp-http": { number: 4318, label: "Alloy OTLP HTTP", ...otlp },
    },
    serves: () => ({
      http: { paths: ["/-/ready", "/-/healthy", "/metrics"], bases: [""] },
      "otlp-grpc": { paths: [], bases: [""] },
      "otlp-http": { paths: [], bases: [""] },
    }),
    readiness: { path: "/-/ready", port: "http" },
    // The flush deadline of prometheus.remote_write is one minute.
    flushSeconds: 60,
    storagePrefixes: [],
    permissions: PERMISSIONS,
    environment: () => environment(config),
  });
}

/** Source: the Dockerfile of grafana/alloy. The image runs as root but has a user of its own. */
const IMAGE: ServiceImage = {
  upstream: "grafana/alloy",
  tagPrefix: "v",
  user: "473:473",
  hasShell: true,
  healthCheckPrograms: [],
  program: {
    name: "alloy",
    path: "/bin/alloy",
    version: { arguments: ["--version"], pattern: VERSION_WORD },
    releases: "https://github.com/grafana/alloy/releases",
  },
  config: {
    location: "run",
    variables: "alloy",
    strictCheck: {
      name: "validate",
      // Seen: it takes references to blocks that are not there; checks/service-configs/alloy-rules.ts looks at those.
      checks: "every block and argument",
      argumentsFor: (command) => [
        "validate",
        ...command.filter((word) => word.startsWith("--stability.level") || word.startsWith("--feature.")),
        ...command
          .slice(1)
          .filter((word) => word.startsWith("/"))
          .slice(0, 1),
      ],
    },
  },
};

/** Reads the metrics that it collects, and the names of what they are about. */
const PERMISSIONS: Permissions = {
  policyName: "cloudwatch-access",
  subject: "cloudwatch",
  statements: ({ region, accountId, logGroups }) => [
    allow("CloudWatchMetricsReadOnly", [
      "cloudwatch:GetMetricData",
      "cloudwatch:GetMetricStatistics",
      "cloudwatch:ListMetrics",
    ]),
    allow(
      "CloudWatchLogsReadOnly",
      ["logs:GetLogEvents", "logs:FilterLogEvents", "logs:DescribeLogGroups", "logs:DescribeLogStreams"],
      [logGroups],
    ),
    DESCRIBE_EC2,
    allow("RDSDescribeReadOnly", ["rds:DescribeDBInstances"], [`arn:aws:rds:${region}:${accountId}:db:*`]),
    allow("ELBDescribeReadOnly", [
      "elasticloadbalancing:DescribeLoadBalancers",
      "elasticloadbalancing:DescribeTargetGroups",
    ]),
    READ_TAGS,
    READ_ACCOUNT_NAME,
  ],
};

/** The CloudWatch exporter labels each metric with the account's name; without it, it logs a refusal every five minutes. */
export const READ_ACCOUNT_NAME = allow("AccountNameReadOnly", ["iam:ListAccountAliases"]);

/** The variables that dockerfiles/alloy/config.alloy reads. */
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
