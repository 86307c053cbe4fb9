import type { AttributeDifference, ResourcePlan } from "../../terraform/plan-summary";
import { countText } from "./html-text";
import { orderMarkdown } from "./order";
import type { LayerEffect, PlanReport, ReportedLayer } from "./plan-report";

/** What a comment on GitHub holds, in characters; a job summary holds more (1 MiB). */
export const COMMENT_LIMIT = 65_536;

const SHOWN_VALUE = 300;
const SHOWN_DIFFERENCES = 40;

/**
 * The report as GitHub's Markdown. Deletes and replacements come before everything else; details are folded. What does not
 * fit is left out and said to be: first details, never the counts or the loud part's number.
 *
 * @param report what was planned
 * @param limit characters that it may take
 */
export function renderMarkdown(report: PlanReport, limit: number = COMMENT_LIMIT): string {
  const room = limit - NOTICE_ROOM;
  const head = [
    headline(report),
    facts(report),
    loudSection(report, room / 4),
    warningSection(report),
    table(report),
    orderMarkdown(report.facts.order),
  ];
  const parts = head.filter((part) => part !== "");
  let length = parts.reduce((sum, part) => sum + part.length + 2, 0);
  const leftOut: string[] = [];
  for (const layer of report.layers.filter(hasDetails)) {
    const details = layerDetails(layer);
    if (length + details.length + 2 > room) {
      leftOut.push(layer.layer);
      continue;
    }
    parts.push(details);
    length += details.length + 2;
  }
  if (leftOut.length > 0) {
    parts.push(
      `Too long for a comment, so left out here: the details of ${leftOut.join(", ")}. They are in report.html.`,
    );
  }
  return `${parts.join("\n\n")}\n`;
}

/** Kept free for the sentence about what was left out. */
const NOTICE_ROOM = 1_000;

function hasDetails({ changes, outputs }: ReportedLayer): boolean {
  return changes.length + outputs.length > 0;
}

function headline({ total, facts }: PlanReport): string {
  const word = facts.purpose === "destroy" ? "Plan to destroy" : "Plan";
  const { create, update, replace, moved } = total;
  const lost = total.delete + total.forget;
  const name = facts.profile === undefined ? "" : ` of profile \`${facts.profile}\``;
  const isNothing = create + update + replace + lost + total.outputChanges + moved === 0;
  if (isNothing) return `## ${word}${name}: nothing changes`;
  return `## ${word}${name}: ${create} to create, ${update} to change, ${replace} to replace, ${lost} to delete`;
}

function facts({ facts: { selection, commit, dirty, manifestPlace, manifestSha256 } }: PlanReport): string {
  const lines: string[] = [];
  if (selection !== undefined) lines.push(escapeText(selection));
  if (commit !== undefined)
    lines.push(`Commit \`${commit}\`${dirty === true ? ", **with files that are not committed**" : ""}`);
  if (manifestSha256 !== undefined) lines.push(`Manifest SHA-256 (what an approval stands for): \`${manifestSha256}\``);
  if (manifestPlace !== undefined) lines.push(`Manifest: \`${manifestPlace}\``);
  return lines.join("  \n");
}

function loudSection({ loud }: PlanReport, room: number): string {
  const harmful = loud.filter(({ harmless }) => harmless === undefined);
  const alarm = [
    "> [!CAUTION]",
    `> ## :rotating_light: ${harmful.length} ${harmful.length === 1 ? "resource is" : "resources are"} deleted or replaced`,
    ">",
    ...fitting(
      harmful.map(({ layer, action, address }) => `> - **${action.toUpperCase()}** ${code(`${layer}: ${address}`)}`),
      room,
    ),
  ];
  const calm = harmlessGroups(loud);
  return [...(harmful.length > 0 ? [alarm.join("\n")] : []), ...(calm.length > 0 ? [calm.join("\n")] : [])].join(
    "\n\n",
  );
}

/** Lines as far as they fit, and how many do not. */
function fitting(lines: readonly string[], room: number): readonly string[] {
  let length = 0;
  const shown = lines.filter((line) => (length += line.length + 1) <= room);
  return shown.length === lines.length ? lines : [...shown, `> - … and ${lines.length - shown.length} more`];
}

function harmlessGroups(loud: PlanReport["loud"]): readonly string[] {
  const reasons = [...new Set(loud.flatMap(({ harmless }) => harmless ?? []))];
  const lines = reasons.map((reason) => {
    const members = loud.filter(({ harmless }) => harmless === reason);
    const shown = members.slice(0, 20).map(({ address }) => code(address));
    const rest = members.length > shown.length ? `, and ${members.length - shown.length} more` : "";
    return `> - ${members.length} replaced without loss (${reason}): ${shown.join(", ")}${rest}`;
  });
  return lines.length === 0 ? [] : ["> [!NOTE]", ...lines];
}

