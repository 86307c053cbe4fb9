import { buildProgram } from "./commands/program";
import { runProgram } from "./terminal/run-program";

/** Runs one command and sets the exit code. It never throws. */
export async function main(args: readonly string[]): Promise<void> {
  await runProgram(() => buildProgram(args[0] ?? ""), args);
}
