import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { diffAddresses, readDeclaredAddresses, type DeclaredAddresses } from "../../../tools/state/addresses";
import type { StateFile } from "../../../tools/state/state-file";

function at(address: string): StateFile["resources"][number] {
  return { address, declared: address, mode: "managed", id: "x", attributes: {} };
}

function stateWith(...addresses: string[]): StateFile {
  return { serial: 1, lineage: "l", terraformVersion: "1.11.4", outputs: [], resources: addresses.map(at) };
}

function diff(state: StateFile | undefined, declared: Partial<DeclaredAddresses>) {
  const { missing, extra, moved } = diffAddresses("x", state, { resources: [], repeated: [], moves: [], ...declared });
  return { missing, extra, moved };
}

test("the same addresses are no difference; data sources do not count", () => {
  const state = stateWith("a.x");
  const withData = {
    ...state,
    resources: [...state.resources, { ...at("data.b.y"), mode: "data" as const }],
  };

  expect(diff(withData, { resources: ["a.x"] })).toEqual({ missing: [], extra: [], moved: [] });
});

test("what only one side has is missing or extra", () => {
  expect(diff(stateWith("a.x", "a.old"), { resources: ["a.x", "a.new"] })).toEqual({
    missing: ["a.new"],
    extra: ["a.old"],
    moved: [],
  });
});

test("a layer that was never applied lacks everything", () => {
  expect(diff(undefined, { resources: ["a.x"] }).missing).toEqual(["a.x"]);
});

test("a move takes an instance out of a module, so nothing is missing or extra", () => {
  const moves = [{ from: "module.m.a.x[0]", to: "a.x_first" }];

  expect(diff(stateWith("module.m.a.x[0]"), { resources: ["a.x_first"], moves })).toEqual({
    missing: [],
    extra: [],
    moved: [{ from: "module.m.a.x[0]", to: "a.x_first" }],
  });
});

test("a move that was made already is none", () => {
  const moves = [{ from: "a.old", to: "a.new" }];

  expect(diff(stateWith("a.new"), { resources: ["a.new"], moves })).toEqual({ missing: [], extra: [], moved: [] });
});

test("a move whose new address is taken leaves the old one extra", () => {
  const moves = [{ from: "a.old", to: "a.new" }];

  expect(diff(stateWith("a.old", "a.new"), { resources: ["a.new"], moves })).toEqual({
    missing: [],
    extra: ["a.old"],
    moved: [],
  });
});

test("moves of whole modules, and one after the other, are followed", () => {
  const moves = [
    { from: "module.a", to: "module.b" },
    { from: "module.b.a.x", to: "a.x" },
  ];

  expect(diff(stateWith('module.a.a.x["k"]'), { resources: ["a.x"], repeated: ["a.x"], moves }).moved).toEqual([
    { from: 'module.a.a.x["k"]', to: 'a.x["k"]' },
  ]);
});

test("a name that only begins the same is not moved", () => {
  expect(diff(stateWith("a.x2"), { resources: ["a.x2"], moves: [{ from: "a.x", to: "a.y" }] }).moved).toEqual([]);
});

test("instances of a repeated resource belong to it, whatever their keys; none at all is missing", () => {
  const declared = { resources: ["a.x"], repeated: ["a.x"] };

  expect(diff(stateWith("a.x[0]", "a.x[1]"), declared)).toEqual({ missing: [], extra: [], moved: [] });
  expect(diff(stateWith(), declared).missing).toEqual(["a.x"]);
});

test("readDeclaredAddresses reads a synthesized layer", () => {
  const folder = mkdtempSync(join(tmpdir(), "lgtm-test-"));
  try {
    const file = join(folder, "cdk.tf.json");
    const resource = { b: { y: {} }, a: { x: { count: 2 } } };
    writeFileSync(file, JSON.stringify({ resource, data: { c: { z: {} } }, moved: [{ from: "a.w", to: "a.x" }] }));

    expect(readDeclaredAddresses({ id: "x", folder, file, dependencies: [] })).toEqual({
      resources: ["a.x", "b.y"],
      repeated: ["a.x"],
      moves: [{ from: "a.w", to: "a.x" }],
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
