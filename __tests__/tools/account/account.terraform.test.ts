/**
 * The commands that look at an account, on the mock: the calls that it knows are real ones, with the existing states in
 * their buckets. What the mock cannot do (stopped tasks, quotas) must come out as not checked. Docker is a stand-in.
 */
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { CreateRepositoryCommand, PutImageCommand } from "@aws-sdk/client-ecr";
import {
  CreateClusterCommand,
  CreateServiceCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
} from "@aws-sdk/client-ecs";
import { CreateBucketCommand, PutBucketVersioningCommand, type BucketLocationConstraint } from "@aws-sdk/client-s3";
import { CreateSecretCommand } from "@aws-sdk/client-secrets-manager";
import {
  CreatePrivateDnsNamespaceCommand,
  CreateServiceCommand as CreateNameCommand,
  ListNamespacesCommand,
  ServiceDiscoveryClient,
} from "@aws-sdk/client-servicediscovery";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { profiles } from "../../../common.config";
import { fixturesFolder } from "../../../tools/delivery/adoption/fixtures";
import { diagnoseAccount } from "../../../tools/account/diagnose/diagnose-account";
import { readinessClients } from "../../../tools/images/stand-ins";
import { connection, s3Client, seedStates } from "../../../tools/mock/s3";
import { startMock, type Mock } from "../../../tools/mock/server";
import { preflight } from "../../../tools/account/preflight/preflight";
import { release } from "../../../tools/images/release/release";
import { rollBack } from "../../../tools/images/release/roll-back";
import { mockEnvironment } from "../../../tools/layers/environment";
import { dockerStandIn } from "../../support/stand-ins";

const { baseline } = profiles;
const folder = mkdtempSync(join(tmpdir(), "lgtm-account-"));
const secretText = "hunter2";
let mock: Mock;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  mock = await startMock({ region: baseline.region, logDir: folder });
  const releases = join(folder, "releases.json");
  writeFileSync(releases, '{"prod": {}}');
  env = { ...mockEnvironment(mock.environment, folder), LGTM_RELEASES: releases };
  await seedStates(mock, fixturesFolder, baseline.state);
  await Promise.all([versionedBucket(), leftoverNames(), secretWithoutKey(), runningTempo()]);
});

afterAll(async () => {
  await mock.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The bucket as it was on the last day of the history. */
async function versionedBucket(): Promise<void> {
  const s3 = s3Client(mock);
  const Bucket = baseline.dataBucket.name;
  const LocationConstraint = baseline.region as BucketLocationConstraint;
  await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint } }));
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
  s3.destroy();
}

/** Cloud Map as a former attempt left it behind: in AWS, in no state. */
async function leftoverNames(): Promise<void> {
  const client = new ServiceDiscoveryClient(connection(mock));
  await client.send(new CreatePrivateDnsNamespaceCommand({ Name: "lgtm.local", Vpc: "vpc-1" }));
  const { Namespaces = [] } = await client.send(new ListNamespacesCommand({}));
  await client.send(new CreateNameCommand({ Name: "tempo", NamespaceId: Namespaces[0]?.Id ?? "" }));
  client.destroy();
}

async function secretWithoutKey(): Promise<void> {
  const { ecr, secrets } = readinessClients(mock);
  const { name } = baseline.grafana.adminPasswordSecret;
  await secrets.send(new CreateSecretCommand({ Name: name, SecretString: JSON.stringify({ pass: secretText }) }));
  await ecr.send(new CreateRepositoryCommand({ repositoryName: "lgtm-tempo" }));
  ecr.destroy();
  secrets.destroy();
}

async function runningTempo(): Promise<void> {
  const ecs = new ECSClient(connection(mock));
  const logs = new CloudWatchLogsClient(connection(mock));
  const logGroupName = "/ecs/lgtm-prod/tempo";
  await ecs.send(new CreateClusterCommand({ clusterName: "lgtm-prod-cluster" }));
  const options = { "awslogs-group": logGroupName, "awslogs-stream-prefix": "tempo" };
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: "lgtm-tempo",
      containerDefinitions: [
        {
          name: "tempo",
          image: "r/lgtm-tempo:2.9.0",
          memory: 512,
          environment: [{ name: "PASSWORD", value: secretText }],
          logConfiguration: { logDriver: "awslogs", options },
        },
      ],
    }),
  );
  await ecs.send(
    new CreateServiceCommand({
      cluster: "lgtm-prod-cluster",
      serviceName: "tempo",
      taskDefinition: "lgtm-tempo",
      desiredCount: 1,
    }),
  );
  await logs.send(new CreateLogGroupCommand({ logGroupName }));
  await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName: "tempo/tempo/1" }));
  const timestamp = Date.now();
  const messages = ["line 13: field prefix not found in type s3.Config", `password=${secretText}`];
  const logEvents = messages.map((message) => ({ timestamp, message }));
  await logs.send(new PutLogEventsCommand({ logGroupName, logStreamName: "tempo/tempo/1", logEvents }));
  ecs.destroy();
  logs.destroy();
}

