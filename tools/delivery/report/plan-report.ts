import { HARMLESS_REPLACEMENTS } from "../../terraform/harmless-replacements";
import type { ChangeOrder } from "../../terraform/order/order-of-change";
import type { PlanSummary, ResourcePlan } from "../../terraform/plan-summary";
import { countPlan, type PlanCounts } from "../../terraform/plan-summary";
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

/** Where the plans come from and what is to be approved; all of it unknown for loose plan files. */
export interface ReportFacts {
  /** Whether what is planned is applied or destroyed. */
  readonly purpose?: "apply" | "destroy";
  /** Which layers were planned and why, in a sentence or two. */
  readonly selection?: string;
  /** In which order the plans are applied. */
  readonly order?: ChangeOrder;
  readonly profile?: string;
  readonly environment?: string;
  readonly commit?: string;
  readonly dirty?: boolean;
  readonly manifestPlace?: string;
  /** What the approval stands for. */
  readonly manifestSha256?: string;
}

/** One layer in a report. */
export interface ReportedLayer {
  readonly layer: string;
  readonly dependencies: readonly string[];
  readonly counts: PlanCounts;
  /** The most serious thing that happens in it, for its colour. */
  readonly effect: LayerEffect;
  /** Managed resources that are not a no-op. */
  readonly changes: readonly ResourcePlan[];
  readonly outputs: PlanSummary["outputs"];
  readonly provisional: { readonly upstream: readonly string[]; readonly unknown: readonly string[] } | undefined;
}

/** The most serious thing that a plan does in a layer; a replacement that loses nothing counts as a change in place. */
export type LayerEffect = "delete" | "replace" | "update" | "create" | "move" | "outputs" | "nothing";

/** A delete or replacement, named. */
export interface LoudChange {
  readonly layer: string;
  readonly action: "delete" | "replace" | "forget";
  readonly address: string;
  /** Why it loses nothing, where that is known. */
  readonly harmless: string | undefined;
}

/** All that a report says, whatever its form. Sensitive values are masked. */
export interface PlanReport {
  readonly facts: ReportFacts;
  readonly layers: readonly ReportedLayer[];
  readonly total: PlanCounts;
  readonly loud: readonly LoudChange[];
  readonly warnings: readonly PlanWarning[];
}

/** Puts together what reports say of plans. */
export function buildReport(plans: readonly ReportedPlan[], facts: ReportFacts = {}): PlanReport {
  const layers = plans.map(reportLayer);
  return {
    facts,
    layers,
    total: sumCounts(layers.map(({ counts }) => counts)),
    loud: layers.flatMap(({ layer, changes }) => changes.flatMap((change) => loudChange(layer, change))),
    warnings: [...planWarnings(plans), ...orderWarnings(facts.order)],
  };
}

function reportLayer({ layer, dependencies, summary, provisional }: ReportedPlan): ReportedLayer {
  const counts = countPlan(summary);
  return {
    layer,
    dependencies,
    counts,
    effect: effectOf(counts, summary),
    changes: summary.resources.filter(({ mode, action }) => mode === "managed" && action !== "no-op"),
    outputs: summary.outputs,
    provisional:
      provisional === undefined
        ? undefined
        : { upstream: provisional.upstream, unknown: provisional.placeholders.map(placeholderName).sort() },
  };
}

function effectOf(counts: PlanCounts, { resources }: PlanSummary): LayerEffect {
  if (counts.delete + counts.forget > 0) return "delete";
  if (resources.some(({ action, type }) => action === "replace" && !(type in HARMLESS_REPLACEMENTS))) return "replace";
  if (counts.update + counts.replace > 0) return "update";
  if (counts.create > 0) return "create";
  if (counts.moved > 0) return "move";
  return counts.outputChanges > 0 ? "outputs" : "nothing";
}

function loudChange(layer: string, { action, address, type }: ResourcePlan): readonly LoudChange[] {
  if (action !== "delete" && action !== "replace" && action !== "forget") return [];
  return [{ layer, action, address, harmless: action === "replace" ? HARMLESS_REPLACEMENTS[type] : undefined }];
}

function sumCounts(all: readonly PlanCounts[]): PlanCounts {
  const sum = (key: keyof PlanCounts): number => all.reduce((total, counts) => total + counts[key], 0);
  return {
    managed: sum("managed"),
    moved: sum("moved"),
    noOp: sum("noOp"),
    create: sum("create"),
    update: sum("update"),
    replace: sum("replace"),
    delete: sum("delete"),
    forget: sum("forget"),
    outputChanges: sum("outputChanges"),
  };
}
