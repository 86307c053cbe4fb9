import type { PreflightContext } from "../context";

/** A quota of AWS that the platform takes a part of. */
export interface Quota {
  /** AWS's name for it. */
  readonly name: string;
  /** Code of the AWS service, as Service Quotas writes it. */
  readonly serviceCode: string;
  readonly quotaCode: string;
  /** AWS's default, for messages; the account's own value counts. */
  readonly defaultValue: number;
  /** Amount that the platform needs. */
  readonly demand: Demand;
}

/** Amount of a quota that the platform needs. */
export type Demand =
  /** Of a quota for the region: as many as there are resources of a type, beside what others have. */
  | {
      readonly per: "region";
      readonly type: string;
      /** Permissions needed to count, as IAM writes them. */
      readonly actions: readonly string[];
      /** Counts the resources of the region, whoever made them. */
      readonly inUse: (context: PreflightContext) => Promise<number>;
    }
  /** Of a quota for a single resource, or one that no one else's resources are counted for: the platform's need alone. */
  | {
      readonly per: "platform";
      readonly needed: (context: PreflightContext) => number;
      /** Smallest amount that works; between this and `needed` it works, not as well. @default - all of it */
      readonly least?: (context: PreflightContext) => number;
      /** @default - none */
      readonly remark?: string;
    };
