import { STSClient } from "@aws-sdk/client-sts";
import { startCredentialsEndpoint, type CredentialsEndpoint } from "../../../../tools/live/aws/credentials-endpoint";
import { principal } from "./principals";

let endpoint: CredentialsEndpoint;

beforeEach(async () => {
  endpoint = await startCredentialsEndpoint({ address: "127.0.0.1", port: 0, validSeconds: 60 });
});

afterEach(async () => {
  await endpoint.close();
});

test("each task gets its own keys under its own path, as ECS gives them", async () => {
  const [one, two] = [endpoint.add(principal("one")), endpoint.add(principal("two"))];
  expect(one).toMatch(/^\/v2\/credentials\/[0-9a-f-]{36}$/);
  const answer = await fetch(`${endpoint.url}${one}`);
  expect(await answer.json()).toEqual({
    RoleArn: "arn:aws:iam::123456789012:role/one-role",
    AccessKeyId: "ASIAONE",
    SecretAccessKey: "secret of one",
    Token: "token of one",
    Expiration: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string,
  });
  expect(await (await fetch(`${endpoint.url}${two}`)).json()).toMatchObject({ AccessKeyId: "ASIATWO" });
});

test("the SDK takes them", async () => {
  const before = process.env;
  process.env = {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpoint.url}${endpoint.add(principal("one"))}`,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    HOME: "/nowhere",
  };
  const credentials = await new STSClient({ region: "ap-northeast-2" }).config.credentials();
  process.env = before;
  expect(credentials).toMatchObject({
    accessKeyId: "ASIAONE",
    secretAccessKey: "secret of one",
    sessionToken: "token of one",
  });
  const seconds = ((credentials.expiration?.getTime() ?? 0) - Date.now()) / 1000;
  expect(seconds).toBeGreaterThan(50);
  expect(seconds).toBeLessThanOrEqual(60);
});

test("other paths, other methods and tasks that are gone get nothing", async () => {
  const path = endpoint.add(principal("one"));
  endpoint.add(principal("two"));
  expect((await fetch(`${endpoint.url}/v2/credentials/`)).status).toBe(404);
  expect((await fetch(`${endpoint.url}${path}`, { method: "POST" })).status).toBe(404);
  endpoint.remove("one");
  const gone = await fetch(`${endpoint.url}${path}`);
  expect(gone.status).toBe(404);
  expect(await gone.text()).not.toContain("ASIA");
});
