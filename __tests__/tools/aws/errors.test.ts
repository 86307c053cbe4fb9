import { explainAwsError, onAws, type AwsCall } from "../../../tools/aws/errors";
import { UserError } from "../../../tools/terminal/user-error";

const call: AwsCall = {
  doing: "read the state of 01-vpc",
  bucket: "states",
  table: "locks",
  madeBy: "apply 00-bootstrap",
  permissions: ["s3:GetObject"],
};

/** An error as the SDK throws it. */
function sdkError(name: string, more: { status?: number; code?: string; message?: string } = {}): Error {
  const error = Object.assign(new Error(more.message ?? name), { $metadata: { httpStatusCode: more.status ?? 400 } });
  error.name = name;
  return more.code === undefined ? error : Object.assign(error, { code: more.code });
}

function explain(error: Error): UserError {
  const explained = explainAwsError(error, call);
  if (explained instanceof UserError) return explained;
  throw new Error("it was not explained");
}

test.each<[string, Error, RegExp, RegExp]>([
  ["no credentials", sdkError("CredentialsProviderError"), /no AWS credentials/, /AWS_PROFILE/],
  ["expired credentials", sdkError("ExpiredTokenException"), /have expired/, /aws sso login/],
  [
    "an expired SSO session",
    sdkError("CredentialsProviderError", { message: "The SSO session associated with this profile has expired." }),
    /have expired/,
    /aws sso login/,
  ],
  ["refused credentials", sdkError("InvalidClientTokenId", { status: 403 }), /does not accept/, /get-caller-identity/],
  ["an absent bucket", sdkError("NoSuchBucket", { status: 404 }), /bucket states does not exist/, /apply 00-bootstrap/],
  ["a bucket in another region", sdkError("PermanentRedirect", { status: 301 }), /another region/, /region/],
  ["an absent table", sdkError("ResourceNotFoundException"), /table locks does not exist/, /apply 00-bootstrap/],
  ["denied access", sdkError("AccessDenied", { status: 403 }), /denies these credentials to read/, /s3:GetObject/],
  ["denied access without a name", sdkError("UnknownError", { status: 403 }), /denies/, /s3:GetObject/],
  ["a mock that is gone", sdkError("Error", { code: "ECONNREFUSED" }), /Nothing answers/, /start a new one/],
  ["no network", sdkError("Error", { code: "ENOTFOUND" }), /cannot be reached/, /network/],
  [
    "what no rule knows",
    sdkError("SlowDown", { status: 503 }),
    /refused to read the state of 01-vpc: SlowDown/,
    /try again/,
  ],
])("%s is said with what to do", (_what, error, what, mend) => {
  const explained = explain(error);

  expect(explained.what).toMatch(what);
  expect(explained.mend).toMatch(mend);
  expect(explained.cause).toBe(error);
});

test("a bug of ours stays a bug", async () => {
  const bug = new TypeError("x is undefined");

  await expect(onAws(call, () => Promise.reject(bug))).rejects.toBe(bug);
});
