import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Script } from "./workflow-files";

/** What became of a script. */
export interface ScriptRun {
  readonly code: number | null;
  /** Each call of a program, by its words; the first is the program's name. */
  readonly calls: readonly (readonly string[])[];
  readonly output: string;
}

/** Values for the variables of scripts, where the words of a sentence would not do. */
const VALUES: Readonly<Record<string, string>> = {
  PULL_REQUEST: "7",
  PROFILE: "target",
  LAYER: "60-ecs",
  SERVICE: "tempo",
  BRANCH: "release/tempo",
  DEPLOYMENT: "prod",
  TAG: "2.9.0-20260116-043000",
  INCLUDE: "15-s3",
  SHA256: "0".repeat(64),
};

/** What jq would read from the results of `./lgtm release --json`, by the last word of its filter. */
const JQ = `#!/bin/bash
case "$2" in
  .service) echo tempo ;;
  .tag) echo 2.9.0-20260116-043000 ;;
  .recorded.digest) echo sha256:${"0".repeat(64)} ;;
  *) echo tag=2.9.0-20260116-043000 ;;
esac
`;

/**
 * Runs a step's script as a runner does, with the shell that the workflow names, and stand-ins for the programs that it
 * calls: they record their words and end with a code.
 *
 * @param script what the step runs
 * @param codeOf the code that a call ends with, by its words
 * @param lacking variables that are left empty
 */
export function runScript(
  script: Script,
  codeOf: (words: readonly string[]) => number,
  lacking: readonly string[] = [],
): ScriptRun {
  const folder = mkdtempSync(join(tmpdir(), "lgtm-step-"));
  try {
    for (const program of ["lgtm", ".ci/run", "bin/npm", "bin/terraform", "bin/docker", "bin/aws"]) {
      standIn(join(folder, program), folder);
    }
    writeFileSync(join(folder, "bin", "jq"), JQ, { mode: 0o755 });
    // As if one image had been pushed.
    mkdirSync(join(folder, "released", "released-prod-tempo"), { recursive: true });
    writeFileSync(join(folder, "released", "released-prod-tempo", "released.json"), "{}");
    const file = join(folder, "script.sh");
    writeFileSync(file, script.run);
    // The stand-ins look their code up by their words; a first run tells which words there are.
    writeFileSync(join(folder, "code"), "0");
    const trial = run(script, folder, file, lacking);
    const bad = trial.calls.map(codeOf).find((code) => code !== 0) ?? 0;
    if (bad === 0) return trial;
    writeFileSync(join(folder, "code"), String(bad));
    return run(script, folder, file, lacking);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function standIn(path: string, folder: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const lines = [
    "#!/bin/bash",
    `{ printf '%s\\0' "$(basename "$0")" "$@"; printf '\\n'; } >> "${folder}/calls"`,
    `exit "$(cat "${folder}/code")"`,
  ];
  writeFileSync(path, `${lines.join("\n")}\n`);
  chmodSync(path, 0o755);
}

function run({ shell = "", variables }: Script, folder: string, file: string, lacking: readonly string[]): ScriptRun {
  rmSync(join(folder, "calls"), { force: true });
  const [program = "", ...flags] = shell.replace("{0}", file).split(" ");
  const given = variables.map(
    (name) => [name, lacking.includes(name) ? "" : (VALUES[name] ?? `some ${name}`)] as const,
  );
  const { status, stdout, stderr } = spawnSync(program, flags, {
    cwd: folder,
    encoding: "utf8",
    env: {
      PATH: `${join(folder, "bin")}:/usr/bin:/bin`,
      RUNNER_TEMP: folder,
      GITHUB_OUTPUT: join(folder, "output"),
      GITHUB_STEP_SUMMARY: join(folder, "summary"),
      ...Object.fromEntries(given),
    },
  });
  const recorded = join(folder, "calls");
  const calls = existsSync(recorded) ? readFileSync(recorded, "utf8").split("\n").filter(Boolean) : [];
  return {
    code: status,
    output: `${stdout}${stderr}`,
    calls: calls.map((line) => line.split("\0").slice(0, -1)),
  };
}

/** Whether this machine has the shell that runners have. */
export const hasBash = ((): boolean => {
  try {
    execFileSync("bash", ["-c", "true"]);
    return true;
  } catch {
    return false;
  }
})();
