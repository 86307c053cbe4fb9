import { visible } from "../../terminal/visible-text";
import { nameOfResource, type PlanAction, type ResourcePlan } from "../../terraform/plan-summary";
import { countText } from "./html-text";
import { orderMarkdown } from "./order";
import { headlineOf, type LayerEffect, type PlanReport, type ReportedLayer } from "./plan-report";
import {
  besides,
  loudText,
  sectionCounts,
  sectionsOf,
  statementsOf,
  tellingDifferences,
  type Section,
  type SectionEntry,
} from "./statements";

/** Characters that a comment on GitHub holds. */
export const COMMENT_LIMIT = 65_536;

/** Bytes that GitHub takes as the summary of one step: 1 MiB. */
export const SUMMARY_LIMIT = 1024 * 1024;

/** Options of the Markdown form. */
export interface MarkdownOptions {
  /** Largest length. @default - that of a comment */
  readonly limit?: number;
  /** Unit of the limit. @default "characters" */
  readonly unit?: "characters" | "bytes";
}

/** Kept free for the sentences about what was left out. */
const NOTICE_ROOM = 1_500;

/** Parts of the room that the lists at the top may take, so that each gets some. */
const SHARES = { statements: 0.15, loud: 0.2, warnings: 0.1, sections: 0.7 } as const;

/**
 * The report as GitHub's Markdown. What is lost, what is not shown and what decides on security come before everything
 * else; details are folded. Values are shown in full. What does not fit is left out, counted, and said so at the top: first
 * details, then the ends of the lists, never the counts.
 */
