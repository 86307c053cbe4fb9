import type { Command } from "commander";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { profiles } from "../../common.config";
import { ADDRESS_FILE, addressChanges, type AddressList, readAddresses, renderAddresses } from "../layers/addresses";
import { exitCodes } from "../terminal/exit-codes";
import { makeRunFolder, projectRoot } from "../terminal/paths";
import { REVERSE_MOVES_FILE, reverseMoves } from "../layers/reverse-moves";
import { synthesize } from "../layers/synth";
import { UserError } from "../terminal/user-error";
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
      `Compares the addresses of all resources, in every profile, with ${ADDRESS_FILE}; ends with 3 if they differ.\n` +
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
  const current = await currentAddresses();
  const file = join(projectRoot, ADDRESS_FILE);
  if (write) {
    writeFileSync(file, renderAddresses(current));
    process.stdout.write(`${relative(process.cwd(), file)} written\n`);
    return;
  }
  const changes = addressChanges(JSON.parse(readFileSync(file, "utf8")) as AddressList, current);
  if (changes.length === 0) {
    process.stdout.write(`${ADDRESS_FILE} is up to date\n`);
    return;
  }
  process.stdout.write(`${changes.join("\n")}\nIf this is meant: ./lgtm addresses --write\n`);
  process.exitCode = exitCodes.negative;
}

async function currentAddresses(): Promise<AddressList> {
  const folder = makeRunFolder("addresses");
  const list: [string, AddressList[string]][] = [];
  for (const profile of Object.keys(profiles)) {
    const { layers } = await synthesize({ profile, outFolder: join(folder, profile), say: () => undefined });
    list.push([profile, readAddresses(layers)]);
  }
  return Object.fromEntries(list);
}

async function writeReverseMoves(folder: string, named: string | undefined): Promise<void> {
  const { layers, profile } = await synthesize({ profile: named, outFolder: makeRunFolder("addresses") });
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
      what: `Nothing moved in the profile ${profile}: it adopts no states of the HCL.`,
      mend: "name a profile with adoptsHclState: true",
      exit: "badInput",
    });
  process.stdout.write(`${written.join("\n")}\n`);
}
