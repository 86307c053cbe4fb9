import type { HealthCheckDescription, TargetAddress } from "./description";
import { checkTarget, type CheckOutcome } from "./health-check";
import { TargetAgent, type Connect } from "./target-agent";
import type { TargetHealth, TargetReason, TargetState } from "./target-health";

/** Settings of the target group that a target needs. */
export interface RegisteredTargetProps {
  readonly address: TargetAddress;
  readonly healthCheck: HealthCheckDescription;
  readonly connect: Connect;
  readonly idleTimeoutSeconds: number;
  readonly connectTimeoutSeconds: number;
  /** Called after each change of state. */
  readonly onChange: (previous: TargetState, health: TargetHealth) => void;
}

/** A target of a group: its state, its health checks and the connections to it. */
export class RegisteredTarget {
  readonly address: TargetAddress;
  /** Connections for requests. */
  readonly agent: TargetAgent;
  private state: TargetState = "initial";
  private reason: TargetReason | undefined = "Elb.InitialHealthChecking";
  private description: string | undefined = "Initial health checks in progress";
  private passedInARow = 0;
  private failedInARow = 0;
  private timer: NodeJS.Timeout | undefined;

  /** @param props see {@link RegisteredTargetProps} */
  constructor(private readonly props: RegisteredTargetProps) {
    this.address = props.address;
    this.agent = new TargetAgent(props.connect, props.address, props.idleTimeoutSeconds, props.connectTimeoutSeconds);
  }

  /** Current state with its reason. */
  get health(): TargetHealth {
    const { address: target, state, reason, description } = this;
    return {
      target,
      state,
      ...(reason === undefined ? {} : { reason }),
      ...(description === undefined ? {} : { description }),
    };
  }

  /** Starts the health checks: one now, then one each interval, however long a target takes to answer. */
  startChecks(): void {
    const check = (): void => {
      void checkTarget(this.props.healthCheck, this.address, this.props.connect).then((outcome) => {
        this.judge(outcome);
      });
    };
    this.timer = setInterval(check, this.props.healthCheck.intervalSeconds * 1000);
    check();
  }

  /** No new requests from now on. */
  drain(): void {
    this.stopChecks();
    this.become("draining", "Target.DeregistrationInProgress", "Target deregistration is in progress");
  }

  /** Ends the checks and breaks every connection that is left. */
  remove(): void {
    this.stopChecks();
    this.agent.breakAll();
  }

  private stopChecks(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private judge(outcome: CheckOutcome): void {
    // An answer to a check that was sent before the target left.
    if (this.timer === undefined) return;
    this.passedInARow = outcome.passed ? this.passedInARow + 1 : 0;
    this.failedInARow = outcome.passed ? 0 : this.failedInARow + 1;
    const { healthyThreshold, unhealthyThreshold } = this.props.healthCheck;
    if (outcome.passed) {
      if (this.state === "initial" || (this.state === "unhealthy" && this.passedInARow >= healthyThreshold))
        this.become("healthy", undefined, undefined);
    } else if (this.failedInARow >= unhealthyThreshold) {
      this.become("unhealthy", outcome.reason, outcome.description);
    }
  }

  private become(state: TargetState, reason: TargetReason | undefined, description: string | undefined): void {
    const previous = this.state;
    this.state = state;
    this.reason = reason;
    this.description = description;
    if (previous !== state) this.props.onChange(previous, this.health);
  }
}
