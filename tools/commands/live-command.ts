import { basename } from "node:path";
import { exitCodes } from "../terminal/exit-codes";
import type { LiveReport } from "../live/live-report";
import { rehearseLive, type LiveRehearsal } from "../live/rehearse-live";
import { renderLive } from "../live/render-live";
import { count } from "../terminal/format";
import { progressMode } from "../terminal/progress";
import { renderRehearsal, rowsOf } from "../rehearse/report";

/** Options of a run of the whole platform on this machine. */
export interface LiveCommandOptions {
  readonly profile?: string;
  readonly parallel: number;
  /** True if the services run until Ctrl-C, and the mock goes on after that. */
  readonly keep: boolean;
  readonly resume?: string | true;
  readonly json?: true;
}

/** Runs a live rehearsal and prints what it saw. */
export async function runLiveCommand(options: LiveCommandOptions): Promise<void> {
  const mode = progressMode(options);
  const rehearsal = await rehearseLive({
    profile: options.profile,
    resume: options.resume,
    parallel: options.parallel,
    keep: options.keep,
    mode,
    onUp: (report, urls) => {
      if (options.json !== true) process.stderr.write(`${explainUp(report, urls)}\n`);
    },
  });
  process.stdout.write(
    options.json === true ? `${JSON.stringify(factsOf(rehearsal), undefined, 2)}\n` : render(rehearsal),
  );
  if (rehearsal.live?.good !== true) process.exitCode = exitCodes.negative;
}

function explainUp({ smoke }: LiveReport, urls: readonly string[]): string {
  const failed = smoke.rows.filter(({ state }) => state === "failed").length;
  return [
    "",
    `The platform runs at ${urls.join(" and ")} (smoke test: ${failed === 0 ? "all ok" : `${count(failed, "check")} failed`}).`,
    "A change below dockerfiles/<service>/ deploys that service anew, beside the old task, as ECS would.",
    `  ./lgtm smoke --url ${urls[0] ?? ""}   # test it again; password: LGTM_GRAFANA_PASSWORD, or the secret on the mock`,
    "Ctrl-C stops it.",
  ].join("\n");
}

function render({ profile, applied, live, kept, runFolder }: LiveRehearsal): string {
  const parts = [
    ...(applied === undefined || (applied.good && live !== undefined) ? [] : [renderRehearsal(applied.rehearsal)]),
    ...(live === undefined ? [] : [renderLive(live, profile)]),
    ...(kept === undefined
      ? []
      : [
          `The mock of AWS runs on: \`./lgtm dev --resume ${basename(runFolder)}\` starts the services again, ` +
            `\`./lgtm rehearse --stop ${basename(runFolder)}\` ends it.`,
        ]),
  ];
  return `${parts.join("\n")}\n`;
}

function factsOf({ profile, applied, live, kept, runFolder }: LiveRehearsal): object {
  return {
    profile,
    good: live?.good ?? false,
    runFolder,
    ...(applied === undefined ? {} : { layers: rowsOf(applied.rehearsal) }),
    ...(live === undefined ? {} : { live: { ...live.report, programs: live.programs, strayKeys: live.strayKeys } }),
    kept,
  };
}
