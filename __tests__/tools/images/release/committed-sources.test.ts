import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../../../tools/terminal/process";
import { releaseTag } from "../../../../tools/images/release/release-tag";
import { committedSources } from "../../../../tools/images/release/unchanged-sources";
import { makeFolder } from "../../../support/stand-ins";

const root = makeFolder();
const git = (...args: readonly string[]) =>
  run("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], { cwd: root });

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

test("an image is built from what is committed, unless said", async () => {
  await expect(committedSources("tempo", false, root)).rejects.toMatchObject({ exit: "negative" });
  await git("init", "--quiet");
  for (const service of ["tempo", "loki"]) {
    mkdirSync(join(root, "dockerfiles", service), { recursive: true });
    writeFileSync(join(root, "dockerfiles", service, "Dockerfile"), "FROM x\n");
  }
  await git("add", ".");
  await git("commit", "--quiet", "-m", "all");
  expect(await committedSources("tempo", false, root)).toMatch(/^[0-9a-f]{40}$/);

  writeFileSync(join(root, "dockerfiles", "tempo", "config.yaml"), "new\n");
  await expect(committedSources("tempo", false, root)).rejects.toMatchObject({
    exit: "negative",
    detail: expect.stringContaining("dockerfiles/tempo/config.yaml") as string,
  });
  expect(await committedSources("tempo", true, root)).toBeUndefined();
  expect(await committedSources("loki", false, root)).toMatch(/^[0-9a-f]{40}$/);
});

test("the tag holds the time in UTC", () => {
  expect(releaseTag("2.9.0", new Date("2026-01-16T13:30:05+09:00"))).toBe("2.9.0-20260116-043005");
});
