import {
  CreateBucketCommand,
  GetBucketEncryptionCommand,
  GetBucketLocationCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  PutBucketEncryptionCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
  waitUntilBucketExists,
  type BucketLocationConstraint,
  type PublicAccessBlockConfiguration,
  type S3Client,
} from "@aws-sdk/client-s3";
import { awsErrorCode, awsStatus, onAws } from "../aws/errors";
import { UserError } from "../terminal/user-error";
import type { StateSession } from "./session";

/** One property of the bucket and what became of it. */
export interface BootstrapSetting {
  readonly name: "bucket" | "versioning" | "encryption" | "public access block";
  readonly result: "as it should be" | "created" | "corrected";
  /** State found before. */
  readonly found: string;
}

/** Result of `./lgtm state bootstrap`. */
export interface BootstrapResult {
  readonly bucket: string;
  readonly region: string;
  readonly settings: readonly BootstrapSetting[];
}

/** A property of the bucket: how to look at it, and how to set it. */
interface Property {
  readonly name: BootstrapSetting["name"];
  /** Desired value, for people. */
  readonly wanted: string;
  readonly permissions: readonly string[];
  read(s3: S3Client, bucket: string): Promise<{ readonly found: string; readonly good: boolean }>;
  write(s3: S3Client, bucket: string): Promise<unknown>;
}

const versioning: Property = {
  name: "versioning",
  wanted: "Enabled",
  permissions: ["s3:GetBucketVersioning", "s3:PutBucketVersioning"],
  read: async (s3, bucket) => {
    const { Status } = await s3.send(new GetBucketVersioningCommand({ Bucket: bucket }));
    return { found: Status ?? "never enabled", good: Status === "Enabled" };
  },
  write: (s3, bucket) =>
    s3.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: "Enabled" } })),
};

const encryption: Property = {
  name: "encryption",
  wanted: "AES256",
  permissions: ["s3:GetEncryptionConfiguration", "s3:PutEncryptionConfiguration"],
  read: async (s3, bucket) => {
    const found = await readUnlessAbsent("ServerSideEncryptionConfigurationNotFoundError", async () => {
      const { ServerSideEncryptionConfiguration } = await s3.send(new GetBucketEncryptionCommand({ Bucket: bucket }));
      return ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm;
    });
    // A KMS key is more than what is asked for; taking it away would be no correction.
    return { found: found ?? "none", good: found !== undefined };
  },
  write: (s3, bucket) =>
    s3.send(
      new PutBucketEncryptionCommand({
        Bucket: bucket,
        ServerSideEncryptionConfiguration: {
          Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
        },
      }),
    ),
};

const everythingBlocked: PublicAccessBlockConfiguration = {
  BlockPublicAcls: true,
  BlockPublicPolicy: true,
  IgnorePublicAcls: true,
  RestrictPublicBuckets: true,
};

const publicAccessBlock: Property = {
  name: "public access block",
  wanted: "all public access blocked",
  permissions: ["s3:GetBucketPublicAccessBlock", "s3:PutBucketPublicAccessBlock"],
  read: async (s3, bucket) => {
    const found = await readUnlessAbsent("NoSuchPublicAccessBlockConfiguration", async () => {
      const answer = await s3.send(new GetPublicAccessBlockCommand({ Bucket: bucket }));
      return answer.PublicAccessBlockConfiguration;
    });
    const names = Object.keys(everythingBlocked) as (keyof PublicAccessBlockConfiguration)[];
    const open = names.filter((name) => found?.[name] !== true);
    return {
      found: open.length === 0 ? "all public access blocked" : `not set: ${open.join(", ")}`,
      good: open.length === 0,
    };
  },
  write: (s3, bucket) =>
    s3.send(new PutPublicAccessBlockCommand({ Bucket: bucket, PublicAccessBlockConfiguration: everythingBlocked })),
};

/**
 * Makes the bucket of layer 00's own state, or checks and corrects the one that is there.
 *
 * @param session a session that writes
 * @param say told each thing that is there, and each change before it is made
 * @throws UserError when the bucket belongs to another account or is in another region, or AWS refuses
 */
export async function bootstrap(session: StateSession, say: (text: string) => void): Promise<BootstrapResult> {
  const { region, state } = session.profile.config;
  const bucket = state.bootstrapBucket;
  const { s3 } = session.clients;
  const made = await ensureBucket(session, bucket, region, say);
  const settings = [made];
  for (const property of [publicAccessBlock, encryption, versioning]) {
    settings.push(await ensureProperty(s3, bucket, property, made.result === "created", say));
  }
  return { bucket, region, settings };
}

