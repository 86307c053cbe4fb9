import type { Finding } from "../modules/config/config-error";

/** A finding that is known, and why it stands. */
export interface KnownFinding extends Pick<Finding, "rule" | "file" | "key" | "value"> {
  readonly reason: string;
}

type Row = readonly [file: string, key: string, value: unknown];

const TRACE_ID = "2f3e0cee77ae5dc9c17ade3689eb2e54";

const BASELINE: readonly KnownFinding[] = [
  ...known(
    "route-contract",
    "The legacy routes lead OTLP metrics, OTLP logs and Connect pushes nowhere; target routes them.",
    [
      ["50-alb", "POST /otlp/v1/metrics", "reaches grafana:3000"],
      ["50-alb", "POST /otlp/v1/logs", "reaches grafana:3000"],
      ["50-alb", "POST /push.v1.PusherService/Push", "reaches grafana:3000"],
    ],
  ),
  ...known(
    "route-contract",
    "I01, still open at the history's end: Tempo's image serves its API at the root alone; target's has http_api_prefix.",
    [
      "search",
      `traces/${TRACE_ID}`,
      `v2/traces/${TRACE_ID}`,
      "v2/search/tags",
      "v2/search/tag/resource.service.name/values",
      "metrics/query_range",
    ].map((path): Row => ["50-alb", `GET /tempo/api/${path}`, "tempo:3200 answers 404"]),
  ),
  ...known(
    "route-contract",
    "I18: OTLP traces reach a port that answers 404, or Grafana; target routes them to 4318 and 4319.",
    [
      ["50-alb", "POST /v1/traces", "reaches tempo:3200"],
      ["50-alb", "POST /otlp/v1/traces", "reaches grafana:3000"],
    ],
  ),
  ...known(
    "listener-rule-unused",
    "The legacy Terraform routes it to Tempo, which has no such path; target leaves it out.",
    [["50-alb", "aws_lb_listener_rule.tempo /api/traces", "/api/traces"]],
  ),
  ...known(
    "image-never-rolls-out",
    "I11: today's task definitions name the upstream version; target names the released tag.",
    [["common.config.ts", "imageRepositories.deployedTag", "upstream"]],
  ),
  ...known("lifecycle-selects-nothing", "I29: no image has both tags, so none expires; target has rules that match.", [
    ["common.config.ts", "imageRepositories.lifecycleRules[0]", ["v", "release"]],
  ]),
  ...known("stop-timeout-below-flush", "Today's task definition says 30; target gives Alloy 90 seconds.", [
    ["common.config.ts", "services.alloy.stopTimeoutSeconds", 30],
  ]),
  ...known("variable-not-read", "I16: the legacy configs use no cache, though it is paid for; target's use it.", [
    ["modules/services/mimir.ts", "environment.MEMCACHED_ENDPOINT", "MEMCACHED_ENDPOINT"],
    ["modules/services/loki.ts", "environment.MEMCACHED_ENDPOINT", "MEMCACHED_ENDPOINT"],
  ]),
  ...known("port-unused", "Today's task definition maps it; nothing listens there.", [
    ["modules/services/original.ts", "alloy ports.metrics", 9080],
  ]),
];

/**
 * Profile -> what is wrong in it today and stays so until the platform goes to `target`. A profile that is not named here
 * has nothing to excuse. Each entry must match a finding exactly, value included; one that matches none is refused too,
 * so that the list never says more than is so.
 */
export const KNOWN_FINDINGS: Readonly<Record<string, readonly KnownFinding[]>> = { baseline: BASELINE };

function known(rule: string, reason: string, rows: readonly Row[]): readonly KnownFinding[] {
  return rows.map(([file, key, value]) => ({ rule, file, key, value, reason }));
}
