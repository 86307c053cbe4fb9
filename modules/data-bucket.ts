import type { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket";
import { S3BucketLifecycleConfiguration } from "@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration";
import { Construct } from "constructs";
import type { DataBucketConfig } from "./config/platform-config";
import { identify } from "./identity";
import { PrivateBucket } from "./private-bucket";

const LOGICAL_ID = "lgtm_data";

/** Properties of {@link DataBucket}. */
export interface DataBucketProps {
  readonly dataBucket: DataBucketConfig;
  readonly tags: Readonly<Record<string, string>>;
}

/** The bucket of metrics, logs, traces and profiles; old objects move to a cheaper storage class. */
export class DataBucket extends Construct {
  readonly bucket: S3Bucket;

  /**
   * @param scope the stack
   * @param id id of the construct
   * @param props see {@link DataBucketProps}
   */
  constructor(scope: Construct, id: string, { dataBucket, tags }: DataBucketProps) {
    super(scope, id);
    this.bucket = new PrivateBucket(this, "private-bucket", {
      bucketName: dataBucket.name,
      logicalId: LOGICAL_ID,
      versioning: dataBucket.versioning,
      destroyWithObjects: dataBucket.destroyWithObjects,
      tags,
    }).bucket;
    const lifecycle = new S3BucketLifecycleConfiguration(this, "lifecycle", {
      bucket: this.bucket.id,
      rule: [
        {
          id: "cleanup-incomplete-uploads",
          status: "Enabled",
          abortIncompleteMultipartUpload: [{ daysAfterInitiation: dataBucket.abortUploadsAfterDays }],
        },
        {
          id: "transition-to-ia",
          status: "Enabled",
          filter: [{}],
          transition: [{ days: dataBucket.infrequentAccessAfterDays, storageClass: "STANDARD_IA" }],
        },
      ],
    });
    identify(lifecycle, LOGICAL_ID);
  }
}
