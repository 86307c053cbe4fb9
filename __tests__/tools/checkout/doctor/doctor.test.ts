import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { examineMachine, type Finding } from "../../../../tools/checkout/doctor/checks";
import { renderFindings } from "../../../../tools/checkout/doctor/report";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lgtm-test-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function program(name: string, script: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o755);
}

async function find(name: string, env: NodeJS.ProcessEnv = {}): Promise<Finding | undefined> {
  const findings = await examineMachine({ PATH: folder, HOME: folder, ...env });
  return findings.find((finding) => finding.name.startsWith(name));
}

test("on a bare machine every lack says how to mend it", async () => {
  const findings = await examineMachine({ PATH: folder, HOME: folder });

  expect(findings.find(({ name }) => name === "Python")?.status).toBe("lacking");
  for (const finding of findings.filter(({ status }) => status !== "ok")) expect(finding.mend).not.toBe("");
  expect(renderFindings(findings)).toContain("Python (lacking): install Python");
});

test("an old Terraform is lacking, and is named with its version", async () => {
  program("terraform", `echo '{"terraform_version": "1.4.0"}'`);

  expect(await find("Terraform", { LGTM_TERRAFORM_RELEASES: "http://127.0.0.1:9" })).toMatchObject({
    status: "lacking",
    found: expect.stringContaining("1.4.0") as string,
  });
});

test("a Python without venv is lacking", async () => {
  program("python3", "echo 'No module named venv' >&2; exit 1");

  expect(await find("Python")).toMatchObject({ status: "lacking", found: "python3 lacks the venv module" });
});

test("credentials are told by where they come from, never by their value", async () => {
  const finding = await find("AWS", { AWS_ACCESS_KEY_ID: "AKIAVALUE", AWS_SECRET_ACCESS_KEY: "hidden" });

  expect(finding?.status).toBe("ok");
  expect(JSON.stringify(finding)).not.toMatch(/AKIAVALUE|hidden/);
});

test("a Docker command without an engine does not count as Docker", async () => {
  program("docker", "echo 'Cannot connect' >&2; exit 1");

  expect(await find("Docker")).toMatchObject({ status: "absent", found: "no engine answers: Cannot connect" });
});
