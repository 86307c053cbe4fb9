import { whyHarmless } from "../../terraform/harmless-replacements";
import type { ChangeOrder } from "../../terraform/order/order-of-change";
import type { Highlight } from "../../terraform/plan-highlights";
import {
  countPlan,
  type PlanAction,
  type PlanCounts,
  type PlanNotice,
  type PlanSummary,
  type ResourcePlan,
} from "../../terraform/plan-summary";
import { placeholderName } from "../../terraform/provisional/placeholder";
import type { Provisional } from "../../terraform/provisional/plan-in-order";
import { orderWarnings } from "./order";
import { planWarnings, type PlanWarning } from "./warnings";

/** A plan as it goes into a report. */
export interface ReportedPlan {
  readonly layer: string;
  /** Ids of the layers that come before it; empty where that is not known. */
  readonly dependencies: readonly string[];
  readonly summary: PlanSummary;
  readonly provisional?: Provisional | undefined;
}

/** A layer without a plan. */
export interface LeftOutLayer {
  readonly layer: string;
  readonly dependencies: readonly string[];
  /** True if it is left out on purpose, cannot be planned yet, or was not tried since an earlier one failed. */
  readonly status: "not selected" | "not planned" | "not tried";
  /** Reason, in a sentence. */
  readonly reason: string;
}

/** Origin of the plans and subject of the approval; unknown for loose plan files. */
export interface ReportFacts {
  /** True if what is planned is applied or destroyed. */
  readonly purpose?: "apply" | "destroy";
  /** Selection of the layers and its reason, in a sentence or two. */
  readonly selection?: string;
  /** In which order the plans are applied. */
  readonly order?: ChangeOrder;
  readonly profile?: string;
  readonly environment?: string;
  readonly commit?: string;
  readonly dirty?: boolean;
  readonly manifestPlace?: string;
  /** Subject of the approval. */
  readonly manifestSha256?: string;
}

/** One layer in a report. */
export interface ReportedLayer {
  readonly layer: string;
  readonly dependencies: readonly string[];
  readonly counts: PlanCounts;
  /** The most serious thing that happens in it, for its colour. */
  readonly effect: LayerEffect;
  /** Managed resources that are not a no-op, or are imported. */
  readonly changes: readonly ResourcePlan[];
  readonly outputs: PlanSummary["outputs"];
  /** Changes outside Terraform since the last apply. */
  readonly drift: readonly ResourcePlan[];
  readonly highlights: readonly Highlight[];
  readonly notices: readonly PlanNotice[];
  readonly provisional: { readonly upstream: readonly string[]; readonly unknown: readonly string[] } | undefined;
}

/**
 * The most serious thing that a plan does in a layer; a replacement that loses nothing counts as a change in place. What
 * nobody here knows counts as a deletion.
 */
export type LayerEffect = "delete" | "replace" | "update" | "create" | "move" | "outputs" | "nothing";

/** Words for each effect, as the page says them. */
export const effectWords: Readonly<Record<LayerEffect, string>> = {
  delete: "deletes",
  replace: "replaces",
  update: "changes, and loses nothing",
  create: "creates",
  move: "moves addresses",
  outputs: "changes outputs",
  nothing: "nothing changes",
};

/** Actions after which something is not there any more, or not Terraform's. */
export type LoudAction = Extract<PlanAction, "delete" | "replace" | "create, forget" | "forget" | "unknown">;

/** A delete or replacement, named. */
export interface LoudChange {
  readonly layer: string;
  readonly action: LoudAction;
  readonly address: string;
  /** Key of an object that an earlier replacement left behind. */
  readonly deposed?: string;
  readonly reason?: string;
  /** Reason why it loses nothing, where that is known. */
  readonly harmless: string | undefined;
}

/** All that a report says, whatever its form. Sensitive values are masked. */
export interface PlanReport {
  readonly facts: ReportFacts;
  readonly layers: readonly ReportedLayer[];
  readonly leftOut: readonly LeftOutLayer[];
  readonly total: PlanCounts;
  readonly loud: readonly LoudChange[];
  readonly warnings: readonly PlanWarning[];
  /** Changed values that are masked, in part or as a whole. */
  readonly masked: number;
  /** Parts of plans that no report can show, `<layer>: <what>`; such plans must not be approved from a report. */
  readonly cannotShow: readonly string[];
}

/**
 * Puts together what reports say of plans.
 *
 * @param plans the layers' plans
 * @param facts where they come from
 * @param leftOut layers without a plan
 */
export function buildReport(
  plans: readonly ReportedPlan[],
  facts: ReportFacts = {},
  leftOut: readonly LeftOutLayer[] = [],
): PlanReport {
  const layers = plans.map(reportLayer);
  return {
    facts,
    layers,
    leftOut,
    total: sumCounts(layers.map(({ counts }) => counts)),
    loud: layers.flatMap(({ layer, changes }) => changes.flatMap((change) => loudChange(layer, change))),
    warnings: [...planWarnings(plans), ...orderWarnings(facts.order)],
    masked: layers.reduce((sum, layer) => sum + maskedIn(layer), 0),
    cannotShow: plans.flatMap(({ layer, summary }) => summary.cannotShow.map((what) => `${layer}: ${what}`)),
  };
}

