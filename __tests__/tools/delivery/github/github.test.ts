/** What the workflows do on GitHub, against a stand-in of its REST API. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Drift, LayerDrift } from "../../../../tools/delivery/drift";
import { connectToGitHub, gitHubAccess, type GitHub } from "../../../../tools/delivery/github/client";
import { keepComment } from "../../../../tools/delivery/github/comment";
import { DRIFT_LABEL, keepDriftIssues } from "../../../../tools/delivery/github/drift-issues";
import { writeOutputs, writeSummary } from "../../../../tools/delivery/github/job";
import { propose } from "../../../../tools/delivery/github/propose";
import { unprotected } from "../../../../tools/delivery/github/protection";
import { COMMENT_LIMIT } from "../../../../tools/delivery/report/markdown";
import { runLgtm } from "../../../support/lgtm-process";
import { StandInGitHub, type Environment } from "./stand-in-github";

let standIn: StandInGitHub;
let gitHub: GitHub;
const folder = mkdtempSync(join(tmpdir(), "lgtm-github-"));

beforeEach(async () => {
  standIn = await StandInGitHub.start();
  gitHub = connectToGitHub(gitHubAccess(standIn.env));
});
afterEach(async () => {
  await standIn.stop();
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("the comment of a pull request", () => {
  test("is written once and then kept up to date, whatever else is said there", async () => {
    // More than a page of others, and one that only quotes the mark.
    for (let index = 0; index < 120; index += 1) standIn.add(standIn.comments, { body: `comment ${index}` });
    standIn.add(standIn.comments, { body: "> <!-- lgtm:plan-prod -->\nquoted" });
    const comment = { pullRequest: 7, marker: "plan-prod" };

    const first = await keepComment(gitHub, { ...comment, markdown: "first" });
    const second = await keepComment(gitHub, { ...comment, markdown: "second" });
    await keepComment(gitHub, { ...comment, marker: "plan-staging", markdown: "of staging" });

    expect([first.isNew, second.isNew, second.url]).toEqual([true, false, first.url]);
    expect(standIn.comments.slice(121).map(({ body }) => body)).toEqual([
      "<!-- lgtm:plan-prod -->\nsecond",
      "<!-- lgtm:plan-staging -->\nof staging",
    ]);
  });

  test("is cut at a line's end where GitHub takes no more, and says so", async () => {
    await keepComment(gitHub, { pullRequest: 7, marker: "long", markdown: `${"x".repeat(99)}\n`.repeat(700) });
    const [{ body } = { body: "" }] = standIn.comments;
    expect(body.length).toBeLessThanOrEqual(COMMENT_LIMIT);
    expect(body).toMatch(/x{99}\n\n… cut here: .* summary of the run\.\n$/);
  });

  test("by the command; what GitHub refuses ends with 4 and names the permission to give", async () => {
    const file = join(folder, "report.md");
    writeFileSync(file, "## Plan: nothing changes\n");
    const args = ["ci", "comment", "--pr", "7", "--file", file, "--marker", "plan-prod"];
    const good = await runLgtm(args, { env: standIn.env });
    standIn.refuseWith = 403;
    const refused = await runLgtm(args, { env: standIn.env });
    const without = await runLgtm(args, { env: { ...standIn.env, GITHUB_TOKEN: "" } });

    expect([good.code, good.stdout]).toEqual([0, expect.stringContaining("Written: https://github.example/1")]);
    expect(standIn.comments[0]?.body).toContain("nothing changes");
    expect([refused.code, without.code]).toEqual([4, 2]);
    expect(refused.lines.join("\n")).toMatch(/status 403[^]*permissions:[^]*Resource not accessible/);
    expect(without.lines.join("\n")).toContain("GITHUB_TOKEN");
    expect(refused.lines.join("\n")).not.toContain(standIn.env.GITHUB_TOKEN);
  });
});

function drifted(layer: string, idle: string): LayerDrift {
  const change = { path: "idle_timeout", before: "60", after: idle, forcesReplacement: false };
  const resource = {
    address: "aws_lb.main",
    previousAddress: undefined,
    mode: "managed" as const,
    type: "aws_lb",
    action: "update" as const,
    differences: [change],
  };
  return { layer, status: "drifted", drifted: [resource], leftAlone: [], unapplied: [] };
}

function other(layer: string, status: "clean" | "failed"): LayerDrift {
  return { layer, status, drifted: [], leftAlone: [], unapplied: [] };
}

function drift(...layers: LayerDrift[]): Drift {
  return { profile: "baseline", clean: layers.every(({ status }) => status === "clean"), layers };
}

describe("issues of drift", () => {
  const keep = async (...layers: LayerDrift[]) => {
    const done = await keepDriftIssues(gitHub, "prod", drift(...layers));
    return done.map(({ did }) => did);
  };

  test("one a layer: opened, left alone while the same, updated, closed when clean, taken up again", async () => {
    expect(await keep(drifted("50-alb", "120"), other("60-ecs", "clean"))).toEqual(["opened", "left as it is"]);
    expect(await keep(drifted("50-alb", "120"), other("60-ecs", "clean"))).toEqual(["left as it is", "left as it is"]);
    expect(await keep(drifted("50-alb", "300"))).toEqual(["updated"]);
    expect(await keep(other("50-alb", "clean"))).toEqual(["closed"]);
    expect(await keep(drifted("50-alb", "90"))).toEqual(["reopened"]);

    expect(standIn.issues).toMatchObject([{ title: "Drift in prod: 50-alb", state: "open", labels: [DRIFT_LABEL] }]);
    expect(standIn.issues[0]?.body).toContain("- `aws_lb.main`\n  - `idle_timeout`: `60` → `90`");
    expect(standIn.issues[0]?.comments).toHaveLength(1);
  });

  test("a layer that could not be planned leaves its issue open; another environment has its own", async () => {
    await keep(drifted("50-alb", "120"));
    expect(await keep(other("50-alb", "failed"))).toEqual(["left as it is"]);
    await keepDriftIssues(gitHub, "staging", drift(drifted("50-alb", "120")));
    expect(standIn.issues.map(({ title, state }) => `${title} ${state}`)).toEqual([
      "Drift in prod: 50-alb open",
      "Drift in staging: 50-alb open",
    ]);
  });

  test("by the command, from what `./lgtm drift --json` prints; a file of a drift that failed ends with 2", async () => {
    const file = join(folder, "drift.json");
    writeFileSync(file, JSON.stringify(drift(drifted("50-alb", "120"))));
    const args = ["ci", "drift-issues", "--file", file, "--environment", "prod"];
    const good = await runLgtm(args, { env: standIn.env });
    writeFileSync(file, "");
    const empty = await runLgtm(args, { env: standIn.env });

    expect([good.code, good.stdout]).toEqual([0, expect.stringMatching(/50-alb +opened: https/)]);
    expect(empty.code).toBe(2);
    expect(empty.lines.join("\n")).toContain("see whether `./lgtm drift --json` failed before");
  });
});

describe("a proposed change", () => {
  const proposal = {
    path: "releases.json",
    content: "new\n",
    commit: "base-commit",
    branch: "release/tempo",
    base: "main",
    title: "Release tempo",
    body: "",
  };

  beforeEach(() => {
    standIn.files.set("base-commit:releases.json", "old\n");
  });

  test("becomes a commit on a branch of its own and a pull request, once", async () => {
    const url = await propose(gitHub, proposal);
    const again = await propose(gitHub, { ...proposal, content: "newer\n" });

    expect(again).toBe(url);
    expect(standIn.branches.get("release/tempo")).toBe("base-commit");
    expect(standIn.files.get("release/tempo:releases.json")).toBe("newer\n");
    expect(standIn.pulls).toMatchObject([{ title: "Release tempo", labels: ["release/tempo"] }]);
  });

  test("is none when the file is as it was", async () => {
    expect(await propose(gitHub, { ...proposal, content: "old\n" })).toBeUndefined();
    expect(standIn.calls).toEqual(["GET contents/releases.json"]);
  });

  test("by the command; without a commit it ends with 2", async () => {
    const args = ["ci", "propose", "--file", "releases.json", "--branch", "release/x", "--title", "Release x"];
    const good = await runLgtm(args, { env: standIn.env });
    const without = await runLgtm(args, { env: { ...standIn.env, GITHUB_SHA: "" } });
    expect([good.code, good.stdout]).toEqual([0, expect.stringMatching(/^https:/)]);
    expect(standIn.files.get("release/x:releases.json")).toBe(readFileSync("releases.json", "utf8"));
    expect(without.code).toBe(2);
  });
});

describe("the protection of a GitHub environment", () => {
  const reviewers = { id: 1, type: "required_reviewers", reviewers: [{ type: "User", reviewer: { login: "ann" } }] };
  const byName = { protected_branches: false, custom_branch_policies: true };
  const main = { name: "main", type: "branch" as const };
  const safe: Environment = {
    protection_rules: [reviewers, { id: 2, type: "branch_policy" }],
    deployment_branch_policy: byName,
    allowed: [main],
  };

  test("is enough with reviewers and one branch by name, or protected branches, this one among them", async () => {
    standIn.environments.set("prod", safe);
    standIn.environments.set("staging", {
      ...safe,
      deployment_branch_policy: { protected_branches: true, custom_branch_policies: false },
    });
    standIn.protectedBranches.add("main");
    expect(await unprotected(gitHub, "prod", "main")).toEqual([]);
    expect(await unprotected(gitHub, "staging", "main")).toEqual([]);
  });

  test.each<readonly [string, Partial<Environment>, readonly RegExp[]]>([
    ["no reviewers", { protection_rules: [{ id: 2, type: "branch_policy" }] }, [/no required reviewers/]],
    ["a rule that names nobody", { protection_rules: [{ ...reviewers, reviewers: [] }] }, [/no required reviewers/]],
    ["only a timer", { protection_rules: [{ id: 3, type: "wait_timer", wait_timer: 30 }] }, [/no required reviewers/]],
    ["every branch", { deployment_branch_policy: null }, [/Every branch may deploy/]],
    ["no branch named", { allowed: [] }, [/names none/]],
    ["a pattern", { allowed: [main, { name: "release/*", type: "branch" }] }, [/branches like release\/\*/]],
    ["a tag", { allowed: [main, { name: "v1", type: "tag" }] }, [/tag v1 may deploy/]],
    [
      "protected branches, and this one is not",
      { deployment_branch_policy: { protected_branches: true, custom_branch_policies: false } },
      [/main is not protected/],
    ],
    [
      "nothing at all",
      { protection_rules: [], deployment_branch_policy: null },
      [/no required reviewers/, /Every branch may deploy/],
    ],
  ])("is not with %s", async (_what, change, reasons) => {
    standIn.environments.set("prod", { ...safe, ...change });
    const found = await unprotected(gitHub, "prod", "main");
    expect(found).toEqual(reasons.map((reason) => expect.stringMatching(reason) as string));
  });

  test("stops the commands before they touch AWS, and says what to set; GitHub not asked is no yes", async () => {
    const args = ["--manifest", "none.json", "--sha256", "0".repeat(64), "--github"];
    const env = { ...standIn.env, GITHUB_REF_NAME: "main" };
    const apply = await runLgtm(["apply", ...args], { env });
    const destroy = await runLgtm(["destroy", ...args, "--confirm", "destroy prod"], { env });
    for (const { code, lines } of [apply, destroy]) {
      expect(code).toBe(3);
      expect(lines.join("\n")).toMatch(
        /environment prod does not protect prod\. Nothing was done\.[^]*acme\/lgtm, Settings[^]*no such environment/,
      );
    }
    standIn.refuseWith = 403;
    const unknown = await runLgtm(["apply", ...args], { env });
    expect([unknown.code, unknown.lines.join("\n")]).toEqual([4, expect.stringContaining("status 403") as string]);
  });
});