function warningSection({ warnings }: PlanReport): string {
  if (warnings.length === 0) return "";
  const lines = warnings.map(({ layer, kind, text }) => `> - **${kind}** (${layer}): ${escapeText(text)}`);
  return ["> [!WARNING]", ...lines].join("\n");
}

function table({ layers, total }: PlanReport): string {
  const row = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;
  const cells = ({ create, update, replace, moved, noOp, outputChanges, ...counts }: ReportedLayer["counts"]) => [
    create,
    update,
    replace,
    counts.delete + counts.forget,
    moved,
    noOp,
    outputChanges,
  ];
  const titles = ["layer", "create", "change", "replace", "delete", "move", "as it is", "outputs", ""];
  return [
    row(titles),
    row(titles.map((_, index) => (index === 0 || index === titles.length - 1 ? "---" : "---:"))),
    ...layers.map((layer) =>
      row([`${symbols[layer.effect]} ${layer.layer}`, ...cells(layer.counts), provisionalMark(layer)]),
    ),
    row(["**all**", ...cells(total).map((count) => `**${count}**`), ""]),
  ].join("\n");
}

const symbols: Readonly<Record<LayerEffect, string>> = {
  delete: "🟥",
  replace: "🟧",
  update: "🟨",
  create: "🟩",
  move: "🟦",
  outputs: "🟦",
  nothing: "⬜",
};

function provisionalMark({ provisional }: ReportedLayer): string {
  return provisional === undefined ? "" : `provisional until ${provisional.upstream.join(", ")} is applied`;
}

function layerDetails(layer: ReportedLayer): string {
  const { changes, outputs, provisional } = layer;
  const unknown =
    provisional === undefined
      ? []
      : [
          "",
          `Provisional. Not known before ${provisional.upstream.join(", ")} is applied: ${provisional.unknown.map(code).join(", ") || "nothing"}.`,
        ];
  return [
    "<details>",
    `<summary><b>${layer.layer}</b>: ${countText(changes.length, "change")}, ${countText(outputs.length, "output")}</summary>`,
    ...unknown,
    "",
    "```diff",
    ...changes.flatMap(changeLines),
    ...outputs.flatMap(({ name, before, after }) => [
      `! output ${name}`,
      `    ${shorten(before)} -> ${shorten(after)}`,
    ]),
    "```",
    "",
    "</details>",
  ].join("\n");
}

const signs: Readonly<Record<ResourcePlan["action"], string>> = {
  create: "+",
  update: "!",
  replace: "-",
  delete: "-",
  forget: "-",
  read: " ",
  "no-op": " ",
};

function changeLines({ action, address, previousAddress, differences }: ResourcePlan): readonly string[] {
  const moved = previousAddress === undefined ? "" : ` (moved from ${previousAddress})`;
  const telling = tellingDifferences(action, differences);
  const shown = telling.slice(0, SHOWN_DIFFERENCES);
  return [
    `${signs[action]} ${action} ${address}${moved}`,
    ...shown.map(({ path, before, after, forcesReplacement }) => {
      const value = action === "create" ? shorten(after) : `${shorten(before)} -> ${shorten(after)}`;
      return `    ${path}: ${value}${forcesReplacement ? "  # forces replacement" : ""}`;
    }),
    ...(shown.length < telling.length ? [`    … and ${telling.length - shown.length} attributes more`] : []),
  ];
}

/** Of something new, only what is chosen: AWS fills in the rest, and default tags are the same everywhere. */
export function tellingDifferences(
  action: ResourcePlan["action"],
  differences: readonly AttributeDifference[],
): readonly AttributeDifference[] {
  if (action !== "create") return differences;
  return differences.filter(({ path, after }) => after !== "(known after apply)" && !path.startsWith("tags_all"));
}

/** Inside a fence, nothing but the fence itself could end it. */
function shorten(value: string): string {
  const safe = value.replaceAll("```", "'''").replace(/\s*\n\s*/g, " ");
  return safe.length <= SHOWN_VALUE ? safe : `${safe.slice(0, SHOWN_VALUE)}… (${safe.length} characters)`;
}

function code(text: string): string {
  return `\`${text.replaceAll("`", "'")}\``;
}

function escapeText(text: string): string {
  return text.replaceAll("<", "&lt;").replaceAll("@", "@\u200b");
}
