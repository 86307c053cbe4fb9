import { parseJson } from "../../terminal/parse-json";
import { nameOfResource, type PlanAction, type ResourcePlan } from "../../terraform/plan-summary";
import { anchor, countText, escapeHtml, escapeLines } from "./html-text";
import { layersPicture } from "./layers-picture";
import { orderHtml } from "./order";
import {
  effectWords,
  headlineOf,
  loudNote,
  type LayerEffect,
  type LeftOutLayer,
  type PlanReport,
  type ReportedLayer,
} from "./plan-report";
import {
  besides,
  ENTRY_SIGNS,
  sectionCounts,
  sectionsOf,
  statementsOf,
  tellingDifferences,
  type Section,
} from "./statements";

/** The report as one page without anything from outside: for whoever approves. Sensitive values are masked. */
export function renderHtml(report: PlanReport): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${escapeHtml(headlineOf(report))}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(headlineOf(report))}</h1>
${factsList(report)}
${tiles(report)}
${statementBoxes(report)}
${loudBox(report)}
${warningBox(report)}
${sectionsOf(report).map(sectionBox).join("\n")}
<section class="picture"><h2>Layers</h2>
<p class="hint">As they are declared to stand on each other, left to right. Click a layer for its changes.</p>
${layersPicture(report.layers, report.leftOut)}
${legend(report)}
</section>
${orderHtml(report.facts.order)}
<section><h2>Changes</h2>
<p class="controls"><button type="button" data-open="true">Open all</button> <button type="button" data-open="false">Close all</button>
<label>Find <input id="find" type="search" placeholder="address or attribute"></label></p>
${report.layers.map(layerSection).join("\n")}
${report.leftOut.map(leftOutSection).join("\n")}
</section>
</main>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

function factsList({ facts }: PlanReport): string {
  const rows: [string, string | undefined][] = [
    [
      "Commit",
      facts.commit === undefined
        ? undefined
        : `${facts.commit}${facts.dirty === true ? " (with files that are not committed)" : ""}`,
    ],
    ["Manifest", facts.manifestPlace],
    ["What you approve (SHA-256)", facts.manifestSha256],
  ];
  const shown = rows.flatMap(([name, value]) =>
    value === undefined ? [] : [`<dt>${name}</dt><dd><code>${escapeHtml(value)}</code></dd>`],
  );
  const selection = facts.selection === undefined ? "" : `<p>${escapeHtml(facts.selection)}</p>`;
  return shown.length === 0 ? selection : `<dl class="facts">${shown.join("")}</dl>${selection}`;
}

function tiles({ total }: PlanReport): string {
  const items: [string, number, LayerEffect][] = [
    ["create", total.create, "create"],
    ["change in place", total.update, "update"],
    ["replace", total.replace, "replace"],
    ["delete", total.delete + total.forget + total.unknown, "delete"],
    ["move", total.moved, "move"],
    ["import", total.imported, "move"],
    ["stay as they are", total.noOp, "nothing"],
  ];
  const tile = ([name, count, effect]: [string, number, LayerEffect]): string =>
    `<li class="tile ${count === 0 ? "none" : effect}"><b>${count}</b> ${name}</li>`;
  return `<ul class="tiles">${items.map(tile).join("")}</ul>`;
}

function loudBox({ loud }: PlanReport): string {
  if (loud.length === 0) return `<p class="box calm">Nothing is deleted or replaced.</p>`;
  const harmful = loud.filter(({ harmless }) => harmless === undefined);
  const item = (change: PlanReport["loud"][number]): string => {
    const [name, why] = [nameOfResource(change), change.harmless === undefined ? "" : `: ${change.harmless}`];
    return `<li><b>${change.action}</b> <a href="#${anchor(change.layer, name)}"><code>${escapeHtml(name)}</code></a> in ${escapeHtml(change.layer)}<span class="why">${escapeHtml(loudNote(change) + why)}</span></li>`;
  };
  const rest = loud.filter(({ harmless }) => harmless !== undefined);
  const calm =
    rest.length === 0
      ? ""
      : `<details class="box"><summary>${rest.length} replacements that lose nothing</summary><ul>${rest.map(item).join("")}</ul></details>`;
  if (harmful.length === 0) return calm;
  return `<div class="box loud" role="alert"><h2>${harmful.length} deleted or replaced</h2><ul>${harmful.map(item).join("")}</ul></div>${calm}`;
}

