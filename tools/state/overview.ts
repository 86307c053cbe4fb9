import type { LayerId } from "../../stacks/outputs";
import type { DigestStatus, LayerState } from "./layer-state";
import type { Lock } from "./lock-table";
import type { StateSession } from "./session";

/** A held lock, for people and machines. */
export interface LockSummary {
  readonly id: string;
  readonly who: string;
  /** `apply`, `plan`, … */
  readonly operation: string;
  /** ISO 8601; null when the lock does not say. */
  readonly created: string | null;
  readonly ageSeconds: number | null;
}

/** One layer's state in numbers. `state` is null for a layer that was never applied. */
export interface LayerSummary {
  readonly layer: LayerId;
  readonly bucket: string;
  readonly key: string;
  readonly state: {
    readonly serial: number;
    readonly lineage: string;
    readonly terraformVersion: string;
    /** ISO 8601; null when S3 does not say. */
    readonly writtenAt: string | null;
    readonly ageSeconds: number | null;
    /** Managed resources, each instance counted; data sources are not. */
    readonly resources: number;
    readonly outputs: number;
  } | null;
  readonly lock: LockSummary | null;
  /** True if there is a table that holds the lock. */
  readonly lockTable: boolean;
  readonly digest: DigestStatus;
}

/** Location and owner of the states. */
export interface DeploymentSummary {
  readonly profile: string;
  readonly environment: string;
  readonly target: "mock" | "account";
  readonly account: string;
}

/** The deployment that a session works on. */
export function summarizeDeployment({ profile, clients, caller }: StateSession): DeploymentSummary {
  return {
    profile: profile.name,
    environment: profile.config.environment,
    target: clients.target.kind,
    account: caller.account,
  };
}

/** One layer in numbers. */
export function summarizeLayer(state: LayerState, now: Date = new Date()): LayerSummary {
  const { layer, location, stored, lock, lockTable, digest } = state;
  return {
    layer,
    bucket: location.bucket,
    key: location.key,
    state:
      stored === undefined
        ? null
        : {
            serial: stored.file.serial,
            lineage: stored.file.lineage,
            terraformVersion: stored.file.terraformVersion,
            writtenAt: stored.writtenAt?.toISOString() ?? null,
            ageSeconds: ageOf(stored.writtenAt, now),
            resources: stored.file.resources.filter(({ mode }) => mode === "managed").length,
            outputs: stored.file.outputs.length,
          },
    lock: lock === undefined ? null : summarizeLock(lock, now),
    lockTable,
    digest,
  };
}

/** A lock with its age. */
export function summarizeLock({ id, who, operation, created }: Lock, now: Date = new Date()): LockSummary {
  return {
    id,
    who,
    operation: operation.replace(/^OperationType/, "").toLowerCase(),
    created: created ?? null,
    ageSeconds: created === undefined ? null : ageOf(new Date(created), now),
  };
}

function ageOf(date: Date | undefined, now: Date): number | null {
  const seconds = date === undefined ? NaN : (now.getTime() - date.getTime()) / 1000;
  return Number.isNaN(seconds) ? null : Math.max(0, Math.round(seconds));
}
