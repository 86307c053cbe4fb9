import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { accountEnvironment, mockEnvironment } from "../../../tools/layers/environment";

/** A user's environment in which everything that could lead to AWS, or astray, is set. */
const traps: NodeJS.ProcessEnv = {
  PATH: "/bin",
  HOME: "/home/ann",
  AWS_PROFILE: "prod",
  AWS_ACCESS_KEY_ID: "real",
  AWS_SECRET_ACCESS_KEY: "real",
  AWS_SESSION_TOKEN: "real",
  AWS_ENDPOINT_URL_S3: "https://trap",
  AWS_ENDPOINT_URL_DYNAMODB: "https://trap",
  AWS_CONFIG_FILE: "/home/ann/.aws/config",
  AWS_WEB_IDENTITY_TOKEN_FILE: "/token",
  AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://trap",
  AWS_SOMETHING_NEW: "trap",
  HTTPS_PROXY: "http://proxy",
  https_proxy: "http://proxy",
  TF_VAR_region: "trap",
  TF_CLI_ARGS: "-destroy",
  TF_CLI_ARGS_plan: "-destroy",
  TF_WORKSPACE: "trap",
  TF_DATA_DIR: "/trap",
};

const reattach = '{"registry.terraform.io/hashicorp/aws":{}}';

const mock = { AWS_ENDPOINT_URL: "http://127.0.0.1:5000", AWS_ACCESS_KEY_ID: "mock", AWS_SECRET_ACCESS_KEY: "mock" };

describe("mockEnvironment", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "lgtm-test-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  test("holds nothing of the user that could reach AWS or change Terraform", () => {
    const env = mockEnvironment(mock, folder, { ...traps, TF_REATTACH_PROVIDERS: reattach });

    const aws = Object.keys(env).filter((name) => name.startsWith("AWS_"));
    expect(aws.sort()).toEqual([
      "AWS_ACCESS_KEY_ID",
      "AWS_CONFIG_FILE",
      "AWS_EC2_METADATA_DISABLED",
      "AWS_ENDPOINT_URL",
      "AWS_SECRET_ACCESS_KEY",
      "AWS_SHARED_CREDENTIALS_FILE",
    ]);
    expect(env).toMatchObject({ ...mock, AWS_EC2_METADATA_DISABLED: "true", PATH: "/bin", CHECKPOINT_DISABLE: "1" });
    expect(Object.keys(env).filter((name) => /^TF_(VAR|CLI_ARGS|WORKSPACE|DATA|REATTACH)/.test(name))).toEqual([]);
    expect(env.HTTPS_PROXY).toBe("http://127.0.0.1:9");
    expect(env.https_proxy).toBeUndefined();
  });

  test("points AWS's files at an empty one", () => {
    const env = mockEnvironment(mock, folder, traps);

    for (const file of [env.AWS_CONFIG_FILE, env.AWS_SHARED_CREDENTIALS_FILE]) {
      expect(file !== undefined && existsSync(file) && readFileSync(file, "utf8")).toBe("");
    }
  });
});

test("accountEnvironment keeps the user's credentials and drops what changes Terraform", () => {
  const env = accountEnvironment(traps);

  expect(env).toMatchObject({ AWS_PROFILE: "prod", AWS_SESSION_TOKEN: "real", HTTPS_PROXY: "http://proxy" });
  expect(Object.keys(env).filter((name) => /^TF_(VAR|CLI_ARGS|WORKSPACE|DATA)/.test(name))).toEqual([]);
  expect(env).toMatchObject({ CHECKPOINT_DISABLE: "1", DISABLE_VERSION_CHECK: "1", TF_IN_AUTOMATION: "1" });
});

describe("TF_REATTACH_PROVIDERS in the user's environment", () => {
  test.each([
    ["without an endpoint", {}],
    ["with an endpoint that is not on this machine", { AWS_ENDPOINT_URL: "https://sts.example.com" }],
    [
      "with the mock's endpoint, which the SDKs are told to ignore",
      { ...mock, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" },
    ],
  ])("is refused on an account, %s", (_case, endpoint) => {
    const env = { PATH: "/bin", ...endpoint, TF_REATTACH_PROVIDERS: reattach };

    expect(() => accountEnvironment(env)).toThrow(/TF_REATTACH_PROVIDERS is set/);
  });

  test("is dropped on the mock, and an empty one is no obstacle on an account", () => {
    expect(accountEnvironment({ ...mock, TF_REATTACH_PROVIDERS: reattach }).TF_REATTACH_PROVIDERS).toBeUndefined();
    expect(accountEnvironment({ TF_REATTACH_PROVIDERS: "" }).TF_REATTACH_PROVIDERS).toBeUndefined();
  });
});
