import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Terraform } from "../../../tools/terraform/terraform";

const folder = mkdtempSync(join(tmpdir(), "lgtm-test-"));
const calls = join(folder, "calls");
const binary = join(folder, "terraform");

beforeAll(() => {
  writeFileSync(binary, `#!/bin/sh\necho "$*" >> ${calls}\n`, { mode: 0o755 });
});
beforeEach(() => {
  writeFileSync(calls, "");
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test.each<readonly [string, Record<string, string>, readonly string[]]>([
  ["the usual lock", {}, ["plan -no-color -input=false -out=p", "apply -no-color -input=false p"]],
  [
    "a wait for the lock",
    { LGTM_LOCK_TIMEOUT: "10m" },
    ["plan -no-color -input=false -lock-timeout=10m -out=p", "apply -no-color -input=false -lock-timeout=10m p"],
  ],
  [
    "no lock of a plan, whatever is waited for; an apply locks all the same",
    { LGTM_PLAN_LOCK: "off", LGTM_LOCK_TIMEOUT: "10m" },
    ["plan -no-color -input=false -lock=false -out=p", "apply -no-color -input=false -lock-timeout=10m p"],
  ],
])("%s", async (_what, env, expected) => {
  const logFile = join(folder, "log");
  const terraform = new Terraform({ binary, layer: "60-ecs", folder, env: { PATH: "/bin:/usr/bin", ...env }, logFile });
  await terraform.plan({ out: "p" });
  await terraform.apply("p");
  expect(readFileSync(calls, "utf8").trim().split("\n")).toEqual(expected);
});
