import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { workFolder } from "../terminal/paths";
import { UserError } from "../terminal/user-error";

const FILE = "rehearsal.json";

const recordSchema = z.object({
  /** Absolute path of the run's folder. */
  runFolder: z.string(),
  profile: z.string(),
  /** Ids of the rehearsed layers. */
  layers: z.array(z.string()),
  /** True if all layers of the platform were applied. @default - not known */
  applied: z.boolean().optional(),
  /** Record by which the mock is found again. */
  mock: z.object({ region: z.string(), port: z.number(), pid: z.number(), token: z.string() }),
});

/** Record of a rehearsal whose mock was left running, for a later command. */
export type RehearsalRecord = z.infer<typeof recordSchema>;

/** Writes the record of a running rehearsal, before anything is applied: whatever happens, its mock can be found again. */
export function saveRecord(record: RehearsalRecord): void {
  writeFileSync(join(record.runFolder, FILE), `${JSON.stringify(record, undefined, 2)}\n`);
  // Folders of runs whose process is gone are removed one day; this one lives as long as its mock.
  writeFileSync(join(record.runFolder, ".pid"), `${record.mock.pid}\n`);
}

/**
 * All rehearsals with a record, newest first.
 *
 * @param folder where runs are
 */
export function listRecords(folder: string = join(workFolder, "rehearse")): readonly RehearsalRecord[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .reverse()
    .map((run) => join(folder, run, FILE))
    .filter((file) => existsSync(file))
    .map((file) => recordSchema.parse(JSON.parse(readFileSync(file, "utf8"))));
}

/**
 * The rehearsal that a person means: the one of the named run folder, or the newest.
 *
 * @param run name of the run folder's last part
 * @throws UserError if there is none
 */
export function findRecord(
  run: string | undefined,
  records: readonly RehearsalRecord[] = listRecords(),
): RehearsalRecord {
  const found = run === undefined ? records[0] : records.find(({ runFolder }) => runFolder.endsWith(`/${run}`));
  if (found !== undefined) return found;
  const known = records.map(({ runFolder }) => runFolder.split("/").at(-1)).join(", ");
  throw new UserError({
    what: run === undefined ? "There is no kept rehearsal." : `There is no kept rehearsal "${run}".`,
    where: ".lgtm/rehearse",
    mend: known === "" ? "start one: `./lgtm rehearse --keep`" : `name one of: ${known}`,
    exit: "badInput",
  });
}
