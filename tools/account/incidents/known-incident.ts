import type { IncidentId } from "../../../checks/incidents";
import type { ServiceName } from "../../../modules/services/service-name";
import type { EvidenceSource } from "./evidence";

/** Signs of an incident. */
export interface IncidentSign {
  readonly matches: RegExp;
  /** @default - wherever it is seen */
  readonly in?: readonly EvidenceSource[];
  /** Services of which it says something; evidence without a service counts too. @default - all */
  readonly services?: readonly ServiceName[];
  /** `typical`: hardly anything else looks like this; `possible`: other causes look the same. @default "typical" */
  readonly certainty?: Certainty;
}

/** Weight of a sign. */
export type Certainty = "typical" | "possible";

/** An incident of the history, as it can be recognized. */
export interface KnownIncident {
  readonly id: IncidentId;
  /** Description of the incident. */
  readonly what: string;
  /** Empty for those that leave no trace in a running platform. */
  readonly signs: readonly IncidentSign[];
  /** Remedy. */
  readonly remedy: string;
}
