import { UserError, type UserErrorParts } from "../terminal/user-error";

/** Description of a call, for messages. */
export interface AwsCall {
  /** Activity, as in "cannot <doing>": `read the state of 01-vpc`. */
  readonly doing: string;
  /** The bucket asked for. @default - none */
  readonly bucket?: string;
  /** Command or layer that makes the bucket or table when it is absent. @default - not known */
  readonly madeBy?: string;
  /** The DynamoDB table asked for. @default - none */
  readonly table?: string;
  /** Permissions that the call needs, as IAM writes them. @default - not said */
  readonly permissions?: readonly string[];
}

/** The parts of an SDK error that are looked at. */
interface SdkError extends Error {
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

type Explanation = (error: SdkError, call: AwsCall) => UserErrorParts | undefined;

/**
 * Does one thing on AWS and translates its failure.
 * @throws UserError that says what is wrong and what to do; errors that AWS did not cause pass through
 */
export async function onAws<Result>(call: AwsCall, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw explainAwsError(error, call);
  }
}

/** The code of an AWS error (`NoSuchKey`, `AccessDenied`); undefined for every other error. */
export function awsErrorCode(error: unknown): string | undefined {
  return error instanceof Error && "$metadata" in error ? error.name : undefined;
}

/** HTTP status of AWS's answer; undefined when there was none. */
export function awsStatus(error: unknown): number | undefined {
  return error instanceof Error ? (error as SdkError).$metadata?.httpStatusCode : undefined;
}

/** Translates an error of the AWS SDK; every other error is handed back as it is. */
export function explainAwsError(error: unknown, call: AwsCall): unknown {
  if (error instanceof UserError || !(error instanceof Error)) return error;
  for (const rule of rules) {
    const parts = rule(error, call);
    if (parts !== undefined) return new UserError(parts, { cause: error });
  }
  if (awsErrorCode(error) === undefined) return error;
  return new UserError(
    {
      what: `AWS refused to ${call.doing}: ${error.name}.`,
      mend: "see AWS's message below; try again if it says that AWS is busy",
      detail: error.message,
    },
    { cause: error },
  );
}

const credentialsExpired: Explanation = (error, call) =>
  /^(ExpiredToken(Exception)?|RequestExpired|TokenRefreshRequired)$/.test(error.name) ||
  (/SSO|token/i.test(error.message) && /expired/i.test(error.message))
    ? {
        what: `The AWS credentials have expired; cannot ${call.doing}.`,
        mend: "renew them, for example with `aws sso login`, then run the command again",
      }
    : undefined;

const credentialsAbsent: Explanation = (error, call) =>
  /^(CredentialsProviderError|TokenProviderError|ProviderError)$/.test(error.name)
    ? {
        what: `There are no AWS credentials; cannot ${call.doing}.`,
        where: "environment and ~/.aws",
        mend:
          "set AWS_PROFILE (after `aws sso login`), or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; " +
          "for a mock, set AWS_ENDPOINT_URL",
        detail: error.message,
        exit: "missing",
      }
    : undefined;

const credentialsRefused: Explanation = (error, call) =>
  /^(InvalidClientTokenId|UnrecognizedClientException|SignatureDoesNotMatch|InvalidAccessKeyId|AuthFailure|InvalidSignatureException)$/.test(
    error.name,
  )
    ? {
        what: `AWS does not accept the credentials (${error.name}); cannot ${call.doing}.`,
        mend: "check AWS_PROFILE or the keys, and this machine's clock; `aws sts get-caller-identity` shows whether they work",
      }
    : undefined;

const bucketAbsent: Explanation = (error, call) =>
  error.name === "NoSuchBucket" && call.bucket !== undefined
    ? {
        what: `The bucket ${call.bucket} does not exist; cannot ${call.doing}.`,
        mend:
          `make it: ${call.madeBy ?? "see common.config.ts (state)"}; if it should exist, check the account and the ` +
          "bucket's name in common.config.ts (state)",
      }
    : undefined;

const bucketElsewhere: Explanation = (error, call) =>
  (/^(PermanentRedirect|AuthorizationHeaderMalformed|IllegalLocationConstraintException)$/.test(error.name) ||
    awsStatus(error) === 301) &&
  call.bucket !== undefined
    ? {
        what: `The bucket ${call.bucket} is in another region than the profile's; cannot ${call.doing}.`,
        where: "common.config.ts (region, state)",
        mend: "set the region in which the bucket is, or name another bucket",
        detail: error.message,
      }
    : undefined;

const tableAbsent: Explanation = (error, call) =>
  error.name === "ResourceNotFoundException" && call.table !== undefined
    ? {
        what: `The DynamoDB table ${call.table} does not exist; cannot ${call.doing}.`,
        mend: `make it: ${call.madeBy ?? "see common.config.ts (state)"}; if it should exist, check state.lockTable and the region`,
      }
    : undefined;

const accessDenied: Explanation = (error, call) => {
  if (!/^(AccessDenied(Exception)?|AllAccessDisabled|Forbidden|403)$/.test(error.name) && awsStatus(error) !== 403) {
    return undefined;
  }
  const needed = call.permissions === undefined ? "the permission for it" : call.permissions.join(", ");
  const on = call.bucket === undefined ? "" : ` on ${call.bucket}`;
  return {
    what: `AWS denies these credentials to ${call.doing}.`,
    mend: `use a role that has ${needed}${on}, or ask for it; \`aws sts get-caller-identity\` says who you are`,
    detail: error.message,
  };
};

const unreachable: Explanation = (error, call) => {
  const code =
    [error, (error as { cause?: unknown }).cause].map((one) => (one as SdkError | undefined)?.code)[0] ?? error.name;
  if (code === "ECONNREFUSED") {
    return {
      what: `Nothing answers where AWS should be; cannot ${call.doing}.`,
      where: process.env.AWS_ENDPOINT_URL === undefined ? "network" : "AWS_ENDPOINT_URL",
      mend: "if AWS_ENDPOINT_URL names a mock, it has ended and its states with it: start a new one, or unset the variable to work on AWS",
      detail: error.message,
    };
  }
  if (!/^(ENOTFOUND|EAI_AGAIN|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE|TimeoutError)$/.test(code))
    return undefined;
  return {
    what: `AWS cannot be reached; cannot ${call.doing}.`,
    mend: "check network, proxy and region, then run the command again",
    detail: error.message,
  };
};

const rules: readonly Explanation[] = [
  credentialsExpired,
  credentialsAbsent,
  credentialsRefused,
  bucketAbsent,
  bucketElsewhere,
  tableAbsent,
  accessDenied,
  unreachable,
];
