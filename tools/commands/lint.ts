import type { Command } from "commander";
import { createRequire } from "node:module";
import { exitCodes, type ExitName } from "../terminal/exit-codes";
import { formatSeconds } from "../terminal/format";
import { projectRoot } from "../terminal/paths";
import { run } from "../terminal/process";
import { progressMode, startProgress } from "../terminal/progress";
import { UserError } from "../terminal/user-error";
import { jsonOption } from "../terminal/options";
import { addCommand } from "./command-list";

/** Loads when the command runs: what is behind it takes longer to load than help may take. */
const load = createRequire(__filename);

interface Options {
  readonly fix?: true;
  readonly json?: true;
}

interface CheckResult {
  readonly ok: boolean;
  /** The findings, and how to mend them. */
  readonly output: string;
  /** @default - "negative" where it found something */
  readonly exit?: ExitName;
}

interface Check {
  readonly name: string;
  readonly run: (note: (line: string) => void) => Promise<CheckResult>;
}

/**
 * The checks. Those that can mend what they find do so with --fix: ESLint first, since Prettier has the last word on form.
 *
 * @param fix whether they mend what they can
 */
function checksFor(fix: boolean): readonly Check[] {
  const prettier = packageCheck("prettier", [fix ? "--write" : "--check", "--log-level=warn", "."]);
  const eslint = packageCheck("eslint", ["--max-warnings=0", ...(fix ? ["--fix"] : []), "."]);
  const formed = fix ? [inTurn(eslint, prettier)] : [prettier, eslint];
  return [
    ...formed,
    packageCheck("tsc", ["--noEmit", "--pretty", "false"]),
    { name: "workflows", run: checkTheWorkflows },
  ];
}

/** Two checks that write the same files, one after the other. */
function inTurn(first: Check, second: Check): Check {
  return {
    name: `${first.name}, ${second.name}`,
    run: async (note) => {
      const results = [await first.run(note), await second.run(note)];
      const output = results.map((result) => result.output).filter((text) => text !== "");
      return { ok: results.every(({ ok }) => ok), output: output.join("\n") };
    },
  };
}

function packageCheck(name: string, args: readonly string[]): Check {
  return {
    name,
    run: async () => {
      const { packageProgram } = load("../terminal/package-program") as typeof import("../terminal/package-program");
      const { code, stdout, stderr } = await run(process.execPath, [packageProgram(name), ...args], {
        cwd: projectRoot,
      });
      return { ok: code === 0, output: `${stdout}${stderr}`.trim() };
    },
  };
}

async function checkTheWorkflows(note: (line: string) => void): Promise<CheckResult> {
  const { checkWorkflows } = load(
    "../checkout/lint/check-workflows",
  ) as typeof import("../checkout/lint/check-workflows");
  try {
    return await checkWorkflows(undefined, note);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ok: false, output: error.render(), exit: error.exit };
  }
}

/** Adds `./lgtm lint`, which checks format, lint rules, types and workflows. */
export function register(program: Command): void {
  addCommand(program, "lint")
    .description(
      "Runs Prettier, ESLint and the TypeScript compiler over the sources, and schemas, actionlint and zizmor over the workflows. " +
        "Changes nothing without --fix.",
    )
    .option("--fix", "let Prettier and ESLint mend what they can")
    .addOption(jsonOption())
    .addHelpText("after", "\nExample:\n  $ ./lgtm lint\n  $ ./lgtm lint --fix")
    .action(runLint);
}

async function runLint(options: Options): Promise<void> {
  const checks = checksFor(options.fix === true);
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
