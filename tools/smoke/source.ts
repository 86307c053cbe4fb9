import type { SmokeContext } from "./context";
import type { OtlpSource } from "./signals/otlp";

/** Name of the service that everything seems to come from. */
export const SMOKE_SERVICE = "lgtm-smoke";

/** Resource attribute that holds the run label; where there are labels it is `run`. */
export const RUN_ATTRIBUTE = "lgtm.smoke.run";

/** The sender that OTLP payloads name. */
export function sourceOf({ run }: SmokeContext): OtlpSource {
  return { service: SMOKE_SERVICE, attributes: { [RUN_ATTRIBUTE]: run } };
}
