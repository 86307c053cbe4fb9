/** The programs that check the workflows find what they are there for; ./lgtm lint runs them on the project's own. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkWorkflows } from "../../../../tools/checkout/lint/check-workflows";
import { projectRoot } from "../../../../tools/terminal/paths";

// The first run on a machine installs them.
jest.setTimeout(600_000);

const folder = mkdtempSync(join(tmpdir(), "lgtm-lint-"));
const ci = join(folder, "workflows", "ci.yml");
const good = readFileSync(join(projectRoot, ".github", "workflows", "ci.yml"), "utf8");

beforeAll(() => {
  cpSync(join(projectRoot, ".github"), folder, { recursive: true });
});
afterEach(() => {
  writeFileSync(ci, good);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function replace(from: string, to: string): void {
  expect(good).toContain(from);
  writeFileSync(ci, good.replace(from, to));
}

test.each([
  ["the schema, of a key that does not exist", "runs-on:", "run-on:", /run-on/],
  ["actionlint, of an expression that names nothing", "run: ./lgtm synth", "run: echo ${{ steps.a.outputs.b }}", /"a"/],
  ["zizmor, of a checkout that leaves credentials", "persist-credentials: false", "fetch-depth: 1", /artipacked/],
  [
    "zizmor, of text by others that becomes a script",
    "run: ./lgtm synth",
    "run: echo ${{ github.head_ref }}",
    /template-injection/,
  ],
])("a finding by %s", async (_by, from, to, finding) => {
  replace(from, to);
  const { ok, output } = await checkWorkflows(folder);
  expect(ok).toBe(false);
  expect(output).toMatch(finding);
});

test("the project's own have none", async () => {
  expect(await checkWorkflows(folder)).toEqual({ ok: true, output: "" });
});
