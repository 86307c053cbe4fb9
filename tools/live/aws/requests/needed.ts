import type { Permission } from "../iam/permission";

/** Operation of a request, and the permissions that it needs. */
export interface Needed {
  /** The operation as IAM's prefix and AWS's name of it: `s3:CompleteMultipartUpload`. */
  readonly operation: string;
  /** All of them are needed; none for an operation that everybody may call. */
  readonly permissions: readonly Permission[];
  /**
   * Permission needed to learn that something does not exist: without it, AWS answers 403 in place of 404.
   * @default - nothing
   */
  readonly whenAbsent?: Permission;
}
