import type { Command } from "commander";
import { exitCodes, type ExitName } from "../terminal/exit-codes";
import { formatSeconds } from "../terminal/format";
import { checkWorkflows } from "../checkout/lint/check-workflows";
import { projectRoot } from "../terminal/paths";
import { startProgress, progressMode } from "../terminal/progress";
import { run } from "../terminal/process";
import { UserError } from "../terminal/user-error";
import { jsonOption } from "./options";
import { packageProgram } from "../terminal/package-program";

interface Options {
  readonly json?: true;
}

interface CheckResult {
  readonly ok: boolean;
  /** What it found, and how to mend it. */
  readonly output: string;
  /** @default - "negative" where it found something */
  readonly exit?: ExitName;
}

interface Check {
  readonly name: string;
  readonly run: (note: (line: string) => void) => Promise<CheckResult>;
}

/** What a finding of each check is mended with is part of its own output; Prettier's is `npx prettier --write .`. */
const checks: readonly Check[] = [
  packageCheck("prettier", ["--check", "--log-level=warn", "."]),
  packageCheck("eslint", ["--max-warnings=0", "."]),
  packageCheck("tsc", ["--noEmit", "--pretty", "false"]),
  { name: "workflows", run: checkTheWorkflows },
];

function packageCheck(name: string, args: readonly string[]): Check {
  return {
    name,
    run: async () => {
      const { code, stdout, stderr } = await run(process.execPath, [packageProgram(name), ...args], {
        cwd: projectRoot,
      });
      return { ok: code === 0, output: `${stdout}${stderr}`.trim() };
    },
  };
}

async function checkTheWorkflows(note: (line: string) => void): Promise<CheckResult> {
  try {
    return await checkWorkflows(undefined, note);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ok: false, output: error.render(), exit: error.exit };
  }
}

/** `./lgtm lint`: format, lint rules, types and workflows. */
export function registerLint(program: Command): void {
  program
    .command("lint")
    .summary("check format, lint rules, types and workflows")
    .description(
      "Runs Prettier, ESLint and the TypeScript compiler over the sources, and schemas, actionlint and zizmor over the workflows; " +
        "changes nothing.",
    )
    .addOption(jsonOption())
    .addHelpText("after", "\nExample:\n  $ ./lgtm lint")
    .action(runLint);
}

async function runLint(options: Options): Promise<void> {
  const progress = startProgress(
    checks.map((check) => check.name),
    progressMode(options),
  );
  const results = await Promise.all(
    checks.map(async ({ name, run: check }) => {
      const started = performance.now();
      progress.step(name, "running");
      const result = await check((line) => {
        progress.step(name, line);
      });
      const seconds = (performance.now() - started) / 1000;
      if (result.ok) progress.done(name, `ok, ${formatSeconds(seconds)}`);
      else progress.failed(name, `findings, ${formatSeconds(seconds)}`);
      return { check: name, seconds, ...result };
    }),
  );
  await progress.close();
  if (options.json === true) process.stdout.write(`${JSON.stringify(results, undefined, 2)}\n`);
  else for (const { check, ok, output } of results) if (!ok) process.stdout.write(`\n${check}:\n${output}\n`);
  const failed = results.filter(({ ok }) => !ok);
  // Findings first: what could not be checked here is found as soon as they are mended.
  const [worst] = [...failed].sort((a, b) => Number(a.exit !== undefined) - Number(b.exit !== undefined));
  if (worst !== undefined) process.exitCode = exitCodes[worst.exit ?? "negative"];
}
