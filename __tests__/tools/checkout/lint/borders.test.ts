import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Linter } from "eslint";
import tseslint from "typescript-eslint";
import { BORDERS, borderConfigs, FILES } from "../../../../tools/checkout/lint/borders";
import { circlesIn, readImports } from "../../../support/imports";

const ROOT = join(__dirname, "../../../..");
const ROOMS = Object.keys(BORDERS);
const imports = readImports();

const FOLDERS = ROOMS.filter((room) => !FILES.includes(room));

/** The room of a path from the root: the longest one that it lies in; the path's folder if there is none. */
function roomOf(path: string): string {
  const file = path.replace(/\.ts$/, "");
  if (FILES.includes(file)) return file;
  const folders = ROOMS.filter((room) => path.startsWith(`${room}/`)).sort((a, b) => b.length - a.length);
  return folders[0] ?? path;
}

const linter = new Linter({ cwd: ROOT });
const configs = [
  { files: ["**/*.ts"], languageOptions: { parser: tseslint.parser } },
  ...borderConfigs(),
] as Linter.Config[];

/** The imports of a file that ESLint refuses, each with what it says. */
function refusals(
  file: string,
  specifiers: readonly string[],
): readonly (readonly [specifier: string, message: string])[] {
  const text = specifiers.map((specifier) => `import type { Thing } from "${specifier}";\n`).join("");
  const messages = linter.verify(text, configs, { filename: join(ROOT, file) });
  return messages.map(({ line, message }) => [specifiers[line - 1] ?? "", message]);
}

/** A path from a file at some depth of a room to a file of another room. */
function specifierTo(room: string, target: string, depth: number): string {
  const from = FILES.includes(room)
    ? room.split("/").slice(0, -1)
    : [...room.split("/"), ...Array<string>(depth).fill("x")];
  const to = FILES.includes(target) ? target.split("/") : [...target.split("/"), "thing"];
  while (from.length > 0 && from[0] === to[0]) {
    from.shift();
    to.shift();
  }
  return `${"../".repeat(from.length) || "./"}${to.join("/")}`;
}

function fileIn(room: string, depth: number): string {
  return FILES.includes(room) ? `${room}.ts` : `${room}/${"x/".repeat(depth)}some-file.ts`;
}

describe("the table", () => {
  test("THEN there are at most 24 rooms, and every source file lies in one", () => {
    expect(FOLDERS.length + 1).toBeLessThanOrEqual(24);
    expect([...imports.keys()].filter((file) => !ROOMS.includes(roomOf(file)))).toEqual([]);
  });

  test("THEN no room reaches itself, but for the one arrow that runs up: to the profiles", () => {
    const graph = new Map(Object.entries(BORDERS));
    const { "modules/config": up = [] } = BORDERS;
    expect(up).toEqual(["common.config"]);
    expect(circlesIn(graph.set("modules/config", []))).toEqual([]);
  });

  test("THEN the platform knows nothing of checks and tools, and checks nothing of tools", () => {
    for (const room of ["common.config", "modules", "modules/config", "modules/services", "stacks"])
      expect(BORDERS[room]).not.toContainEqual(expect.stringMatching(/^(checks|tools|experiments)/));
    expect(BORDERS.checks).not.toContainEqual(expect.stringMatching(/^(tools|experiments|stacks|modules$)/));
  });
});

describe("the sources", () => {
  test("THEN no file imports what the table forbids, by whatever form of import", () => {
    const forbidden = [...imports].flatMap(([file, targets]) =>
      targets
        .filter((target) => roomOf(file) !== roomOf(target) && !BORDERS[roomOf(file)]?.includes(roomOf(target)))
        .map((target) => `${file} -> ${target}`),
    );
    expect(forbidden).toEqual([]);
  });

  test("THEN the arrow that runs up starts at one file", () => {
    const up = [...imports].flatMap(([file, targets]) =>
      targets
        .filter((target) => roomOf(file) === "modules/config" && roomOf(target) !== "modules/config")
        .map((target) => `${file} -> ${target}`),
    );
    expect(up).toEqual(["modules/config/profiles.ts -> common.config.ts"]);
  });

  test("THEN no files import each other in a circle", () => {
    expect(circlesIn(imports)).toEqual([]);
  });

  test("THEN no folder is deeper than ESLint's patterns reach", () => {
    const deep = [...imports.keys()].filter((file) => file.slice(roomOf(file).length + 1).split("/").length > 4);
    expect(deep).toEqual([]);
  });

  test.each([...FOLDERS, "dockerfiles"])("THEN %s says in at most ten lines what it holds and may import", (room) => {
    const file = join(ROOT, room, "README.md");
    expect(existsSync(file)).toBe(true);
    const text = readFileSync(file, "utf8").trimEnd();
    expect(text.split("\n").length).toBeLessThanOrEqual(10);
    expect(text).toMatch(/May import/);
    expect(text).toMatch(/Must not know/);
  });
});

describe.each(ROOMS)("GIVEN a file of %s", (room) => {
  const depths = FILES.includes(room) || room === "modules" ? [0] : [0, 2];
  const others = ROOMS.filter((other) => other !== room);
  const allowed = others.filter((other) => BORDERS[room]?.includes(other));
  const forbidden = others.filter((other) => !BORDERS[room]?.includes(other));

  test.each(depths)("%d folders down THEN each room that the table names may be imported", (depth) => {
    const specifiers = allowed.map((target) => specifierTo(room, target, depth));
    expect(refusals(fileIn(room, depth), specifiers)).toEqual([]);
  });

  test.each(depths)(
    "%d folders down THEN every other room is refused, and tests and what lies outside too",
    (depth) => {
      const outside = FILES.includes(room) ? [] : ["__tests__/support", "../elsewhere"];
      const specifiers = [...forbidden, ...outside].map((target) => specifierTo(room, target, depth));
      expect(refusals(fileIn(room, depth), specifiers)).toEqual(
        specifiers.map((specifier) => [specifier, expect.stringContaining(`${room} may import `)]),
      );
    },
  );

  test("THEN its own files and packages may be imported", () => {
    const own = FILES.includes(room) ? [] : ["./own-file", "./x/own-file"];
    expect(refusals(fileIn(room, 0), ["zod", "node:fs", ...own])).toEqual([]);
  });
});

test("GIVEN a construct that imports a rule WHEN the rules of the project's own configuration run THEN it is refused", () => {
  const file = "modules/data-bucket.ts";
  // Printed, not run: the rules with types read the whole project first.
  const { stdout } = spawnSync(
    process.execPath,
    [join(ROOT, "node_modules/eslint/bin/eslint.js"), "--print-config", file],
    { cwd: ROOT, encoding: "utf8" },
  );
  const { rules } = JSON.parse(stdout) as { rules: Linter.RulesRecord };
  const own = rules["no-restricted-imports"] ?? "off";
  const configured: Linter.Config[] = [
    { files: ["**/*.ts"], languageOptions: { parser: tseslint.parser as Linter.Parser } },
    { files: ["**/*.ts"], rules: { "no-restricted-imports": own } },
  ];
  const text = readFileSync(join(ROOT, file), "utf8");
  const messages = (source: string) => linter.verify(source, configured, { filename: join(ROOT, file) });

  expect(messages(text)).toEqual([]);
  expect(messages(`import "../checks/rules";\n${text}`)).toEqual([
    expect.objectContaining({
      severity: 2,
      line: 1,
      message: expect.stringContaining("modules may import modules/config, modules/services; see") as string,
    }),
  ]);
}, 60_000);
