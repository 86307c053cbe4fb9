/** The refusals of an apply, each alone: what was planned and what would be applied differ in one thing. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Layer } from "../../../tools/layers/layers";
import { manifestText, sha256Of, type Manifest } from "../../../tools/delivery/manifest";
import { folderStore } from "../../../tools/delivery/plan-store";
import { readApproved, verifyManifest } from "../../../tools/delivery/verify";
import type { Workspace } from "../../../tools/delivery/workspace";
import { makeRunFolder } from "../../../tools/terminal/paths";
import { StateStore, stateText } from "../../support/state-store";
import { manifestOf } from "./manifest-of";

const IDS = ["05-cloudwatch-logs", "60-ecs"];
const folder = mkdtempSync(join(tmpdir(), "lgtm-test-"));
const store = folderStore(join(folder, "plans"));
let states: StateStore;

beforeEach(async () => {
  states = new StateStore();
  for (const id of IDS) {
    states.objects.set(`states/${id}.tfstate`, stateText(`lineage of ${id}`, 7));
    await store.write(`${id}.tfplan`, `plan of ${id}`);
    await store.write(`${id}.plan.json`, `JSON of ${id}`);
  }
});
afterEach(() => {
  states.restore();
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A synthesized layer, whose state is where the manifest says. */
function layerOf(id: string, key = `${id}.tfstate`): Layer {
  const own = join(folder, "out", id, sha256Of(key).slice(0, 8));
  mkdirSync(own, { recursive: true });
  const file = join(own, "cdk.tf.json");
  const s3 = { bucket: "states", key, region: "ap-northeast-2", dynamodb_table: "locks" };
  writeFileSync(file, JSON.stringify({ terraform: { backend: { s3 } } }));
  return { id, folder: own, file, dependencies: [] };
}

const layers = IDS.map((id) => layerOf(id));

/** What was planned on these layers. */
function planned(change: Partial<Manifest> = {}): Manifest {
  const manifest = manifestOf(...IDS);
  return {
    ...manifest,
    layers: manifest.layers.map((layer) => ({ ...layer, configurationSha256: configurationOf(layer.id) })),
    ...change,
  };
}

function configurationOf(id: string): string {
  const s3 = { bucket: "states", key: `${id}.tfstate`, region: "ap-northeast-2", dynamodb_table: "locks" };
  return sha256Of(JSON.stringify({ terraform: { backend: { s3 } } }));
}

/** A checkout in which all that was planned holds. */
function workspace(change: Partial<Workspace> = {}, kind: "account" | "mock" = "account"): Workspace {
  const session = states.session("target", kind);
  return {
    runFolder: folder,
    profile: session.profile,
    layers,
    terraform: { path: "/usr/bin/terraform", version: "1.11.4", foundIn: "PATH" },
    providerSetup: { environment: {}, source: "none", packageFolder: undefined },
    provider: "5.100.0",
    env: {},
    session,
    source: { commit: "1".repeat(40), dirty: false },
    note: () => undefined,
    ...change,
  };
}

/** What verification says to a manifest in a workspace. */
async function reasons(manifest: Manifest, where: Workspace = workspace(), resume = false): Promise<string> {
  try {
    await verifyManifest(manifest, store, where, resume);
    return "";
  } catch (error) {
    const { exit, what, detail = "" } = error as { exit: string; what: string; detail?: string };
    expect(exit).toBe("negative");
    expect(what).toContain("Nothing was applied.");
    return detail === "" ? what.replace(" Nothing was applied.", "") : detail;
  }
}

test("what holds is verified: the files, and no layer that was begun", async () => {
  const approved = await verifyManifest(planned(), store, workspace(), false);
  expect([...approved.files.keys()].sort()).toEqual(IDS.flatMap((id) => [`${id}.plan.json`, `${id}.tfplan`]));
  expect(approved.begun.size).toBe(0);
});

test.each<readonly [string, Partial<Manifest>, Partial<Workspace>, string]>([
  [
    "a checkout with files that are not committed",
    {},
    { source: { commit: "1".repeat(40), dirty: true } },
    "This checkout has files that are not committed.",
  ],
  [
    "plans of files that were not committed",
    { dirty: true },
    {},
    "The plans were made with files that were not committed.",
  ],
  [
    "another commit",
    {},
    { source: { commit: "2".repeat(40), dirty: false } },
    `The plans are of commit ${"1".repeat(40)}, but this checkout is at ${"2".repeat(40)}.`,
  ],
  [
    "another profile",
    { profile: "staging" },
    {},
    "The plans are of profile staging, but target would be applied (--profile).",
  ],
  [
    "another Terraform",
    {},
    { terraform: { path: "/usr/bin/terraform", version: "1.12.0", foundIn: "PATH" } },
    "The plans were made by Terraform 1.11.4, but 1.12.0 is here.",
  ],
  [
    "another provider",
    {},
    { provider: "5.99.0" },
    "The plans were made with AWS provider 5.100.0, but 5.99.0 is locked here.",
  ],
])("is refused: %s", async (_what, manifest, here, reason) => {
  expect(await reasons(planned(manifest), workspace(here))).toBe(reason);
});

test("on a mock, files that are not committed are no reason", async () => {
  const dirty = { source: { commit: "1".repeat(40), dirty: true } };
  expect(await reasons(planned({ dirty: true }), workspace(dirty, "mock"))).toBe("");
});

