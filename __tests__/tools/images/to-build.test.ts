import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { profiles } from "../../../common.config";
import type { ReleasedTag } from "../../../modules/config/image-version";
import type { Releases } from "../../../modules/services/releases";
import { SERVICE_NAMES } from "../../../modules/services/service-name";
import { listDeployments } from "../../../tools/layers/deployments";
import { imagesToBuild, type ImagesAsked } from "../../../tools/images/to-build";

const root = mkdtempSync(join(tmpdir(), "lgtm-images-"));
const version = profiles.target.imageVersions.tempo;

function git(...args: readonly string[]): string {
  const who = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
  return execFileSync("git", [...who, ...args], { cwd: root, encoding: "utf8" }).trim();
}

function write(file: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), `${Math.random()}\n`);
}

beforeAll(() => {
  git("init", "-q");
  for (const service of SERVICE_NAMES) write(`dockerfiles/${service}/Dockerfile`);
  git("add", "-A");
  git("commit", "-qm", "first");
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

async function built(asked: Partial<ImagesAsked>): Promise<readonly string[]> {
  const deployments = listDeployments(["prod"], { prod: { profile: "baseline" } });
  const images = await imagesToBuild({ deployments, services: [], root, releasesOf: () => ({}), ...asked });
  return images.map(({ environment, profile, service }) => `${environment} ${profile} ${service}`);
}

test("all, or those that are named; while prod runs the HCL's images, of the profile of prod that has ours", async () => {
  expect(await built({})).toHaveLength(SERVICE_NAMES.length);
  expect(await built({ services: ["loki", "tempo"] })).toEqual(["prod target loki", "prod target tempo"]);
});

test("those whose folder changed since a commit, and those of another version than the released one", async () => {
  const before = git("rev-parse", "HEAD");
  expect(await built({ changedSince: before })).toEqual([]);
  write("dockerfiles/loki/config.yaml");
  write("docs/loki/notes.md");
  git("add", "-A");
  git("commit", "-qm", "second");
  expect(await built({ changedSince: before })).toEqual(["prod target loki"]);

  const released = (tag: string): Releases => ({ tempo: { tag: tag as ReleasedTag } });
  const of = (tag: string) => built({ changedSince: git("rev-parse", "HEAD"), releasesOf: () => released(tag) });
  expect(await of(`${version}-20260116-043000`)).toEqual([]);
  expect(await of("1.0.0-20260116-043000")).toEqual(["prod target tempo"]);
});

test("the commit before a branch's first push is none: all", async () => {
  expect(await built({ changedSince: "0".repeat(40) })).toHaveLength(SERVICE_NAMES.length);
});

test("deployments: what the workflows need of each, by default and as configured; an unknown one is refused", () => {
  const all = {
    prod: { profile: "baseline" },
    "eu-west": { profile: "staging", gitHubEnvironment: "europe" },
  } as const;
  expect(listDeployments([], all)).toMatchObject([
    { environment: "prod", gitHubEnvironment: "prod", roleVariables: { apply: "LGTM_APPLY_ROLE_ARN_PROD" } },
    { environment: "eu-west", gitHubEnvironment: "europe", roleVariables: { plan: "LGTM_PLAN_ROLE_ARN_EU_WEST" } },
  ]);
  expect(() => listDeployments(["qa"], all)).toThrow("No such deployment: qa.");
});
