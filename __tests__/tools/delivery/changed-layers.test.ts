/** Which layers a change concerns, in a Git checkout of its own with an app that writes what a file beside it says. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { changedLayers, describeChange, type ChangedLayers } from "../../../tools/delivery/changed-layers";
import { synthesize } from "../../../tools/layers/synth";

const root = mkdtempSync(join(tmpdir(), "lgtm-changed-"));
let runs = 0;

const APP = `
const { mkdirSync, readFileSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { layers, refuse } = JSON.parse(readFileSync(join(__dirname, "layers.json"), "utf8"));
if (refuse !== undefined) { console.error(refuse); process.exit(2); }
const out = process.env.CDKTF_OUTDIR;
const stacks = Object.entries(layers).map(([name, { content, after = [] }]) => {
  const workingDirectory = "stacks/" + name;
  mkdirSync(join(out, workingDirectory), { recursive: true });
  writeFileSync(join(out, workingDirectory, "cdk.tf.json"), JSON.stringify({ content }));
  writeFileSync(join(out, workingDirectory, ".terraform.lock.hcl"), readFileSync(join(__dirname, "lock.hcl")));
  return [name, { name, dependencies: after, workingDirectory, synthesizedStackPath: workingDirectory + "/cdk.tf.json" }];
});
writeFileSync(join(out, "manifest.json"), JSON.stringify({ stacks: Object.fromEntries(stacks) }));
`;

interface Definition {
  readonly layers?: Readonly<Record<string, { readonly content: string; readonly after?: readonly string[] }>>;
  readonly refuse?: string;
}

const before = {
  vpc: { content: "vpc" },
  ecr: { content: "ecr" },
  groups: { content: "groups", after: ["vpc"] },
  tasks: { content: "tasks", after: ["groups", "ecr"] },
};

function git(...args: readonly string[]): string {
  const who = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
  return execFileSync("git", [...who, ...args], { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}

function define(definition: Definition): void {
  writeFileSync(join(root, "layers.json"), JSON.stringify(definition));
}

/** Commits a definition as the base. */
function base(definition: Definition): string {
  define(definition);
  git("add", "-A");
  git("commit", "--allow-empty", "-qm", "base");
  return git("rev-parse", "HEAD").trim();
}

async function changed(ref: string, definition: Definition = {}): Promise<ChangedLayers> {
  if (definition.layers !== undefined) define(definition);
  runs += 1;
  const runFolder = join(root, ".runs", String(runs));
  mkdirSync(runFolder, { recursive: true });
  const app = join(root, "main.js");
  const { layers } = await synthesize({ outFolder: join(runFolder, "out"), app, say: () => undefined });
  const result = await changedLayers({ ref, layers, profile: "target", runFolder, root, app });
  // Nothing is left behind, neither in the run's folder nor in Git's list.
  expect(existsSync(join(runFolder, "base"))).toBe(false);
  expect(git("worktree", "list").trim().split("\n")).toHaveLength(1);
  expect(readdirSync(join(root, "node_modules"))).toEqual(["package"]);
  return result;
}

beforeAll(() => {
  writeFileSync(join(root, "main.js"), APP);
  writeFileSync(join(root, "lock.hcl"), "# lock 1\n");
  writeFileSync(join(root, "package-lock.json"), "{}\n");
  writeFileSync(join(root, ".gitignore"), "node_modules\n.runs\n");
  mkdirSync(join(root, "node_modules", "package"), { recursive: true });
  git("init", "-q");
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

test("nothing is synthesized otherwise: no layer", async () => {
  const ref = base({ layers: before });
  const change = await changed(ref);
  expect(change).toEqual({ ids: [], changed: [], gone: [], all: undefined });
  expect(describeChange(change, "main")).toBe("No layer is synthesized otherwise than at main.");
});

test("a layer that differs, a new one, and all after them; not their siblings", async () => {
  const ref = base({ layers: before });
  const now = { ...before, groups: { content: "other", after: ["vpc"] }, cache: { content: "new" } };
  const change = await changed(ref, { layers: now });
  expect(change).toMatchObject({ ids: ["cache", "groups", "tasks"], changed: ["cache", "groups"], gone: [] });
  expect(describeChange(change, "main")).toBe(
    "Planned are the layers that differ from main: cache, groups, and after them tasks.",
  );
});

test("a layer that is gone from the code is named: what it made stays in the account", async () => {
  const ref = base({ layers: { ...before, old: { content: "old" } } });
  const change = await changed(ref, { layers: before });
  expect(change).toMatchObject({ ids: [], gone: ["old"] });
  expect(describeChange(change, "main")).toContain("still in the account until destroyed: old");
});

test("another provider in the lock file concerns every layer", async () => {
  const ref = base({ layers: before });
  writeFileSync(join(root, "lock.hcl"), "# lock 2\n");
  expect((await changed(ref)).changed).toEqual(["ecr", "groups", "tasks", "vpc"]);
});

test.each([
  [
    "refused",
    { refuse: 'Unknown profile "target"' },
    undefined,
    /since .* cannot be synthesized here: Unknown profile/,
  ],
  ["of other packages", { layers: before }, "{ }\n", /since the packages of .* are others/],
])("a base that is %s: all layers, and why", async (_what, definition, lock, reason) => {
  const ref = base(definition);
  if (lock !== undefined) writeFileSync(join(root, "package-lock.json"), lock);
  const change = await changed(ref, { layers: before });
  expect(change.ids).toEqual(["ecr", "groups", "tasks", "vpc"]);
  expect(describeChange(change, ref)).toMatch(reason);
});

test.each(["no-such-branch", "--help"])("%s is no commit: says so, and how to fetch it", async (ref) => {
  base({ layers: before });
  await expect(changed(ref)).rejects.toThrow(`There is no commit ${ref} in this checkout`);
});
