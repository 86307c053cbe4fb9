import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkConfigFile } from "../../../tools/layers/config-file";
import { projectRoot, workFolder } from "../../../tools/terminal/paths";
import { UserError } from "../../../tools/terminal/user-error";

/** In the project's own folder for temporary files, so that imports are found. */
let folder: string;
const good = readFileSync(join(projectRoot, "common.config.ts"), "utf8").replaceAll('from "./', 'from "../../');

beforeAll(() => {
  mkdirSync(workFolder, { recursive: true });
  folder = mkdtempSync(join(workFolder, "config-test-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

let files = 0;

/** The error that a configuration of this text ends in, or undefined. */
function refusalOf(text: string): UserError | undefined {
  files += 1;
  const file = join(folder, `config-${files}`);
  writeFileSync(`${file}.ts`, text);
  try {
    checkConfigFile(file);
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

test("the project's own configuration, and a copy of it, can be loaded", () => {
  expect(() => {
    checkConfigFile();
  }).not.toThrow();
  expect(refusalOf(good)).toBeUndefined();
});

test.each([
  ["an empty file", "", "does not export profiles, activeProfile, deployments"],
  ["one missing export", good.replace("export const deployments", "const deployments"), "does not export deployments."],
  [
    "another missing export",
    good.replace("export const activeProfile", "const activeProfile"),
    "export activeProfile.",
  ],
  ["a throw", `${good}\nthrow new Error("boom");\n`, "cannot be loaded: boom"],
  ["a throw of no error", `${good}\nthrow "boom";\n`, "cannot be loaded: boom"],
  ["an import of nothing", `${good}\nimport "./absent";\n`, "absent"],
  ["no profile", good.replace(/^export const profiles.*$/m, "export const profiles = {};"), "holds no profile"],
])("%s is refused in words, with the file", (_case, text, said) => {
  const error = refusalOf(text);

  expect(error?.what).toContain(said);
  expect(error?.where).toContain("config-");
  expect(error?.exit).toBe("badInput");
});
