import type { ConfigDifference } from "../adoption/config-differences";
import { statefulOf } from "../../terraform/stateful";
import type { AttributeDifference, PlanSummary, ResourcePlan } from "../../terraform/plan-summary";

/** Something that a plan's counts do not say and that whoever approves it must know. */
export interface PlanWarning {
  readonly layer: string;
  /** What it is about. */
  readonly kind: "data lost" | "retention" | "interruption";
  /** One or two sentences. */
  readonly text: string;
}

/** A planned layer, as far as warnings look at it. */
export interface PlannedLayer {
  readonly layer: string;
  readonly summary: PlanSummary;
}

/**
 * What is lost, deleted or interrupted by plans that look harmless in numbers.
 *
 * @param plans the layers' plans
 * @param configuration differences of the configuration from what runs, where they are known
 */
export function planWarnings(
  plans: readonly PlannedLayer[],
  configuration: readonly ConfigDifference[] = [],
): readonly PlanWarning[] {
  return [
    ...plans.flatMap(({ layer, summary }) =>
      summary.resources.filter(isChange).flatMap((resource) => rules.flatMap((rule) => rule(layer, resource))),
    ),
    ...configuration.filter(({ path }) => path.startsWith("retention.")).map(retentionSetting),
    ...(configuration.some(({ path }) => path === "serviceConfigs") ? [firstReplacement] : []),
  ];
}

function isChange({ mode, action }: ResourcePlan): boolean {
  return mode === "managed" && action !== "no-op" && action !== "create";
}

type Rule = (layer: string, resource: ResourcePlan) => readonly PlanWarning[];

const grafanaReplaced: Rule = (layer, { type, address, action }) =>
  type === "aws_ecs_task_definition" && address.endsWith(".grafana") && ["replace", "delete"].includes(action)
    ? [
        {
          layer,
          kind: "data lost",
          text:
            "Grafana's task is replaced, and its database is on the task's disk (grafana.database is \"ephemeral\"): users, " +
            "API keys, preferences and dashboards made by hand are lost. Export dashboards that are to stay, before the apply.",
        },
      ]
    : [];

const dataGoes: Rule = (layer, { address, action }) =>
  ["replace", "delete"].includes(action) && statefulOf([address]).length > 0
    ? [{ layer, kind: "data lost", text: `${address} goes with all that is in it; no apply brings that back.` }]
    : [];

const cacheReboots: Rule = (layer, { type, differences }) =>
  type === "aws_elasticache_parameter_group" && differences.some(({ path }) => path.startsWith("parameter"))
    ? [
        {
          layer,
          kind: "interruption",
          text:
            "Memcached takes the new parameters (max_item_size) when its node reboots: reboot it by hand after the apply, or " +
            "wait for the maintenance window. The cache then starts empty; queries are slower for a while, nothing is lost.",
        },
      ]
    : [];

const logsRetention: Rule = (layer, { type, address, differences }) =>
  differences
    .filter(({ path }) => type === "aws_cloudwatch_log_group" && path === "retention_in_days")
    .map(({ before, after }) => ({
      layer,
      kind: "retention" as const,
      text: `${address} keeps its logs for ${after} instead of ${before} days (0 is forever); CloudWatch deletes what is older.`,
    }));

const objectExpiry: Rule = (layer, { type, address, differences }) =>
  type === "aws_s3_bucket_lifecycle_configuration" && differences.some(({ path }) => /expiration|rule$/.test(path))
    ? [
        {
          layer,
          kind: "retention",
          text: `${address} changes when objects of the bucket expire: S3 deletes what falls under it.`,
        },
      ]
    : [];

/** Retention that a task is given by an environment variable, in whichever form the plan shows the environment. */
const serviceRetention: Rule = (layer, { type, address, differences }) => {
  if (type !== "aws_ecs_task_definition") return [];
  return differences.flatMap((difference) =>
    [...retentionVariables(difference)].map(([name, [before, after]]) => ({
      layer,
      kind: "retention" as const,
      text: `${address}: ${name} becomes ${retentionText(after)}, was ${retentionText(before)}. ${after === "0s" ? "Nothing is deleted by it." : "The service deletes what is older, for good."}`,
    })),
  );
};

const rules: readonly Rule[] = [dataGoes, grafanaReplaced, cacheReboots, logsRetention, objectExpiry, serviceRetention];

function retentionText(value: string | undefined): string {
  if (value === undefined) return "not set (what the image's own config says)";
  return value === "0s" ? "0s (forever)" : value;
}

function retentionVariables({ path, before, after }: AttributeDifference) {
  const found = new Map<string, readonly [string | undefined, string | undefined]>();
  if (!path.endsWith("environment")) return found;
  const [was, becomes] = [variablesIn(before), variablesIn(after)];
  for (const name of new Set([...was.keys(), ...becomes.keys()])) {
    if (!name.includes("RETENTION") || was.get(name) === becomes.get(name)) continue;
    found.set(name, [was.get(name), becomes.get(name)]);
  }
  return found;
}

function variablesIn(text: string): ReadonlyMap<string, string> {
  try {
    const list = JSON.parse(text) as readonly { readonly name?: unknown; readonly value?: unknown }[];
    return new Map(list.map(({ name, value }) => [String(name), String(value)]));
  } catch {
    return new Map();
  }
}

/** Seen with the programs' defaults: none of what Mimir, Loki and Tempo held in memory came back (docs/operations.md). */
const firstReplacement: PlanWarning = {
  layer: "60-ecs",
  kind: "data lost",
  text:
    "Whether today's images write what they hold in memory when they stop is not known; with the programs' defaults Mimir, Loki " +
    'and Tempo do not. Flush them before the apply: docs/operations.md, "Coming from today\'s images".',
};

function retentionSetting({ path, from, to }: ConfigDifference): PlanWarning {
  return {
    layer: "60-ecs",
    kind: "retention",
    text: `${path} changes from ${from} to ${to}: data in the bucket that is older than the new retention is deleted, for good.`,
  };
}
