import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { profiles } from "../../../common.config";
import { deployedUrl } from "../../../tools/smoke/deployed-url";

const profile = { name: "target", config: profiles.target };
const withCertificate = {
  name: "target",
  config: {
    ...profiles.target,
    loadBalancer: {
      ...profiles.target.loadBalancer,
      certificateArn: "arn:aws:acm:eu-west-1:123456789012:certificate/a",
    },
  },
};

/** S3 with one object, or none; it ends with the test. */
async function bucketWith(state: object | undefined, test: (env: NodeJS.ProcessEnv) => Promise<void>): Promise<void> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url?.split("?")[0] ?? "");
    response.writeHead(state === undefined ? 404 : 200);
    response.end(state === undefined ? "<Error><Code>NoSuchKey</Code></Error>" : JSON.stringify(state));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await test({ AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
    expect(asked).toEqual([expect.stringMatching(/^\/jsj-lgtm-terraform-state-prod\/lgtm-ecs\/prod\/.*alb.*tfstate$/)]);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const state = (outputs: object) => ({ version: 4, terraform_version: "1.11.4", serial: 3, lineage: "x", outputs });

test("LGTM_URL wins, and with a certificate there is no guessing of its name", async () => {
  await expect(deployedUrl(withCertificate, { LGTM_URL: "https://lgtm.example.com" })).resolves.toBe(
    "https://lgtm.example.com",
  );
  await expect(deployedUrl(withCertificate, {})).rejects.toThrow("nobody said for which name");
});

test("else the name of the load balancer that 50-alb made", async () => {
  await bucketWith(state({ alb_dns_name: { value: "lb.example.com" } }), async (env) => {
    await expect(deployedUrl(profile, { ...env, LGTM_URL: "" })).resolves.toBe("http://lb.example.com");
  });
});

test.each([
  ["not applied", undefined],
  ["destroyed", state({})],
])("says so when it is %s", async (_what, stored) => {
  await bucketWith(stored, async (env) => {
    await expect(deployedUrl(profile, env)).rejects.toThrow("There is no load balancer yet");
  });
});
