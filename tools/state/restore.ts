import { PutObjectCommand } from "@aws-sdk/client-s3";
import type { LayerId } from "../../stacks/outputs";
import { stateLocation } from "../../stacks/state-location";
import { onAws } from "../aws/errors";
import { UserError } from "../terminal/user-error";
import type { Backup, SavedState } from "./backup";
import { layerIds } from "./layer-id";
import { md5Of, readLayerState, readLayerStates, stateCall, type LayerState } from "./layer-state";
import { acquireLock, isLockable, readLockRow, releaseLock, writeDigest, type Lock } from "./lock-table";
import { summarizeLock } from "./overview";
import { describeLock } from "./report";
import type { StateSession } from "./session";
import { parseState } from "./state-file";

/*
 * `terraform state push` puts one state back, under its lock, and compares lineage and serial; for one state it is the better
 * way, and docs/delivery.md names it. What it cannot do is here: all layers at once, with every lock taken and every check made
 * before the first write; a digest in the lock table that differs from the state, at which Terraform refuses to read and so to
 * push; the bytes of the backup as they were (push writes the JSON anew); and no folder with `terraform init` for each layer.
 */

/** Options of a restore. */
export interface RestoreOptions {
  /** Layers to put back; empty: all that the backup holds. */
  readonly layers: readonly LayerId[];
  /** True if a state may be replaced by an older one. */
  readonly allowLowerSerial: boolean;
}

/** Result for one layer's state. */
export interface RestoredLayer {
  readonly layer: LayerId;
  /** `unchanged`: the state already is the one of the backup; `digest corrected`: so, but Terraform refused to read it. */
  readonly result: "restored" | "digest corrected" | "unchanged";
  readonly serial: number;
  /** Serial of the state that was replaced; null when there was none. */
  readonly before: number | null;
}

/**
 * Puts states back, byte for byte, as Terraform would write them: all locks are taken first, everything is checked under
 * them, then object and digest are written, and the locks are released whatever happens. One refusal refuses all.
 *
 * @param session a session that writes
 * @param backup what is put back
 * @throws UserError when a check refuses, a lock is held, or AWS fails
 */
export async function restore(
  session: StateSession,
  backup: Backup,
  options: RestoreOptions,
): Promise<readonly RestoredLayer[]> {
  const wanted = chooseStates(backup, options.layers);
  refuseOtherDeployment(session, backup, wanted);
  // Looked at before anything is locked, so that most refusals leave nothing written at all.
  refuseAny(await readLayerStates(session, [...wanted.keys()]), wanted, options);
  const locks = await lockAll(session, [...wanted.keys()]);
  const restored: RestoredLayer[] = [];
  try {
    const current = await readLayerStates(session, [...wanted.keys()]);
    refuseAny(current, wanted, options, locks);
    for (const state of current) restored.push(await putBack(session, state, savedOf(wanted, state.layer)));
    return restored;
  } catch (error) {
    throw restored.length === 0 ? error : partly(error, restored, [...wanted.keys()]);
  } finally {
    await releaseAll(session, locks);
  }
}

type Wanted = ReadonlyMap<LayerId, SavedState>;
type Locks = ReadonlyMap<LayerId, Lock>;

function chooseStates(backup: Backup, layers: readonly LayerId[]): Wanted {
  const absent = layers.filter((layer) => backup.states[layer] === undefined);
  if (absent.length > 0) {
    throw new UserError({
      what: `The backup holds no state of ${absent.join(", ")}: it was not applied then.`,
      mend: `name layers that it holds: ${Object.keys(backup.states).join(", ")}`,
      exit: "badInput",
    });
  }
  const ids = layers.length === 0 ? layerIds : layers;
  return new Map(
    ids.flatMap((id) => {
      const saved = backup.states[id];
      return saved === undefined ? [] : [[id, saved]];
    }),
  );
}

function savedOf(wanted: Wanted, layer: LayerId): SavedState {
  const saved = wanted.get(layer);
  if (saved === undefined) throw new Error(`no state of ${layer} was chosen`);
  return saved;
}

/** A backup goes back where it came from; only a mock takes the backup of an account, to rehearse on it. */
function refuseOtherDeployment({ profile, clients, caller }: StateSession, backup: Backup, wanted: Wanted): void {
  const { environment } = profile.config;
  const differences = [...wanted].flatMap(([layer, { bucket, key }]) => {
    const to = stateLocation(profile.config, layer);
    return to.bucket === bucket && to.key === key ? [] : [`${layer}: from ${bucket}/${key}, to ${to.bucket}/${to.key}`];
  });
  if (environment !== backup.environment)
    differences.unshift(`environment: from ${backup.environment}, to ${environment}`);
  if (clients.target.kind === "account" && backup.account !== caller.account) {
    differences.unshift(`account: from ${backup.account}, to ${caller.account}`);
  }
  if (differences.length === 0) return;
  throw new UserError({
    what: "The backup is of another deployment; nothing was written.",
    mend: `choose the profile of the backup with --profile (it was made with ${backup.profile}) and credentials of its account`,
    detail: differences.join("\n"),
    exit: "badInput",
  });
}