describe("a call that fails", () => {
  const quick = () => connectToGitHub(gitHubAccess(standIn.env), [1, 1]);
  const get = (github: GitHub) => github.api.issues.listForRepo({ ...github.repository });

  test("is repeated if it only reads and GitHub is at fault, and given up after the last pause", async () => {
    standIn.failures.push(502, 429);
    expect((await get(quick())).status).toBe(200);
    standIn.refuseWith = 503;
    await expect(get(quick())).rejects.toMatchObject({
      what: "GitHub refuses GET /repos/acme/lgtm/issues: status 503.",
    });
    expect(standIn.calls).toHaveLength(6);
  });

  test("is not repeated if the job lacks a permission, or if it changes something", async () => {
    standIn.failures.push(403, 502);
    await expect(get(quick())).rejects.toMatchObject({ mend: expect.stringContaining("permissions:") as string });
    const github = quick();
    const create = github.api.issues.create({ ...github.repository, title: "once" });
    await expect(create).rejects.toMatchObject({ mend: expect.stringContaining("run the job again") as string });
    expect(standIn.calls).toEqual(["GET issues", "POST issues"]);
  });

  test("says that GitHub cannot be reached, and where it was looked for", async () => {
    const nowhere = connectToGitHub({ ...gitHubAccess(standIn.env), apiUrl: "http://127.0.0.1:9/api/v3" }, []);
    await expect(get(nowhere)).rejects.toMatchObject({
      what: expect.stringContaining("GitHub cannot be reached: ") as string,
      where: "GET http://127.0.0.1:9/api/v3/repos/acme/lgtm/issues",
    });
  });
});

test("outputs and summary are added to, not replaced; a value on two lines could set another output, so it is a bug", () => {
  const env = { GITHUB_OUTPUT: join(folder, "output"), GITHUB_STEP_SUMMARY: join(folder, "summary") };
  writeOutputs({ manifest: "s3://b/m.json", changes: true }, env);
  writeOutputs({ sha256: "0" }, env);
  writeSummary("## One", env);
  writeSummary("## Two", env);
  expect(readFileSync(env.GITHUB_OUTPUT, "utf8")).toBe("manifest=s3://b/m.json\nchanges=true\nsha256=0\n");
  expect(readFileSync(env.GITHUB_STEP_SUMMARY, "utf8")).toBe("## One\n## Two\n");
  expect(() => {
    writeOutputs({ manifest: "a\nsha256=evil" }, env);
  }).toThrow("more than one line");
  expect(() => {
    writeOutputs({ a: "b" }, {});
  }).toThrow("no job of GitHub Actions");
});
