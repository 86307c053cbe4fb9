import { CommanderError, type Command } from "commander";
import { mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exitCodes } from "./exit-codes";
import { workFolder } from "./paths";
import { forwardSignals, interruptSignal } from "./process";
import { explainSystemError } from "./system-error";
import { UserError } from "./user-error";

/**
 * Runs a command line and sets the exit code. It never throws: errors are printed as they deserve.
 *
 * @param program made when it is needed: an error while it is made is printed like any other. Its subcommands throw instead
 * of ending the process
 * @param args the words after the program's name
 */
export async function runProgram(program: () => Command, args: readonly string[]): Promise<void> {
  forwardSignals();
  // The AWS clients are pinned at versions that run on every Node that package.json allows.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  endQuietlyOnClosedPipe();
  try {
    // Commander ends the process by itself otherwise, before output and children are done.
    await program()
      .exitOverride()
      .parseAsync([...args], { from: "user" });
  } catch (error) {
    process.exitCode = report(error);
  }
  if (interruptSignal.aborted) process.exitCode = exitCodes.interrupted;
}

/** Prints an error the way it deserves and gives the exit code. */
function report(error: unknown): number {
  if (interruptSignal.aborted) {
    process.stderr.write("interrupted: what was started has ended, nothing is left running\n");
    return exitCodes.interrupted;
  }
  // Commander has printed its message, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.badInput;
  const known = error instanceof UserError ? error : explainSystemError(error);
  if (known === undefined) return reportUnexpected(error);
  process.stderr.write(`${known.render()}\n`);
  return known.exitCode;
}

function reportUnexpected(error: unknown): number {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const message = (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
  const text = `lgtm ${process.argv.slice(2).join(" ")}\nnode ${process.version} ${process.platform}\n\n${stack}\n`;
  process.stderr.write(`error: unexpected: ${message} (details: ${writeLog(text)})\n`);
  return exitCodes.unexpected;
}

/** Writes below .lgtm, or below the temporary folder where the checkout cannot be written. Gives the file's path. */
function writeLog(text: string): string {
  const stamp = new Date().toISOString().replace(/[-:]/g, "").slice(0, 15);
  const name = `error-${stamp}-${process.pid}.log`;
  try {
    const folder = join(workFolder, "logs");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  } catch {
    const file = join(tmpdir(), `lgtm-${name}`);
    writeFileSync(file, text);
    return file;
  }
}

/** `./lgtm … | head` closes the pipe early; that is no error. */
function endQuietlyOnClosedPipe(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exitCode ??= exitCodes.ok;
    process.exit();
  });
}
