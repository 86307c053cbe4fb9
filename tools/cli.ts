import { Command, CommanderError } from "commander";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { registerAddresses } from "./commands/addresses";
import { registerAdopt } from "./commands/adopt";
import { registerApply } from "./commands/apply";
import { registerBench } from "./commands/bench";
import { registerBootstrap } from "./commands/bootstrap";
import { registerDiagnose } from "./commands/diagnose";
import { registerDev } from "./commands/dev";
import { registerComment } from "./commands/comment";
import { registerDeployments } from "./commands/deployments";
import { registerDestroy } from "./commands/destroy";
import { registerDiagrams } from "./commands/diagrams";
import { registerDoctor } from "./commands/doctor";
import { registerDrift } from "./commands/drift";
import { registerDriftIssues } from "./commands/drift-issues";
import { registerImages } from "./commands/images";
import { registerLint } from "./commands/lint";
import { registerNothingLost } from "./commands/nothing-lost";
import { registerPlan } from "./commands/plan";
import { registerPreflight } from "./commands/preflight";
import { registerPropose } from "./commands/propose";
import { registerRehearse } from "./commands/rehearse";
import { registerRoles } from "./commands/roles";
import { registerSmoke } from "./commands/smoke";
import { registerRelease } from "./commands/release";
import { registerReport } from "./commands/report";
import { registerState } from "./commands/state";
import { registerSynth } from "./commands/synth";
import { registerTest } from "./commands/test";
import { registerVerify } from "./commands/verify";
import { exitCodes, exitMeanings, type ExitName } from "./terminal/exit-codes";
import { workFolder } from "./terminal/paths";
import { forwardSignals, interruptSignal } from "./terminal/process";
import { UserError } from "./terminal/user-error";

/** All commands, in the order in which help lists them. */
const registrations: readonly ((program: Command) => void)[] = [
  registerRehearse,
  registerDev,
  registerSmoke,
  registerNothingLost,
  registerSynth,
  registerAdopt,
  registerPreflight,
  registerPlan,
  registerApply,
  registerDestroy,
  registerReport,
  registerDrift,
  registerDiagnose,
  registerRelease,
  registerDeployments,
  registerImages,
  registerBootstrap,
  registerState,
  registerVerify,
  registerTest,
  registerLint,
  registerRoles,
  registerDoctor,
  registerAddresses,
  registerDiagrams,
  registerBench,
  registerComment,
  registerDriftIssues,
  registerPropose,
];

/** The command line with all its commands; nothing runs until it is given arguments. */
export function buildProgram(): Command {
  const program = new Command("lgtm")
    .usage("<command> [options]")
    .description("Grafana's LGTM stack on ECS Fargate: synthesize, check and adopt the Terraform layers.")
    .helpCommand(false)
    // Options after `test` belong to jest.
    .enablePositionalOptions()
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .showHelpAfterError("(`./lgtm --help` lists the commands, `./lgtm <command> --help` its options)")
    .addHelpText("after", exitCodeHelp());
  for (const register of registrations) register(program);
  throwInsteadOfExit(program);
  return program;
}

/** Commander ends the process by itself otherwise, before output and children are done. */
function throwInsteadOfExit(command: Command): void {
  command.exitOverride();
  command.commands.forEach(throwInsteadOfExit);
}

function exitCodeHelp(): string {
  const lines = (Object.keys(exitCodes) as ExitName[]).map(
    (name) => `  ${String(exitCodes[name]).padStart(3)}  ${exitMeanings[name]}`,
  );
  return `\nExit codes:\n${lines.join("\n")}`;
}

/** Runs one command and sets the exit code. It never throws. */
export async function main(args: readonly string[]): Promise<void> {
  forwardSignals();
  // The AWS clients are pinned at versions that run on every Node that package.json allows.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  endQuietlyOnClosedPipe();
  try {
    const program = buildProgram();
    if (args.length === 0) {
      program.outputHelp();
      return;
    }
    await program.parseAsync([...args], { from: "user" });
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
  if (error instanceof UserError) {
    process.stderr.write(`${error.render()}\n`);
    return error.exitCode;
  }
  return reportUnexpected(error);
}

function reportUnexpected(error: unknown): number {
  const stamp = new Date().toISOString().replace(/[-:]/g, "").slice(0, 15);
  const file = join(workFolder, "logs", `error-${stamp}-${process.pid}.log`);
  mkdirSync(join(workFolder, "logs"), { recursive: true });
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  writeFileSync(
    file,
    `lgtm ${process.argv.slice(2).join(" ")}\nnode ${process.version} ${process.platform}\n\n${stack}\n`,
  );
  const message = (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
  process.stderr.write(`error: unexpected: ${message} (details: ${file})\n`);
  return exitCodes.unexpected;
}

/** `./lgtm … | head` closes the pipe early; that is no error. */
function endQuietlyOnClosedPipe(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exitCode ??= exitCodes.ok;
    process.exit();
  });
}
