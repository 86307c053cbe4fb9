import type { ServiceName } from "../../modules/services/service-name";
import type { Reply } from "./http-client";
import type { SmokeContext } from "./context";

/** One thing that is tested of a service. */
export interface Check {
  /** Name of the check in the table. */
  readonly tested: string;
  /**
   * Checks that must have passed before: without them, this one would fail for another reason, or prove nothing.
   * @default - only the service's first check, which is its readiness
   */
  readonly needs?: string;
  /**
   * Other services that must be ready; it waits for them.
   * @default - none
   */
  readonly needsServices?: readonly ServiceName[];
  /**
   * Tests it.
   *
   * @returns the answer that showed it
   * @throws CheckFailure
   */
  readonly run: (context: SmokeContext) => Promise<Reply>;
}

/** The checks of a service, in order; the first waits until the service is ready. */
export interface ServiceChecks {
  readonly service: ServiceName;
  readonly checks: readonly Check[];
}

/** Outcome of a check. */
export type RowState = "ok" | "failed" | "skipped";

/** One row of the result. */
export interface SmokeRow {
  readonly service: ServiceName;
  readonly state: RowState;
  readonly tested: string;
  /** Milliseconds of the request that showed it. */
  readonly latencyMs?: number;
  /** Seconds of waiting until it was there. */
  readonly waitedSeconds?: number;
  /** Reason of a failure or a skip. */
  readonly reason?: string;
  /** Rule, target group and port that the failed request took. */
  readonly route?: string;
}
