import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { layerIds } from "./layer-id";
import { parseJson } from "../terminal/parse-json";
import { UserError } from "../terminal/user-error";
import type { LayerState } from "./layer-state";
import { summarizeDeployment } from "./overview";
import type { StateSession } from "./session";

const savedStateSchema = z.object({
  bucket: z.string(),
  key: z.string(),
  serial: z.number(),
  lineage: z.string(),
  /** SHA-256 of `text`, hexadecimal. */
  sha256: z.string(),
  /** The state, byte for byte. */
  text: z.string(),
});

const backupSchema = z.object({
  format: z.literal("lgtm-state-backup-1"),
  environment: z.string(),
  profile: z.string(),
  account: z.string(),
  /** ISO 8601. */
  madeAt: z.string(),
  states: z.record(z.string(), savedStateSchema),
});

/** One state in a backup. */
export type SavedState = z.infer<typeof savedStateSchema>;

/** All states of a deployment at one time. A layer that was never applied is not in it. */
export type Backup = z.infer<typeof backupSchema>;

/** Makes a backup of states that were read. */
export function makeBackup(session: StateSession, states: readonly LayerState[], now: Date = new Date()): Backup {
  const { environment, profile, account } = summarizeDeployment(session);
  const saved = states.flatMap(({ layer, location, stored }) => {
    if (stored === undefined) return [];
    const { serial, lineage } = stored.file;
    const { bucket, key } = location;
    return [[layer, { bucket, key, serial, lineage, sha256: sha256(stored.text), text: stored.text }] as const];
  });
  return {
    format: "lgtm-state-backup-1",
    environment,
    profile,
    account,
    madeAt: now.toISOString(),
    states: Object.fromEntries(saved),
  };
}

/**
 * The file that a backup goes to.
 *
 * @param out value of `--out`: a file, or a folder that exists
 * @param folder folder for backups when nothing was named
 */
export function backupFile(backup: Backup, out: string | undefined, folder: string): string {
  const name = `${backup.environment}-${backup.madeAt.replace(/[-:]/g, "").slice(0, 15)}Z.lgtm-state.json`;
  if (out === undefined) return join(folder, name);
  return isFolder(out) ? join(out, name) : out;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/**
 * Writes a backup so that it is there completely or not at all, readable by its owner alone: states hold secrets.
 * @throws UserError when the file exists already or cannot be written
 */
export function writeBackup(backup: Backup, file: string): void {
  const cannot = (reason: string): UserError =>
    new UserError({
      what: `The backup cannot be written: ${reason}.`,
      where: file,
      mend: "name another file with --out",
      exit: "badInput",
    });
  if (statSync(file, { throwIfNoEntry: false }) !== undefined) throw cannot("the file exists");
  const draft = `${file}.${process.pid}.draft`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(draft, `${JSON.stringify(backup, undefined, 2)}\n`, { mode: 0o600, flag: "wx" });
    renameSync(draft, file);
  } catch (error) {
    throw cannot(error instanceof Error ? error.message : String(error));
  }
}

/**
 * Reads a backup and checks that it is whole.
 * @throws UserError (exit "badInput") that says what the file is instead, when it is another or was damaged
 */
export function readBackup(file: string): Backup {
  const refuse = (what: string, mend = "name a file that `./lgtm state backup` wrote"): UserError =>
    new UserError({ what, where: file, mend, exit: "badInput" });
  const content = readText(file, refuse);
  const json = parseJson(content);
  const parsed = backupSchema.safeParse(json);
  if (!parsed.success) throw refuse(...foreign(content, json));
  for (const [layer, { text, sha256: expected }] of Object.entries(parsed.data.states)) {
    if (!layerIds.some((id) => id === layer))
      throw refuse(`The backup holds a layer that this project does not have: ${layer}.`);
    if (sha256(text) !== expected)
      throw refuse(`The backup was changed after it was made: the state of ${layer} differs from its SHA-256.`);
  }
  return parsed.data;
}

function readText(file: string, refuse: (what: string) => UserError): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === "ENOENT";
    const reason = error instanceof Error ? error.message : String(error);
    throw refuse(isAbsent ? "There is no such file." : `The backup cannot be read: ${reason}.`);
  }
}

/** Explains a file that is no backup, and its use, as far as that is known. */
function foreign(content: string, json: unknown): [what: string, mend?: string] {
  if (content.trim() === "") return ["The file is empty: it is not a backup of states."];
  if (json === undefined)
    return ["The file is not JSON in UTF-8: it is not a backup of states, or only a part of one."];
  const keys = typeof json === "object" && json !== null ? Object.keys(json) : [];
  if (keys.includes("lineage") && keys.includes("serial")) {
    return [
      "This is a state of Terraform, not a backup of states.",
      "to put one state back, `terraform state push` in the folder of its layer writes lock and digest too (with -force if it " +
        "is older); `./lgtm state restore` takes what `./lgtm state backup` wrote",
    ];
  }
  if (keys.includes("resource_changes")) return ["This is a plan in Terraform's JSON form, not a backup of states."];
  const ours = keys.includes("format") && keys.includes("states");
  return [
    ours
      ? "This is a backup of states of another version, or a part of it is missing."
      : "This is not a backup of states.",
  ];
}

function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}