export function renderMarkdown(report: PlanReport, options: MarkdownOptions = {}): string {
  const room = new Room(options);
  const head = [headline(report), facts(report)];
  for (const part of head) room.take(part);
  const numbers = [table(report), orderMarkdown(report.facts.order)];
  for (const part of numbers) room.take(part);
  const top = [
    statements(report, room.part(SHARES.statements)),
    loudSection(report, room.part(SHARES.loud)),
    warningSection(report, room.part(SHARES.warnings)),
  ];
  for (const part of top) room.take(part);
  const sections = room.part(SHARES.sections);
  const highlights = sectionsOf(report).map((section) => sectionText(section, sections));
  for (const part of highlights) room.take(part);
  const details = report.layers.filter(hasDetails).map((layer) => layerDetails(layer, room));
  const parts = [...head, leftOutNotice(room.leftOut), ...top, ...highlights, ...numbers, ...details];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

/** Room for text, and a record of what did not fit into it. */
class Room {
  readonly leftOut: string[];
  private left: number;

  constructor(
    private readonly options: MarkdownOptions,
    left: number = (options.limit ?? COMMENT_LIMIT) - NOTICE_ROOM,
    leftOut: string[] = [],
  ) {
    this.left = left;
    this.leftOut = leftOut;
  }

  /** A share of what is left, with the same record. */
  part(share: number): Room {
    return new Room(this.options, this.left * share, this.leftOut);
  }

  /** Takes the room of a part, with the empty line after it. */
  take(text: string): void {
    if (text !== "") this.left -= this.lengthOf(text) + 2;
  }

  /** Takes the room of a line if there is enough. */
  hasRoomFor(line: string): boolean {
    const length = this.lengthOf(line) + 1;
    if (length > this.left) return false;
    this.left -= length;
    return true;
  }

  /** The lines that fit; a line instead of those that do not. */
  fitting(lines: readonly string[], what: string, prefix: string): readonly string[] {
    const shown = lines.filter((line) => this.hasRoomFor(line));
    const missing = lines.length - shown.length;
    if (missing === 0) return lines;
    this.leftOut.push(`${missing} of ${lines.length} ${what}`);
    return [...shown, `${prefix}**… and ${missing} more, not shown here**`];
  }

  private lengthOf(text: string): number {
    return this.options.unit === "bytes" ? Buffer.byteLength(text) : text.length;
  }
}

function hasDetails({ changes, outputs, drift }: ReportedLayer): boolean {
  return changes.length + outputs.length + drift.length > 0;
}

function headline(report: PlanReport): string {
  return `## ${escapeText(headlineOf(report))}`;
}

function facts({ facts: { selection, commit, dirty, manifestPlace, manifestSha256 } }: PlanReport): string {
  const lines: string[] = [];
  if (selection !== undefined) lines.push(escapeText(selection));
  if (commit !== undefined)
    lines.push(`Commit ${code(commit)}${dirty === true ? ", **with files that are not committed**" : ""}`);
  if (manifestSha256 !== undefined)
    lines.push(`Manifest SHA-256 (what an approval stands for): ${code(manifestSha256)}`);
  if (manifestPlace !== undefined) lines.push(`Manifest: ${code(manifestPlace)}`);
  return lines.join("  \n");
}

/** Longest list of what was left out; the rest is a number. */
const LEFT_OUT_SHOWN = 12;

function leftOutNotice(leftOut: readonly string[]): string {
  if (leftOut.length === 0) return "";
  const shown = leftOut.slice(0, LEFT_OUT_SHOWN).map(escapeText);
  const more = leftOut.length > shown.length ? [`and parts of ${leftOut.length - shown.length} more lists`] : [];
  return [
    "> [!CAUTION]",
    `> **Not everything is shown here**, for want of room. Left out here: ${[...shown, ...more].join(", ")}.`,
    "> All of it is in report.html, which is attached to the run: read it before you approve.",
  ].join("\n");
}

function statements(report: PlanReport, room: Room): string {
  const all = statementsOf(report);
  const group = (level: "alarm" | "note", title: string): readonly string[] => {
    const lines = all.filter((one) => one.level === level).map(({ text }) => `> - ${escapeText(text)}`);
    return lines.length === 0 ? [] : [[title, ...room.fitting(lines, "notes at the top", "> - ")].join("\n")];
  };
  return [...group("alarm", "> [!CAUTION]"), ...group("note", "> [!IMPORTANT]")].join("\n\n");
}

function loudSection({ loud }: PlanReport, room: Room): string {
  const harmful = loud.filter(({ harmless }) => harmless === undefined);
  const lines = harmful.map(
    (change) => `> - **${change.action.toUpperCase()}** ${code(`${change.layer}: ${loudText(change)}`)}`,
  );
  const alarm = [
    "> [!CAUTION]",
    `> ## :rotating_light: ${harmful.length} ${harmful.length === 1 ? "resource is" : "resources are"} deleted or replaced`,
    ">",
    ...room.fitting(lines, "deletions and replacements", "> - "),
  ];
  const calm = harmlessGroups(loud, room);
  return [...(harmful.length > 0 ? [alarm.join("\n")] : []), ...(calm.length > 0 ? [calm.join("\n")] : [])].join(
    "\n\n",
  );
}

function harmlessGroups(loud: PlanReport["loud"], room: Room): readonly string[] {
  const reasons = [...new Set(loud.flatMap(({ harmless }) => harmless ?? []))];
  const lines = reasons.flatMap((reason) => {
    const members = loud.filter(({ harmless }) => harmless === reason).map(({ address }) => code(address));
    return room.fitting(
      [`> - ${members.length} replaced without loss (${reason}): ${members.join(", ")}`],
      "groups of replacements without loss",
      "> - ",
    );
  });
  return lines.length === 0 ? [] : ["> [!NOTE]", ...lines];
}

function warningSection({ warnings }: PlanReport, room: Room): string {
  if (warnings.length === 0) return "";
  const lines = warnings.map(({ layer, kind, text }) => `> - **${kind}** (${escapeText(layer)}): ${escapeText(text)}`);
  return ["> [!WARNING]", ...room.fitting(lines, "warnings", "> - ")].join("\n");
}

const ENTRY_WORDS: Readonly<Record<SectionEntry["change"], string>> = {
  added: "🟩 added",
  removed: "🟥 removed",
  changed: "🟨 changed",
};

function sectionText(section: Section, room: Room): string {
  const lines = section.entries.map(({ change, layer, address, text, whole }) => {
    const after = whole === undefined || text.endsWith(whole) ? "" : ` — as a whole: ${code(whole)}`;
    return `- ${ENTRY_WORDS[change]} in ${code(`${layer}: ${address}`)}: ${code(text)}${after}`;
  });
  return [
    `### ${section.title}: ${sectionCounts(section)}`,
    "",
    ...room.fitting(lines, `lines of "${section.title}"`, "- "),
  ].join("\n");
}

function table({ layers, leftOut, total }: PlanReport): string {
  const row = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;
  const cells = ({ create, update, replace, moved, imported, noOp, outputChanges, ...rest }: PlanReport["total"]) => [
    create,
    update,
    replace,
    rest.delete + rest.forget + rest.unknown,
    moved,
    imported,
    noOp,
    outputChanges,
  ];
  const titles = ["layer", "create", "change", "replace", "delete", "move", "import", "as it is", "outputs", ""];
  return [
    row(titles),
    row(titles.map((_, index) => (index === 0 || index === titles.length - 1 ? "---" : "---:"))),
    ...layers.map((layer) =>
      row([`${symbols[layer.effect]} ${cell(layer.layer)}`, ...cells(layer.counts), provisionalMark(layer)]),
    ),
    ...leftOut.map(({ layer, status }) => row([`⬛ ${cell(layer)}`, ...Array<string>(8).fill(""), `**${status}**`])),
    row(["**all**", ...cells(total).map((count) => `**${count}**`), ""]),
  ].join("\n");
}

function cell(text: string): string {
  return escapeText(text).replaceAll("|", "\\|");
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
  return provisional === undefined ? "" : `provisional until ${cell(provisional.upstream.join(", "))} is applied`;
}

/** The changes of a layer, as far as there is room for them; a change is shown in full or not at all. */
function layerDetails(layer: ReportedLayer, room: Room): string {
  const { changes, outputs, drift, provisional } = layer;
  const blocks = [
    ...changes.map((change) => changeLines(change.action, signs[change.action], change).join("\n")),
    ...outputs.map(({ name, action, before, after }) => `! ${action} output ${name}\n    ${before} -> ${after}`),
    ...drift.map((resource) => changeLines("changed outside Terraform:", "#", resource).join("\n")),
  ];
  const fence = "`".repeat(longestRun(blocks) + 1);
  const frame = [
    "<details>",
    `<summary><b>${escapeText(layer.layer)}</b>: ${countText(changes.length, "change")}, ${countText(outputs.length, "output")}</summary>`,
    ...(provisional === undefined ? [] : ["", provisionalNote(provisional)]),
    "",
    `${fence}diff`,
  ];
  const end = [fence, "", "</details>"];
  const hasRoom = room.hasRoomFor([...frame, ...end, ""].join("\n"));
  const shown = hasRoom ? blocks.filter((block) => room.hasRoomFor(block)) : [];
  const missing = blocks.length - shown.length;
  if (missing > 0) room.leftOut.push(`the details of ${layer.layer} (${missing} of ${blocks.length} changes)`);
  if (shown.length === 0) return "";
  const rest = missing === 0 ? [] : [`… and ${missing} more, not shown here`];
  return [...frame, ...shown, ...rest, ...end].join("\n");
}

/** The longest run of backticks: a fence must be longer, and no shorter than three. */
function longestRun(blocks: readonly string[]): number {
  return blocks.reduce(
    (longest, block) => [...block.matchAll(/`+/g)].reduce((most, [run]) => Math.max(most, run.length), longest),
    2,
  );
}

function provisionalNote({ upstream, unknown }: NonNullable<ReportedLayer["provisional"]>): string {
  const names = unknown.map(code).join(", ") || "nothing";
  return `Provisional. Not known before ${escapeText(upstream.join(", "))} is applied: ${names}.`;
}

const signs: Readonly<Record<PlanAction, string>> = {
  create: "+",
  update: "!",
  replace: "-",
  "create, forget": "-",
  delete: "-",
  forget: "-",
  unknown: "-",
  read: " ",
  "no-op": "!",
};

function changeLines(action: string, sign: string, resource: ResourcePlan): readonly string[] {
  const said = besides(resource).map((text) => ` (${text})`);
  return [
    `${sign} ${action} ${nameOfResource(resource)}${said.join("")}`,
    ...tellingDifferences(resource).map(({ path, before, after, forcesReplacement }) => {
      const value = resource.action === "create" ? after : `${before} -> ${after}`;
      return `    ${path}: ${value}${forcesReplacement ? "  # forces replacement" : ""}`;
    }),
  ];
}

/** Foreign text as code on one line; a backtick in it would end it. */
function code(text: string): string {
  return `\`${visible(text).replaceAll("`", "\\u0060")}\``;
}

/** Foreign text as text: no markup, no link, no mention. */
function escapeText(text: string): string {
  return visible(text)
    .replace(/[\\`*~[\]]/g, "\\$&")
    .replaceAll("<", "&lt;")
    .replaceAll("@", "@\u200b");
}
