import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { STSClient } from "@aws-sdk/client-sts";
import { clientConfig } from "./client-config";
import type { AwsTarget } from "./target";

/** Connections to the AWS services that the command line itself calls. */
export interface AwsClients {
  /** Target of the calls. */
  readonly target: AwsTarget;
  readonly s3: S3Client;
  readonly dynamo: DynamoDBClient;
  readonly sts: STSClient;
}

/**
 * Makes the connections; nothing is called yet. How they find keys and a mock is said at `clientConfig`.
 *
 * @param region region of buckets and tables
 * @param env where endpoint and keys are looked for
 * @throws UserError see `awsTarget`
 */
export function connectToAws(region: string, env: NodeJS.ProcessEnv = process.env): AwsClients {
  const { target, config } = clientConfig(region, env);
  return {
    target,
    // A mock answers at one address, so the bucket's name goes into the path.
    s3: new S3Client({ ...config, forcePathStyle: target.kind === "mock" }),
    dynamo: new DynamoDBClient(config),
    sts: new STSClient(config),
  };
}
