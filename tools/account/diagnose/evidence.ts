import type { ServiceName } from "../../../modules/services/service-name";
import type { ExpectedImage } from "../../images/expected";
import type { Evidence, EvidenceSource } from "../incidents/evidence";
import { stoppedByItself } from "./judge";
import type { ServiceDiagnosis, TimedLine } from "./service-diagnosis";

/** Sources of the evidence. */
export type Shown = Pick<
  ServiceDiagnosis,
  "tasks" | "image" | "deployments" | "rollbacks" | "events" | "stoppedTasks" | "targets"
> & { readonly logLines: readonly TimedLine[] };

/** Desired state, to compare with the running one. */
export interface Ordered {
  readonly image: ExpectedImage | undefined;
  readonly count: number;
}

/** Older events say nothing about today. */
const EVENT_HOURS = 24;

/**
 * Everything about a service that may look like an incident.
 *
 * @param service the service
 * @param shown what was read
 * @param ordered what the configuration and the release file say
 * @param now the time from which the age of events counts
 */
export function evidenceOf(service: ServiceName, shown: Shown, ordered: Ordered, now: Date): readonly Evidence[] {
  const oldest = new Date(now.getTime() - EVENT_HOURS * 3_600_000).toISOString();
  const stopped = shown.stoppedTasks.filter(stoppedByItself);
  const all: readonly (readonly [EvidenceSource, readonly string[]])[] = [
    ["log", shown.logLines.map(({ text }) => text)],
    ["event", shown.events.filter(({ at }) => at === null || at >= oldest).map(({ text }) => text)],
    ["stop reason", stopped.flatMap(({ reason, containers }) => [reason, ...containers.map((one) => one.reason)])],
    ["target health", shown.targets.filter(({ state }) => state === "unhealthy").map(({ reason }) => reason)],
    ["event", [...shown.deployments, ...shown.rollbacks].map(({ reason }) => reason)],
    ["deployment", differences(shown, ordered)],
  ];
  return all.flatMap(([source, texts]) =>
    texts.filter((text) => text !== "").map((text) => ({ source, service, text })),
  );
}

function differences({ image, tasks }: Shown, ordered: Ordered): readonly string[] {
  const count = tasks === null ? [] : [`desired count ${tasks.desired}, configured ${ordered.count}`];
  const recorded = ordered.image;
  if (image === null || recorded === undefined || recorded.isUnreleased) return count;
  const end = recorded.digest === undefined ? `:${recorded.tag}` : `@${recorded.digest}`;
  return image.endsWith(end) ? count : [...count, `runs ${image}, but ${recorded.repository}${end} is recorded`];
}
