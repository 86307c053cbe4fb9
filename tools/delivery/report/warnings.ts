import { z } from "zod";
import { parseJson } from "../../terminal/parse-json";
import { statefulOf } from "../../terraform/stateful";
import type { AttributeDifference, PlanSummary, ResourcePlan } from "../../terraform/plan-summary";

/** Something that a plan's counts do not say and that whoever approves it must know. */
export interface PlanWarning {
  readonly layer: string;
  /** Subject. */
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
 * Finds what is lost, deleted or interrupted by plans that look harmless in numbers. It looks at the plans alone, so that
 * `plan` and `adopt` say the same of the same change.
 *
 * @param plans the layers' plans
 */
export function planWarnings(plans: readonly PlannedLayer[]): readonly PlanWarning[] {
  const found = plans.flatMap(({ layer, summary }) =>
    summary.resources
      .filter((resource) => isChange(resource, summary))
      .flatMap((resource) => rules.flatMap((rule) => rule(layer, resource))),
  );
  // One warning may concern several services.
  return [...new Map(found.map((warning) => [JSON.stringify(warning), warning])).values()];
}

/** A new resource takes nothing away, except rules of a bucket or repository that exists already. */
function isChange({ mode, action, type }: ResourcePlan, { resources }: PlanSummary): boolean {
  if (mode !== "managed" || action === "no-op") return false;
  const holder = EXPIRY[type];
  return (
    action !== "create" ||
    (holder !== undefined && !resources.some((other) => other.type === holder && other.action === "create"))
  );
}

/** Rules that let something expire, and what holds it. */
const EXPIRY: Readonly<Record<string, string>> = {
  aws_s3_bucket_lifecycle_configuration: "aws_s3_bucket",
  aws_ecr_lifecycle_policy: "aws_ecr_repository",
};

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

const objectExpiry: Rule = (layer, { type, address, action, differences }) =>
  type === "aws_s3_bucket_lifecycle_configuration" &&
  (action !== "update" || differences.some(({ path }) => /^rule|expiration/.test(path)))
    ? [
        {
          layer,
          kind: "retention",
          text: `${address} changes when objects of the bucket expire: S3 deletes what falls under it.`,
        },
      ]
    : [];

const imageExpiry: Rule = (layer, { type, address, action }) =>
  type === "aws_ecr_lifecycle_policy" && action !== "delete"
    ? [
        {
          layer,
          kind: "retention",
          text: `${address} changes which images expire: ECR deletes those that fall under it, within a day.`,
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

/** Services that write what they hold in memory to the bucket when they stop, if they are told to. */
const HOLDS_MEMORY = ["mimir", "loki", "tempo"] as const;

/**
 * Seen with the programs' defaults: none of what Mimir, Loki and Tempo held in memory came back (docs/operations.md). An image
 * of the legacy Terraform is one that takes no retention from its environment; the images under dockerfiles/ do.
 */
const firstReplacement: Rule = (layer, { type, address, differences }) => {
  const service = HOLDS_MEMORY.find((name) => type === "aws_ecs_task_definition" && address.endsWith(`.${name}`));
  if (service === undefined) return [];
  const name = `${service.toUpperCase()}_RETENTION`;
  const isFirst = differences.some((difference) => {
    const [was, becomes] = retentionVariables(difference).get(name) ?? [];
    return was === undefined && becomes !== undefined;
  });
  return isFirst
    ? [
        {
          layer,
          kind: "data lost",
          text:
            "Whether today's images write what they hold in memory when they stop is not known; with the programs' defaults Mimir, Loki " +
            'and Tempo do not. Flush them before the apply: docs/operations.md, "Coming from today\'s images".',
        },
      ]
    : [];
};

const rules: readonly Rule[] = [
  dataGoes,
  grafanaReplaced,
  firstReplacement,
  cacheReboots,
  logsRetention,
  objectExpiry,
  imageExpiry,
  serviceRetention,
];

function retentionText(value: string | undefined): string {
  if (value === undefined) return "not set (what the image's own config says)";
  return value === "0s" ? "0s (forever)" : value;
}

type Variables = ReadonlyMap<string, string>;

/** Variables for a retention that differ, in whichever form the difference shows them: one value, a variable, or all. */
function retentionVariables({ path, before, after }: AttributeDifference) {
  const found = new Map<string, readonly [string | undefined, string | undefined]>();
  const match = /environment(?:\["(\w+)"\](\.value)?)?$/.exec(path);
  if (match === null) return found;
  const [, name = "", isValue] = match;
  const read = (text: string): Variables => (isValue === undefined ? variablesIn(text) : valueOf(name, text));
  const [was, becomes] = [read(before), read(after)];
  for (const one of new Set([...was.keys(), ...becomes.keys()])) {
    if (!one.includes("RETENTION") || was.get(one) === becomes.get(one)) continue;
    found.set(one, [was.get(one), becomes.get(one)]);
  }
  return found;
}

function valueOf(name: string, text: string): Variables {
  const value = parseJson(text);
  if (value === undefined) return new Map();
  return new Map([[name, typeof value === "string" ? value : JSON.stringify(value)]]);
}

function variablesIn(text: string): Variables {
  const found = variableSchema
    .array()
    .or(variableSchema.transform((one) => [one]))
    .safeParse(parseJson(text));
  return new Map((found.data ?? []).map(({ name, value }) => [name, value]));
}

const variableSchema = z.object({ name: z.string(), value: z.string() });
