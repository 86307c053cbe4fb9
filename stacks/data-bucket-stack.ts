import type { App } from "cdktf";
import type { PlatformConfig } from "../modules/config/platform-config";
import { DataBucket } from "../modules/data-bucket";
import { LayerStack } from "./layer-stack";

/** Layer 15: the S3 bucket of metrics, logs, traces and profiles. */
export class DataBucketStack extends LayerStack<"15-s3"> {
  /**
   * @param app the app
   * @param config the platform
   */
  constructor(app: App, config: PlatformConfig) {
    super(app, "15-s3", config);
    const { bucket } = new DataBucket(this, "data-bucket", { dataBucket: config.dataBucket, tags: this.tags });
    this.write({ bucket_name: bucket.id, bucket_arn: bucket.arn });
  }
}