/** Refuses when any state may not be replaced, and says all reasons at once. */
function refuseAny(
  current: readonly LayerState[],
  wanted: Wanted,
  { allowLowerSerial }: RestoreOptions,
  own: Locks = new Map(),
): void {
  const held = current.flatMap(({ layer, lock }) =>
    lock === undefined || lock.id === own.get(layer)?.id ? [] : [heldText(layer, lock)],
  );
  if (held.length > 0) throw lockHeld(held);
  const lineages = current.flatMap((state) => lineageProblem(state, savedOf(wanted, state.layer)));
  if (lineages.length > 0) throw otherLineage(lineages);
  const serials = current.flatMap((state) => serialProblem(state, savedOf(wanted, state.layer)));
  if (serials.length > 0 && !allowLowerSerial) throw lowerSerial(serials);
}

function heldText(layer: LayerId, lock: Lock): string {
  return `${layer}: ${describeLock(summarizeLock(lock))}`;
}

function lockHeld(held: readonly string[]): UserError {
  return new UserError({
    what: "States are locked; nothing was written.",
    mend: "wait until that work is done; if the process is certainly gone, `./lgtm state unlock LAYER --id ID`",
    detail: held.join("\n"),
  });
}

function lineageProblem({ layer, stored }: LayerState, saved: SavedState): readonly string[] {
  return stored === undefined || stored.file.lineage === saved.lineage
    ? []
    : [`${layer}: the state has lineage ${stored.file.lineage}, the backup ${saved.lineage}`];
}

function otherLineage(problems: readonly string[]): UserError {
  return new UserError({
    what: "States in the bucket were not made from those in the backup (another lineage); nothing was written.",
    mend:
      "restore the other layers by name; if this state is really to be given up, delete its object first " +
      "(the bucket keeps earlier versions), then restore",
    detail: problems.join("\n"),
  });
}

function serialProblem({ layer, stored }: LayerState, saved: SavedState): readonly string[] {
  if (stored === undefined || stored.text === saved.text || stored.file.serial < saved.serial) return [];
  const { serial } = stored.file;
  return serial === saved.serial
    ? [`${layer}: both have serial ${serial}, but another content`]
    : [`${layer}: the state has serial ${serial}, the backup ${saved.serial}`];
}

function lowerSerial(problems: readonly string[]): UserError {
  return new UserError({
    what: "States in the bucket are newer than those in the backup; nothing was written.",
    mend:
      "what was applied since would be forgotten by Terraform, not undone in AWS; if that is meant, make a backup of today's " +
      "states first, then repeat with --allow-lower-serial",
    detail: problems.join("\n"),
  });
}

async function lockAll(session: StateSession, layers: readonly LayerId[]): Promise<Locks> {
  const locks = new Map<LayerId, Lock>();
  try {
    for (const layer of layers) {
      const location = stateLocation(session.profile.config, layer);
      if (!isLockable(location)) continue;
      const lock = await acquireLock(session.clients, location, "state restore");
      if (lock === undefined) {
        const { lock: holder } = await readLockRow(session.clients, location);
        throw lockHeld([holder === undefined ? `${layer}: someone was faster` : heldText(layer, holder)]);
      }
      locks.set(layer, lock);
    }
    return locks;
  } catch (error) {
    await releaseAll(session, locks);
    throw error;
  }
}

/** Releases every lock, even if one cannot be released. */
async function releaseAll(session: StateSession, locks: Locks): Promise<void> {
  const results = await Promise.allSettled(
    [...locks].map(async ([layer, lock]) => {
      const location = stateLocation(session.profile.config, layer);
      return isLockable(location) && releaseLock(session.clients, location, lock);
    }),
  );
  const left = [...locks].filter((_, index) => results[index]?.status === "rejected");
  for (const [layer, lock] of left) {
    process.stderr.write(`the lock of ${layer} is left over: \`./lgtm state unlock ${layer} --id ${lock.id}\`\n`);
  }
}

async function putBack(session: StateSession, current: LayerState, saved: SavedState): Promise<RestoredLayer> {
  const { layer, location, stored } = current;
  const before = stored?.file.serial ?? null;
  const result =
    stored?.text !== saved.text ? "restored" : current.digest === "differs" ? "digest corrected" : "unchanged";
  if (result === "restored") await writeObject(session, layer, saved);
  if (result !== "unchanged" && isLockable(location)) await writeDigest(session.clients, location, md5Of(saved.text));
  return { layer, result, serial: saved.serial, before };
}

async function writeObject(session: StateSession, layer: LayerId, saved: SavedState): Promise<void> {
  const location = stateLocation(session.profile.config, layer);
  parseState(saved.text, `the backup, ${layer}`);
  await onAws(stateCall(layer, location, "write the state", "PutObject"), () =>
    session.clients.s3.send(
      new PutObjectCommand({
        Bucket: location.bucket,
        Key: location.key,
        Body: saved.text,
        ContentType: "application/json",
        ServerSideEncryption: "AES256",
      }),
    ),
  );
  const { stored } = await readLayerState(session, layer);
  if (stored?.text !== saved.text) throw new Error(`the state of ${layer} was written, but reads back differently`);
}

function partly(error: unknown, restored: readonly RestoredLayer[], all: readonly LayerId[]): UserError {
  const done = restored.map(({ layer }) => layer);
  const rest = all.filter((layer) => !done.includes(layer));
  return new UserError(
    {
      what: `Only some states were put back: ${done.join(", ")}; not ${rest.join(", ")}.`,
      mend: "mend the cause below, then run the same command again: it leaves alone what is back already",
      detail: error instanceof UserError ? error.render() : error instanceof Error ? error.message : String(error),
    },
    { cause: error },
  );
}
