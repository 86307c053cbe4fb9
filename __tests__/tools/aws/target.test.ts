import { awsTarget } from "../../../tools/aws/target";

test.each(["http://127.0.0.1:5000", "http://localhost:4566", "http://[::1]:5000", "http://127.1.2.3"])(
  "%s is a mock on this machine",
  (endpoint) => {
    expect(awsTarget({ AWS_ENDPOINT_URL: endpoint })).toEqual({ kind: "mock", endpoint });
  },
);

test.each<[string, NodeJS.ProcessEnv]>([
  ["no endpoint", {}],
  ["an endpoint elsewhere", { AWS_ENDPOINT_URL: "https://s3.ap-northeast-2.amazonaws.com" }],
  ["a name that only begins like loopback", { AWS_ENDPOINT_URL: "http://127.0.0.1.example.com" }],
  ["a name that only looks like localhost", { AWS_ENDPOINT_URL: "http://localhost.example.com" }],
  ["loopback in the user part", { AWS_ENDPOINT_URL: "http://127.0.0.1@example.com" }],
  ["an empty variable", { AWS_ENDPOINT_URL: "" }],
  ["an endpoint for one service only", { AWS_ENDPOINT_URL_S3: "http://127.0.0.1:5000" }],
  [
    "endpoints that the SDKs are told to ignore",
    { AWS_ENDPOINT_URL: "http://127.0.0.1:5000", AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" },
  ],
])("%s counts as an account", (_what, env) => {
  expect(awsTarget(env)).toEqual({ kind: "account" });
});

test.each(["nonsense", "127.0.0.1:5000", "localhost:5000", "ftp://127.0.0.1", "http://"])(
  "AWS_ENDPOINT_URL=%s is refused in words",
  (url) => {
    expect(() => awsTarget({ AWS_ENDPOINT_URL: url })).toThrow(`AWS_ENDPOINT_URL is no address: "${url}".`);
  },
);

test("a mock with one service elsewhere is refused, with the variable's name", () => {
  const env = { AWS_ENDPOINT_URL: "http://127.0.0.1:5000", AWS_ENDPOINT_URL_DYNAMODB: "https://dynamodb.example.com" };

  expect(() => awsTarget(env)).toThrow("AWS_ENDPOINT_URL_DYNAMODB");
});
