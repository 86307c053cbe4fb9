import { CreateBucketCommand, HeadBucketCommand } from "@aws-sdk/client-s3";
import { profiles } from "../../../common.config";
import { bootstrap } from "../../../tools/state/bootstrap";
import type { StateSession } from "../../../tools/state/session";

function sdkError(name: string, status: number): Error {
  return Object.assign(new Error(name), { name, $metadata: { httpStatusCode: status } });
}

/** A session whose S3 answers two commands as told; any other command is a failure of the test. */
function sessionWith(head: () => unknown, create?: () => unknown): StateSession {
  const send = (command: unknown): Promise<unknown> =>
    new Promise((resolve) => {
      if (command instanceof HeadBucketCommand) resolve(head());
      if (command instanceof CreateBucketCommand && create !== undefined) resolve(create());
      throw new Error("a call that must not happen");
    });
  return {
    profile: { name: "baseline", config: profiles.baseline },
    caller: { account: "111122223333", arn: "arn" },
    clients: { target: { kind: "account" }, s3: { send } },
  } as unknown as StateSession;
}

const silent = (): void => undefined;

test("a bucket that someone else has and closed is refused, and nothing is written", async () => {
  const session = sessionWith(() => {
    throw sdkError("403", 403);
  });

  await expect(bootstrap(session, silent)).rejects.toMatchObject({
    what: expect.stringContaining("does not belong to account 111122223333") as string,
    mend: expect.stringContaining("choose another name") as string,
  });
});

test("a name that someone else takes in the meantime is refused", async () => {
  const session = sessionWith(
    () => {
      throw sdkError("NotFound", 404);
    },
    () => {
      throw sdkError("BucketAlreadyExists", 409);
    },
  );

  await expect(bootstrap(session, silent)).rejects.toMatchObject({
    what: expect.stringContaining("does not belong to account 111122223333") as string,
  });
});

test("S3's redirect to another region is said with that region", async () => {
  const session = sessionWith(() => {
    const headers = { "x-amz-bucket-region": "eu-west-1" };
    throw Object.assign(sdkError("301", 301), { $response: { headers } });
  });

  await expect(bootstrap(session, silent)).rejects.toMatchObject({
    what: expect.stringContaining("is in eu-west-1, but the profile is for ap-northeast-2") as string,
    exit: "badInput",
  });
});