async function ensureBucket(
  session: StateSession,
  bucket: string,
  region: string,
  say: (text: string) => void,
): Promise<BootstrapSetting> {
  const there = await regionOfBucket(session, bucket);
  if (there === undefined) {
    say(`bucket ${bucket}: absent; creating it in ${region}`);
    await createBucket(session, bucket, region);
    return { name: "bucket", result: "created", found: "absent" };
  }
  if (there !== region) throw otherRegion(bucket, there, region);
  say(`bucket ${bucket}: there, in ${there}`);
  return { name: "bucket", result: "as it should be", found: `there, in ${there}` };
}

/** Region of the bucket if this account has it, undefined if no one has. */
async function regionOfBucket({ clients, caller }: StateSession, bucket: string): Promise<string | undefined> {
  const call = {
    doing: `look for the bucket ${bucket}`,
    bucket,
    permissions: ["s3:ListBucket", "s3:GetBucketLocation"],
  };
  return onAws(call, async () => {
    try {
      // With the expected owner S3 answers "forbidden" for a bucket of someone else, even one that is open to everyone.
      await clients.s3.send(new HeadBucketCommand({ Bucket: bucket, ExpectedBucketOwner: caller.account }));
    } catch (error) {
      if (awsStatus(error) === 404) return undefined;
      if (awsStatus(error) === 403) throw ownedByAnother(bucket, caller.account);
      const elsewhere = bucketRegionIn(error);
      if (elsewhere !== undefined) return elsewhere;
      throw error;
    }
    const { LocationConstraint } = await clients.s3.send(new GetBucketLocationCommand({ Bucket: bucket }));
    // The two oldest regions go by other names here.
    if (LocationConstraint === undefined) return "us-east-1";
    return LocationConstraint === "EU" ? "eu-west-1" : LocationConstraint;
  });
}

/** S3 redirects (301) to where the bucket is, and names the region in a header. */
function bucketRegionIn(error: unknown): string | undefined {
  const headers = (error as { $response?: { headers?: Readonly<Record<string, string>> } }).$response?.headers;
  return awsStatus(error) === 301 ? headers?.["x-amz-bucket-region"] : undefined;
}

async function createBucket({ clients, caller }: StateSession, bucket: string, region: string): Promise<void> {
  const call = { doing: `create the bucket ${bucket}`, bucket, permissions: ["s3:CreateBucket"] };
  await onAws(call, async () => {
    try {
      await clients.s3.send(
        new CreateBucketCommand({
          Bucket: bucket,
          // us-east-1 is the region without a location constraint; naming it is an error.
          ...(region === "us-east-1"
            ? {}
            : { CreateBucketConfiguration: { LocationConstraint: region as BucketLocationConstraint } }),
        }),
      );
    } catch (error) {
      const code = awsErrorCode(error);
      if (code === "BucketAlreadyExists") throw ownedByAnother(bucket, caller.account);
      if (code !== "BucketAlreadyOwnedByYou") throw error;
    }
    await waitUntilBucketExists({ client: clients.s3, maxWaitTime: 60 }, { Bucket: bucket });
  });
}

async function ensureProperty(
  s3: S3Client,
  bucket: string,
  property: Property,
  isNew: boolean,
  say: (text: string) => void,
): Promise<BootstrapSetting> {
  const { name, wanted, permissions } = property;
  const call = { doing: `look at ${name} of the bucket ${bucket}`, bucket, permissions };
  const { found, good } = await onAws(call, () => property.read(s3, bucket));
  if (good) {
    say(`${name}: ${found}`);
    return { name, result: "as it should be", found };
  }
  say(`${name}: ${found}; setting it to ${wanted}`);
  await onAws({ ...call, doing: `set ${name} of the bucket ${bucket}` }, () => property.write(s3, bucket));
  return { name, result: isNew ? "created" : "corrected", found };
}

async function readUnlessAbsent<Value>(absent: string, read: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await read();
  } catch (error) {
    if (awsErrorCode(error) === absent) return undefined;
    throw error;
  }
}

function ownedByAnother(bucket: string, account: string): UserError {
  return new UserError({
    what: `The bucket ${bucket} exists, but does not belong to account ${account}, or these credentials may not look at it.`,
    where: "common.config.ts (state.bootstrapBucket)",
    mend:
      "bucket names are unique in the world: choose another name; if the bucket is this account's, use a role with " +
      "s3:ListBucket on it",
  });
}

function otherRegion(bucket: string, there: string, region: string): UserError {
  return new UserError({
    what: `The bucket ${bucket} is in ${there}, but the profile is for ${region}; a bucket cannot move.`,
    where: "common.config.ts (region, state.bootstrapBucket)",
    mend: "choose another name for the bucket, or correct the region",
    exit: "badInput",
  });
}