function statementBoxes(report: PlanReport): string {
  const all = statementsOf(report);
  const box = (level: "alarm" | "note", classes: string, title: string): string => {
    const items = all.filter((one) => one.level === level).map(({ text }) => `<li>${escapeHtml(text)}</li>`);
    return items.length === 0 ? "" : `<div class="box ${classes}"><h2>${title}</h2><ul>${items.join("")}</ul></div>`;
  };
  return `${box("alarm", "loud", "Understand this before you approve")}${box("note", "", "What the numbers do not say")}`;
}

function sectionBox(section: Section): string {
  const item = ({ change, layer, address, text, whole }: Section["entries"][number]): string => {
    const after =
      whole === undefined || text.endsWith(whole)
        ? ""
        : `<div class="whole">as a whole: <code>${escapeHtml(whole)}</code></div>`;
    return `<li class="${change}"><b>${ENTRY_SIGNS[change]} ${change}</b> in <a href="#${anchor(layer, address)}"><code>${escapeHtml(address)}</code></a> (${escapeHtml(layer)}): <code>${escapeHtml(text)}</code>${after}</li>`;
  };
  return `<div class="box section"><h2>${escapeHtml(section.title)}: ${sectionCounts(section)}</h2><ul>${section.entries.map(item).join("")}</ul></div>`;
}

function warningBox({ warnings }: PlanReport): string {
  if (warnings.length === 0) return "";
  const items = warnings.map(
    ({ layer, kind, text }) => `<li><b>${escapeHtml(kind)}</b> (${escapeHtml(layer)}): ${escapeHtml(text)}</li>`,
  );
  return `<div class="box warning"><h2>To know before you approve</h2><ul>${items.join("")}</ul></div>`;
}

function legend({ layers, leftOut }: PlanReport): string {
  const present = (Object.keys(effectWords) as LayerEffect[]).filter((effect) =>
    layers.some((layer) => layer.effect === effect),
  );
  const items = present.map((effect) => `<li><span class="swatch ${effect}"></span>${effectWords[effect]}</li>`);
  const dashed = layers.some(({ provisional }) => provisional !== undefined)
    ? `<li><span class="swatch provisional"></span>provisional: some values are known only once earlier layers are applied</li>`
    : "";
  const dotted =
    leftOut.length === 0 ? "" : `<li><span class="swatch left-out"></span>not planned: its reason is at the top</li>`;
  return `<ul class="legend">${items.join("")}${dashed}${dotted}</ul>`;
}

function layerSection(layer: ReportedLayer): string {
  const { changes, outputs, drift, provisional } = layer;
  const parts = [
    countText(changes.length, "change"),
    ...(outputs.length > 0 ? [countText(outputs.length, "output")] : []),
  ];
  const moved = [
    ...(layer.counts.moved > 0 ? [`${layer.counts.moved} moved`] : []),
    ...(layer.counts.imported > 0 ? [`${layer.counts.imported} imported`] : []),
    ...(drift.length > 0 ? [`${drift.length} changed outside Terraform`] : []),
  ];
  const words = changes.length + outputs.length === 0 ? ["nothing changes", ...moved] : [...parts, ...moved];
  return `<details class="layer" id="${anchor(layer.layer)}"><summary><span class="swatch ${layer.effect}"></span><b>${escapeHtml(layer.layer)}</b> <span class="counts">${words.join(", ")}</span>${
    provisional === undefined ? "" : ` <span class="tag">provisional</span>`
  }</summary>
${provisional === undefined ? "" : provisionalText(provisional)}
${changes.map((change) => changeDetails(change.action, change, ` id="${anchor(layer.layer, nameOfResource(change))}"`)).join("\n")}
${outputs.map(({ name, action, before, after }) => `<details class="change"><summary><span class="sign ${action}">${action}</span> output <code>${escapeHtml(name)}</code></summary>${attributeTable([{ path: name, before, after, forcesReplacement: false }], action)}</details>`).join("\n")}
${drift.map((resource) => changeDetails("changed outside", resource, "")).join("\n")}
</details>`;
}

function leftOutSection({ layer, status, reason }: LeftOutLayer): string {
  return `<details class="layer" id="${anchor(layer)}"><summary><span class="swatch left-out"></span><b>${escapeHtml(layer)}</b> <span class="counts">${status}</span></summary><p>${escapeHtml(reason)}</p></details>`;
}

function provisionalText({ upstream, unknown }: NonNullable<ReportedLayer["provisional"]>): string {
  const list = unknown.map((name) => `<li><code>${escapeHtml(name)}</code></li>`).join("");
  return `<div class="provisional-note">Planned on what ${escapeHtml(upstream.join(", "))} will put out. After that is applied this layer is planned anew, and goes on by itself only if nothing but these values was filled in:<ul>${list}</ul></div>`;
}

