import { buildReport, type ReportedPlan } from "../../../../tools/delivery/report/plan-report";
import { COMMENT_LIMIT, renderMarkdown, SUMMARY_LIMIT } from "../../../../tools/delivery/report/markdown";
import { renderHtml } from "../../../../tools/delivery/report/html";
import { planWarnings } from "../../../../tools/delivery/report/warnings";
import { renderPlainText } from "../../../../tools/delivery/report/plain-text";
import { summarizePlan } from "../../../../tools/terraform/plan-summary";
import { planJson, planSummary } from "../../../support/plans";
import type { ResourcePlan } from "../../../../tools/terraform/plan-summary";

function resource(type: string, name: string, parts: Partial<ResourcePlan> = {}): ResourcePlan {
  return {
    address: `${type}.${name}`,
    previousAddress: undefined,
    mode: "managed",
    type,
    action: "no-op",
    differences: [],
    ...parts,
  };
}

function planned(layer: string, resources: readonly ResourcePlan[], parts: Partial<ReportedPlan> = {}): ReportedPlan {
  return { layer, dependencies: [], summary: planSummary({ resources }), ...parts };
}

const difference = { path: "name", before: '"a"', after: '"b"', forcesReplacement: true };
const plans = [
  planned("01-vpc", [resource("aws_vpc", "main")]),
  planned("15-s3", [resource("aws_s3_bucket", "data", { action: "replace", differences: [difference] })]),
  planned("60-ecs", [
    resource("aws_ecs_task_definition", "grafana", { action: "replace" }),
    resource("aws_ecs_service", "old", { action: "delete" }),
  ]),
];

