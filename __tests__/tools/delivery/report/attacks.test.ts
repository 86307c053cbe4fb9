/** What an attacker hides in an honest change can be read, in every form of the report. */
import { judgeAdoption, renderAdoption } from "../../../../tools/delivery/adoption/report";
import { renderHtml } from "../../../../tools/delivery/report/html";
import { COMMENT_LIMIT, renderMarkdown, SUMMARY_LIMIT } from "../../../../tools/delivery/report/markdown";
import { buildReport, type PlanReport } from "../../../../tools/delivery/report/plan-report";
import { renderPlainText } from "../../../../tools/delivery/report/plain-text";
import { summarizePlan, type PlanSummary } from "../../../../tools/terraform/plan-summary";
import { recordedPlan, RECORDED_LAYERS, type RecordedLayer } from "../../../support/plans";
import { ATTACKS, type Attack } from "./attacks";

const honest = new Map(RECORDED_LAYERS.map((layer) => [layer, summarizePlan(recordedPlan(layer))]));

/** The report of all layers, one of them attacked. */
function reportOf(attacked?: readonly [RecordedLayer, PlanSummary]): PlanReport {
  return buildReport(
    [...honest].map(([layer, summary]) => ({
      layer,
      dependencies: [],
      summary: attacked?.[0] === layer ? attacked[1] : summary,
    })),
  );
}

function attackedReport({ layer, change }: Attack): PlanReport {
  const plan = recordedPlan(layer);
  change(plan);
  return reportOf([layer, summarizePlan(plan)]);
}

const forms: Readonly<Record<string, (report: PlanReport) => string>> = {
  "a comment": (report) => unescapeMarkdown(renderMarkdown(report, { limit: COMMENT_LIMIT })),
  "a job summary": (report) => unescapeMarkdown(renderMarkdown(report, { limit: SUMMARY_LIMIT, unit: "bytes" })),
  "the page": (report) => textOfHtml(renderHtml(report)),
  "a terminal": renderPlainText,
};

function unescapeMarkdown(markdown: string): string {
  return markdown.replaceAll("&lt;", "<").replace(/\\([\\`*~[\]])/g, "$1");
}

/** What a browser shows; lines of pretty JSON are joined again. */
function textOfHtml(html: string): string {
  const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };
  const rows = html.replace(/<\/td><td[^>]*>/g, " -> ").replace(/<th>([^<]*)<\/th><td[^>]*>/g, "$1: ");
  return rows
    .replace(/<(style|script)>.*?<\/\1>/gs, "")
    .replace(/<[^>]*>/g, "")
    .replace(/&(#?\w+);/g, (all, name: string) => entities[name] ?? all);
}

test("there are at least forty attacks, each once", () => {
  expect(ATTACKS.length).toBeGreaterThanOrEqual(40);
  expect(new Set(ATTACKS.map(({ name }) => name)).size).toBe(ATTACKS.length);
});

describe("can be read in a comment, a job summary, the page and a terminal:", () => {
  const untouched = Object.entries(forms).map(([form, render]) => [form, render, render(reportOf())] as const);

  test.each(ATTACKS.map((attack) => [attack.name, attack] as const))("%s", (_name, attack) => {
    const report = attackedReport(attack);
    for (const [form, render, before] of untouched) {
      const text = render(report);
      expect([form, attack.shows.filter((words) => !text.includes(words))]).toEqual([form, []]);
      // The words are not there anyway.
      expect([form, attack.shows.some((words) => !before.includes(words))]).toEqual([form, true]);
    }
  });
});

test("by `./lgtm adopt`, too", () => {
  const missing = ATTACKS.flatMap((attack) => {
    const plan = recordedPlan(attack.layer);
    attack.change(plan);
    const value = { summary: summarizePlan(plan), provisional: undefined };
    const text = renderAdoption(
      judgeAdoption("target", [{ layer: attack.layer, status: "done", seconds: 1, value }], 1),
    );
    // The headline belongs to the report.
    return attack.shows
      .filter((words) => !words.endsWith("to delete") && !text.includes(words))
      .map((words) => `${attack.name}: ${words}`);
  });
  expect(missing).toEqual([]);
});

test("an attack on permissions, images, ingress, routes or tasks stands before the table, not only in the details", () => {
  const kinds = new Set(["20-iam", "30-security-groups", "60-ecs"]);
  const late = ATTACKS.filter(({ layer }) => kinds.has(layer)).flatMap((attack) => {
    const text = unescapeMarkdown(renderMarkdown(attackedReport(attack)));
    const top = text.slice(0, text.indexOf("| layer |"));
    return attack.shows.some((words) => top.includes(words)) ? [] : [attack.name];
  });
  // How long a session lasts is no permission: it stands in the details.
  expect(late).toEqual(["a session of twelve hours"]);
});

test("a task definition of another family is not replaced without loss", () => {
  const family = ATTACKS.find(({ name }) => name.includes("another family"));
  if (family === undefined) throw new Error("the attack is gone");
  const harmful = attackedReport(family).loud.filter(({ harmless }) => harmless === undefined);
  expect(harmful.map(({ address }) => address)).toEqual(["aws_ecs_task_definition.grafana"]);
});

test("`plan` and `adopt` warn alike of the same change", () => {
  const outcomes = [...honest].map(([layer, summary]) => ({
    layer,
    status: "done" as const,
    seconds: 1,
    value: { summary, provisional: undefined },
  }));
  const { warnings } = judgeAdoption("target", outcomes, 1);
  expect(reportOf().warnings).toEqual(warnings);
  const texts = warnings.map(({ kind, text }) => `${kind}: ${text}`);
  expect(texts).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^data lost: .*Flush them before the apply/),
      expect.stringMatching(/^retention: .*MIMIR_RETENTION becomes 8760h/),
    ]),
  );
});
