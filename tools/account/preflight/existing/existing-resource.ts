import type { LayerId } from "../../../../stacks/outputs";
import type { PreflightContext } from "../context";

/** A resource that AWS has under a name that the platform uses. */
export interface ExistingResource {
  /** Its type in Terraform, `aws_ecr_repository`. */
  readonly type: string;
  /** Argument that holds its name in the layer. */
  readonly argument: string;
  readonly name: string;
  /** Its id in a state, by which it is told whether the state knows it. */
  readonly id: string;
  /** Id for the `import` block. @default - the id */
  readonly importId?: string;
}

/** Finds resources of one kind that would be in the way of an apply. */
export interface ResourceFinder {
  /** The kind, as AWS's console calls it. */
  readonly kind: string;
  /** The layer that makes them. */
  readonly layer: LayerId;
  /** Permissions needed to find it, as IAM writes them. */
  readonly actions: readonly string[];
  /** Those that exist; names that the platform does not use may be among them. */
  readonly find: (context: PreflightContext) => Promise<readonly ExistingResource[]>;
}