describe("Markdown", () => {
  const markdown = renderMarkdown(buildReport(plans, { profile: "target", manifestSha256: "f".repeat(64) }));

  test("names what is deleted or replaced before anything else, apart from what loses nothing", () => {
    const loud = markdown.indexOf("2 resources are deleted or replaced");
    expect(loud).toBeGreaterThan(0);
    expect(loud).toBeLessThan(markdown.indexOf("| layer |"));
    expect(markdown).toContain("**REPLACE** `15-s3: aws_s3_bucket.data`");
    expect(markdown).toContain("**DELETE** `60-ecs: aws_ecs_service.old`");
    expect(markdown).not.toContain("**REPLACE** `60-ecs: aws_ecs_task_definition.grafana`");
    expect(markdown).toMatch(/1 replaced without loss \(a task definition.*aws_ecs_task_definition\.grafana/);
  });

  test("counts a layer a row, folds details, shows the hash that is approved", () => {
    expect(markdown).toMatch(/\| 🟥 60-ecs \| 0 \| 0 \| 1 \| 1 \|/);
    expect(markdown).toMatch(/<details>\n<summary><b>15-s3<\/b>: 1 change, 0 outputs<\/summary>/);
    expect(markdown).toContain("f".repeat(64));
  });

  test("says so when nothing changes", () => {
    expect(renderMarkdown(buildReport(plans.slice(0, 1)))).toContain("## Plan: nothing changes");
  });

  test("fits into a comment however much changes, and says what it left out", () => {
    const many = Array.from({ length: 40 }, (_, layer) =>
      planned(
        `${layer}`,
        Array.from({ length: 100 }, (_unused, index) =>
          resource("aws_x", `r${index}`, {
            action: "delete",
            differences: [{ ...difference, before: "x".repeat(500) }],
          }),
        ),
      ),
    );
    const long = renderMarkdown(buildReport(many));
    expect(long.length).toBeLessThanOrEqual(COMMENT_LIMIT);
    expect(long).toContain("4000 resources are deleted or replaced");
    expect(long).toMatch(/… and \d+ more/);
    expect(long.indexOf("Not everything is shown here")).toBeLessThan(long.indexOf("4000 resources"));
    expect(long).toMatch(
      /Left out here: \d+ of 4000 deletions and replacements, .*the details of 1 \(100 of 100 changes\)/,
    );
  });

  test("a value cannot end the fence that it stands in", () => {
    const evil = { path: "x", before: '"a"', after: '"```\n# Approved"', forcesReplacement: false };
    const text = renderMarkdown(
      buildReport([planned("a", [resource("aws_x", "y", { action: "update", differences: [evil] })])]),
    );
    expect(text.match(/^```/gm)).toHaveLength(2);
  });
});

describe("HTML", () => {
  const html = renderHtml(
    buildReport([
      ...plans,
      planned(
        "70-x",
        [
          resource("aws_x", "<script>alert(1)</script>", {
            action: "update",
            differences: [{ ...difference, after: '"<img src=x>"' }],
          }),
        ],
        {
          dependencies: ["60-ecs"],
        },
      ),
    ]),
  );

  test("loads nothing from outside and takes no markup from a plan", () => {
    expect(html).not.toMatch(/(src|href)="(?!#)/);
    expect(html).toContain("default-src 'none'");
    expect(html).not.toContain("<script>alert(1)");
    expect(html).not.toContain("<img src=x>");
  });

  test("each layer of the picture leads to its changes, coloured by the worst that happens to it", () => {
    for (const [layer, effect] of Object.entries({
      "01-vpc": "nothing",
      "15-s3": "replace",
      "60-ecs": "delete",
      "70-x": "update",
    })) {
      expect(html).toMatch(new RegExp(`<a href="#${layer}" class="${effect}">`));
      expect(html).toContain(`<details class="layer" id="${layer}">`);
    }
  });

  test("every link leads somewhere", () => {
    const ids = new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    const targets = [...html.matchAll(/href="#([^"]+)"/g)].map(([, target]) => target);
    expect(targets.length).toBeGreaterThan(4);
    expect(targets.filter((target) => !ids.has(target))).toEqual([]);
  });
});

describe("what stands at the top, in every form", () => {
  const forms = { comment: renderMarkdown, page: renderHtml, terminal: renderPlainText };
  const leftOut = [
    {
      layer: "60-ecs",
      dependencies: ["01-vpc"],
      status: "not planned" as const,
      reason: "Images are missing: mimir. To do: release them.",
    },
    { layer: "00-bootstrap", dependencies: [], status: "not selected" as const, reason: "it was not named" },
  ];
  const summary = planSummary({
    resources: [
      resource("aws_x", "old", { action: "delete", deposed: "ab12cd34" }),
      resource("aws_x", "left", { action: "forget" }),
      resource("aws_x", "both", { action: "create, forget", reason: "it is marked as tainted" }),
      resource("aws_x", "taken", { importing: "vpc-1" }),
    ],
    drift: [resource("aws_x", "drifted", { action: "update", differences: [difference] })],
    notices: [{ kind: "errored", text: "Terraform failed while it planned" }],
    cannotShow: ['the action "dance" of aws_x.y'],
  });
  const upstream = { upstream: ["20-iam"], unapplied: [], placeholders: [], noBucket: false };
  const report = buildReport([planned("01-vpc", [], { summary, provisional: upstream })], {}, leftOut);

  test.each(Object.entries(forms))("%s", (_form, render) => {
    const text = render(report);
    const top = text.slice(0, text.search(/\| layer|<section class="picture">|│ layer/));
    for (const words of [
      /contains what it cannot show: 01-vpc: the action .{1,10}dance/,
      /01-vpc, errored: Terraform failed/,
      /60-ecs is not planned: Images are missing: mimir/,
      /01-vpc is provisional: .*20-iam/,
      /Not in this plan, since not selected: 00-bootstrap/,
      /changed outside Terraform since the last apply: aws_x\.drifted/,
      /aws_x\.old \(deposed ab12cd34\)[^]*the live one stays/,
      /aws_x\.left[^]*stays in AWS/,
      /aws_x\.both[^]*the old one stays in AWS/,
    ]) {
      expect(top).toMatch(words);
    }
    expect(text).toContain("1 to import");
    expect(text).toContain("imported from AWS: vpc-1");
  });

  test("a layer without a plan is in the picture, with its reason, and leads to it", () => {
    const html = renderHtml(report);
    expect(html).toMatch(/<a href="#60-ecs" class="left-out"><title>60-ecs: not planned: Images are missing/);
    expect(html).toMatch(/<details class="layer" id="60-ecs">/);
    expect(html).toMatch(/class="delete provisional"><title>01-vpc: deletes; provisional until 20-iam is applied/);
  });

  test("masked values are counted", () => {
    const masked = { ...difference, before: "(sensitive)", after: "(sensitive)", masked: true as const };
    const one = buildReport([planned("a", [resource("aws_x", "y", { action: "update", differences: [masked] })])]);
    for (const render of Object.values(forms))
      expect(render(one)).toContain("Masked, as a whole or in part: 1 changed value;");
  });
});

describe("hostile text", () => {
  const update = (name: string, after: string) =>
    resource("aws_x", name, { action: "update", differences: [{ ...difference, after }] });
  const hostile = [
    update('y["a/b"]', '"1"'),
    update('y["a|b"]', '"2"'),
    update("`", '"\\n```\\n# Approved\\n"'),
    update("````", '"</code></details><b>"'),
    update("z[![x](http://evil.example)]", '"@everyone"'),
  ];
  const report = buildReport([planned('l"><script>|`x', hostile)], { profile: "<b>`[x](y)", commit: "`*x*`" });

  test("each change has its own place on the page", () => {
    const html = renderHtml(report);
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => id?.includes("a_b"))).toHaveLength(2);
    expect(html).not.toMatch(/<script>\||<b>`|<\/code><\/details><b>/);
  });

  test("nothing ends a fence, a code or a cell, makes a link, a mention or a tag", () => {
    const text = renderMarkdown(report);
    const fences = text.match(/^`{3,}.*$/gm) ?? [];
    expect(fences).toHaveLength(2);
    expect(fences[0]?.replace("diff", "")).toBe(fences[1]);
    expect(fences[1]?.length).toBeGreaterThan(4);
    const outside = text.replace(/^`{3,}[^]*^`{3,}$/m, "");
    expect(outside).not.toMatch(/(?<!\\)\[!?\[?x\]|@everyone|<b>`|<script/);
    const rows = text.split("\n").filter((line) => line.startsWith("| 🟨"));
    expect(rows.map((row) => row.replaceAll("\\|", "").split("|").length)).toEqual([12]);
  });

  test("a text from a plan is one line, in reading order, whatever it holds", () => {
    const summary = summarizePlan(
      planJson({
        resource_changes: [
          {
            address: 'aws_x.y["\n```\n# Approved\n\u202e"]',
            mode: "managed",
            type: "aws_x",
            change: { actions: ["update"], before: { a: "1" }, after: { a: "\u202e\n```\n# Approved" } },
          },
        ],
      }),
    );
    for (const render of [renderMarkdown, renderPlainText, renderHtml]) {
      const text = render(buildReport([{ layer: "a\n\u202e", dependencies: [], summary }]));
      expect(text).not.toMatch(/^\W*# Approved/m);
      expect(text).not.toContain("\u202e");
      expect(text).toContain("\\u202e");
    }
  });

  test("JSON on several lines on the page stays harmless", () => {
    const value = JSON.stringify({ text: "x".repeat(90), evil: "a\u202eb" }).replace("\u202e", "\\u202e");
    const html = renderHtml(buildReport([planned("a", [update("y", value)])]));
    expect(html).not.toContain("\u202e");
    expect(html).toContain("a\\u202eb");
  });
});

describe("limits", () => {
  const long = planned(
    "a",
    ["x", "y", "z"].map((name) =>
      resource("aws_x", name, { action: "update", differences: [{ ...difference, after: name.repeat(40_000) }] }),
    ),
  );

  test("a value is shown in full or not at all, and what is not shown is said at the top", () => {
    const comment = renderMarkdown(buildReport([long]));
    expect(comment.length).toBeLessThanOrEqual(COMMENT_LIMIT);
    expect(comment).toContain("x".repeat(40_000));
    expect(comment).not.toContain("yyyy");
    expect(comment.slice(0, 400)).toMatch(/Not everything is shown here[^]*details of a \(2 of 3 changes\)/);
  });

  test("the summary of a job holds more, counted in bytes", () => {
    const options = { limit: SUMMARY_LIMIT, unit: "bytes" } as const;
    const all = renderMarkdown(buildReport([long]), options);
    expect(all).toContain("z".repeat(40_000));
    expect(all).not.toContain("Not everything");
    const wide = planned("a", [
      resource("aws_x", "y", { action: "update", differences: [{ ...difference, after: "서".repeat(400_000) }] }),
    ]);
    expect(Buffer.byteLength(renderMarkdown(buildReport([wide]), options))).toBeLessThanOrEqual(SUMMARY_LIMIT);
  });
});

describe("warnings", () => {
  const warn = (one: ResourcePlan) => planWarnings([planned("l", [one])]).map(({ kind, text }) => `${kind}: ${text}`);
  const environment = (value: string): string => JSON.stringify([{ name: "LOKI_RETENTION", value }]);

  test("Grafana's task replaced: what is on its disk is lost", () => {
    expect(warn(resource("aws_ecs_task_definition", "grafana", { action: "replace" }))).toEqual([
      expect.stringMatching(/^data lost: .*ephemeral.*dashboards made by hand/),
    ]);
    expect(warn(resource("aws_ecs_task_definition", "loki", { action: "replace" }))).toEqual([]);
    expect(warn(resource("aws_ecs_task_definition", "grafana", { action: "create" }))).toEqual([]);
  });

  test("Memcached's parameters: the node reboots", () => {
    const differences = [{ path: "parameter[0].value", before: '"1"', after: '"4"', forcesReplacement: false }];
    expect(warn(resource("aws_elasticache_parameter_group", "memcached", { action: "update", differences }))).toEqual([
      expect.stringMatching(/^interruption: .*reboot/),
    ]);
  });

  test("of today's images, whose memory may not outlast their first replacement", () => {
    const told = {
      path: 'container_definitions["mimir"].environment["MIMIR_RETENTION"]',
      before: "(absent)",
      after: '{"name":"MIMIR_RETENTION","value":"8760h"}',
      forcesReplacement: true,
    };
    const first = resource("aws_ecs_task_definition", "mimir", { action: "replace", differences: [told] });
    expect(warn(first)).toEqual([
      expect.stringMatching(/^data lost: .*Flush them before the apply/),
      expect.stringMatching(/^retention: .*MIMIR_RETENTION becomes 8760h, was not set/),
    ]);
    // Once an image takes its retention from the environment, it also writes what it holds.
    const next = { ...told, path: `${told.path}.value`, before: '"8760h"', after: '"24h"' };
    expect(warn({ ...first, differences: [next] })).toEqual([expect.stringMatching(/^retention: .*24h, was 8760h/)]);
  });

  test("retention: of logs, and of what services are told", () => {
    const days = [{ path: "retention_in_days", before: "0", after: "30", forcesReplacement: false }];
    expect(warn(resource("aws_cloudwatch_log_group", "loki", { action: "update", differences: days }))).toEqual([
      expect.stringMatching(/^retention: .*30 instead of 0 days/),
    ]);
    const told = [
      {
        path: "container_definitions[0].environment",
        before: environment("0s"),
        after: environment("72h"),
        forcesReplacement: true,
      },
    ];
    expect(warn(resource("aws_ecs_task_definition", "loki", { action: "replace", differences: told }))).toEqual([
      expect.stringMatching(/^retention: .*LOKI_RETENTION becomes 72h, was 0s \(forever\)/),
    ]);
  });
});
