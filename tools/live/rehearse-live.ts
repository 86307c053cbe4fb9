import { attachMock, type Mock } from "../mock/server";
import { loadProfile } from "../layers/profile";
import { Interrupted } from "../terminal/process";
import type { ProgressMode } from "../terminal/progress";
import { findRecord, type RehearsalRecord } from "../rehearse/record";
import { noteFor, rehearse, resume, stopKept, type RehearsalResult } from "../rehearse/rehearse";
import { UserError } from "../terminal/user-error";
import { prepareLive, runLive, type LiveOptions, type LiveResult } from "./live";

/** Options of a live rehearsal. */
export interface RehearseLiveOptions {
  /** @default "target" */
  readonly profile?: string | undefined;
  /** A kept rehearsal whose mock is used: its run folder's name, or true for the newest. @default - a new mock */
  readonly resume?: string | true | undefined;
  /** Number of layers that are applied at the same time. */
  readonly parallel: number;
  readonly mode: ProgressMode;
  /** True if everything goes on running until Ctrl-C, and the mock after it. */
  readonly keep: boolean;
  readonly onUp?: LiveOptions["onUp"];
  readonly trials?: LiveOptions["trials"];
}

/** Outcome of a live rehearsal. */
export interface LiveRehearsal {
  readonly profile: string;
  /** The apply; not there when the mock held everything already. */
  readonly applied: RehearsalResult | undefined;
  /** Not there when the layers could not be applied, or it was asked to end before it was tested. */
  readonly live: LiveResult | undefined;
  /** Way to find the mock again, if it was left running. */
  readonly kept: RehearsalRecord | undefined;
  readonly runFolder: string;
}

/**
 * Applies all layers to a mock of AWS and runs there what ECS would run: the services' own programs behind the emulated load
 * balancer, tested and stopped again. When it is asked to end, the mock is kept.
 *
 * @throws UserError when something that is needed is missing, before anything is applied
 */
export async function rehearseLive(options: RehearseLiveOptions): Promise<LiveRehearsal> {
  const record = options.resume === undefined ? undefined : findKept(options.resume);
  const profile = loadProfile(options.profile ?? record?.profile ?? "target");
  if (record !== undefined && record.profile !== profile.name) {
    throw new UserError({
      what: `The kept rehearsal is one of profile ${record.profile}, not of ${profile.name}.`,
      mend: "leave out --profile, or leave out --resume",
      exit: "badInput",
    });
  }
  const programs = await prepareLive(profile);
  const applied = await applyUnlessDone(record, profile.name, options);
  const kept = applied === undefined ? record : applied.kept;
  const runFolder = kept?.runFolder ?? applied?.runFolder ?? "";
  if (kept === undefined || applied?.good === false) {
    return { profile: profile.name, applied, live: undefined, kept, runFolder };
  }
  let stays = options.keep;
  try {
    const { mode, keep, onUp, trials } = options;
    const live = await runLive({
      profile,
      programs,
      mock: await attached(kept),
      runFolder,
      mode,
      keep,
      ...(onUp === undefined ? {} : { onUp }),
      ...(trials === undefined ? {} : { trials }),
      note: noteFor(mode),
    });
    return { profile: profile.name, applied, live, kept: options.keep ? kept : undefined, runFolder };
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    stays = true;
    return { profile: profile.name, applied, live: undefined, kept, runFolder };
  } finally {
    if (!stays) await stopKept(kept);
  }
}

function findKept(resumed: string | true): RehearsalRecord {
  return findRecord(resumed === true ? undefined : resumed);
}

async function applyUnlessDone(
  record: RehearsalRecord | undefined,
  profile: string,
  { parallel, mode }: RehearseLiveOptions,
): Promise<RehearsalResult | undefined> {
  const common = { parallel, mode, keep: true, untilApplied: true };
  if (record === undefined) return rehearse({ ...common, profile, layers: [] });
  return record.applied === true ? undefined : resume(record, common);
}

async function attached({ mock: record }: RehearsalRecord): Promise<Mock> {
  const mock = await attachMock(record);
  if (mock !== undefined) return mock;
  throw new UserError({
    what: `The mock of this rehearsal is gone (process ${record.pid}, port ${record.port}).`,
    mend: "start anew: `./lgtm dev`",
    exit: "negative",
  });
}