describe("of one layer, it is refused", () => {
  const of = (change: Partial<Manifest["layers"][number]>) =>
    planned({ layers: planned().layers.map((layer) => (layer.id === "60-ecs" ? { ...layer, ...change } : layer)) });
  const state = { bucket: "states", key: "60-ecs.tfstate", lineage: "lineage of 60-ecs", serial: 7 };

  test.each([
    ["a state in another bucket", { bucket: "others" }],
    ["a state under another key", { key: "others/60-ecs.tfstate" }],
  ])("%s", async (_what, change) => {
    expect(await reasons(of({ state: { ...state, ...change } }))).toContain(
      "Layer 60-ecs has its state in another place than it was planned with.",
    );
  });

  test("another configuration", async () => {
    expect(await reasons(of({ configurationSha256: sha256Of("another") }))).toMatch(/^Layer 60-ecs .*configuration/);
  });

  test.each([false, true])("a state of another lineage, also when an apply is taken up again (%s)", async (resume) => {
    const other = of({ state: { ...state, lineage: "another" } });
    expect(await reasons(other, workspace(), resume)).toBe(
      "The state of 60-ecs is another one (lineage lineage of 60-ecs, planned on another).",
    );
  });

  test("a state that moved on; taken up again, the layer counts as begun", async () => {
    const older = of({ state: { ...state, serial: 6 } });
    expect(await reasons(older)).toBe("The state of 60-ecs moved on: it is at serial 7, planned on at serial 6.");
    const { begun } = await verifyManifest(older, store, workspace(), true);
    expect([...begun]).toEqual(["60-ecs"]);
  });

  test("a state that is gone, and one that came into being", async () => {
    const none = of({ state: { ...state, lineage: null, serial: null } });
    expect(await reasons(none)).toBe("The state of 60-ecs moved on: it is at serial 7, planned on absent.");
    states.objects.delete("states/60-ecs.tfstate");
    expect(await reasons(planned())).toBe("The state of 60-ecs moved on: it is absent, planned on at serial 7.");
    expect(await reasons(planned(), workspace(), true)).toContain("it is absent");
    expect(await reasons(none)).toBe("");
  });

  test("a plan that was changed, and one that is missing", async () => {
    await store.write("60-ecs.tfplan", "another plan");
    expect(await reasons(planned())).toBe("The file 60-ecs.tfplan of layer 60-ecs was changed after it was planned.");
    rmSync(join(folder, "plans", "60-ecs.tfplan"));
    expect(await reasons(planned())).toBe("Layer 60-ecs is missing: its file 60-ecs.tfplan is not there.");
  });

  test("a layer that does not exist here, or is missing among all", async () => {
    const some = workspace({ layers: layers.slice(0, 1) });
    expect(await reasons(planned(), some)).toBe("Layer 60-ecs was planned, but does not exist here.");
    const one = planned({ scope: "all", layers: planned().layers.slice(0, 1) });
    expect(await reasons(one)).toBe("Layer 60-ecs is missing in the manifest, which is said to hold all layers.");
  });
});

test("several reasons are all said", async () => {
  const found = await reasons(planned({ profile: "staging" }), workspace({ provider: "5.99.0" }));
  expect(found.split("\n")).toHaveLength(2);
});

describe("the approved manifest", () => {
  const text = manifestText(manifestOf(...IDS));

  test("is read if it has the hash; spaces and capitals around it are no difference", async () => {
    await store.write("manifest.json", text);
    const manifest = await readApproved(store, "manifest.json", ` ${sha256Of(text).toUpperCase()}\n`);
    expect(manifest.layers.map(({ id }) => id)).toEqual(IDS);
  });

  test("is refused with another hash, or if it is not there", async () => {
    await store.write("manifest.json", text.replace("target", "staging"));
    await expect(readApproved(store, "manifest.json", sha256Of(text))).rejects.toMatchObject({
      exit: "negative",
      what: expect.stringContaining("The manifest is not the approved one") as string,
    });
    await expect(readApproved(store, "none.json", sha256Of(text))).rejects.toMatchObject({
      exit: "negative",
      what: "There is no such manifest. Nothing was applied.",
    });
  });
});

describe("a store of plans", () => {
  test.each(["../manifest.json", "a/b", "a\\b", "..", ".", ""])("has no file %j", async (name) => {
    await expect(async () => store.read(name)).rejects.toThrow("is no name of a file");
    await expect(async () => store.write(name, "x")).rejects.toThrow("is no name of a file");
  });

  test("is private, also where a file was there with another mode", async () => {
    const own = folderStore(join(folder, "private"));
    await own.write("60-ecs.tfplan", "secret");
    const file = join(folder, "private", "60-ecs.tfplan");
    chmodSync(file, 0o644);
    await own.write("60-ecs.tfplan", "secret");
    expect([join(folder, "private"), file].map((path) => (statSync(path).mode & 0o777).toString(8))).toEqual([
      "700",
      "600",
    ]);
  });

  test("of a run lies in a folder that only its owner may enter", () => {
    const run = makeRunFolder("plan", new Date(), join(folder, "work"));
    expect((statSync(run).mode & 0o777).toString(8)).toBe("700");
  });
});
