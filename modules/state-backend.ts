import { DynamodbTable } from "@cdktf/provider-aws/lib/dynamodb-table";
import type { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket";
import { S3BucketLifecycleConfiguration } from "@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration";
import { Construct } from "constructs";
import type { StateConfig } from "./config/platform-config";
import { identify } from "./identity";
import { PrivateBucket } from "./private-bucket";
import { PLANS_PREFIX } from "./config/names";

/** Bucket and lock table of the Terraform states. The bucket keeps old versions: they are the way back. */
export class StateBackend extends Construct {
  readonly bucket: S3Bucket;
  readonly lockTable: DynamodbTable;

  /**
   * @param scope the stack
   * @param id id of the construct
   * @param state names of bucket and table
   */
  constructor(scope: Construct, id: string, state: StateConfig) {
    super(scope, id);
    this.bucket = new PrivateBucket(this, "private-bucket", {
      bucketName: state.bucket,
      logicalId: "terraform_state",
      versioning: "Enabled",
      destroyWithObjects: false,
      tags: {},
    }).bucket;
    this.lockTable = new DynamodbTable(this, "lock-table", {
      name: state.lockTable,
      billingMode: "PAY_PER_REQUEST",
      hashKey: "LockID",
      attribute: [{ name: "LockID", type: "S" }],
      tags: { Name: state.lockTable },
    });
    identify(this.lockTable, "terraform_lock");
    if (state.plansExpireAfterDays !== undefined) this.expirePlans(state.plansExpireAfterDays);
  }

  /** The states beside the plans are never touched. The bucket keeps old versions, so these expire too. */
  private expirePlans(days: number): void {
    const lifecycle = new S3BucketLifecycleConfiguration(this, "plans-lifecycle", {
      bucket: this.bucket.id,
      rule: [
        {
          id: "expire-saved-plans",
          status: "Enabled",
          filter: [{ prefix: PLANS_PREFIX }],
          expiration: [{ days }],
          noncurrentVersionExpiration: [{ noncurrentDays: days }],
        },
      ],
    });
    identify(lifecycle, "terraform_state");
  }
}
