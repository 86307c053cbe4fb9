import type { Command } from "commander";
import { createRequire } from "node:module";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { exitCodes } from "../terminal/exit-codes";
import { makeRunFolder } from "../terminal/paths";
import { UserError } from "../terminal/user-error";
import { profileOption } from "../terminal/options";
import { addCommand } from "./command-list";

/** Loads when the command runs: what is behind it takes longer to load than help may take. */
const load = createRequire(__filename);

interface Options {
  readonly check?: true;
  readonly reverseMoves?: string;
  readonly profile?: string;
}

/** Adds `./lgtm generated`, which keeps the generated files up to date. */
export function register(program: Command): void {
  addCommand(program, "generated")
    .description(
      "Writes the committed files that are made from the code: the list of all resource addresses in all profiles, where a " +
        "change is part of the review, the pictures of docs/architecture.md and the tables of docs/commands.md. With --check it changes nothing and ends with 3 " +
        "if one is out of date. With --reverse-moves it writes files of moved blocks that lead back to the addresses of the " +
        "legacy Terraform.",
    )
    .option("--check", "change nothing; say what is out of date")
    .option(
      "--reverse-moves <folder>",
      "write <folder>/<layer>/ files with the way back instead, for every layer that moved",
    )
    .addOption(profileOption("profile whose moves are reversed (default: LGTM_PROFILE, then activeProfile)"))
    .addHelpText(
      "after",
      "\nExample:\n  $ ./lgtm generated\n  $ ./lgtm generated --check\n  $ ./lgtm generated --reverse-moves way-back",
    )
    .action(runGenerated);
}

async function runGenerated(options: Options): Promise<void> {
  checkOptions(options);
  if (options.reverseMoves !== undefined) await writeReverseMoves(resolve(options.reverseMoves), options.profile);
  else await bringUpToDate(options.check === true);
}

function checkOptions({ check, reverseMoves, profile }: Options): void {
  if (check === true && reverseMoves !== undefined) throw badOptions("--check and --reverse-moves exclude each other.");
  if (profile !== undefined && reverseMoves === undefined)
    throw badOptions("--profile goes with --reverse-moves: the generated files hold all profiles.");
}

function badOptions(what: string): UserError {
  return new UserError({ what, mend: "leave one out", exit: "badInput" });
}

async function bringUpToDate(check: boolean): Promise<void> {
  const { generatedFiles } = load(
    "../checkout/generated/generated-files",
  ) as typeof import("../checkout/generated/generated-files");
  for (const { file, content, committed, changes } of await generatedFiles()) {
    const name = relative(process.cwd(), file);
    if (content === committed) {
      process.stdout.write(`${name} is up to date\n`);
      continue;
    }
    const shown = changes.map((line) => `  ${line}\n`).join("");
    if (check) {
      process.stdout.write(`${name} is out of date; if the change is meant: ./lgtm generated\n${shown}`);
      process.exitCode = exitCodes.negative;
    } else {
      writeFileSync(file, content);
      process.stdout.write(`${name} written\n${shown}`);
    }
  }
}

async function writeReverseMoves(folder: string, named: string | undefined): Promise<void> {
  const { readAddresses } = load("../layers/addresses") as typeof import("../layers/addresses");
  const { REVERSE_MOVES_FILE, reverseMoves } = load(
    "../layers/reverse-moves",
  ) as typeof import("../layers/reverse-moves");
  const { synthesize } = load("../layers/synth") as typeof import("../layers/synth");
  const { layers, profile } = await synthesize({ profile: named, outFolder: makeRunFolder("generated") });
  const written = Object.entries(readAddresses(layers)).flatMap(([layer, addresses]) => {
    const text = reverseMoves(layer, addresses);
    if (text === undefined) return [];
    const file = join(folder, layer, REVERSE_MOVES_FILE);
    mkdirSync(join(folder, layer), { recursive: true });
    writeFileSync(file, text);
    return [relative(process.cwd(), file)];
  });
  if (written.length === 0)
    throw new UserError({
      what: `Nothing moved in the profile ${profile}: it adopts no states of the legacy Terraform.`,
      mend: "name a profile with adoptsHclState: true",
      exit: "badInput",
    });
  process.stdout.write(`${written.join("\n")}\n`);
}
