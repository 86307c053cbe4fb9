import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../../tools/terminal/paths";
import { run, type RunResult } from "../../../tools/terminal/process";
import { StandInPlatform } from "../smoke/stand-in-platform";
import { PASSWORD } from "../smoke/stand-in-services";

jest.setTimeout(120_000);

const folder = mkdtempSync(join(tmpdir(), "lgtm-smoke-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The real launcher, as a user starts it. */
async function smoke(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<RunResult> {
  return run(process.execPath, ["lgtm", "smoke", ...args], { cwd: projectRoot, env: { ...process.env, ...env } });
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

test("good platform: the table and 0; JSON alone with --json; 3 when a check fails", async () => {
  const platform = await StandInPlatform.start();
  try {
    const args = ["--url", platform.url, "--profile", "target", "--tenant", "tenant-one"];
    const good = await smoke(args, { LGTM_GRAFANA_PASSWORD: PASSWORD });
    expect([good.code, good.stdout]).toEqual([0, expect.stringContaining("46 ok, 0 failed, 0 skipped")]);
    expect(good.stdout).toContain("profile target, tenant tenant-one");

    const bad = await smoke([...args, "--json", "--skip", "loki=not built"], { LGTM_GRAFANA_PASSWORD: "wrong-secret" });
    expect(bad.code).toBe(3);
    expect(bad.stderr).toBe("");
    expect(bad.stdout).not.toContain("wrong-secret");
    const report = JSON.parse(bad.stdout) as {
      profile: string;
      ok: boolean;
      rows: { state: string; route?: string }[];
    };
    expect(report).toMatchObject({ profile: "target", ok: false });
    expect(report.rows.filter(({ state }) => state === "failed")).toMatchObject([
      { tested: "login", route: "default rule -> lgtm-prod-grafana-tg, port 3000" },
    ]);
    expect(report.rows).toContainEqual({
      service: "loki",
      state: "skipped",
      tested: "everything",
      reason: "not built",
    });
  } finally {
    await platform.stop();
  }
});

test.each([
  ["no URL, and LGTM_URL of another kind", [], /LGTM_URL is no address: It must be http/],
  ["a URL of another kind", ["--url", "ftp://x"], /must be http:\/\/… or https:\/\/…/],
  ["a URL with a password", ["--url", "http://admin:hunter2@x"], /no user and no password/],
  [
    "a service that is not behind the load balancer",
    ["--url", "http://x", "--skip", "alloy"],
    /must be one of grafana/,
  ],
  ["an unknown profile", ["--url", "http://x", "--profile", "nope"], /Unknown profile "nope"/],
  ["rules that are no JSON", ["--url", "http://x", "--rules", file("text", "no json")], /is no JSON/],
  ["rules of another shape", ["--url", "http://x", "--rules", file("shape", '{"rules": [{}]}')], /rules\.0\.priority/],
  ["rules that are not there", ["--url", "http://x", "--rules", join(folder, "none")], /cannot be read/],
  ["a certificate that is not there", ["--url", "https://x", "--ca-file", join(folder, "none")], /cannot be read/],
])("%s ends with 2 and says why", async (_name, args, message) => {
  const { code, stderr } = await smoke(args, { LGTM_URL: "ftp://x" });
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(code).toBe(2);
});
