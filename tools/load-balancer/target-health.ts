import type { TargetAddress } from "./description";

/** State of a target, in the words of AWS's `DescribeTargetHealth`. */
export type TargetState = "initial" | "healthy" | "unhealthy" | "draining" | "unused";

/** Reason of a target's state, in the words of AWS's `DescribeTargetHealth`. */
export type TargetReason =
  | "Elb.InitialHealthChecking"
  | "Target.FailedHealthChecks"
  | "Target.ResponseCodeMismatch"
  | "Target.Timeout"
  | "Target.DeregistrationInProgress"
  | "Target.NotRegistered"
  | "Target.NotInUse";

/** Health of a target. */
export interface TargetHealth {
  readonly target: TargetAddress;
  readonly state: TargetState;
  /** @default - none: the target is healthy */
  readonly reason?: TargetReason;
  /** The reason in words, with the status codes or the error of the last check. */
  readonly description?: string;
}

/** A target's way from one state to another. */
export interface HealthChange {
  readonly targetGroup: string;
  readonly previous: TargetState;
  readonly health: TargetHealth;
}
