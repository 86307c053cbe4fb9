import { evaluate } from "../../../../../tools/live/aws/iam/evaluate";
import { parsePolicyDocument } from "../../../../../tools/live/aws/iam/policy-document";

const BUCKET = "arn:aws:s3:::data";
const object = (key: string) => `${BUCKET}/${key}`;

function policy(...statements: readonly object[]) {
  return parsePolicyDocument(JSON.stringify({ Version: "2012-10-17", Statement: statements }));
}

function ask(
  statements: readonly object[],
  action: string,
  resource: string,
  context?: Record<string, string | undefined>,
) {
  return evaluate([policy(...statements)], { action, resource, ...(context === undefined ? {} : { context }) });
}

const allow = (Action: unknown, Resource: unknown, more: object = {}) => ({
  Effect: "Allow",
  Action,
  Resource,
  ...more,
});
const deny = (Action: unknown, Resource: unknown, more: object = {}) => ({ Effect: "Deny", Action, Resource, ...more });

describe("actions and resources", () => {
  test.each<readonly [string, object, string, string, boolean]>([
    ["the action on the resource", allow("s3:GetObject", object("a")), "s3:GetObject", object("a"), true],
    ["another action", allow("s3:GetObject", object("a")), "s3:PutObject", object("a"), false],
    ["another resource", allow("s3:GetObject", object("a")), "s3:GetObject", object("b"), false],
    ["lists", allow(["s3:PutObject", "s3:GetObject"], [object("b"), object("a")]), "s3:GetObject", object("a"), true],
    ["* in the action", allow("s3:Get*", object("a")), "s3:GetObjectTagging", object("a"), true],
    ["? in the resource", allow("s3:GetObject", object("a?")), "s3:GetObject", object("ab"), true],
    ["? is one character", allow("s3:GetObject", object("a?")), "s3:GetObject", object("abc"), false],
    ["* over slashes", allow("s3:GetObject", object("*")), "s3:GetObject", object("a/b/c"), true],
    ["a dot is a dot", allow("s3:GetObject", object("a.b")), "s3:GetObject", object("axb"), false],
    ["actions without case", allow("S3:getobject", object("a")), "s3:GetObject", object("a"), true],
    ["resources with case", allow("s3:GetObject", object("A")), "s3:GetObject", object("a"), false],
    ["the bucket is not its objects", allow("s3:*", `${BUCKET}/*`), "s3:ListBucket", BUCKET, false],
    ["no resource known, all allowed", allow("tag:GetResources", "*"), "tag:GetResources", "*", true],
    ["no resource known, one allowed", allow("tag:GetResources", BUCKET), "tag:GetResources", "*", false],
    ["NotAction", { Effect: "Allow", NotAction: "iam:*", Resource: "*" }, "s3:GetObject", object("a"), true],
    ["NotAction excludes", { Effect: "Allow", NotAction: "s3:*", Resource: "*" }, "s3:GetObject", object("a"), false],
    ["NotResource", { Effect: "Allow", Action: "*", NotResource: object("b/*") }, "s3:GetObject", object("a"), true],
    [
      "NotResource excludes",
      { Effect: "Allow", Action: "*", NotResource: `${BUCKET}/*` },
      "s3:GetObject",
      object("a"),
      false,
    ],
  ])("%s", (_what, statement, action, resource, allowed) => {
    expect(ask([statement], action, resource).allowed).toBe(allowed);
  });

  test("without any policy nothing is allowed, and the reason says so", () => {
    expect(evaluate([], { action: "s3:GetObject", resource: object("a") })).toEqual({
      allowed: false,
      reason: "no policy of the role allows the action on the resource",
      unchecked: [],
    });
  });

  test("a Deny wins over an Allow, in whatever policy it is", () => {
    const policies = [policy(allow("s3:*", "*")), policy(deny("s3:DeleteObject", object("keep/*"), { Sid: "Keep" }))];
    expect(evaluate(policies, { action: "s3:DeleteObject", resource: object("keep/a") })).toMatchObject({
      allowed: false,
      reason: "a statement denies it (Keep)",
    });
    expect(evaluate(policies, { action: "s3:DeleteObject", resource: object("a") }).allowed).toBe(true);
  });
});

