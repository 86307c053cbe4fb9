import type { Evidence } from "../account/incidents/evidence";
import { resembles } from "../account/incidents/resembles";
import type { TaskFailure } from "./live-report";

/** Largest number of incidents that are named for one task. */
const SHOWN = 2;

/**
 * The incidents of the history that a failed task looks like, with their remedies, as lines for people.
 *
 * @returns empty if it looks like none
 */
export function resemblanceLines({
  service,
  reason,
  lines,
}: Pick<TaskFailure, "service" | "reason" | "lines">): readonly string[] {
  const evidence: readonly Evidence[] = [
    { source: "stop reason", text: reason, service },
    ...lines.map((text): Evidence => ({ source: "log", text, service })),
  ];
  return resembles(evidence)
    .slice(0, SHOWN)
    .map(({ id, what, remedy }) => `  looks like ${id}: ${what}\n  remedy: ${remedy}`);
}
