import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ReportForm } from "../../../tools/commands/print-report";
import { showPlans } from "../../../tools/commands/show-plans";
import { manifestFormat, manifestText, sha256Of, type Manifest } from "../../../tools/delivery/manifest";
import { manifestOf } from "../delivery/manifest-of";
import { UserError } from "../../../tools/terminal/user-error";
import { planText } from "../../support/plans";

const folder = mkdtempSync(join(tmpdir(), "lgtm-show-"));
let printed = "";

beforeEach(() => {
  printed = "";
  process.exitCode = undefined;
  jest.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(() => {
  jest.restoreAllMocks();
  process.exitCode = undefined;
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function refusal(files: readonly string[], options: ReportForm = {}): UserError {
  try {
    showPlans(files, options);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error("it was shown");
}

const change = { actions: ["create"], before: null, after: { name: "n" } };
const plan = planText({ resource_changes: [{ address: "aws_x.a", mode: "managed", type: "aws_x", change }] });

test("a plan is shown in Markdown, as JSON, and as a page in a file", () => {
  const path = file("50-alb.plan.json", plan);
  showPlans([path], {});
  expect(printed).toMatch(/## Plan: 1 to create[^]*\| 🟩 50-alb \|/);
  printed = "";
  showPlans([path], { json: true });
  expect(JSON.parse(printed)).toMatchObject({ total: { create: 1 }, cannotShow: [] });
  jest.spyOn(process.stderr, "write").mockReturnValue(true);
  showPlans([path], { html: join(folder, "page.html") });
  expect(readFileSync(join(folder, "page.html"), "utf8")).toContain('<details class="layer" id="50-alb">');
  expect(process.exitCode).toBeUndefined();
});

test("a plan that contains what no report can show says so, and ends with 3", () => {
  showPlans([file("60-ecs.plan.json", planText({ rituals: [] }))], {});
  expect(printed).toContain(`contains what it cannot show: 60-ecs: the plan's "rituals"`);
  expect(process.exitCode).toBe(3);
});

describe("a manifest", () => {
  const [layer] = manifestOf("50-alb").layers;
  if (layer === undefined) throw new Error("the manifest has no layer");
  const manifest: Manifest = {
    ...manifestOf("50-alb"),
    layers: [{ ...layer, json: { ...layer.json, sha256: sha256Of(plan) } }],
    leftOut: [{ layer: "60-ecs", dependencies: ["50-alb"], status: "not planned", reason: "An image is missing." }],
  };

  test("names its plans, and the layers without one", () => {
    file("50-alb.plan.json", plan);
    showPlans([file("manifest.json", manifestText(manifest))], {});
    expect(printed).toContain("60-ecs is not planned: An image is missing.");
    expect(printed).toContain(sha256Of(manifestText(manifest)));
  });

  test("refuses a plan that was changed after it was planned", () => {
    file("50-alb.plan.json", plan.replace('"n"', '"m"'));
    const error = refusal([file("manifest.json", manifestText(manifest))]);
    expect([error.exit, error.what]).toEqual(["negative", expect.stringContaining("was changed after it was planned")]);
  });

  test("is shown alone: beside it nothing is left out without a word", () => {
    const files = [file("manifest.json", manifestText(manifest)), file("10-ecr.plan.json", plan)];
    expect(refusal(files)).toMatchObject({ exit: "badInput", what: expect.stringContaining("alone") as string });
  });
});

test("a plan that only quotes a manifest is a plan", () => {
  const quoting = plan.replace('"n"', `"${manifestFormat}"`);
  showPlans([file("10-ecr.plan.json", plan), file("15-s3.plan.json", quoting)], {});
  expect(printed).toContain("2 to create");
});

test("two files of one layer, and a file that is not there, are refused", () => {
  const error = refusal([file("10-ecr.plan.json", plan), file("10-ecr.json", plan)]);
  expect(error).toMatchObject({
    exit: "badInput",
    what: expect.stringContaining("Two files are of one layer") as string,
  });
  expect(refusal([join(folder, "not-there.json")])).toMatchObject({
    exit: "badInput",
    what: "The file cannot be read.",
  });
});