describe("conditions", () => {
  const list = (Condition: object) => [allow("s3:ListBucket", BUCKET, { Sid: "List", Condition })];
  const own = list({ StringLike: { "s3:prefix": ["own", "own/*"] } });

  test.each<readonly [string, readonly object[], string | undefined, boolean]>([
    ["StringLike, alike", own, "own/x", true],
    ["StringLike, the second of two", own, "own", true],
    ["StringLike, unlike", own, "other/", false],
    ["StringLike, absent", own, undefined, false],
    ["StringLikeIfExists, absent", list({ StringLikeIfExists: { "s3:prefix": "own/*" } }), undefined, true],
    ["StringLikeIfExists, unlike", list({ StringLikeIfExists: { "s3:prefix": "own/*" } }), "other/", false],
    ["StringEquals takes no wildcard", list({ StringEquals: { "s3:prefix": "own*" } }), "own/", false],
    ["StringEquals, empty", list({ StringEquals: { "s3:prefix": "" } }), "", true],
    ["StringNotEquals, absent", list({ StringNotEquals: { "s3:prefix": "a" } }), undefined, true],
    ["StringNotLike, alike", list({ StringNotLike: { "s3:prefix": "own/*" } }), "own/x", false],
    ["Null true, absent", list({ Null: { "s3:prefix": "true" } }), undefined, true],
    ["Null true, present", list({ Null: { "s3:prefix": "true" } }), "a", false],
    [
      "two operators, one fails",
      list({ StringLike: { "s3:prefix": "a*" }, StringNotEquals: { "s3:prefix": "ab" } }),
      "ab",
      false,
    ],
    ["ForAllValues, alike", list({ "ForAllValues:StringEquals": { "s3:prefix": ["a", "b"] } }), "b", true],
    ["ForAllValues, unlike", list({ "ForAllValues:StringEquals": { "s3:prefix": ["a", "b"] } }), "c", false],
    ["ForAllValues, absent", list({ "ForAllValues:StringEquals": { "s3:prefix": "a" } }), undefined, true],
    ["ForAnyValue, absent", list({ "ForAnyValue:StringLike": { "s3:prefix": "a" } }), undefined, false],
    ["keys without case", list({ StringLike: { "S3:Prefix": "own/*" } }), "own/x", true],
  ])("%s", (_what, statements, prefix, allowed) => {
    const decision = ask(statements, "s3:ListBucket", BUCKET, { "s3:prefix": prefix });
    expect(decision).toMatchObject({ allowed, unchecked: [] });
  });

  test("the reason names the statement whose condition fails", () => {
    expect(ask(own, "s3:ListBucket", BUCKET, { "s3:prefix": "other" }).reason).toBe(
      "the condition of the statement that would allow it does not hold (List)",
    );
  });

  test("a key that is not known lets an Allow stand and is reported", () => {
    const statement = allow("s3:GetObject", "*", { Condition: { StringEquals: { "aws:SourceVpc": "vpc-1" } } });
    expect(ask([statement], "s3:GetObject", object("a"))).toEqual({
      allowed: true,
      reason: "",
      unchecked: ["StringEquals aws:SourceVpc"],
    });
  });

  test("a key that is not known lets a Deny fall and is reported", () => {
    const insecure = deny("s3:*", "*", { Condition: { Bool: { "aws:SecureTransport": false } } });
    expect(ask([allow("s3:*", "*"), insecure], "s3:GetObject", object("a"))).toMatchObject({
      allowed: true,
      unchecked: ["Bool aws:SecureTransport"],
    });
  });

  test("an operator that is not known is reported, the other conditions still count", () => {
    const statements = list({ DateGreaterThan: { "s3:prefix": "2020" }, StringLike: { "s3:prefix": "own/*" } });
    expect(ask(statements, "s3:ListBucket", BUCKET, { "s3:prefix": "own/" })).toMatchObject({
      allowed: true,
      unchecked: ["DateGreaterThan s3:prefix"],
    });
    expect(ask(statements, "s3:ListBucket", BUCKET, { "s3:prefix": "other/" }).allowed).toBe(false);
  });
});

describe("reading a policy", () => {
  test("takes the percent-encoding of IAM's API, and one statement in place of a list", () => {
    const text = JSON.stringify({ Statement: { Effect: "Allow", Action: "s3:*", Resource: "*" } });
    expect(parsePolicyDocument(encodeURIComponent(text))).toEqual(parsePolicyDocument(text));
    expect(parsePolicyDocument(text).Statement).toEqual([{ Effect: "Allow", Action: ["s3:*"], Resource: ["*"] }]);
  });

  test.each([
    [{ Statement: [{ Effect: "Allow", Resource: "*" }] }, /Statement.* has to have one of Action and NotAction/],
    [{ Statement: [{ Effect: "Allow", Action: "*" }] }, /has to have one of Resource and NotResource/],
    [{ Version: "2012-10-17" }, /No IAM policy: Statement/],
  ])("refuses %j", (document, message) => {
    expect(() => parsePolicyDocument(JSON.stringify(document))).toThrow(message);
  });
});
