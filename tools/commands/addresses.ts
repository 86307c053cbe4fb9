import type { Command } from "commander";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { exitCodes } from "../exit-codes";
import { projectRoot } from "../paths";
import { REVERSE_MOVES_FILE, reverseMoves } from "../reverse-moves";
import { UserError } from "../user-error";
import { profileOption } from "./options";

interface Options {
  readonly write?: true;
  readonly reverseMoves?: string;
  readonly profile?: string;
}

/** `./lgtm addresses`: the committed list of all resource addresses, and the way back to the old ones. */
export function registerAddresses(program: Command): void {
  program
    .command("addresses")
    .summary("compare the resource addresses with the committed list")
    .description(
      "Compares the addresses of all resources, in every profile, with docs/addresses.json; ends with 3 if they differ.\n" +
        "With --reverse-moves, writes files of moved blocks that lead back to the addresses of the old HCL.",
    )
    .option("--write", "write the list anew: the change to it is then part of the review")
    .option("--reverse-moves <folder>", `write <folder>/<layer>/${REVERSE_MOVES_FILE} for every layer that moved`)
    .addOption(profileOption())
    .addHelpText("after", "\nExample:\n  $ ./lgtm addresses --write\n  $ ./lgtm addresses --reverse-moves way-back")
    .action(runAddresses);
}

async function runAddresses(options: Options): Promise<void> {
  if (options.reverseMoves !== undefined) await writeReverseMoves(resolve(options.reverseMoves), options.profile);
  else await compare(options.write === true);
}

async function compare(write: boolean): Promise<void> {
  // Loads CDKTF, which the other commands should not wait for.
  const { ADDRESS_FILE, addressChanges, currentAddresses, renderAddresses } = await import("../addresses.js");
  const file = join(projectRoot, ADDRESS_FILE);
  const current = currentAddresses();
  if (write) {
    writeFileSync(file, renderAddresses(current));
    process.stdout.write(`${relative(process.cwd(), file)} written\n`);
    return;
  }
  const changes = addressChanges(JSON.parse(readFileSync(file, "utf8")) as typeof current, current);
  if (changes.length === 0) {
    process.stdout.write(`${ADDRESS_FILE} is up to date\n`);
    return;
  }
  process.stdout.write(`${changes.join("\n")}\nIf this is meant: ./lgtm addresses --write\n`);
  process.exitCode = exitCodes.negative;
}

async function writeReverseMoves(folder: string, profileName: string | undefined): Promise<void> {
  const { addressesOf } = await import("../addresses.js");
  const { name, config } = await profileNamed(profileName);
  const written = Object.entries(addressesOf(config)).flatMap(([layer, addresses]) => {
    const text = reverseMoves(layer, addresses);
    if (text === undefined) return [];
    const file = join(folder, layer, REVERSE_MOVES_FILE);
    mkdirSync(join(folder, layer), { recursive: true });
    writeFileSync(file, text);
    return [relative(process.cwd(), file)];
  });
  if (written.length === 0)
    throw new UserError({
      what: `Nothing moved in the profile ${name}: it adopts no states of the HCL.`,
      mend: "name a profile with adoptsHclState: true",
      exit: "badInput",
    });
  process.stdout.write(`profile ${name}\n${written.join("\n")}\n`);
}

async function profileNamed(name: string | undefined) {
  const { resolveProfile, UnknownProfileError } = await import("../../modules/config/profiles.js");
  try {
    return resolveProfile(name);
  } catch (error) {
    if (!(error instanceof UnknownProfileError)) throw error;
    throw new UserError({ what: error.message, mend: "name one of these with --profile", exit: "badInput" });
  }
}
