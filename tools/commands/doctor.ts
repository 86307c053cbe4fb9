import type { Command } from "commander";
import { exitCodes } from "../terminal/exit-codes";
import { jsonOption } from "./options";
import { examineMachine } from "../checkout/doctor/checks";
import { renderFindings } from "../checkout/doctor/report";

interface Options {
  readonly json?: true;
}

/** `./lgtm doctor`: what this machine has and lacks. */
export function registerDoctor(program: Command): void {
  program
    .command("doctor")
    .summary("say what this machine has and lacks")
    .description("Looks for everything the commands use, and says how to get what is missing. Changes nothing.")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      "\nExample:\n  $ ./lgtm doctor\n\nEnds with 5 if something that most commands need is lacking.",
    )
    .action(runDoctor);
}

async function runDoctor(options: Options): Promise<void> {
  const findings = await examineMachine();
  process.stdout.write(
    `${options.json === true ? JSON.stringify(findings, undefined, 2) : renderFindings(findings)}\n`,
  );
  if (findings.some((finding) => finding.status === "lacking")) process.exitCode = exitCodes.missing;
}
