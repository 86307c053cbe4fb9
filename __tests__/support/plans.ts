import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parsePlan, type PlanJson, type PlanResource } from "../../tools/terraform/plan-json";
import type { PlanSummary } from "../../tools/terraform/plan-summary";

/** A plan that says nothing but what is given, in the form that reports use. */
export function planSummary(parts: Partial<PlanSummary> = {}): PlanSummary {
  return {
    terraformVersion: "1.11.4",
    resources: [],
    outputs: [],
    drift: [],
    highlights: [],
    notices: [],
    cannotShow: [],
    ...parts,
  };
}

/** A plan that says nothing but what is given, as `terraform show -json` writes it. */
export function planJson(parts: object = {}): PlanJson {
  return parsePlan(planText(parts));
}

/** The same as text. */
export function planText(parts: object = {}): string {
  return JSON.stringify({ format_version: "1.2", terraform_version: "1.11.4", ...parts });
}

/** The layers of the recorded plan. */
export const RECORDED_LAYERS = [
  "00-bootstrap",
  "01-vpc",
  "05-cloudwatch-logs",
  "10-ecr",
  "15-s3",
  "20-iam",
  "30-security-groups",
  "35-elasticache",
  "40-cloudmap",
  "50-alb",
  "60-ecs",
] as const;

/** A layer of the recorded plan. */
export type RecordedLayer = (typeof RECORDED_LAYERS)[number];

const folder = join(__dirname, "..", "fixtures", "plans", "target");

/** One layer of the real plan of `target` (see the README beside it): a copy that may be changed. */
export function recordedPlan(layer: RecordedLayer): PlanJson {
  return parsePlan(readFileSync(join(folder, `${layer}.plan.json`), "utf8"));
}

/** A resource of a plan; the live object. */
export function resourceIn(plan: PlanJson, address: string): PlanResource {
  const found = plan.resource_changes.find((one) => one.address === address && one.deposed === undefined);
  if (found === undefined) throw new Error(`there is no ${address} in the plan`);
  return found;
}