test("preflight finds what the history stumbled over", async () => {
  const found = await preflight({ profile: "baseline", env });
  const problems = found.findings.filter(({ status }) => status === "problem");
  expect(problems.map(({ check, subject }) => `${check}: ${subject}`).sort()).toEqual([
    "already exists: Cloud Map",
    "bucket versioning: jsj-lgtm-data-s3",
    ...["alloy", "grafana", "loki", "mimir", "pyroscope", "tempo"].map((service) => `image: ${service}`),
    "secret: lgtm/grafana-admin-password",
  ]);
  const imports = problems.flatMap((problem) => problem.imports ?? []);
  expect(imports).toEqual([
    {
      layer: "40-cloudmap",
      to: "aws_service_discovery_private_dns_namespace.main",
      id: expect.stringMatching(/^ns-\w+:vpc-\w+$/) as string,
    },
    { layer: "40-cloudmap", to: "aws_service_discovery_service.tempo", id: expect.stringMatching(/^srv-/) as string },
  ]);
  // The repository and the log group exist in AWS and in the states, at the addresses of the HCL.
  expect(found.findings).toContainEqual(expect.objectContaining({ subject: "ECR repository", status: "ok" }));
  expect(found.findings).toContainEqual(expect.objectContaining({ subject: "log group", status: "ok" }));
  expect(found.findings).toContainEqual(
    expect.objectContaining({ check: "state", subject: "all layers", status: "ok" }),
  );
  expect(JSON.stringify(found)).not.toContain(secretText);
});

test("diagnose reads what the mock has, and names what it has not", async () => {
  const { services } = await diagnoseAccount({ profile: "baseline", services: ["tempo", "loki"], lines: 5, env });
  // In the order of the profile's services.
  const [loki, tempo] = services;
  expect(tempo).toMatchObject({
    service: "tempo",
    image: "r/lgtm-tempo:2.9.0",
    logs: { group: "/ecs/lgtm-prod/tempo", stream: "tempo/tempo/1", lines: [{}, { text: "password=[hidden]" }] },
    looksLike: [{ id: "I05", certainty: "typical" }],
  });
  expect(tempo?.notChecked).toEqual([expect.stringMatching(/^rollbacks: AWS answered /)]);
  expect(loki).toMatchObject({ service: "loki", status: "absent" });
  expect(JSON.stringify(services)).not.toContain(secretText);
});

test("release and roll back, with ECR's own digests", async () => {
  const tags = ["2.9.0-20260101-000000", "2.9.0-20260116-043000"];
  // What `docker push` would do.
  const { ecr } = readinessClients(mock);
  for (const [size, tag] of tags.entries()) {
    const imageManifest = manifest(size);
    for (const imageTag of [tag, `released-${tag}`]) {
      await ecr.send(new PutImageCommand({ repositoryName: "lgtm-tempo", imageTag, imageManifest }));
    }
  }
  ecr.destroy();
  const stand = dockerStandIn(folder, `[ "$1" = run ] && echo "tempo, version 2.9.0"\nexit 0`);
  const releaseAt = (time: string) =>
    release({
      service: "tempo",
      profile: "target",
      platform: "linux/amd64",
      allowDirty: true,
      now: new Date(time),
      env: { ...env, PATH: stand.env.PATH },
    });
  const first = await releaseAt("2026-01-01T00:00:00Z");
  const second = await releaseAt("2026-01-16T04:30:00Z");
  expect(second.recorded?.previous).toEqual({ tag: tags[0], digest: first.recorded?.digest });
  expect(second.recorded?.digest).not.toBe(first.recorded?.digest);

  const back = await rollBack({ service: "tempo", profile: "target", env });
  expect(back.recorded).toMatchObject({ tag: tags[0], digest: first.recorded?.digest });
  const image = {
    tag: tags[0],
    digest: first.recorded?.digest,
    previous: { tag: tags[1], digest: second.recorded?.digest },
  };
  expect(JSON.parse(readFileSync(join(folder, "releases.json"), "utf8"))).toEqual({ prod: { tempo: image } });

  const { findings } = await preflight({ profile: "target", env });
  expect(findings).toContainEqual(expect.objectContaining({ check: "image", subject: "tempo", status: "ok" }));
});

/** A manifest without layers; its size makes its digest. */
function manifest(size: number): string {
  const config = {
    mediaType: "application/vnd.docker.container.image.v1+json",
    size,
    digest: `sha256:${"0".repeat(64)}`,
  };
  const mediaType = "application/vnd.docker.distribution.manifest.v2+json";
  return JSON.stringify({ schemaVersion: 2, mediaType, config, layers: [] });
}