function changeDetails(word: string, change: ResourcePlan, id: string): string {
  const { action } = change;
  const said = besides(change).map((text) => `<p class="moved">${escapeHtml(text)}</p>`);
  const telling = tellingDifferences(change);
  const table = telling.length === 0 ? `<p class="moved">no attribute to show</p>` : attributeTable(telling, action);
  return `<details class="change"${id}><summary><span class="sign ${action.replace(/\W+/g, "-")}">${word}</span> <code>${escapeHtml(nameOfResource(change))}</code></summary>${said.join("")}${table}</details>`;
}

/** A new resource has no value now, and a deleted one has none after: their column would be empty. */
function attributeTable(differences: ResourcePlan["differences"], action: PlanAction): string {
  const columns = (["before", "after"] as const).filter((side) => action !== (side === "before" ? "create" : "delete"));
  const titles = { before: "now", after: "after" };
  const row = (difference: ResourcePlan["differences"][number]): string => {
    const { path, forcesReplacement } = difference;
    const forces = forcesReplacement ? ` <span class="forces">forces replacement</span>` : "";
    const cells = columns.map((side) => `<td class="${side}">${value(difference[side])}</td>`);
    return `<tr><th>${escapeHtml(path)}${forces}</th>${cells.join("")}</tr>`;
  };
  const head = columns.map((side) => `<th>${titles[side]}</th>`).join("");
  return `<table><thead><tr><th>attribute</th>${head}</tr></thead><tbody>${differences.map(row).join("")}</tbody></table>`;
}

