import { HIGHLIGHT_KINDS, type Highlight } from "../../terraform/plan-highlights";
import { nameOfResource, type PlanNotice, type ResourcePlan } from "../../terraform/plan-summary";
import { countText } from "./html-text";
import { loudNote, type LoudChange, type PlanReport, type ReportedLayer } from "./plan-report";

/** Something that stands at the top of a report, whatever its form. */
export interface Statement {
  /** An alarm asks not to approve before it is understood; a note says what is not in the numbers. */
  readonly level: "alarm" | "note";
  readonly text: string;
}

/** All that has to be known before the changes are read: what is missing in the report, provisional, put off, or masked. */
export function statementsOf(report: PlanReport): readonly Statement[] {
  const { cannotShow, layers, leftOut, masked } = report;
  const drifted = layers.filter(({ drift }) => drift.length > 0);
  return [
    ...cannotShow.map((what) => alarm(`This plan contains what it cannot show: ${what}. Do not approve it from here.`)),
    ...layers.flatMap(({ layer, notices }) => notices.map((notice) => noticeStatement(layer, notice))),
    ...leftOut
      .filter(({ status }) => status !== "not selected")
      .map(({ layer, status, reason }) => alarm(`${layer} is ${status}: ${reason}`)),
    ...layers.flatMap(provisionalStatement),
    ...unselected(report),
    ...drifted.map(({ layer, drift }) =>
      note(`${layer}: changed outside Terraform since the last apply: ${drift.map(nameOfResource).join(", ")}.`),
    ),
    ...(masked === 0
      ? []
      : [note(`Masked, as a whole or in part: ${countText(masked, "changed value")}; look for (sensitive).`)]),
  ];
}

function alarm(text: string): Statement {
  return { level: "alarm", text };
}

function note(text: string): Statement {
  return { level: "note", text };
}

function noticeStatement(layer: string, { kind, text }: PlanNotice): Statement {
  return alarm(`${layer}, ${kind}: ${text}`);
}

function provisionalStatement({ layer, provisional }: ReportedLayer): readonly Statement[] {
  if (provisional === undefined) return [];
  const { upstream, unknown } = provisional;
  const values = unknown.length === 0 ? "" : ` ${unknown.length} values in it are not known yet.`;
  return [
    note(
      `${layer} is provisional: it is planned on what ${upstream.join(", ")} will put out. After that is applied it is planned ` +
        `anew, and goes on by itself only if nothing but these values was filled in.${values}`,
    ),
  ];
}

function unselected({ leftOut }: PlanReport): readonly Statement[] {
  const ids = leftOut.filter(({ status }) => status === "not selected").map(({ layer }) => layer);
  return ids.length === 0 ? [] : [note(`Not in this plan, since not selected: ${ids.join(", ")}.`)];
}

/** Highlights of one kind, from all layers. */
export interface Section {
  readonly title: string;
  readonly entries: readonly SectionEntry[];
}

/** One highlight with its layer. */
export interface SectionEntry extends Highlight {
  readonly layer: string;
}

const TITLES: Readonly<Record<Highlight["kind"], string>> = {
  permission: "Permissions and trust",
  image: "Images",
  ingress: "Ingress and egress",
  route: "Routes",
  expiry: "What expires",
  task: "What tasks and services are told",
};

/** The sections near the top of a report: what decides on security and on what runs. Empty ones are left out. */
export function sectionsOf({ layers }: PlanReport): readonly Section[] {
  return sectionsOfHighlights(layers);
}

/** The same for layers that are not part of a report. */
export function sectionsOfHighlights(
  layers: readonly { readonly layer: string; readonly highlights: readonly Highlight[] }[],
): readonly Section[] {
  const all = layers.flatMap(({ layer, highlights }) => highlights.map((highlight) => ({ layer, ...highlight })));
  return HIGHLIGHT_KINDS.map((kind) => ({
    title: TITLES[kind],
    entries: all.filter((entry) => entry.kind === kind),
  })).filter(({ entries }) => entries.length > 0);
}

/** Signs of what happens to an entry. */
export const ENTRY_SIGNS: Readonly<Record<Highlight["change"], string>> = { added: "+", removed: "-", changed: "~" };

/** Counts the added, removed and changed entries. */
export function sectionCounts({ entries }: Section): string {
  return (["added", "removed", "changed"] as const)
    .map((change) => [entries.filter((entry) => entry.change === change).length, change] as const)
    .filter(([count]) => count > 0)
    .map(([count, change]) => `${count} ${change}`)
    .join(", ");
}

/** Describes a loud change and its effect, without its layer. */
export function loudText(change: LoudChange): string {
  return `${nameOfResource(change)}${loudNote(change)}`;
}

/** Lists the facts about a resource beside its attributes. */
export function besides({ previousAddress, importing, reason, generatedConfig }: ResourcePlan): readonly string[] {
  return [
    ...(previousAddress === undefined ? [] : [`moved from ${previousAddress}`]),
    ...(importing === undefined ? [] : [`imported from AWS: ${importing}`]),
    ...(reason === undefined ? [] : [`since ${reason}`]),
    ...(generatedConfig === undefined ? [] : [`its configuration was written by Terraform: ${generatedConfig}`]),
  ];
}

/** Of something new, only what is chosen: AWS fills in the rest, and default tags are the same everywhere. */
export function tellingDifferences({ action, differences }: ResourcePlan): ResourcePlan["differences"] {
  if (action !== "create") return differences;
  return differences.filter(({ path, after }) => after !== "(known after apply)" && !path.startsWith("tags_all"));
}
