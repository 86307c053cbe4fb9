import { renderTable } from "../../terminal/table";
import { visible } from "../../terminal/visible-text";
import { nameOfResource, type ResourcePlan } from "../../terraform/plan-summary";
import { orderLines } from "./order";
import { headlineOf, type PlanReport, type ReportedLayer } from "./plan-report";
import {
  besides,
  ENTRY_SIGNS,
  loudText,
  sectionCounts,
  sectionsOf,
  statementsOf,
  tellingDifferences,
  type Section,
} from "./statements";

/** The report for a terminal: what matters first, every difference in full. Sensitive values are masked. */
export function renderPlainText(report: PlanReport): string {
  return [
    visible(headlineOf(report)),
    ...factLines(report),
    "",
    ...statementsOf(report).map(({ level, text }) => `${level === "alarm" ? "ALARM" : "NOTE"} ${visible(text)}`),
    ...report.loud.map(
      (change) =>
        `${change.action.toUpperCase()} ${visible(change.layer)}: ${loudText(change)}${
          change.harmless === undefined ? "" : `: without loss, ${change.harmless}`
        }`,
    ),
    ...report.warnings.map(({ layer, kind, text }) => `WARNING (${kind}) ${visible(layer)}: ${text}`),
    "",
    ...sectionLines(sectionsOf(report)),
    tableOf(report),
    ...orderLines(report.facts.order),
    "",
    ...report.layers.flatMap(layerLines),
  ].join("\n");
}

function factLines({ facts: { selection, commit, dirty, manifestPlace, manifestSha256 } }: PlanReport) {
  const lines: readonly [string, string | undefined][] = [
    ["", selection],
    ["commit ", commit === undefined ? undefined : `${commit}${dirty === true ? ", with files not committed" : ""}`],
    ["manifest ", manifestPlace],
    ["SHA-256 of the manifest, which an approval stands for: ", manifestSha256],
  ];
  return lines.flatMap(([name, value]) => (value === undefined ? [] : [`${name}${visible(value)}`]));
}

/** The sections as lines: a title with counts, then a line a change. */
export function sectionLines(sections: readonly Section[]): readonly string[] {
  return sections.flatMap((section) => [
    `${section.title}: ${sectionCounts(section)}`,
    ...section.entries.flatMap(({ change, layer, address, text, whole }) => [
      `  ${ENTRY_SIGNS[change]} ${visible(layer)}: ${address}: ${text}`,
      ...(whole === undefined || text.endsWith(whole) ? [] : [`      as a whole: ${whole}`]),
    ]),
    "",
  ]);
}

function tableOf({ layers, leftOut }: PlanReport): string {
  const columns = ["layer", "create", "change", "replace", "delete", "move", "import", "as it is", "outputs", ""];
  const rows = [
    ...layers.map(({ layer, counts, provisional }) => [
      visible(layer),
      counts.create,
      counts.update,
      counts.replace,
      counts.delete + counts.forget + counts.unknown,
      counts.moved,
      counts.imported,
      counts.noOp,
      counts.outputChanges,
      provisional === undefined ? "" : `provisional until ${provisional.upstream.join(", ")} is applied`,
    ]),
    ...leftOut.map(({ layer, status }) => [visible(layer), ...Array<string>(8).fill("-"), status]),
  ];
  return renderTable(
    columns.map((title) => ({ title })),
    rows,
  );
}

function layerLines({ layer, changes, outputs, drift }: ReportedLayer): readonly string[] {
  const name = visible(layer);
  return [
    ...changes.flatMap((change) => changeLines(name, change.action, change)),
    ...outputs.flatMap(({ name: output, action, before, after }) => [
      `${name}: ${action} output ${output}`,
      `    ${before} -> ${after}`,
    ]),
    ...drift.flatMap((resource) => changeLines(name, "changed outside Terraform:", resource)),
    ...(changes.length + outputs.length + drift.length === 0 ? [] : [""]),
  ];
}

/** One change as lines: its name, what is said of it, and every difference in full. */
export function changeLines(layer: string, action: string, resource: ResourcePlan): readonly string[] {
  const said = besides(resource).map((text) => ` (${text})`);
  return [
    `${layer}: ${action} ${nameOfResource(resource)}${said.join("")}`,
    ...tellingDifferences(resource).map(({ path, before, after, forcesReplacement }) => {
      const mark = forcesReplacement ? "  # forces replacement" : "";
      return `    ${path}: ${resource.action === "create" ? after : `${before} -> ${after}`}${mark}`;
    }),
  ];
}
