import type { Command } from "commander";
import { exitCodes } from "../terminal/exit-codes";
import { packageProgram } from "../terminal/package-program";
import { projectRoot } from "../terminal/paths";
import { run } from "../terminal/process";
import { quietEnvironment } from "../layers/environment";

interface Options {
  readonly unit?: true;
}

/** `./lgtm test`: the tests. */
export function registerTest(program: Command): void {
  program
    .command("test")
    .summary("run the tests")
    .description("Runs the tests with jest. Arguments after -- go to jest; paths do as they are.")
    .argument("[args...]", "paths or jest options")
    .option("--unit", "only the tests that need no other program (the others: *.terraform.test.ts, *.binary.test.ts)")
    .allowUnknownOption()
    .passThroughOptions()
    .addHelpText("after", "\nExample:\n  $ ./lgtm test --unit\n  $ ./lgtm test __tests__/tools -t waves")
    .action(runTest);
}

async function runTest(args: readonly string[], options: Options): Promise<void> {
  // Last, since jest takes every word after this option as one more pattern.
  const unit = options.unit === true ? ["--testPathIgnorePatterns", "\\.(terraform|binary)\\.test\\.ts$"] : [];
  const env: NodeJS.ProcessEnv = quietEnvironment();
  const result = await run(process.execPath, [packageProgram("jest"), ...args, ...unit], {
    cwd: projectRoot,
    env,
    inherit: true,
  });
  if (result.code !== 0) process.exitCode = exitCodes.negative;
}
