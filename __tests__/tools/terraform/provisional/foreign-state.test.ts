import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { mockClient } from "aws-sdk-client-mock";
import { profiles } from "../../../../common.config";
import { platformJson } from "../../../../stacks/platform-json";
import { planInOrder } from "../../../../tools/terraform/provisional/plan-in-order";
import { UserError } from "../../../../tools/terminal/user-error";
import { present } from "../../../support/platform";

const STATE = join(__dirname, "../../../fixtures/existing-state/lgtm-ecs/prod/50-alb/terraform.tfstate");

const runFolder = mkdtempSync(join(tmpdir(), "lgtm-foreign-"));
const s3 = mockClient(S3Client);
afterAll(() => {
  s3.restore();
  rmSync(runFolder, { recursive: true });
});

test("GIVEN dev's layer on a copy of prod's state WHEN it is planned THEN it is refused before Terraform starts", async () => {
  const dev = { ...profiles.target, environment: "dev", adoptsHclState: false };
  const { json } = present(
    platformJson(dev, {}).find(({ id }) => id === "50-alb"),
    "50-alb",
  );
  const folder = join(runFolder, "50-alb");
  const layer = { id: "50-alb", folder, file: join(folder, "cdk.tf.json"), dependencies: [] };
  mkdirSync(folder);
  writeFileSync(layer.file, JSON.stringify(json));
  const text = readFileSync(STATE, "utf8");
  s3.on(GetObjectCommand).resolves({ Body: { transformToString: () => Promise.resolve(text) } as never });

  const [outcome] = await planInOrder({
    all: [layer],
    selected: [layer],
    terraform: { path: join(runFolder, "no-terraform"), version: "1.11.4", foundIn: "nowhere" },
    providerSetup: { packageFolder: undefined },
    env: { AWS_ACCESS_KEY_ID: "x", AWS_SECRET_ACCESS_KEY: "x" },
    runFolder,
    parallel: 1,
    refresh: false,
    mode: "silent",
  });

  expect(outcome).toMatchObject({
    status: "failed",
    error: expect.objectContaining({
      what: "The state of 50-alb belongs to lgtm-prod, and the profile is of lgtm-dev: nothing was planned.",
      exit: "badInput",
    }) as UserError,
  });
  expect(readdirSync(folder)).toEqual(["cdk.tf.json"]);
});
