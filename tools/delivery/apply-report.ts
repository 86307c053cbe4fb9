import { exitCodes } from "../terminal/exit-codes";
import { count, formatSeconds } from "../terminal/format";
import { renderTable } from "../terminal/table";
import { countPlan } from "../terraform/plan-summary";
import { UserError } from "../terminal/user-error";
import type { Outcome } from "../layers/waves";
import type { AppliedLayer, ApplyResult } from "./apply-plan";
import type { Manifest } from "./manifest";

/** Output of `./lgtm apply --json`. */
export function applyFacts({ manifest, outcomes, stopped, rest }: ApplyResult) {
  return {
    profile: manifest.profile,
    commit: manifest.commit,
    layers: outcomes.map((outcome) => ({
      layer: outcome.layer,
      status: outcome.status,
      ...(outcome.status === "done" ? { how: outcome.value.how } : {}),
      ...(outcome.status === "failed" ? { error: errorText(outcome.error) } : {}),
      ...(outcome.status === "not tried" ? { because: outcome.because } : {}),
      differences: stopped.get(outcome.layer) ?? [],
    })),
    rest: rest === undefined ? undefined : { manifest: rest.manifestPlace, sha256: rest.manifestSha256 },
  };
}

/** Returns the exit code: that of the worst event; a stop for a second approval is less than a failure. */
export function applyExitCode({ outcomes, rest }: ApplyResult): number {
  const errors = outcomes.flatMap((outcome) => (outcome.status === "failed" ? [outcome.error] : []));
  if (rest !== undefined) return exitCodes.stopped;
  if (errors.length === 0) return exitCodes.ok;
  const [worst] = errors.filter((error) => !(error instanceof UserError) || error.exit !== "negative");
  if (worst === undefined) return exitCodes.negative;
  return worst instanceof UserError ? worst.exitCode : exitCodes.failed;
}

/** Renders the result of an apply for people: a table, then the deviations from the approval, then the next steps. */
export function renderApply(result: ApplyResult): string {
  const rows = result.outcomes.map((outcome) => rowOf(outcome, result.manifest.purpose));
  const columns = ["layer", "result", "create", "change", "replace", "delete", "time"].map((title) => ({ title }));
  return [renderTable(columns, rows), "", ...problems(result), ...whatNow(result)].join("\n");
}

function rowOf(outcome: Outcome<AppliedLayer>, purpose: Manifest["purpose"]) {
  if (outcome.status === "not tried") {
    const because = outcome.because.length === 0 ? "interrupted" : `comes after ${outcome.because.join(", ")}`;
    return [outcome.layer, `not tried: ${because}`, "", "", "", "", ""];
  }
  if (outcome.status === "failed") {
    const stopped = outcome.error instanceof UserError && outcome.error.exit === "negative";
    return [outcome.layer, stopped ? "stopped" : "failed", "", "", "", "", formatSeconds(outcome.seconds)];
  }
  const counts = countPlan(outcome.value.summary);
  const { create, update, replace } = counts;
  const word = purpose === "destroy" ? "destroyed" : "applied";
  const how = outcome.value.how === "nothing to apply" ? "nothing to do" : `${word}, ${outcome.value.how}`;
  return [outcome.layer, how, create, update, replace, counts.delete, formatSeconds(outcome.seconds)];
}

function problems({ outcomes }: ApplyResult): readonly string[] {
  return outcomes.flatMap((outcome) => (outcome.status === "failed" ? [errorText(outcome.error), ""] : []));
}

function errorText(error: unknown): string {
  if (error instanceof UserError) return error.render();
  return `error: ${error instanceof Error ? error.message : String(error)}`;
}

function whatNow({ manifest, outcomes, rest }: ApplyResult): readonly string[] {
  const isDestroy = manifest.purpose === "destroy";
  if (outcomes.every(({ status }) => status === "done"))
    return [
      `${count(outcomes.length, "layer")} ${outcomes.length === 1 ? "is" : "are"} ${isDestroy ? "destroyed, as approved" : "as approved"}.`,
    ];
  if (isDestroy)
    return [
      "What is destroyed stays so. Mend what is said above, then run the same command again with --resume;",
      "or plan the destruction of what is left, for a new approval.",
    ];
  if (rest === undefined) {
    return [
      "What is applied stays applied. Mend what is said above, then run the same command again with --resume;",
      "if the mend changes the configuration, run `./lgtm plan` instead: it plans what is left, for a new approval.",
    ];
  }
  return [
    "What is applied stays applied. What is left was planned again and needs an approval of its own:",
    `  report: ${rest.manifestPlace.replace(/manifest\.json$/, "report.md")}`,
    `  then:   ./lgtm apply --manifest ${rest.manifestPlace} --sha256 ${rest.manifestSha256}`,
  ];
}
