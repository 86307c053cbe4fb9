import type { Evidence } from "./evidence";
import type { Certainty, IncidentSign, KnownIncident } from "./known-incident";
import { KNOWN_INCIDENTS } from "./known-incidents";

/** An incident that the evidence looks like. */
export interface Resemblance extends KnownIncident {
  /** The best of the signs that were met. */
  readonly certainty: Certainty;
  /** The evidence that looks like it: of the best certainty, at least one, each text once. */
  readonly seen: readonly Evidence[];
}

/**
 * Finds the incidents of the history that the evidence resembles.
 *
 * @param evidence what was seen, in any order
 * @returns the typical ones before the possible ones, then by id; empty if it looks like none
 */
export function resembles(evidence: readonly Evidence[]): readonly Resemblance[] {
  const certainties: readonly Certainty[] = ["typical", "possible"];
  const found = KNOWN_INCIDENTS.flatMap((incident): readonly Resemblance[] => {
    for (const certainty of certainties) {
      const seen = seenOf(incident, certainty, evidence);
      if (seen.length > 0) return [{ ...incident, certainty, seen }];
    }
    return [];
  });
  return certainties.flatMap((wanted) => found.filter(({ certainty }) => certainty === wanted));
}

function seenOf({ signs }: KnownIncident, wanted: Certainty, evidence: readonly Evidence[]): readonly Evidence[] {
  const relevant = signs.filter(({ certainty = "typical" }) => certainty === wanted);
  const seen = evidence.filter((one) => relevant.some((sign) => shows(sign, one)));
  return [...new Map(seen.map((one) => [`${one.service ?? ""} ${one.text}`, one])).values()];
}

function shows(sign: IncidentSign, { source, text, service }: Evidence): boolean {
  if (sign.in?.includes(source) === false) return false;
  if (service !== undefined && sign.services?.includes(service) === false) return false;
  return sign.matches.test(text);
}
