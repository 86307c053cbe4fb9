import type { Permission } from "./iam/permission";

/** A request that was refused, or several alike. */
export interface Denial {
  /** Undefined for keys that no task has. */
  readonly task: string | undefined;
  readonly service: string | undefined;
  /** As IAM writes it; the request itself where the tables have no entry for it. */
  readonly action: string;
  /** ARN of the first one refused; empty where none is known. */
  readonly resource: string;
  /** Prefix that it asked to list, for list requests. */
  readonly prefix: string | undefined;
  readonly reason: string;
  /** Time of the first one. */
  readonly firstAt: Date;
  count: number;
}

/** A condition that was taken as fulfilled. */
export interface Unchecked {
  readonly task: string;
  readonly service: string;
  readonly action: string;
  /** As `StringEquals aws:SourceVpc`. */
  readonly condition: string;
}

/** Number of calls of one action by one task. */
export interface CallCount {
  readonly task: string;
  readonly service: string;
  /** The permission that was needed; the operation where none was. */
  readonly action: string;
  count: number;
}

/** Task that sent the request. */
export interface Caller {
  readonly task: string;
  readonly service: string;
}

/** Remembers what was asked and refused. It grows with the kinds of requests, not with their number. */
export class Ledger {
  private readonly denied = new Map<string, Denial>();
  private readonly open = new Map<string, Unchecked>();
  private readonly counted = new Map<string, CallCount>();

  /** All refusals, the first first. */
  denials(): readonly Denial[] {
    return [...this.denied.values()];
  }

  /** All conditions that were not checked, each once a task and action. */
  unchecked(): readonly Unchecked[] {
    return [...this.open.values()];
  }

  /** Counts by task and action, refused requests included. */
  calls(): readonly CallCount[] {
    return [...this.counted.values()];
  }

  count({ task, service }: Caller, action: string): void {
    const key = JSON.stringify([task, action]);
    const known = this.counted.get(key);
    if (known === undefined) this.counted.set(key, { task, service, action, count: 1 });
    else known.count += 1;
  }

  note({ task, service }: Caller, action: string, condition: string): void {
    this.open.set(JSON.stringify([task, action, condition]), { task, service, action, condition });
  }

  deny(caller: Partial<Caller>, permission: Permission, reason: string): void {
    const { action, resource, context } = permission;
    const prefix = context?.["s3:prefix"];
    // Objects of one folder count as one: a service that may not write tries many names.
    const key = JSON.stringify([caller.task, action, resource.replace(/[^/]*$/, ""), prefix, reason]);
    const known = this.denied.get(key);
    if (known !== undefined) known.count += 1;
    else {
      const { task, service } = caller;
      this.denied.set(key, { task, service, action, resource, prefix, reason, firstAt: new Date(), count: 1 });
    }
  }
}
