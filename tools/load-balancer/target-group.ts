import type { TargetAddress, TargetGroupDescription } from "./description";
import { RegisteredTarget, type RegisteredTargetProps } from "./registered-target";
import type { HealthChange, TargetHealth } from "./target-health";

/** Dependencies of a target group, given by its load balancer. */
export interface TargetGroupProps extends Pick<
  RegisteredTargetProps,
  "connect" | "idleTimeoutSeconds" | "connectTimeoutSeconds"
> {
  readonly description: TargetGroupDescription;
  /** Called after each change of a target's state. */
  readonly onChange: (change: HealthChange) => void;
}

/** The targets of a group: which get requests, which are on their way out. */
export class TargetGroup {
  readonly name: string;
  private readonly targets = new Map<string, RegisteredTarget>();
  private readonly drains = new Map<string, NodeJS.Timeout>();
  private turn = 0;

  /** @param props see {@link TargetGroupProps} */
  constructor(private readonly props: TargetGroupProps) {
    this.name = props.description.name;
    for (const address of props.description.targets ?? []) this.register(address);
  }

  /** Registers a target; one that was leaving starts anew, one that is registered stays as it is. */
  register(address: TargetAddress): void {
    const key = keyOf(address);
    if (this.targets.has(key)) {
      if (!this.drains.has(key)) return;
      this.drop(key);
    }
    const { description, connect, idleTimeoutSeconds, connectTimeoutSeconds, onChange } = this.props;
    const target = new RegisteredTarget({
      address,
      healthCheck: description.healthCheck,
      connect,
      idleTimeoutSeconds,
      connectTimeoutSeconds,
      onChange: (previous, health) => {
        onChange({ targetGroup: this.name, previous, health });
      },
    });
    this.targets.set(key, target);
    target.startChecks();
  }

  /** Lets a target leave: no new requests; those in flight may finish within the deregistration delay. */
  deregister(address: TargetAddress): void {
    const key = keyOf(address);
    const target = this.targets.get(key);
    if (target === undefined || this.drains.has(key)) return;
    const delay = this.props.description.deregistrationDelaySeconds * 1000;
    this.drains.set(
      key,
      setTimeout(() => {
        this.drop(key);
      }, delay),
    );
    target.drain();
  }

  /** Health of every registered target, in the order of registration. */
  health(): readonly TargetHealth[] {
    return [...this.targets.values()].map(({ health }) => health);
  }

  /**
   * The target of the next request, by turns. With no healthy one, each that is registered gets requests: AWS fails
   * open. Undefined when none is registered but those that are leaving.
   */
  next(): RegisteredTarget | undefined {
    const registered = [...this.targets.values()].filter(({ health }) => health.state !== "draining");
    const healthy = registered.filter(({ health }) => health.state === "healthy");
    const candidates = healthy.length > 0 ? healthy : registered;
    const chosen = candidates[this.turn % candidates.length];
    this.turn += 1;
    return chosen;
  }

  /** Ends all checks and breaks all connections. */
  close(): void {
    for (const key of [...this.targets.keys()]) this.drop(key);
  }

  private drop(key: string): void {
    clearTimeout(this.drains.get(key));
    this.drains.delete(key);
    this.targets.get(key)?.remove();
    this.targets.delete(key);
  }
}

function keyOf({ id, port }: TargetAddress): string {
  return `${id}:${port}`;
}
