import { profiles } from "../../../common.config";
import { CheckFailure } from "../../../tools/smoke/check-failure";
import { grafanaPassword } from "../../../tools/smoke/grafana-password";
import { StandIn } from "../live/stand-in";

jest.setTimeout(60_000);

const config = profiles.target;

afterEach(async () => {
  await StandIn.stopAll();
});

/** In place of Secrets Manager. */
async function secretsManager(status: number, answer: object): Promise<{ aws: StandIn; env: NodeJS.ProcessEnv }> {
  const standIn = await StandIn.start((request, response) => {
    request.resume().on("end", () => {
      response.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(answer));
    });
  });
  return { aws: standIn, env: { AWS_ENDPOINT_URL: `http://127.0.0.1:${standIn.port}` } };
}

test("the environment comes first", async () => {
  const given = { LGTM_GRAFANA_PASSWORD: "one", GF_SECURITY_ADMIN_PASSWORD: "two" };
  expect(await grafanaPassword(config, given)).toBe("one");
  expect(await grafanaPassword(config, { ...given, LGTM_GRAFANA_PASSWORD: "" })).toBe("two");
});

test("then the key of the secret's JSON text", async () => {
  const { aws, env } = await secretsManager(200, { SecretString: JSON.stringify({ password: "from the secret" }) });
  expect(await grafanaPassword(config, env)).toBe("from the secret");
  expect(aws.requests[0]?.headers["x-amz-target"]).toBe("secretsmanager.GetSecretValue");
});

test.each([
  [
    "a secret that does not exist",
    400,
    { __type: "ResourceNotFoundException", message: "can't find it" },
    /can't find it/,
  ],
  ["a secret without the key", 200, { SecretString: '{"other": "hunter2"}' }, /no JSON text with the key "password"/],
  ["a secret that is no JSON", 200, { SecretString: "hunter2" }, /no JSON text with the key "password"/],
])("%s fails, says what to set, and shows nothing of it", async (_name, status, answer, why) => {
  const { env } = await secretsManager(status, answer);
  const error: unknown = await grafanaPassword(config, env).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(CheckFailure);
  const { message } = error as CheckFailure;
  expect(message).toMatch(/LGTM_GRAFANA_PASSWORD.*lgtm\/grafana-admin-password/);
  expect(message).toMatch(why);
  expect(message).not.toContain("hunter2");
});
