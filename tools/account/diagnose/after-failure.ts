import { SERVICE_NAMES } from "../../../modules/services/service-name";
import { TASKS_LAYER } from "../../images/readiness";
import { resembles } from "../incidents/resembles";
import { UserError } from "../../terminal/user-error";
import type { Outcome } from "../../layers/waves";
import { diagnoseAccount, type DiagnoseAccountOptions } from "./diagnose-account";
import { describeLikeness, renderDiagnoses } from "./report";
import type { LooksLike, ServiceDiagnosis } from "./service-diagnosis";

/** Explanation of a failed apply. */
export interface FailureDiagnosis {
  /** Incidents that the errors look like. */
  readonly looksLike: readonly LooksLike[];
  /** The services, where the layer of the tasks failed. */
  readonly services: readonly ServiceDiagnosis[];
  /** Reason why the services could not be examined. */
  readonly notChecked: readonly string[];
}

/** Log lines that are shown of each service: beside Terraform's messages, a few. */
const LINES = 10;

/**
 * Looks into an apply in which something failed. It never throws: the apply's own failure is what must be told.
 *
 * @param outcomes what became of the layers
 * @param options where to look
 * @returns undefined if nothing failed, or only what was refused before it was tried
 */
export async function diagnoseFailure(
  outcomes: readonly Outcome<unknown>[],
  options: Pick<DiagnoseAccountOptions, "profile" | "env">,
): Promise<FailureDiagnosis | undefined> {
  const failed = outcomes.flatMap((outcome) =>
    outcome.status === "failed" && isFailure(outcome.error) ? [{ layer: outcome.layer, error: outcome.error }] : [],
  );
  if (failed.length === 0) return undefined;
  const looksLike = resembles(failed.map(({ error }) => ({ source: "error", text: textOf(error) }))).map(
    ({ id, certainty, what, remedy }) => ({ id, certainty, what, remedy, seen: [] }),
  );
  if (!failed.some(({ layer }) => layer === TASKS_LAYER)) return { looksLike, services: [], notChecked: [] };
  try {
    const { services } = await diagnoseAccount({ ...options, services: SERVICE_NAMES, lines: LINES });
    return { looksLike, services, notChecked: [] };
  } catch (error) {
    return { looksLike, services: [], notChecked: [error instanceof Error ? error.message : String(error)] };
  }
}

/** A refusal has said all there is to say. */
function isFailure(error: unknown): boolean {
  return error instanceof UserError && error.exit === "failed";
}

function textOf(error: unknown): string {
  if (error instanceof UserError) return `${error.what}\n${error.detail ?? ""}`;
  return String(error);
}

/** The diagnosis below the apply's report, for people; empty if there is nothing to say. */
export function renderFailureDiagnosis({ looksLike, services, notChecked }: FailureDiagnosis): string {
  return [
    looksLike.length === 0
      ? ""
      : ["It looks like:", ...looksLike.flatMap(describeLikeness).map((line) => `  ${line}`)].join("\n"),
    services.length === 0 ? "" : `The services now (\`./lgtm diagnose\` looks again):\n${renderDiagnoses(services)}`,
    notChecked.map((why) => `The services could not be looked at: ${why}`).join("\n"),
  ]
    .filter((text) => text !== "")
    .join("\n\n");
}
