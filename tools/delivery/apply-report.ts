import { formatSeconds } from "../format";
import { renderTable } from "../report/table";
import { countPlan } from "../terraform/plan-summary";
import { UserError } from "../user-error";
import type { Outcome } from "../waves";
import type { AppliedLayer, ApplyResult } from "./apply-plan";

/** What `./lgtm apply --json` prints. */
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

/** What apply did, for people: a table, then what did not go as approved, then what to do. */
export function renderApply(result: ApplyResult): string {
  const rows = result.outcomes.map((outcome) => rowOf(outcome));
  const columns = ["layer", "result", "create", "change", "replace", "delete", "time"].map((title) => ({ title }));
  return [renderTable(columns, rows), "", ...problems(result), ...whatNow(result)].join("\n");
}

function rowOf(outcome: Outcome<AppliedLayer>) {
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
  const how = outcome.value.how === "nothing to apply" ? "nothing to apply" : `applied, ${outcome.value.how}`;
  return [outcome.layer, how, create, update, replace, counts.delete, formatSeconds(outcome.seconds)];
}

function problems({ outcomes }: ApplyResult): readonly string[] {
  return outcomes.flatMap((outcome) => (outcome.status === "failed" ? [errorText(outcome.error), ""] : []));
}

function errorText(error: unknown): string {
  if (error instanceof UserError) return error.render();
  return `error: ${error instanceof Error ? error.message : String(error)}`;
}

function whatNow({ outcomes, rest }: ApplyResult): readonly string[] {
  if (outcomes.every(({ status }) => status === "done")) return [`${outcomes.length} layers are as approved.`];
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
