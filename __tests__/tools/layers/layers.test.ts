import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readLayers, selectLayers, wavesOf, withDependencies, type Layer } from "../../../tools/layers/layers";
import { UserError } from "../../../tools/terminal/user-error";

function layer(id: string, ...dependencies: string[]): Layer {
  return { id, dependencies, folder: `/x/${id}`, file: `/x/${id}/cdk.tf.json` };
}

const layers = [layer("a"), layer("b", "a"), layer("c", "a"), layer("d", "b", "c"), layer("e")];

function caught(work: () => unknown): UserError {
  try {
    work();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error("no error was thrown");
}

describe("readLayers", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "lgtm-test-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function stack(name: string, dependencies: readonly string[]) {
    const workingDirectory = `stacks/${name}`;
    return {
      name,
      dependencies,
      workingDirectory,
      synthesizedStackPath: `${workingDirectory}/cdk.tf.json`,
      annotations: [],
    };
  }

  test("reads ids, folders and dependencies, sorted by id", () => {
    const stacks = { "20-b": stack("20-b", ["10-a"]), "10-a": stack("10-a", []) };
    writeFileSync(join(folder, "manifest.json"), JSON.stringify({ version: "0.20.12", stacks }));

    expect(readLayers(folder)).toEqual([
      {
        id: "10-a",
        folder: join(folder, "stacks/10-a"),
        file: join(folder, "stacks/10-a/cdk.tf.json"),
        dependencies: [],
      },
      {
        id: "20-b",
        folder: join(folder, "stacks/20-b"),
        file: join(folder, "stacks/20-b/cdk.tf.json"),
        dependencies: ["10-a"],
      },
    ]);
  });

  test("without a manifest it says to synthesize first", () => {
    const error = caught(() => readLayers(folder));

    expect(error.mend).toContain("./lgtm synth");
    expect(error.where).toBe(join(folder, "manifest.json"));
  });

  test("a manifest of another form is refused with the place", () => {
    writeFileSync(join(folder, "manifest.json"), JSON.stringify({ stacks: { a: { name: "a" } } }));

    const error = caught(() => readLayers(folder));

    expect(error.detail).toContain("stacks.a.workingDirectory");
  });
});

describe("wavesOf", () => {
  test("puts each layer into the first wave after its dependencies", () => {
    expect(wavesOf(layers).map((wave) => wave.map(({ id }) => id))).toEqual([["a", "e"], ["b", "c"], ["d"]]);
  });

  test("refuses a circle", () => {
    expect(() => wavesOf([layer("a", "b"), layer("b", "a"), layer("c")])).toThrow(
      "the dependencies of a, b form a circle",
    );
  });

  test("refuses an unknown dependency", () => {
    expect(() => wavesOf([layer("a", "z")])).toThrow("layer a depends on z");
  });
});

describe("selectLayers", () => {
  test("no names mean all layers", () => {
    expect(selectLayers(layers, [])).toEqual(layers);
  });

  test("keeps the declared order", () => {
    expect(selectLayers(layers, ["d", "a"]).map(({ id }) => id)).toEqual(["a", "d"]);
  });

  test("an unknown name lists the known ones and counts as bad input", () => {
    const error = caught(() => selectLayers(layers, ["x"]));

    expect(error.what).toContain("x");
    expect(error.mend).toContain("a, b, c, d, e");
    expect(error.exit).toBe("badInput");
  });
});

test("withDependencies adds everything that a layer needs, directly or not", () => {
  expect(withDependencies(layers, ["d"]).map(({ id }) => id)).toEqual(["a", "b", "c", "d"]);
});
