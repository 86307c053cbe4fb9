import { createInterface } from "node:readline/promises";
import { join } from "node:path";
import type { LayerId } from "../../stacks/outputs";
import { exitCodes } from "../terminal/exit-codes";
import { makeRunFolder, workFolder } from "../terminal/paths";
import { synthesize } from "../layers/synth";
import { UserError } from "../terminal/user-error";
import { diffAddresses, readDeclaredAddresses, type AddressDiff } from "./addresses";
import { backupFile, makeBackup, readBackup, writeBackup } from "./backup";
import { layerIds, parseLayerId } from "./layer-id";
import { readLayerState, readLayerStates } from "./layer-state";
import { summarizeDeployment, summarizeLayer, summarizeLock } from "./overview";
import { describeLock, isSame, renderDiff, renderLayerState, renderOverview, shownValue } from "./report";
import { restore } from "./restore";
import { openSession, type StateSession } from "./session";
import { unlock } from "./unlock";
import { count } from "../terminal/format";

/** Options that every command of the family takes. */
export interface Options {
  readonly profile?: string;
  readonly json?: true;
}

/** The profile line goes to standard error: standard output belongs to the result. */
function reporter(options: Options): (text: string) => void {
  return (text) => {
    if (options.json !== true) process.stderr.write(`${text}\n`);
  };
}

async function open(options: Options, writes: boolean): Promise<StateSession> {
  return openSession({ profile: options.profile, writes, report: reporter(options) });
}

function print(json: unknown, options: Options, text: () => string): void {
  process.stdout.write(`${options.json === true ? JSON.stringify(json, undefined, 2) : text()}\n`);
}

/** Options of `./lgtm state [layer]`. */
export interface ShowOptions extends Options {
  readonly diff?: true;
}

/**
 * Lists the states of all layers, or shows one, or compares addresses (`--diff`).
 * @throws UserError
 */
export async function showState(name: string | undefined, options: ShowOptions): Promise<void> {
  const layer = name === undefined ? undefined : parseLayerId(name, ["backup", "restore", "unlock", "bootstrap"]);
  const session = await open(options, false);
  if (options.diff === true) await showDiff(session, layer === undefined ? layerIds : [layer], options);
  else if (layer === undefined) await listLayers(session, options);
  else await showLayer(session, layer, options);
}

async function listLayers(session: StateSession, options: Options): Promise<void> {
  const layers = (await readLayerStates(session, layerIds)).map((state) => summarizeLayer(state));
  print({ ...summarizeDeployment(session), layers }, options, () => renderOverview(layers));
}

async function showLayer(session: StateSession, layer: LayerId, options: Options): Promise<void> {
  const state = await readLayerState(session, layer);
  const summary = summarizeLayer(state);
  const file = state.stored?.file;
  const json = {
    ...summarizeDeployment(session),
    ...summary,
    resources: (file?.resources ?? []).map(({ address, mode, id }) => ({ address, mode, id: id ?? null })),
    outputs: (file?.outputs ?? []).map((output) => ({
      name: output.name,
      sensitive: output.sensitive,
      value: shownValue(output),
    })),
  };
  print(json, options, () =>
    [renderOverview([summary]), ...(file === undefined ? [] : [renderLayerState(file)])].join("\n"),
  );
}

async function showDiff(session: StateSession, layers: readonly LayerId[], options: Options): Promise<void> {
  const outFolder = join(makeRunFolder("state"), "out");
  const [synthesized, states] = await Promise.all([
    synthesize({ outFolder, profile: session.profile.name, say: () => undefined }),
    readLayerStates(session, layers),
  ]);
  const diffs: AddressDiff[] = states.map(({ layer, stored }) => {
    const declared = synthesized.layers.find(({ id }) => id === layer);
    if (declared === undefined) throw new Error(`layer ${layer} was not synthesized`);
    return diffAddresses(layer, stored?.file, readDeclaredAddresses(declared));
  });
  const same = diffs.every(isSame);
  print({ ...summarizeDeployment(session), same, layers: diffs }, options, () => renderDiff(diffs));
  if (!same) process.exitCode = exitCodes.negative;
}

/** Options of `./lgtm state backup`. */
export interface BackupOptions extends Options {
  readonly out?: string;
}

/**
 * Saves all states in one file.
 * @throws UserError
 */
export async function backupStates(options: BackupOptions): Promise<void> {
  const session = await open(options, false);
  const states = await readLayerStates(session, layerIds);
  const backup = makeBackup(session, states);
  const file = backupFile(backup, options.out, join(workFolder, "state-backups"));
  writeBackup(backup, file);
  const saved = Object.keys(backup.states);
  const absent = layerIds.filter((layer) => backup.states[layer] === undefined);
  const locked = states.filter(({ lock }) => lock !== undefined).map(({ layer }) => layer);
  print({ ...summarizeDeployment(session), file, saved, notApplied: absent, locked }, options, () =>
    [
      `${count(saved.length, "state")} saved in ${file}`,
      ...(absent.length === 0 ? [] : [`not applied, so not in it: ${absent.join(", ")}`]),
      ...(locked.length === 0 ? [] : [`locked while it was made, so it may be out of date soon: ${locked.join(", ")}`]),
    ].join("\n"),
  );
}

/** Options of `./lgtm state restore`. */
export interface RestoreCommandOptions extends Options {
  readonly layer: readonly string[];
  readonly allowLowerSerial?: true;
}

/**
 * Puts the states of a backup back.
 * @throws UserError
 */
export async function restoreStates(file: string, options: RestoreCommandOptions): Promise<void> {
  const layers = options.layer.map((name) => parseLayerId(name));
  const backup = readBackup(file);
  const session = await open(options, true);
  const restored = await restore(session, backup, { layers, allowLowerSerial: options.allowLowerSerial === true });
  print({ ...summarizeDeployment(session), madeAt: backup.madeAt, layers: restored }, options, () =>
    restored
      .map(({ layer, result, serial, before }) => {
        const was = before === null ? "there was none" : `was ${before}`;
        return `${layer.padEnd(20)} ${result}, serial ${serial}${result === "restored" ? ` (${was})` : ""}`;
      })
      .join("\n"),
  );
}

/** Options of `./lgtm state unlock`. */
export interface UnlockCommandOptions extends Options {
  readonly id?: string;
}

/**
 * Removes a lock that was left over.
 * @throws UserError
 */
export async function unlockState(name: string, options: UnlockCommandOptions): Promise<void> {
  const layer = parseLayerId(name);
  const session = await open(options, true);
  const removed = await unlock(session, layer, {
    show: (lock) => {
      process.stderr.write(`${layer} is locked by ${describeLock(summarizeLock(lock))}\n`);
    },
    confirm: async () => options.id ?? askForId(layer),
  });
  const json = {
    ...summarizeDeployment(session),
    layer,
    removed: removed === undefined ? null : summarizeLock(removed),
  };
  print(json, options, () => (removed === undefined ? `${layer} is not locked.` : `${layer} is unlocked.`));
}

async function askForId(layer: LayerId): Promise<string> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new UserError({
      what: "Nothing was removed: this is no terminal to ask on.",
      mend: `if that process is certainly gone, give the id: \`./lgtm state unlock ${layer} --id ID\``,
      exit: "badInput",
    });
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await lines.question("If that process is certainly gone, type the lock id to remove the lock: ")).trim();
  } finally {
    lines.close();
  }
}
