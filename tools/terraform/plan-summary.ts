import { visible } from "../terminal/visible-text";
import { highlightsOf, type Highlight } from "./plan-highlights";
import { unknownParts, type PlanCheck, type PlanInvocation, type PlanJson, type PlanResource } from "./plan-json";
import { maskChange, maskValue, secretsOf, type Secrets } from "./plan-masking";
import { differencesBetween, holdsSecret, pairByMeaning, show, showDifference, showPath } from "./plan-values";

/**
 * Things that Terraform would do with a resource: `create, forget` replaces it and leaves the old one in AWS, without
 * Terraform; `unknown` is what a newer Terraform may plan.
 */
export type PlanAction =
  "no-op" | "create" | "update" | "replace" | "create, forget" | "delete" | "read" | "forget" | "unknown";

/** One attribute that differs. Values are shown as text: JSON, `(sensitive)`, `(known after apply)` or `(absent)`. */
export interface AttributeDifference {
  /** Path inside the resource, for example `ingress[0].cidr_blocks[1]`. */
  readonly path: string;
  readonly before: string;
  readonly after: string;
  /** True if this attribute forces the replacement. */
  readonly forcesReplacement: boolean;
  /** Set when a part of it is masked. */
  readonly masked?: true;
}

/** One resource in a plan. */
export interface ResourcePlan {
  readonly address: string;
  /** Key of an object that an earlier replacement left behind: not the live one. */
  readonly deposed?: string;
  /** The address it moves from, when it moves. */
  readonly previousAddress: string | undefined;
  readonly mode: "managed" | "data";
  readonly type: string;
  readonly action: PlanAction;
  /** Attributes that differ; empty for a no-op. */
  readonly differences: readonly AttributeDifference[];
  /** Reason that Terraform gives, in words, where it gives one. */
  readonly reason?: string;
  /** Import id, when it is taken into the state from AWS. */
  readonly importing?: string;
  /** Configuration that Terraform wrote for an import. */
  readonly generatedConfig?: string;
}

/** One output that changes. */
export interface OutputChange {
  readonly name: string;
  readonly action: PlanAction;
  readonly before: string;
  readonly after: string;
}

/** Something that a plan says beside its changes. */
export interface PlanNotice {
  readonly kind: "errored" | "incomplete" | "deferred" | "action" | "failed check";
  readonly text: string;
}

/** A plan as `terraform show -json` tells it, in the form that reports use. All texts are safe to print. */
export interface PlanSummary {
  readonly terraformVersion: string;
  /** Managed resources and data sources that the plan names, sorted by address. */
  readonly resources: readonly ResourcePlan[];
  /** Outputs that change; unchanged ones are left out. */
  readonly outputs: readonly OutputChange[];
  /** Differences between the state and the real resource, as found by the refresh. */
  readonly drift: readonly ResourcePlan[];
  /** Permissions, images, ingress, routes and tasks that change, each in words. */
  readonly highlights: readonly Highlight[];
  readonly notices: readonly PlanNotice[];
  /** Parts of the plan that no report can show; empty for every plan of a known Terraform. */
  readonly cannotShow: readonly string[];
}

/** Number of managed resources by action. */
export interface PlanCounts {
  /** All managed resources in the plan. */
  readonly managed: number;
  /** Those that come from another address; they are counted under their action too. */
  readonly moved: number;
  /** Those that are taken into the state from AWS; they are counted under their action too. */
  readonly imported: number;
  readonly noOp: number;
  readonly create: number;
  readonly update: number;
  readonly replace: number;
  readonly delete: number;
  readonly forget: number;
  /** Those whose action nobody here knows. */
  readonly unknown: number;
  readonly outputChanges: number;
}

