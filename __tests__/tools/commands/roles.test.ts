import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { parsePolicyDocument } from "../../../tools/live/aws/iam/policy-document";
import { main } from "../../../tools/cli";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lgtm-roles-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
  process.exitCode = undefined;
});

async function run(...args: readonly string[]) {
  const out = jest.spyOn(process.stdout, "write").mockReturnValue(true);
  const err = jest.spyOn(process.stderr, "write").mockReturnValue(true);
  await main(["roles", ...args]);
  const text = (spy: typeof out) => spy.mock.calls.map(([chunk]) => String(chunk)).join("");
  const result = { stdout: text(out), stderr: text(err), code: process.exitCode ?? 0 };
  out.mockRestore();
  err.mockRestore();
  return result;
}

test("writes the documents and prints commands that name them", async () => {
  const { stdout, code } = await run("--repository", "acme/lgtm", "--account", "111122223333", "--out", folder);
  expect(code).toBe(0);
  expect(readdirSync(folder).sort()).toEqual([
    "lgtm-prod-delivery-apply.policy.json",
    "lgtm-prod-delivery-apply.trust.json",
    "lgtm-prod-delivery-network.json",
    "lgtm-prod-delivery-operate.json",
    "lgtm-prod-delivery-plan.policy.json",
    "lgtm-prod-delivery-plan.trust.json",
    "lgtm-prod-delivery-read.json",
    "lgtm-prod-delivery-release.policy.json",
    "lgtm-prod-delivery-release.trust.json",
    "lgtm-prod-delivery-review.policy.json",
    "lgtm-prod-delivery-review.trust.json",
    "lgtm-prod-task-boundary.json",
  ]);
  const named = [...stdout.matchAll(/file:\/\/(\S+)/g)].map(([, file = ""]) => file);
  expect(new Set(named)).toEqual(
    new Set(readdirSync(folder).map((file) => join(relative(process.cwd(), folder), file))),
  );
  for (const file of named) expect(existsSync(file)).toBe(true);
  for (const file of readdirSync(folder).filter((name) => !name.includes("trust"))) {
    expect(parsePolicyDocument(readFileSync(join(folder, file), "utf8")).Statement.length).toBeGreaterThan(0);
  }
  expect(stdout).toContain(
    "aws iam attach-role-policy --role-name lgtm-prod-delivery-apply --policy-arn arn:aws:iam::111122223333:policy/lgtm-prod-delivery-read",
  );
});

test("--json prints all of it and writes nothing", async () => {
  const args = ["--repository", "acme/lgtm", "--account", "111122223333", "--profile", "staging", "--branch", "trunk"];
  const { stdout } = await run(...args, "--out", folder, "--json");
  const { profile, roles } = JSON.parse(stdout) as { profile: string; roles: readonly Record<string, unknown>[] };
  expect(profile).toBe("staging");
  expect(roles.map(({ arn }) => arn)).toEqual(
    ["review", "plan", "apply", "release"].map(
      (duty) => `arn:aws:iam::111122223333:role/lgtm-staging-delivery-${duty}`,
    ),
  );
  expect(roles.map(({ subjects }) => subjects)).toEqual([
    ["repo:acme/lgtm:pull_request"],
    ["repo:acme/lgtm:ref:refs/heads/trunk"],
    ["repo:acme/lgtm:environment:staging"],
    ["repo:acme/lgtm:ref:refs/heads/trunk"],
  ]);
  expect(readdirSync(folder)).toEqual([]);
});

test.each([
  ["no account", ["--repository", "acme/lgtm"], "The profile names no account"],
  ["no repository", ["--account", "111122223333"], "--repository"],
  ["a repository that is a pattern", ["--repository", "acme/*", "--account", "111122223333"], "owner/name"],
  [
    "a branch that is a pattern",
    ["--repository", "a/b", "--account", "111122223333", "--branch", "*"],
    "letters, digits",
  ],
  ["an account that is none", ["--repository", "a/b", "--account", "1"], "twelve digits"],
])("refuses %s", async (_what, args, message) => {
  const { stderr, code } = await run(...args, "--out", folder);
  expect(stderr).toContain(message);
  expect(code).toBe(2);
  expect(readdirSync(folder)).toEqual([]);
});
