import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { STSClient } from "@aws-sdk/client-sts";
import { awsTarget, type AwsTarget } from "./target";

/** Connections to the AWS services that the command line itself calls. */
export interface AwsClients {
  /** What the calls reach. */
  readonly target: AwsTarget;
  readonly s3: S3Client;
  readonly dynamo: DynamoDBClient;
  readonly sts: STSClient;
}

const timeouts = { connectionTimeout: 10_000, requestTimeout: 60_000 } as const;

/**
 * Makes the connections; nothing is called yet. Keys in the environment win over AWS_PROFILE, as they do in Terraform;
 * without keys the SDK's usual chain is asked (profile, SSO, web identity, container, instance). On the mock made-up keys
 * do.
 *
 * @param region region of buckets and tables
 * @param env where endpoint and keys are looked for
 * @throws UserError see `awsTarget`
 */
export function connectToAws(region: string, env: NodeJS.ProcessEnv = process.env): AwsClients {
  // The SDK warns on standard error about the age of Node, which is no business of who runs a command.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  const target = awsTarget(env);
  const config = {
    region,
    requestHandler: timeouts,
    ...(target.kind === "mock" ? { endpoint: target.endpoint } : {}),
    ...credentials(env, target),
  };
  return {
    target,
    // A mock answers at one address, so the bucket's name goes into the path.
    s3: new S3Client({ ...config, forcePathStyle: target.kind === "mock" }),
    dynamo: new DynamoDBClient(config),
    sts: new STSClient(config),
  };
}

function credentials(env: NodeJS.ProcessEnv, target: AwsTarget): Pick<S3ClientConfig, "credentials"> {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = env;
  if (isGiven(accessKeyId) && isGiven(secretAccessKey)) {
    return { credentials: { accessKeyId, secretAccessKey, ...(isGiven(sessionToken) ? { sessionToken } : {}) } };
  }
  return target.kind === "mock" ? { credentials: { accessKeyId: "mock", secretAccessKey: "mock" } } : {};
}

function isGiven(value: string | undefined): value is string {
  return value !== undefined && value !== "";
}