/** Summarizes a plan. */
export function summarizePlan(plan: PlanJson): PlanSummary {
  const secrets = secretsOf(plan);
  const summarize = (resource: PlanResource): ResourcePlan => summarizeResource(resource, secrets);
  return {
    terraformVersion: visible(plan.terraform_version),
    resources: plan.resource_changes.map(summarize).sort(byAddress),
    outputs: Object.entries(plan.output_changes)
      .map(([name, change]) => summarizeOutput(name, change, secrets))
      .filter((output) => output.action !== "no-op"),
    drift: plan.resource_drift.map(summarize).sort(byAddress),
    highlights: plan.resource_changes.flatMap((resource) =>
      highlightsOf(
        { address: nameOfResource(resource), type: resource.type, actions: resource.change.actions },
        maskChange(resource.change, secrets),
      ),
    ),
    notices: noticesOf(plan, secrets),
    cannotShow: unknownParts(plan),
  };
}

/** The name of a resource in a plan: its address, and which object of it where that is not the live one. */
export function nameOfResource({ address, deposed }: Pick<ResourcePlan, "address"> & { deposed?: string | undefined }) {
  return visible(deposed === undefined ? address : `${address} (deposed ${deposed})`);
}

function byAddress(a: ResourcePlan, b: ResourcePlan): number {
  return nameOfResource(a).localeCompare(nameOfResource(b));
}

/** Counts a plan's managed resources by action. Data sources are read, never changed, and are not counted. */
export function countPlan(plan: Pick<PlanSummary, "resources" | "outputs">): PlanCounts {
  const managed = plan.resources.filter((resource) => resource.mode === "managed");
  const count = (...actions: PlanAction[]): number => managed.filter(({ action }) => actions.includes(action)).length;
  return {
    managed: managed.length,
    moved: managed.filter((resource) => resource.previousAddress !== undefined).length,
    imported: managed.filter((resource) => resource.importing !== undefined).length,
    noOp: count("no-op"),
    create: count("create"),
    update: count("update"),
    replace: count("replace", "create, forget"),
    delete: count("delete"),
    forget: count("forget"),
    unknown: count("unknown"),
    outputChanges: plan.outputs.length,
  };
}

/** Tells whether a plan changes nothing: every managed resource a no-op (moved or not), no import, no output changes. */
export function changesNothing(plan: PlanSummary): boolean {
  const counts = countPlan(plan);
  return (
    counts.noOp === counts.managed &&
    counts.imported + counts.outputChanges + plan.notices.length + plan.cannotShow.length === 0
  );
}

function summarizeResource(resource: PlanResource, secrets: Secrets): ResourcePlan {
  const { deposed, change, action_reason: because } = resource;
  const action = actionOf(change.actions);
  return {
    address: visible(resource.address),
    ...(deposed === undefined ? {} : { deposed: visible(deposed) }),
    previousAddress: resource.previous_address === undefined ? undefined : visible(resource.previous_address),
    mode: resource.mode,
    type: visible(resource.type),
    action,
    differences: action === "no-op" ? [] : differencesOf(resource, secrets),
    ...(because === undefined || action === "no-op" ? {} : { reason: REASONS[because] ?? visible(because) }),
    ...(change.importing === undefined || change.importing === null
      ? {}
      : { importing: visible(change.importing.id ?? JSON.stringify(change.importing)) }),
    ...(change.generated_config === undefined ? {} : { generatedConfig: visible(change.generated_config) }),
  };
}

/** Terraform's reasons for an action, in words. */
const REASONS: Readonly<Record<string, string>> = {
  replace_because_cannot_update: "an attribute cannot be changed in place",
  replace_because_tainted: "it is marked as tainted: an earlier apply left it half made",
  replace_by_request: "its replacement was asked for (-replace)",
  replace_by_triggers: "what it is to be replaced with changes (replace_triggered_by)",
  delete_because_no_resource_config: "the configuration does not have it any more",
  delete_because_no_module: "the configuration does not have its module any more",
  delete_because_wrong_repetition: "the configuration repeats it in another way (count, for_each)",
  delete_because_count_index: "its index is beyond count",
  delete_because_each_key: "for_each does not have its key any more",
  delete_because_no_move_target: "it was moved to an address that the configuration does not have",
  read_because_config_unknown: "its configuration is not known yet",
  read_because_dependency_pending: "what it depends on changes first",
  read_because_check_nested: "a check reads it",
};

