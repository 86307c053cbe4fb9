import type { LayerId } from "../../../stacks/outputs";

/**
 * `ok`; `warning`: look at it before you apply; `problem`: an apply would fail or do harm; `not checked`: these credentials
 * may not look.
 */
export type FindingStatus = "ok" | "warning" | "problem" | "not checked";

/** An `import` block that takes a resource into a layer's state. */
export interface ImportBlock {
  readonly layer: LayerId;
  /** Address in the layer, `aws_ecr_repository.tempo`. */
  readonly to: string;
  readonly id: string;
}

/** Finding of one check. */
export interface Finding {
  /** The check, `image`, `quota`. */
  readonly check: string;
  /** Subject of the check, `tempo`, `VPCs per Region`. */
  readonly subject: string;
  readonly status: FindingStatus;
  /** Result, one sentence without a full stop. */
  readonly found: string;
  /** Remedy; commands stand in lines of their own. @default - nothing */
  readonly mend?: string;
  /** @default - none */
  readonly imports?: readonly ImportBlock[];
}
