import type { Command } from "commander";
import { exitCodes } from "../exit-codes";
import { formatSeconds } from "../format";
import { projectRoot } from "../paths";
import { startProgress, progressMode } from "../progress";
import { run } from "../process";
import { jsonOption } from "./options";
import { packageProgram } from "../package-program";

interface Options {
  readonly json?: true;
}

interface Check {
  readonly name: string;
  readonly args: readonly string[];
}

/** What a finding of each check is mended with is part of its own output; Prettier's is `npx prettier --write .`. */
const checks: readonly Check[] = [
  { name: "prettier", args: ["prettier", "--check", "--log-level=warn", "."] },
  { name: "eslint", args: ["eslint", "--max-warnings=0", "."] },
  { name: "tsc", args: ["tsc", "--noEmit", "--pretty", "false"] },
];

/** `./lgtm lint`: format, lint rules and types. */
export function registerLint(program: Command): void {
  program
    .command("lint")
    .summary("check format, lint rules and types")
    .description("Runs Prettier, ESLint and the TypeScript compiler over the sources; changes nothing.")
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
    checks.map(async ({ name, args: [program, ...rest] }) => {
      progress.step(name, "running");
      const result = await run(process.execPath, [packageProgram(program ?? name), ...rest], { cwd: projectRoot });
      if (result.code === 0) progress.done(name, `ok, ${formatSeconds(result.seconds)}`);
      else progress.failed(name, `findings, ${formatSeconds(result.seconds)}`);
      return {
        check: name,
        ok: result.code === 0,
        seconds: result.seconds,
        output: `${result.stdout}${result.stderr}`.trim(),
      };
    }),
  );
  await progress.close();
  if (options.json === true) process.stdout.write(`${JSON.stringify(results, undefined, 2)}\n`);
  else for (const { check, ok, output } of results) if (!ok) process.stdout.write(`\n${check}:\n${output}\n`);
  if (results.some((result) => !result.ok)) process.exitCode = exitCodes.negative;
}
