import type { Command } from "commander";
import { createRequire } from "node:module";
import type { ShowOptions } from "../state/run";
import { jsonOption, profileOption } from "../terminal/options";
import { addCommand } from "./command-list";
import { layerOption } from "./layer-option";
import { registerBootstrap } from "./state-bootstrap";

/** Loads when a command runs: the AWS clients behind it take longer to load than most commands to run. */
const load = createRequire(__filename);

function commands(): typeof import("../state/run") {
  return load("../state/run") as typeof import("../state/run");
}

/** Adds `./lgtm state`, which shows, saves, restores and unlocks the Terraform states. */
export function register(program: Command): void {
  const state = addCommand(program, "state")
    .description(
      "Lists the states of all layers, or shows one layer's resources and outputs (sensitive ones masked). " +
        "Listing and showing read only. Works on the account of the credentials in the environment, or on a mock if " +
        "AWS_ENDPOINT_URL names one on this machine.",
    )
    .argument("[layer]", "layer to show, for example 60-ecs (default: list all)")
    .addOption(profileOption())
    .option("--diff", "compare the addresses with the synthesized ones; ends with 3 if any is missing or extra")
    .addOption(jsonOption())
    .addHelpText("after", "\nExample:\n  $ ./lgtm state\n  $ ./lgtm state 60-ecs\n  $ ./lgtm state --diff --json")
    .action(async (layer: string | undefined, options: ShowOptions) => commands().showState(layer, options));
  registerBackup(state);
  registerRestore(state);
  registerUnlock(state);
  registerBootstrap(state);
}

function registerBackup(state: Command): void {
  state
    .command("backup")
    .summary("save all states of a deployment in one file")
    .description(
      "Saves the states of all layers in one file, byte for byte. States hold secrets: keep the file private.",
    )
    .option("--out <file>", "file, or a folder that exists (default: .lgtm/state-backups)")
    .addOption(profileOption())
    .addOption(jsonOption())
    .addHelpText("after", "\nExample:\n  $ ./lgtm state backup --out before-upgrade.json")
    .action(async (_options: unknown, command: Command) => commands().backupStates(command.optsWithGlobals()));
}

function registerRestore(state: Command): void {
  state
    .command("restore")
    .summary("put the states of a backup back")
    .description(
      "Puts states back, byte for byte, with lock and digest, so that Terraform can go on at once. Refuses held locks and " +
        "states of another lineage, and older ones unless told. AWS itself is not changed.",
    )
    .argument("<file>", "file that `./lgtm state backup` wrote")
    .addOption(layerOption())
    .option("--allow-lower-serial", "replace states that are newer than those of the backup")
    .addOption(profileOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      "\nExample:\n  $ ./lgtm state restore before-upgrade.json --layer 60-ecs --allow-lower-serial",
    )
    .action(async (file: string, _options: unknown, command: Command) =>
      commands().restoreStates(file, command.optsWithGlobals()),
    );
}

function registerUnlock(state: Command): void {
  state
    .command("unlock")
    .summary("remove a lock that was left over")
    .description(
      "Shows holder and age of a layer's lock, then removes it if the id that was given or typed in is the lock's.",
    )
    .argument("<layer>", "layer whose lock is left over")
    .option("--id <id>", "id of the lock (default: asked for on a terminal)")
    .addOption(profileOption())
    .addOption(jsonOption())
    .addHelpText("after", "\nExample:\n  $ ./lgtm state unlock 60-ecs --id 4b3f1c2e-0000-1111-2222-333344445555")
    .action(async (layer: string, _options: unknown, command: Command) =>
      commands().unlockState(layer, command.optsWithGlobals()),
    );
}