/** Summarizes the plan in one line. */
export function headlineOf({ total, facts, leftOut }: PlanReport): string {
  const { create, update, replace, moved, imported } = total;
  const lost = total.delete + total.forget;
  const where =
    facts.profile === undefined
      ? ""
      : ` of profile ${facts.profile}${facts.environment === undefined ? "" : ` (${facts.environment})`}`;
  const name = `${facts.purpose === "destroy" ? "Plan to destroy" : "Plan"}${where}`;
  const missing = leftOut.filter(({ status }) => status !== "not selected").length;
  const rest = missing === 0 ? "" : `; ${missing} ${missing === 1 ? "layer is" : "layers are"} not planned`;
  const changes = create + update + replace + lost + moved + imported + total.unknown + total.outputChanges;
  if (changes === 0) return `${name}: nothing changes${rest}`;
  return [
    `${name}: ${create} to create`,
    `${update} to change`,
    `${replace} to replace`,
    `${lost} to delete${imported === 0 ? "" : `, ${imported} to import`}${
      total.unknown === 0 ? "" : `, ${total.unknown} of an unknown kind`
    }${rest}`,
  ].join(", ");
}

function maskedIn({ changes, outputs }: ReportedLayer): number {
  const differences = changes.flatMap((change) => change.differences);
  return (
    differences.filter(({ masked }) => masked === true).length +
    outputs.filter(({ before, after }) => [before, after].includes("(sensitive)")).length
  );
}

function reportLayer({ layer, dependencies, summary, provisional }: ReportedPlan): ReportedLayer {
  const counts = countPlan(summary);
  return {
    layer,
    dependencies,
    counts,
    effect: effectOf(counts, summary),
    changes: summary.resources.filter(
      ({ mode, action, importing }) => mode === "managed" && (action !== "no-op" || importing !== undefined),
    ),
    outputs: summary.outputs,
    drift: summary.drift.filter(({ action }) => action !== "no-op"),
    highlights: summary.highlights,
    notices: summary.notices,
    provisional:
      provisional === undefined
        ? undefined
        : { upstream: provisional.upstream, unknown: provisional.placeholders.map(placeholderName).sort() },
  };
}

function effectOf(counts: PlanCounts, { resources }: PlanSummary): LayerEffect {
  if (counts.delete + counts.forget + counts.unknown > 0) return "delete";
  const replaced = resources.filter(({ action }) => action === "replace" || action === "create, forget");
  if (replaced.some((resource) => whyHarmless(resource) === undefined)) return "replace";
  if (counts.update + counts.replace > 0) return "update";
  if (counts.create > 0) return "create";
  if (counts.moved + counts.imported > 0) return "move";
  return counts.outputChanges > 0 ? "outputs" : "nothing";
}

function loudChange(layer: string, resource: ResourcePlan): readonly LoudChange[] {
  const { action, address, deposed, reason } = resource;
  if (!isLoud(action)) return [];
  return [
    {
      layer,
      action,
      address,
      ...(deposed === undefined ? {} : { deposed }),
      ...(reason === undefined ? {} : { reason }),
      harmless: whyHarmless(resource),
    },
  ];
}

function isLoud(action: PlanAction): action is LoudAction {
  return ["delete", "replace", "create, forget", "forget", "unknown"].includes(action);
}

/** Explains the end of a resource, where the action alone does not. */
export function loudNote({ action, deposed, reason }: Pick<LoudChange, "action" | "deposed" | "reason">): string {
  const notes = [
    ...(deposed === undefined ? [] : ["what an earlier replacement left behind; the live one stays"]),
    ...(action === "forget" ? ["it stays in AWS, and Terraform knows it no more"] : []),
    ...(action === "create, forget" ? ["the old one stays in AWS, and Terraform knows it no more"] : []),
    ...(action === "unknown" ? ["an action that this version of ./lgtm does not know"] : []),
    ...(reason === undefined ? [] : [reason]),
  ];
  return notes.length === 0 ? "" : ` (${notes.join("; ")})`;
}

function sumCounts(all: readonly PlanCounts[]): PlanCounts {
  const sum = (key: keyof PlanCounts): number => all.reduce((total, counts) => total + counts[key], 0);
  return {
    managed: sum("managed"),
    moved: sum("moved"),
    imported: sum("imported"),
    noOp: sum("noOp"),
    create: sum("create"),
    update: sum("update"),
    replace: sum("replace"),
    delete: sum("delete"),
    forget: sum("forget"),
    unknown: sum("unknown"),
    outputChanges: sum("outputChanges"),
  };
}
