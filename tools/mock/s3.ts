import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  CreateBucketCommand,
  DeleteObjectsCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
  type BucketLocationConstraint,
  type ListObjectVersionsCommandOutput,
  type ObjectIdentifier,
} from "@aws-sdk/client-s3";
import { UserError } from "../terminal/user-error";
import type { Mock } from "./server";

// On Node 20 the clients would warn of their own future on standard error, in the middle of a report; which Node is used
// is this project's decision (package.json: engines).
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

/** Location of the states: the names are the synthesized layers' own. */
export interface StateNames {
  /** Bucket of the bootstrap layer's state (keys that start with `bootstrap/`). */
  readonly bootstrapBucket: string;
  /** Bucket of all other states. */
  readonly bucket: string;
  /** DynamoDB table of the locks. */
  readonly lockTable: string;
}

/** Objects that `emptyBucket` removed. */
export interface EmptiedBucket {
  /** Versions of objects, current ones included. */
  readonly versions: number;
  /** Markers that stand for deleted objects. */
  readonly deleteMarkers: number;
}

/** Connects to S3 on the mock. Path style, as the mock has no host names of buckets. */
export function s3Client(mock: Mock): S3Client {
  return new S3Client({ ...connection(mock), forcePathStyle: true });
}

/** Connects to DynamoDB on the mock. */
export function dynamoDbClient(mock: Mock): DynamoDBClient {
  return new DynamoDBClient(connection(mock));
}

/** Options with which an AWS client works on the mock, whatever the environment of this process says. */
export function connection(mock: Mock): {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
} {
  return {
    endpoint: mock.url,
    region: mock.record.region,
    credentials: { accessKeyId: "mock", secretAccessKey: "mock" },
  };
}

/**
 * Makes the state buckets (versioned, as in life) and the lock table on the mock, and puts each `.tfstate` file of the
 * folder at the key that its path spells; what is there already stays, states are replaced. The lock table gets no digest items: Terraform takes a state without one as it
 * is.
 * @returns the keys, sorted
 * @throws UserError (exit "badInput") when the folder holds no state
 */
export async function seedStates(mock: Mock, folder: string, names: StateNames): Promise<string[]> {
  const keys = stateKeys(folder);
  const s3 = s3Client(mock);
  const dynamoDb = dynamoDbClient(mock);
  try {
    await makeStateBucket(s3, names.bootstrapBucket, mock.record.region);
    await makeStateBucket(s3, names.bucket, mock.record.region);
    await makeLockTable(dynamoDb, names.lockTable);
    for (const key of keys) {
      const Bucket = key.startsWith("bootstrap/") ? names.bootstrapBucket : names.bucket;
      await s3.send(new PutObjectCommand({ Bucket, Key: key, Body: readFileSync(join(folder, key)) }));
    }
  } finally {
    s3.destroy();
    dynamoDb.destroy();
  }
  return keys;
}

function stateKeys(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const keys = files
    .filter((file) => file.endsWith(".tfstate"))
    .map((file) => file.split(sep).join("/"))
    .sort();
  if (keys.length > 0) return keys;
  throw new UserError({
    what: "There is no state file to put into the mock.",
    where: folder,
    mend: "name a folder with one .tfstate file a state key, as __tests__/fixtures/existing-state is",
    exit: "badInput",
  });
}

async function makeStateBucket(s3: S3Client, bucket: string, region: string): Promise<void> {
  // us-east-1 is the one region that must not be named as a location.
  const location =
    region === "us-east-1"
      ? {}
      : { CreateBucketConfiguration: { LocationConstraint: region as BucketLocationConstraint } };
  await unlessThere("BucketAlreadyOwnedByYou", s3.send(new CreateBucketCommand({ Bucket: bucket, ...location })));
  const VersioningConfiguration = { Status: "Enabled" } as const;
  await s3.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration }));
}

async function makeLockTable(dynamoDb: DynamoDBClient, table: string): Promise<void> {
  await unlessThere(
    "ResourceInUseException",
    dynamoDb.send(
      new CreateTableCommand({
        TableName: table,
        BillingMode: "PAY_PER_REQUEST",
        KeySchema: [{ AttributeName: "LockID", KeyType: "HASH" }],
        AttributeDefinitions: [{ AttributeName: "LockID", AttributeType: "S" }],
      }),
    ),
  );
}

/** Lets a creation fail with the one error that says it was made before: seeding again only replaces the states. */
async function unlessThere(errorName: string, creation: Promise<unknown>): Promise<void> {
  try {
    await creation;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== errorName) throw error;
  }
}

/**
 * Removes all that a bucket holds, every version and every delete marker, page by page (1000 a page, a limit of S3).
 * The bucket stays.
 * @throws UserError when S3 refuses to delete some of it
 */
export async function emptyBucket(s3: S3Client, bucket: string): Promise<EmptiedBucket> {
  let versions = 0;
  let deleteMarkers = 0;
  // The first page again and again: what it listed is gone by then, so no marker of a page can go stale.
  for (;;) {
    const page = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket }));
    const found = identifiers(page);
    if (found.length === 0) return { versions, deleteMarkers };
    const { Errors: refused = [] } = await s3.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: found, Quiet: true } }),
    );
    const [first] = refused;
    if (first !== undefined) {
      throw new UserError({
        what: `S3 refused to delete ${refused.length} of ${found.length} objects of ${bucket}: ${first.Code ?? "no code"} (${first.Message ?? "no message"}).`,
        where: `s3://${bucket}/${first.Key ?? ""}`,
        mend: "look for an object lock, a legal hold or a bucket policy that forbids it",
      });
    }
    versions += page.Versions?.length ?? 0;
    deleteMarkers += page.DeleteMarkers?.length ?? 0;
  }
}

function identifiers(page: ListObjectVersionsCommandOutput): ObjectIdentifier[] {
  return [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].flatMap(({ Key, VersionId }) =>
    Key === undefined ? [] : [{ Key, ...(VersionId === undefined ? {} : { VersionId }) }],
  );
}
