import type { IncidentId } from "../../../checks/incidents";
import type { ServiceName } from "../../../modules/config/service-name";
import type { EvidenceSource } from "./evidence";

/** What an incident looks like to those who meet it. */
export interface IncidentSign {
  readonly matches: RegExp;
  /** @default - wherever it is seen */
  readonly in?: readonly EvidenceSource[];
  /** Services of which it says something; evidence without a service counts too. @default - all */
  readonly services?: readonly ServiceName[];
  /** `typical`: hardly anything else looks like this; `possible`: other causes look the same. @default "typical" */
  readonly certainty?: Certainty;
}

/** How much a sign says. */
export type Certainty = "typical" | "possible";

/** An incident of the history, as it can be recognized. */
export interface KnownIncident {
  readonly id: IncidentId;
  /** What happened. */
  readonly what: string;
  /** Empty for those that leave no trace in a running platform. */
  readonly signs: readonly IncidentSign[];
  /** What to do about it. */
  readonly remedy: string;
}
