import { z } from "zod";
import { parseJson } from "../terminal/parse-json";
import { UserError } from "../terminal/user-error";
import { visible } from "../terminal/visible-text";
import { DEEPEST, depthOfJson } from "./plan-values";

const pathSchema = z.array(z.union([z.string(), z.number()]));

const changeSchema = z.looseObject({
  actions: z.array(z.string()).default([]),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
  after_unknown: z.unknown().optional(),
  before_sensitive: z.unknown().optional(),
  after_sensitive: z.unknown().optional(),
  replace_paths: z.array(pathSchema).optional(),
  importing: z.looseObject({ id: z.string().optional(), identity: z.unknown().optional() }).nullish(),
  generated_config: z.string().optional(),
  before_identity: z.unknown().optional(),
  after_identity: z.unknown().optional(),
});

const resourceSchema = z.looseObject({
  address: z.string(),
  previous_address: z.string().optional(),
  module_address: z.string().optional(),
  mode: z.enum(["managed", "data"]),
  type: z.string(),
  name: z.string().optional(),
  index: z.unknown().optional(),
  index_unknown: z.boolean().optional(),
  provider_name: z.string().optional(),
  /** Key of an object that a replacement has left behind; absent for the live one. */
  deposed: z.string().optional(),
  change: changeSchema,
  action_reason: z.string().optional(),
});

const deferredSchema = z.looseObject({ reason: z.string(), resource_change: resourceSchema });

const invocationSchema = z.looseObject({
  address: z.string(),
  type: z.string().optional(),
  name: z.string().optional(),
  provider_name: z.string().optional(),
  config_values: z.unknown().optional(),
  config_sensitive: z.unknown().optional(),
  config_unknown: z.unknown().optional(),
  lifecycle_action_trigger: z.unknown().optional(),
  invoke_action_trigger: z.unknown().optional(),
});

const deferredInvocationSchema = z.looseObject({ reason: z.string(), action_invocation: invocationSchema });

const checkSchema = z.looseObject({
  address: z.looseObject({ to_display: z.string() }),
  status: z.string(),
  instances: z
    .array(
      z.looseObject({
        address: z.looseObject({ to_display: z.string() }).optional(),
        status: z.string(),
        problems: z.array(z.looseObject({ message: z.string() })).default([]),
      }),
    )
    .default([]),
});

const planSchema = z.looseObject({
  format_version: z.string(),
  terraform_version: z.string(),
  applyable: z.boolean().optional(),
  complete: z.boolean().optional(),
  errored: z.boolean().optional(),
  resource_changes: z.array(resourceSchema).default([]),
  resource_drift: z.array(resourceSchema).default([]),
  output_changes: z.record(z.string(), changeSchema).default({}),
  deferred_changes: z.array(deferredSchema).default([]),
  action_invocations: z.array(invocationSchema).default([]),
  deferred_action_invocations: z.array(deferredInvocationSchema).default([]),
  checks: z.array(checkSchema).default([]),
  variables: z.record(z.string(), z.looseObject({ value: z.unknown().optional() })).optional(),
  planned_values: z.unknown().optional(),
  prior_state: z.unknown().optional(),
  configuration: z.unknown().optional(),
  relevant_attributes: z.unknown().optional(),
  timestamp: z.string().optional(),
});

/** One change as `terraform show -json` tells it: values in clear, sensitive ones too. */
export type PlanChange = z.infer<typeof changeSchema>;

/** A resource or data source in a plan. */
export type PlanResource = z.infer<typeof resourceSchema>;

/** An action that Terraform runs beside its changes (Terraform 1.14). */
export type PlanInvocation = z.infer<typeof invocationSchema>;

/** The result of a `check` block or of a condition. */
export type PlanCheck = z.infer<typeof checkSchema>;

/** A plan as `terraform show -json` tells it. Values are in clear: never print them as they are. */
export type PlanJson = z.infer<typeof planSchema>;

/**
 * Parses the output of `terraform show -json <plan>`.
 *
 * @param json the text
 * @param where its file, for the message
 * @throws UserError (exit "badInput") when the text is no plan of Terraform 1.x, with what it is instead
 */
export function parsePlan(json: string, where = "terraform show -json"): PlanJson {
  const text = json.replace(/^\ufeff/, "");
  refuseOtherText(text, where);
  const parsed = parseJson(text);
  refuseOtherJson(parsed, where);
  const plan = planSchema.safeParse(parsed);
  if (plan.success) return plan.data;
  throw notAPlan("This is no plan in Terraform's JSON form.", where, SHOW, z.prettifyError(plan.error));
}

const SHOW = "write it with `terraform show -json <saved plan>`, or name the manifest.json of `./lgtm plan`";