function value(text: string): string {
  const isWord = /^\((sensitive|known after apply|absent|the same|not sensitive)/.test(text);
  return isWord ? `<i>${escapeHtml(text)}</i>` : `<code>${escapeLines(pretty(text))}</code>`;
}

/** Long JSON on several lines. What `visible` has written out in it is read back, so it is written out again after. */
function pretty(text: string): string {
  const value = text.length < 80 ? undefined : parseJson(text);
  return typeof value === "object" && value !== null ? JSON.stringify(value, undefined, 2) : text;
}

const STYLE = `
:root{color-scheme:light dark;--bg:#fff;--fg:#1c2128;--soft:#59636e;--line:#d1d9e0;--panel:#f6f8fa;
--delete:#d1242f;--replace:#e16f24;--update:#d4a72c;--create:#2da44e;--move:#54aeff;--outputs:#54aeff;--nothing:#c8d1da}
@media (prefers-color-scheme:dark){:root{--bg:#0d1117;--fg:#e6edf3;--soft:#9198a1;--line:#3d444d;--panel:#151b23;--nothing:#565d66}}
*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:1180px;margin:0 auto;padding:24px}h1{font-size:24px;margin:0 0 12px}h2{font-size:18px;margin:24px 0 8px}
code{font:13px/1.45 ui-monospace,SFMono-Regular,Menlo,monospace;overflow-wrap:anywhere}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:2px 16px;margin:0 0 16px}.facts dt{color:var(--soft)}.facts dd{margin:0}
.tiles,.legend{list-style:none;display:flex;flex-wrap:wrap;gap:8px;padding:0;margin:0 0 16px}
.tile{border:1px solid var(--line);border-left:6px solid var(--nothing);border-radius:6px;padding:6px 12px;background:var(--panel)}.tile b{font-size:18px}
.tile.none{opacity:.55}.tile.delete{border-left-color:var(--delete)}.tile.replace{border-left-color:var(--replace)}.tile.update{border-left-color:var(--update)}.tile.create{border-left-color:var(--create)}.tile.move{border-left-color:var(--move)}
.box{border:1px solid var(--line);border-radius:6px;padding:10px 16px;margin:0 0 12px;background:var(--panel)}.box h2{margin:0 0 4px}.box ul{margin:4px 0;padding-left:20px}
.box.loud{border:2px solid var(--delete);background:color-mix(in srgb,var(--delete) 10%,var(--bg))}.box.loud h2{color:var(--delete)}
.box.section li{margin:2px 0}.box.section .added>b{color:var(--create)}.box.section .removed>b{color:var(--delete)}.whole{color:var(--soft);margin-left:16px}
.box.warning{border-color:var(--update);background:color-mix(in srgb,var(--update) 12%,var(--bg))}.why,.hint,.counts,.moved{color:var(--soft)}
a{color:inherit}.hint{margin:0 0 8px}.legend{gap:16px;color:var(--soft)}.swatch{display:inline-block;width:12px;height:12px;border-radius:3px;margin-right:6px;background:var(--nothing)}
.swatch.delete{background:var(--delete)}.swatch.replace{background:var(--replace)}.swatch.update{background:var(--update)}.swatch.create{background:var(--create)}.swatch.move,.swatch.outputs{background:var(--move)}.swatch.provisional{background:none;border:2px dashed var(--soft)}.swatch.left-out{background:none;border:2px dotted var(--delete)}
.picture{overflow-x:auto}.picture svg{max-width:100%;height:auto;display:block}.picture .edge{fill:none;stroke:var(--line);stroke-width:1.5}
.picture marker path{fill:var(--line)}.picture rect{fill:var(--panel);stroke:var(--nothing);stroke-width:2}.picture .bar{stroke:none;fill:var(--nothing)}
.picture .delete rect{stroke:var(--delete)}.picture .replace rect{stroke:var(--replace)}.picture .update rect{stroke:var(--update)}.picture .create rect{stroke:var(--create)}.picture .move rect,.picture .outputs rect{stroke:var(--move)}
.picture .delete .bar{fill:var(--delete)}.picture .replace .bar{fill:var(--replace)}.picture .update .bar{fill:var(--update)}.picture .create .bar{fill:var(--create)}.picture .move .bar,.picture .outputs .bar{fill:var(--move)}
.picture .provisional rect.frame{stroke-dasharray:6 4}.picture .left-out rect.frame{stroke:var(--delete);stroke-dasharray:2 4}.picture text{fill:var(--fg);font:600 13px system-ui,sans-serif}.picture text.sub{fill:var(--soft);font-weight:400;font-size:12px}
.picture a:hover rect.frame,.picture a:focus rect.frame{stroke-width:3.5}
.controls{display:flex;gap:8px;align-items:center}.controls label{margin-left:auto}button,input{font:inherit;padding:3px 10px;border:1px solid var(--line);border-radius:6px;background:var(--panel);color:var(--fg)}
details.layer{border:1px solid var(--line);border-radius:6px;margin:0 0 8px;padding:8px 14px}details.layer[open]>summary{margin-bottom:8px}summary{cursor:pointer}
details.change{border-top:1px solid var(--line);padding:5px 0 5px 8px}details:target{outline:2px solid var(--move);outline-offset:2px}
.sign{display:inline-block;min-width:64px;text-align:center;border-radius:10px;font-size:12px;padding:0 8px;color:#fff;background:var(--soft)}
.sign.delete,.sign.forget,.sign.unknown{background:var(--delete)}.sign.replace,.sign.create-forget{background:#bc4c00}.sign.update{background:#9a6700}.sign.create{background:#1a7f37}
.tag{border:1px dashed var(--soft);border-radius:10px;padding:0 8px;font-size:12px;color:var(--soft)}.provisional-note{border-left:3px dashed var(--soft);padding:2px 12px;margin:6px 0;color:var(--soft)}
table{border-collapse:collapse;width:100%;margin:6px 0;table-layout:fixed}th,td{border:1px solid var(--line);padding:3px 8px;text-align:left;vertical-align:top;font-size:13px}th{font-weight:500;background:var(--panel);width:26%;overflow-wrap:anywhere}thead th{color:var(--soft)}thead th:not(:first-child){width:auto}
td code{white-space:pre-wrap}td.before{background:color-mix(in srgb,var(--delete) 6%,var(--bg))}td.after{background:color-mix(in srgb,var(--create) 7%,var(--bg))}.forces{color:var(--delete);font-size:12px}
@media (max-width:640px){.picture svg{max-width:none}main{padding:14px}.facts{display:block}.facts dd{margin-bottom:6px}}
@media print{details{display:block}.controls{display:none}}
`;

const SCRIPT = `
const all = (selector) => [...document.querySelectorAll(selector)];
const reveal = () => {
  const id = decodeURIComponent(location.hash.slice(1));
  const found = id === "" ? null : document.getElementById(id);
  for (let one = found; one !== null; one = one.parentElement) if (one.tagName === "DETAILS") one.open = true;
  if (found !== null) found.scrollIntoView({ block: "start" });
};
addEventListener("hashchange", reveal);
reveal();
for (const button of all("[data-open]")) button.addEventListener("click", () => {
  for (const one of all("details")) one.open = button.dataset.open === "true";
});
document.getElementById("find").addEventListener("input", (event) => {
  const text = event.target.value.trim().toLowerCase();
  for (const change of all("details.change")) change.hidden = text !== "" && !change.textContent.toLowerCase().includes(text);
  for (const layer of all("details.layer")) {
    const some = text === "" || layer.querySelector("details.change:not([hidden])") !== null;
    layer.hidden = !some;
    if (text !== "" && some) layer.open = true;
  }
});
`;