function summarizeOutput(name: string, change: PlanJson["output_changes"][string], secrets: Secrets): OutputChange {
  const { before, after } = maskChange(change, secrets);
  return { name: visible(name), action: actionOf(change.actions), ...showDifference({ path: [], before, after }) };
}

function actionOf(actions: readonly string[]): PlanAction {
  const text = actions.join(",");
  if (text === "delete,create" || text === "create,delete") return "replace";
  if (text === "create,forget") return "create, forget";
  return isAction(text) ? text : "unknown";
}

function isAction(text: string): text is PlanAction {
  return ["no-op", "create", "update", "delete", "read", "forget"].includes(text);
}

function differencesOf({ change }: PlanResource, secrets: Secrets): readonly AttributeDifference[] {
  const { before, after } = maskChange(change, secrets);
  const forcing = (change.replace_paths ?? []).map(showPath);
  return differencesBetween(before, after, { pairLists: pairByMeaning }).map((difference) => {
    const path = showPath(difference.path);
    return {
      path,
      ...showDifference(difference),
      forcesReplacement: forcing.some((prefix) => path === prefix || isBelow(path, prefix)),
      ...(holdsSecret(difference.before) || holdsSecret(difference.after) ? { masked: true as const } : {}),
    };
  });
}

/** Tells whether a path leads to something inside what another path leads to. */
export function isBelow(path: string, prefix: string): boolean {
  return path.startsWith(`${prefix}.`) || path.startsWith(`${prefix}[`);
}

function noticesOf(plan: PlanJson, secrets: Secrets): readonly PlanNotice[] {
  return [
    ...(plan.errored === true
      ? [{ kind: "errored", text: "Terraform failed while it planned: the plan is only a part." } as const]
      : []),
    ...(plan.complete === false
      ? [{ kind: "incomplete", text: "After this plan is applied, there is more to plan and apply." } as const]
      : []),
    ...plan.deferred_changes.map(({ reason, resource_change: resource }) => ({
      kind: "deferred" as const,
      text: `${resource.change.actions.join(", ")} of ${nameOfResource(resource)} is put off (${visible(reason)}): ${differenceText(resource, secrets)}`,
    })),
    ...plan.action_invocations.map((invocation) => ({
      kind: "action" as const,
      text: `Runs ${invocationText(invocation, secrets)}`,
    })),
    ...plan.deferred_action_invocations.map(({ reason, action_invocation: invocation }) => ({
      kind: "deferred" as const,
      text: `Puts off (${visible(reason)}) to run ${invocationText(invocation, secrets)}`,
    })),
    ...plan.checks.flatMap(failedCheck),
  ];
}

function differenceText(resource: PlanResource, secrets: Secrets): string {
  const texts = differencesOf(resource, secrets).map(({ path, before, after }) => `${path}: ${before} -> ${after}`);
  return texts.length === 0 ? "no attribute to show" : texts.join("; ");
}

function invocationText(invocation: PlanInvocation, secrets: Secrets): string {
  const values = maskValue(
    { value: invocation.config_values, unknown: invocation.config_unknown, marks: invocation.config_sensitive },
    secrets,
  );
  const trigger = invocation.lifecycle_action_trigger ?? invocation.invoke_action_trigger;
  const because = trigger === undefined ? "" : `, triggered by ${visible(JSON.stringify(trigger))}`;
  return `${visible(invocation.address)} with ${show(values)}${because}`;
}

function failedCheck({ address, status, instances }: PlanCheck): readonly PlanNotice[] {
  if (!["fail", "error"].includes(status)) return [];
  const problems = instances.flatMap(({ problems: found }) => found.map(({ message }) => message));
  const text = `${address.to_display}: ${problems.length === 0 ? status : problems.join("; ")}`;
  return [{ kind: "failed check", text: visible(text) }];
}
