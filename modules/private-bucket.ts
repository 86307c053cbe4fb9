import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket";
import { S3BucketPublicAccessBlock } from "@cdktf/provider-aws/lib/s3-bucket-public-access-block";
import { S3BucketServerSideEncryptionConfigurationA } from "@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration";
import { S3BucketVersioningA } from "@cdktf/provider-aws/lib/s3-bucket-versioning";
import { Construct } from "constructs";
import type { DataBucketConfig } from "./config/platform-config";
import { identify } from "./identity";

/** Properties of {@link PrivateBucket}. */
export interface PrivateBucketProps {
  readonly bucketName: string;
  /** Second part of the addresses of the bucket and all that belongs to it. */
  readonly logicalId: string;
  readonly versioning: DataBucketConfig["versioning"];
  /** True if `destroy` may delete it together with its objects. */
  readonly destroyWithObjects: boolean;
  readonly tags: Readonly<Record<string, string>>;
}

/** An encrypted bucket that nothing can make public. */
export class PrivateBucket extends Construct {
  readonly bucket: S3Bucket;

  /**
   * @param scope the stack
   * @param id id of the construct
   * @param props see {@link PrivateBucketProps}
   */
  constructor(
    scope: Construct,
    id: string,
    private readonly props: PrivateBucketProps,
  ) {
    super(scope, id);
    this.bucket = new S3Bucket(this, "bucket", {
      bucket: props.bucketName,
      forceDestroy: props.destroyWithObjects,
      tags: { ...props.tags, Name: props.bucketName },
    });
    identify(this.bucket, props.logicalId);
    this.addVersioning();
    this.addEncryption();
    this.blockPublicAccess();
  }

  private addVersioning(): void {
    const versioning = new S3BucketVersioningA(this, "versioning", {
      bucket: this.bucket.id,
      versioningConfiguration: { status: this.props.versioning },
    });
    identify(versioning, this.props.logicalId);
  }

  private addEncryption(): void {
    const encryption = new S3BucketServerSideEncryptionConfigurationA(this, "encryption", {
      bucket: this.bucket.id,
      rule: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
    });
    identify(encryption, this.props.logicalId);
  }

  private blockPublicAccess(): void {
    const block = new S3BucketPublicAccessBlock(this, "public-access-block", {
      bucket: this.bucket.id,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    identify(block, this.props.logicalId);
  }
}
