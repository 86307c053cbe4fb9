import { buildReport, type ReportedPlan } from "../../../../tools/delivery/report/plan-report";
import { COMMENT_LIMIT, renderMarkdown } from "../../../../tools/delivery/report/markdown";
import { renderHtml } from "../../../../tools/delivery/report/html";
import { planWarnings } from "../../../../tools/delivery/report/warnings";
import { planSummary } from "../../../support/plans";
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
    expect(long).toMatch(/Left out here: \d+ of 4000 deletions and replacements, .*the details of 1 \(100 of 100 changes\)/);
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
