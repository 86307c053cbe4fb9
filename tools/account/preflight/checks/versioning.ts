import { GetBucketVersioningCommand, NoSuchBucket } from "@aws-sdk/client-s3";
import type { DataBucketConfig } from "../../../../modules/config/platform-config";
import { ask } from "../../ask";
import { awsErrorCode } from "../../../aws/errors";
import { isApplied, type PreflightCheck, type PreflightContext } from "../context";
import type { Finding } from "../finding";

type Versioning = DataBucketConfig["versioning"];

const ACTIONS = ["s3:GetBucketVersioning"];

/** Checks that the buckets are versioned as the configuration says; the provider refuses to go back to `Disabled`. */
export const versioningCheck: PreflightCheck = {
  actions: ACTIONS,
  run: (context) => {
    const { dataBucket, state } = context.session.profile.config;
    return Promise.all([
      findingOf(context, dataBucket.name, dataBucket.versioning, "dataBucket.versioning"),
      findingOf(context, state.bucket, "Enabled", undefined),
      findingOf(context, state.bootstrapBucket, "Enabled", undefined),
    ]);
  },
};

async function findingOf(
  context: PreflightContext,
  bucket: string,
  wanted: Versioning,
  key: string | undefined,
): Promise<Finding> {
  const row = { check: "bucket versioning", subject: bucket };
  const actual = await ask(ACTIONS, () => versioningOf(context, bucket));
  if (!actual.known) return { ...row, status: "not checked", found: actual.why };
  if (actual.value === undefined) return absent(row, context, key);
  if (actual.value === wanted) return { ...row, status: "ok", found: `${wanted}, as configured` };
  if (wanted === "Disabled") {
    return {
      ...row,
      status: "problem",
      found: `it is ${actual.value}, and S3 has no way back to "Disabled": the plan of 15-s3 would fail`,
      mend: `set ${key ?? "it"} in common.config.ts to "Suspended" (new objects get no versions) or "Enabled"`,
    };
  }
  return key === undefined
    ? {
        ...row,
        status: "warning",
        found: `it is ${actual.value}: a state that is overwritten is lost`,
        mend: "apply 00-bootstrap, or ./lgtm state bootstrap",
      }
    : { ...row, status: "warning", found: `it is ${actual.value}; an apply changes it to ${wanted}` };
}

function absent(row: Pick<Finding, "check" | "subject">, context: PreflightContext, key: string | undefined): Finding {
  if (key !== undefined && isApplied(context, "15-s3") === true) {
    return {
      ...row,
      status: "problem",
      found: "the state says that it exists, and it does not",
      mend: "./lgtm drift --layer 15-s3",
    };
  }
  return { ...row, status: "ok", found: "it does not exist yet" };
}

async function versioningOf({ session }: PreflightContext, bucket: string): Promise<Versioning | undefined> {
  try {
    const { Status } = await session.clients.s3.send(new GetBucketVersioningCommand({ Bucket: bucket }));
    // A bucket that never was versioned has no status.
    return Status ?? "Disabled";
  } catch (error) {
    if (error instanceof NoSuchBucket || awsErrorCode(error) === "NoSuchBucket") return undefined;
    throw error;
  }
}
