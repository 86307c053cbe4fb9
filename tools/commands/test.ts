import type { Command } from "commander";
import { createRequire } from "node:module";
import { exitCodes } from "../terminal/exit-codes";
import { projectRoot } from "../terminal/paths";
import { run } from "../terminal/process";
import { addCommand } from "./command-list";

/** Loads when the command runs: what is behind it takes longer to load than help may take. */
const load = createRequire(__filename);

interface Options {
  readonly unit?: true;
}

/** Adds `./lgtm test`, which runs the tests. */
export function register(program: Command): void {
  addCommand(program, "test")
    .description("Runs the tests with jest. Paths and jest's options go to jest as they are.")
    .argument("[args...]", "paths or jest's options")
    .option("--unit", "only the tests that need no other program (the others: *.terraform.test.ts, *.binary.test.ts)")
    .allowUnknownOption()
    .passThroughOptions()
    .addHelpText("after", "\nExample:\n  $ ./lgtm test --unit\n  $ ./lgtm test __tests__/tools -t waves")
    .action(runTest);
}

async function runTest(args: readonly string[], options: Options): Promise<void> {
  const { packageProgram } = load("../terminal/package-program") as typeof import("../terminal/package-program");
  const { quietEnvironment } = load("../layers/environment") as typeof import("../layers/environment");
  const result = await run(process.execPath, [packageProgram("jest"), ...jestArguments(args, options.unit === true)], {
    cwd: projectRoot,
    env: quietEnvironment(),
    inherit: true,
  });
  if (result.code !== 0) process.exitCode = exitCodes.negative;
}

/**
 * Makes jest's arguments. Behind the first of jest's own options, commander takes no more of ours, so `--unit` is looked
 * for there too; behind `--` everything is jest's.
 *
 * @param args the words that commander left over
 * @param unit whether `--unit` came before them
 */
export function jestArguments(args: readonly string[], unit: boolean): readonly string[] {
  const dashes = args.indexOf("--");
  const own = dashes === -1 ? args : args.slice(0, dashes);
  const rest = dashes === -1 ? [] : args.slice(dashes);
  const isUnit = unit || own.includes("--unit");
  // Jest takes every word after its option as one more pattern, so it comes last.
  const patterns = isUnit ? ["--testPathIgnorePatterns", "\\.(terraform|binary)\\.test\\.ts$"] : [];
  return [...own.filter((word) => word !== "--unit"), ...patterns, ...rest];
}
