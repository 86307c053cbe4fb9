import { parsePlan } from "../../../tools/terraform/plan-json";
import { changesNothing, summarizePlan } from "../../../tools/terraform/plan-summary";
import { UserError } from "../../../tools/terminal/user-error";
import { planJson, planText } from "../../support/plans";

function refusal(text: string): string {
  try {
    parsePlan(text, "x.json");
  } catch (error) {
    if (error instanceof UserError && error.exit === "badInput" && error.where === "x.json") return error.render();
    throw error;
  }
  throw new Error("it was taken");
}

test.each([
  ["nothing", "", "The file is empty"],
  ["no JSON", "Error: no plan", "no plan in Terraform's JSON form"],
  ["a list", "[]", "no plan in Terraform's JSON form"],
  ["a saved plan", "PK\u0003\u0004…", "a saved plan in Terraform's own form"],
  ["UTF-16 as PowerShell writes it", Buffer.from(`\ufeff${planText()}`, "utf16le").toString("utf8"), "UTF-16"],
  ["the log of a plan", '{"@level":"info","@message":"Terraform 1.11.4"}', "the log of `terraform plan -json`"],
  ["a state", '{"version":4,"serial":3,"lineage":"x","outputs":{}}', "a Terraform state, not a plan"],
  [
    "a state shown as JSON",
    '{"format_version":"1.0","terraform_version":"1.11.4","values":{}}',
    "a Terraform state shown",
  ],
  ["no format", '{"terraform_version":"1.11.4"}', "no format_version"],
  ["no version of Terraform", '{"format_version":"1.2","resource_changes":[]}', "no terraform_version"],
  ["format 0.1", planText({ format_version: "0.1" }), "format 0.1, which does not mark sensitive values"],
  ["format 0.2", planText({ format_version: "0.2" }), "they would be shown in clear"],
  ["format 2", planText({ format_version: "2.0" }), "known is 1"],
  ["resources of another form", planText({ resource_changes: [{ address: 1 }] }), "no plan in Terraform's JSON form"],
])("%s is refused in words", (_what, text, words) => {
  expect(refusal(text)).toContain(words);
});

test("a mark of UTF-8 at the beginning, as Windows writes it, is no reason", () => {
  expect(parsePlan(`\ufeff${planText()}`).terraform_version).toBe("1.11.4");
});

test("3,000 levels of nesting are refused at once; in a document they are a text, and a difference in it is found", () => {
  const nested = (inner: string): string => `${"[".repeat(3000)}${inner}${"]".repeat(3000)}`;
  const started = performance.now();
  const change = `{"actions":["update"],"before":{"a":${nested("1")}},"after":{"a":${nested("2")}}}`;
  const resource = `{"address":"aws_x.a","mode":"managed","type":"aws_x","change":${change}}`;
  expect(refusal(planText().replace(/}$/, `,"resource_changes":[${resource}]}`))).toMatch(/nested 300\d levels deep/);

  const texts = { actions: ["update"], before: { policy: nested("1") }, after: { policy: nested("2") } };
  const [found] = summarizePlan(
    planJson({ resource_changes: [{ address: "aws_x.a", mode: "managed", type: "aws_x", change: texts }] }),
  ).resources;
  expect(found?.differences.map(({ path }) => path)).toEqual(["policy"]);
  expect(performance.now() - started).toBeLessThan(5_000);
});

describe("what a plan says beside its changes", () => {
  const resource = { address: "aws_x.a", mode: "managed", type: "aws_x" };
  const same = { actions: ["no-op"], before: { id: "i" }, after: { id: "i" } };

  test("an import changes nothing in AWS, and is a change", () => {
    const plan = summarizePlan(
      planJson({ resource_changes: [{ ...resource, change: { ...same, importing: { id: "vpc-1" } } }] }),
    );
    expect(plan.resources[0]).toMatchObject({ action: "no-op", importing: "vpc-1" });
    expect(changesNothing(plan)).toBe(false);
  });

  test("a deposed object is told apart from the live one", () => {
    const gone = { actions: ["delete"], before: { id: "old" }, after: null };
    const { resources } = summarizePlan(
      planJson({
        resource_changes: [
          { ...resource, change: same },
          { ...resource, deposed: "ab12cd34", change: gone },
        ],
      }),
    );
    expect(resources.map(({ action, deposed }) => [action, deposed])).toEqual([
      ["no-op", undefined],
      ["delete", "ab12cd34"],
    ]);
  });

  test("a replacement that leaves the old one in AWS, and why something is replaced", () => {
    const change = { actions: ["create", "forget"], before: { id: "i" }, after: {}, replace_paths: [["name"]] };
    const [found] = summarizePlan(
      planJson({ resource_changes: [{ ...resource, change, action_reason: "replace_because_tainted" }] }),
    ).resources;
    expect(found).toMatchObject({ action: "create, forget", reason: expect.stringContaining("tainted") as string });
  });

  test("errors, what is put off, actions, and checks that fail", () => {
    const deferred = { reason: "provider_config_unknown", resource_change: { ...resource, change: same } };
    const invocation = {
      address: "action.aws_lambda_invoke.x",
      config_values: { payload: "secret text", name: "f" },
      config_sensitive: { payload: true },
      lifecycle_action_trigger: { triggering_resource_address: "aws_x.a" },
    };
    const check = (status: string) => ({
      address: { kind: "check", to_display: `check.${status}` },
      status,
      instances: [{ status, problems: [{ message: "port 80 is closed" }] }],
    });
    const { notices } = summarizePlan(
      planJson({
        errored: true,
        complete: false,
        deferred_changes: [deferred],
        action_invocations: [invocation],
        deferred_action_invocations: [{ reason: "unknown", action_invocation: invocation }],
        checks: [check("fail"), check("pass"), check("unknown")],
      }),
    );
    expect(notices.map(({ kind }) => kind)).toEqual([
      "errored",
      "incomplete",
      "deferred",
      "action",
      "deferred",
      "failed check",
    ]);
    const text = notices.map((notice) => notice.text).join("\n");
    expect(text).toContain("no-op of aws_x.a is put off (provider_config_unknown)");
    expect(text).toContain('action.aws_lambda_invoke.x with {"name":"f","payload":"(sensitive)"}');
    expect(text).toContain("check.fail: port 80 is closed");
    expect(text).not.toContain("secret text");
  });

  test("what no report can show is named: a property or an action of a newer Terraform", () => {
    const change = { ...same, before_dance: 1 };
    const { cannotShow } = summarizePlan(
      planJson({
        future: [],
        resource_changes: [{ ...resource, partner: "x", change }],
        output_changes: { o: { actions: ["twirl"] } },
      }),
    );
    expect(cannotShow).toEqual([
      `the plan's "future"`,
      `"partner" of aws_x.a`,
      `"before_dance" of aws_x.a`,
      `the action "twirl" of output o`,
    ]);
  });
});