function notAPlan(what: string, where: string, mend: string, detail = ""): UserError {
  return new UserError({ what, where, mend, exit: "badInput", detail: detail.split("\n").map(visible).join("\n") });
}

function refuseOtherText(text: string, where: string): void {
  if (text.trim() === "") throw notAPlan("The file is empty.", where, `Terraform may have failed; ${SHOW}`);
  if (text.startsWith("PK\u0003\u0004")) {
    throw notAPlan("This is a saved plan in Terraform's own form.", where, SHOW);
  }
  if (/^\ufffd\ufffd|\0/.test(text.slice(0, 1000))) {
    const mend =
      "write it as UTF-8: in PowerShell `terraform show -json <saved plan> | Out-File -Encoding utf8 <file>`";
    throw notAPlan("The file is not in UTF-8 but in UTF-16, as PowerShell's `>` writes it.", where, mend);
  }
  const depth = depthOfJson(text);
  if (depth > DEEPEST) {
    const what = `The values of this plan are nested ${depth} levels deep; ${DEEPEST} is more than Terraform's schemas allow.`;
    throw notAPlan(what, where, "look at what makes such values; no such plan is shown or applied");
  }
}

function refuseOtherJson(parsed: unknown, where: string): void {
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw notAPlan("This is no plan in Terraform's JSON form.", where, SHOW);
  }
  if ("@level" in parsed) {
    throw notAPlan("This is the log of `terraform plan -json`, not a plan.", where, SHOW);
  }
  if ("lineage" in parsed && "serial" in parsed) {
    throw notAPlan("This is a Terraform state, not a plan.", where, SHOW);
  }
  if ("values" in parsed && !("planned_values" in parsed) && !("resource_changes" in parsed)) {
    throw notAPlan("This is a Terraform state shown as JSON, not a plan.", where, SHOW);
  }
  const format = "format_version" in parsed ? String(parsed.format_version) : undefined;
  if (format === undefined) throw notAPlan("The file has no format_version, so it is no plan.", where, SHOW);
  if (!("terraform_version" in parsed)) {
    throw notAPlan("The plan does not say which Terraform made it (no terraform_version).", where, SHOW);
  }
  if (format.startsWith("0.")) {
    const what = `The plan has format ${visible(format)}, which does not mark sensitive values: they would be shown in clear.`;
    throw notAPlan(what, where, "plan and show with Terraform 1.1 or later");
  }
  if (!format.startsWith("1.")) {
    throw notAPlan(
      `The plan has format ${visible(format)}; known is 1.`,
      where,
      "use a Terraform 1.x, or a newer ./lgtm",
    );
  }
}

/** Actions that Terraform 1.x plans, as it lists them. */
export const KNOWN_ACTIONS: ReadonlySet<string> = new Set([
  "no-op",
  "create",
  "read",
  "update",
  "delete",
  "forget",
  "delete,create",
  "create,delete",
  "create,forget",
]);

/**
 * Finds what a plan says and no report can show: properties and actions that a newer Terraform may write.
 * @returns a phrase each, safe to print; empty for every plan of a known Terraform
 */
export function unknownParts(plan: PlanJson): readonly string[] {
  const changes = [
    ...plan.resource_changes,
    ...plan.resource_drift,
    ...plan.deferred_changes.map((deferred) => deferred.resource_change),
  ];
  const outputs = Object.entries(plan.output_changes);
  return [
    ...others(plan, planSchema).map((key) => `the plan's "${key}"`),
    ...changes.flatMap((resource) => [
      ...others(resource, resourceSchema).map((key) => `"${key}" of ${resource.address}`),
      ...unknownInChange(resource.address, resource.change),
    ]),
    ...outputs.flatMap(([name, change]) => unknownInChange(`output ${name}`, change)),
    ...plan.deferred_changes.flatMap((deferred) =>
      others(deferred, deferredSchema).map((key) => `"${key}" of a deferred change`),
    ),
    ...plan.action_invocations.flatMap((invocation) =>
      others(invocation, invocationSchema).map((key) => `"${key}" of action ${invocation.address}`),
    ),
  ].map(visible);
}

function unknownInChange(of: string, change: PlanChange): readonly string[] {
  const actions = change.actions.join(",");
  return [
    ...others(change, changeSchema).map((key) => `"${key}" of ${of}`),
    ...(KNOWN_ACTIONS.has(actions) ? [] : [`the action "${actions}" of ${of}`]),
  ];
}

function others(object: object, schema: z.ZodObject): readonly string[] {
  return Object.keys(object).filter((key) => !Object.hasOwn(schema.shape, key));
}
