import { z } from "zod";

const changeSchema = z.object({
  actions: z.array(z.string()),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
  after_unknown: z.unknown().optional(),
  before_sensitive: z.unknown().optional(),
  after_sensitive: z.unknown().optional(),
  replace_paths: z.array(z.array(z.union([z.string(), z.number()]))).optional(),
});

const resourceSchema = z.object({
  address: z.string(),
  previous_address: z.string().optional(),
  mode: z.enum(["managed", "data"]),
  type: z.string(),
  change: changeSchema,
});

const planSchema = z.object({
  format_version: z.string(),
  terraform_version: z.string(),
  applyable: z.boolean().optional(),
  resource_changes: z.array(resourceSchema).default([]),
  resource_drift: z.array(resourceSchema).default([]),
  output_changes: z.record(z.string(), changeSchema).default({}),
});

/** One change as `terraform show -json` tells it: values in clear, sensitive ones too. */
export type PlanChange = z.infer<typeof changeSchema>;

/** A resource or data source in a plan. */
export type PlanResource = z.infer<typeof resourceSchema>;

/** The parts of `terraform show -json <plan>` that are looked at. Values are in clear: never print them as they are. */
export type PlanJson = z.infer<typeof planSchema>;

/**
 * Reads the output of `terraform show -json <plan>`.
 * @throws z.ZodError when the text is no plan of Terraform 1.x
 */
export function parsePlan(json: string): PlanJson {
  return planSchema.parse(JSON.parse(json));
}
