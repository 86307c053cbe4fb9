import { CloudWatchLogsClient, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import {
  DescribeAddressesCommand,
  DescribeInternetGatewaysCommand,
  DescribeVpcsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import {
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  ImageNotFoundException,
  RepositoryNotFoundException,
} from "@aws-sdk/client-ecr";
import {
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { GetRoleCommand, IAMClient, NoSuchEntityException } from "@aws-sdk/client-iam";
import { GetBucketVersioningCommand, GetObjectCommand, NoSuchBucket, NoSuchKey, S3Client } from "@aws-sdk/client-s3";
import { DescribeSecretCommand, GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  NoSuchResourceException,
  ServiceQuotasClient,
} from "@aws-sdk/client-service-quotas";
import { ListNamespacesCommand, ListServicesCommand, ServiceDiscoveryClient } from "@aws-sdk/client-servicediscovery";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { mockClient } from "aws-sdk-client-mock";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { profiles } from "../../../../common.config";
import { platformJson } from "../../../../stacks/platform-json";
import type { Finding } from "../../../../tools/account/preflight/finding";
import { preflight, PREFLIGHT_ACTIONS } from "../../../../tools/account/preflight/preflight";
import { renderPreflight } from "../../../../tools/account/preflight/report";

/** No AWS is reached: an account before a first deployment, with released images and the secret. */
const mocks = {
  logs: mockClient(CloudWatchLogsClient),
  dynamo: mockClient(DynamoDBClient),
  ec2: mockClient(EC2Client),
  ecr: mockClient(ECRClient),
  balancers: mockClient(ElasticLoadBalancingV2Client),
  iam: mockClient(IAMClient),
  s3: mockClient(S3Client),
  secrets: mockClient(SecretsManagerClient),
  quotas: mockClient(ServiceQuotasClient),
  discovery: mockClient(ServiceDiscoveryClient),
  sts: mockClient(STSClient),
};
const folder = mkdtempSync(join(tmpdir(), "lgtm-preflight-"));
const releases = join(folder, "releases.json");
const digest = `sha256:${"a".repeat(64)}`;
const env = { LGTM_RELEASES: releases, AWS_ACCESS_KEY_ID: "x", AWS_SECRET_ACCESS_KEY: "x", HOME: folder };
const meta = { $metadata: {}, message: "not there" };

beforeEach(() => {
  for (const mock of Object.values(mocks)) mock.reset();
  const services = ["mimir", "loki", "tempo", "pyroscope", "grafana", "alloy"];
  const released = services.map((name) => [name, { tag: "2.9.0-20260116-043000", digest }]);
  writeFileSync(releases, JSON.stringify({ prod: Object.fromEntries(released) as object }));
  mocks.sts
    .on(GetCallerIdentityCommand)
    .resolves({ Account: "123456789012", Arn: "arn:aws:iam::123456789012:user/me" });
  mocks.s3.on(GetObjectCommand).rejects(new NoSuchKey(meta));
  mocks.s3.on(GetBucketVersioningCommand).resolves({ Status: "Enabled" });
  mocks.s3.on(GetBucketVersioningCommand, { Bucket: "jsj-lgtm-data-s3" }).resolves({});
  mocks.dynamo.on(GetItemCommand).resolves({});
  mocks.ecr.on(DescribeImagesCommand).resolves({ imageDetails: [{}] });
  mocks.ecr.on(DescribeRepositoriesCommand).rejects(new RepositoryNotFoundException(meta));
  mocks.secrets.on(GetSecretValueCommand).resolves({ SecretString: JSON.stringify({ password: "hunter2" }) });
  mocks.iam.on(GetRoleCommand).rejects(new NoSuchEntityException(meta));
  mocks.discovery.on(ListNamespacesCommand).resolves({ Namespaces: [] });
  mocks.logs.on(DescribeLogGroupsCommand).resolves({ logGroups: [] });
  mocks.ec2.on(DescribeVpcsCommand).resolves({ Vpcs: [{}] });
  mocks.ec2.on(DescribeAddressesCommand).resolves({ Addresses: [{}, {}] });
  mocks.ec2.on(DescribeInternetGatewaysCommand).resolves({ InternetGateways: [{}] });
  mocks.balancers
    .on(DescribeLoadBalancersCommand)
    .resolves({ LoadBalancers: [{ Type: "application" }, { Type: "network" }] });
  mocks.balancers.on(DescribeTargetGroupsCommand).resolves({ TargetGroups: [] });
  mocks.quotas.on(GetServiceQuotaCommand).resolves({ Quota: { Value: 50 } });
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const platform = platformJson(profiles.target, {});
const looked = () => preflight({ profile: "target", env, platform });
const of = (findings: readonly Finding[], check: string, subject?: string) =>
  findings.filter((one) => one.check === check && (subject === undefined || one.subject === subject));
const denied = (action: string) =>
  Object.assign(new Error(`not authorized to perform ${action}`), {
    name: "AccessDeniedException",
    $metadata: { httpStatusCode: 400 },
  });

test("an account that is ready has no problem; nothing of the secret is said", async () => {
  const found = await looked();
  expect(found.findings.filter(({ status }) => status === "problem" || status === "not checked")).toEqual([]);
  expect(found.ok).toBe(true);
  expect(of(found.findings, "account")).toMatchObject([
    { status: "warning", mend: expect.stringContaining('accountId: "123456789012"') as string },
  ]);
  expect(of(found.findings, "deployment")).toMatchObject([
    { status: "warning", found: expect.stringContaining("would be refused") as string },
  ]);
  expect(of(found.findings, "quota", "EC2-VPC Elastic IPs")).toMatchObject([
    { status: "ok", found: "2 in use, an apply adds 2; the quota is 50" },
  ]);
  expect(`${renderPreflight(found)}${JSON.stringify(found)}`).not.toContain("hunter2");
});

test("what exists and no state knows comes with import blocks at the layers' own addresses", async () => {
  mocks.iam.on(GetRoleCommand).resolves({
    Role: { Arn: "arn:aws:iam::123456789012:role/aws-service-role/x/AWSServiceRoleForElastiCache" } as never,
  });
  mocks.discovery.on(ListNamespacesCommand).resolves({
    Namespaces: [
      { Id: "ns-1", Name: "lgtm.local", Type: "DNS_PRIVATE" },
      { Id: "ns-2", Name: "other.local", Type: "DNS_PRIVATE" },
    ],
  });
  mocks.discovery.on(ListServicesCommand).resolves({
    Services: [
      { Id: "srv-1", Name: "tempo" },
      { Id: "srv-2", Name: "someone-elses" },
    ],
  });
  mocks.ecr.on(DescribeRepositoriesCommand, { repositoryNames: ["lgtm-loki"] }).resolves({});
  mocks.logs.on(DescribeLogGroupsCommand).resolves({ logGroups: [{ logGroupName: "/ecs/lgtm-prod/alloy" }] });

  const found = await looked();

  expect(found.ok).toBe(false);
  const text = renderPreflight(found);
  expect(of(found.findings, "already exists").flatMap(({ imports = [] }) => imports)).toEqual([
    { layer: "40-cloudmap", to: "aws_service_discovery_private_dns_namespace.main", id: "ns-1:VPC-ID" },
    { layer: "40-cloudmap", to: "aws_service_discovery_service.tempo", id: "srv-1" },
    {
      layer: "20-iam",
      to: "aws_iam_service_linked_role.elasticache",
      id: "arn:aws:iam::123456789012:role/aws-service-role/x/AWSServiceRoleForElastiCache",
    },
    { layer: "10-ecr", to: "aws_ecr_repository.loki", id: "lgtm-loki" },
    { layer: "05-cloudwatch-logs", to: "aws_cloudwatch_log_group.alloy", id: "/ecs/lgtm-prod/alloy" },
  ]);
  expect(text).toContain('import {\n  to = aws_service_discovery_service.tempo\n  id = "srv-1"\n}');
});

test("before a first deployment a missing image is a warning; with tasks applied it is a problem", async () => {
  mocks.ecr.on(DescribeImagesCommand).rejects(new ImageNotFoundException(meta));
  const first = await looked();
  expect(of(first.findings, "image", "tempo")).toMatchObject([{ status: "warning", mend: "./lgtm release tempo" }]);
  expect(first.ok).toBe(true);
  mocks.s3
    .on(GetObjectCommand, { Key: "lgtm-ecs/prod/60-ecs/terraform.tfstate" })
    .callsFake(() => ({ Body: { transformToString: () => Promise.resolve(stateOf("aws_ecs_cluster", "main")) } }));
  const later = await looked();
  expect(of(later.findings, "image", "tempo")).toMatchObject([{ status: "problem" }]);
  expect(later.ok).toBe(false);
});

function stateOf(type: string, name: string): string {
  const resources = [{ mode: "managed", type, name, instances: [{ attributes: { id: "x" } }] }];
  return JSON.stringify({ version: 4, terraform_version: "1.11.4", serial: 1, lineage: "l", outputs: {}, resources });
}

test("a versioned bucket that is configured as never versioned stops before the provider does", async () => {
  mocks.s3.on(GetBucketVersioningCommand, { Bucket: "jsj-lgtm-data-s3" }).resolves({ Status: "Enabled" });
  const { findings, ok } = await looked();
  expect(of(findings, "bucket versioning", "jsj-lgtm-data-s3")).toMatchObject([
    {
      status: "problem",
      mend: expect.stringContaining('dataBucket.versioning in common.config.ts to "Suspended"') as string,
    },
  ]);
  expect(ok).toBe(false);
});

test("a held lock says who holds it and since when", async () => {
  const Info = {
    S: JSON.stringify({
      ID: "l-1",
      Who: "kim@laptop",
      Operation: "OperationTypeApply",
      Created: "2026-01-16T01:00:00Z",
    }),
  };
  const LockID = { S: "jsj-lgtm-terraform-state-prod/lgtm-ecs/prod/50-alb/terraform.tfstate" };
  mocks.dynamo.on(GetItemCommand, { Key: { LockID } }).resolves({ Item: { LockID, Info } });
  const { findings } = await looked();
  expect(of(findings, "state", "50-alb")).toMatchObject([
    {
      status: "problem",
      found: expect.stringMatching(
        /^it is locked by kim@laptop for .* since 2026-01-16T01:00:00Z \(apply, lock id l-1\)$/,
      ) as string,
    },
  ]);
});

test("without buckets, one line says where to begin", async () => {
  mocks.s3.on(GetObjectCommand).rejects(new NoSuchBucket(meta));
  mocks.s3.on(GetBucketVersioningCommand).rejects(new NoSuchBucket(meta));
  const { findings, ok } = await looked();
  expect(of(findings, "state").map(({ subject, mend }) => [subject, mend])).toEqual([
    ["00-bootstrap", "./lgtm state bootstrap"],
    ["10 layers", "apply 00-bootstrap, which makes it"],
  ]);
  expect(ok).toBe(true);
});

test("who may not read the secret learns that it is there", async () => {
  mocks.secrets.on(GetSecretValueCommand).rejects(denied("secretsmanager:GetSecretValue"));
  mocks.secrets.on(DescribeSecretCommand).resolves({});
  const { findings } = await looked();
  expect(of(findings, "secret").map(({ status, found }) => [status, found])).toEqual([
    ["ok", "it is there"],
    ["not checked", 'its JSON key "password": needs secretsmanager:GetSecretValue'],
  ]);
});

test("a secret without its key is told without its value", async () => {
  mocks.secrets.on(GetSecretValueCommand).resolves({ SecretString: JSON.stringify({ pass: "hunter2" }) });
  const found = await looked();
  expect(of(found.findings, "secret")).toMatchObject([
    { status: "warning", found: expect.stringContaining("no text under the JSON key") as string },
  ]);
  expect(`${renderPreflight(found)}${JSON.stringify(found)}`).not.toContain("hunter2");
});

test("quotas: what does not fit is a problem, what is tight for a deployment a warning", async () => {
  mocks.quotas.on(GetServiceQuotaCommand).resolves({ Quota: { Value: 1000 } });
  mocks.quotas.on(GetServiceQuotaCommand, { QuotaCode: "L-0263D0A3" }).resolves({ Quota: { Value: 3 } });
  mocks.quotas.on(GetServiceQuotaCommand, { QuotaCode: "L-3032A538" }).rejects(new NoSuchResourceException(meta));
  mocks.quotas.on(GetAWSDefaultServiceQuotaCommand, { QuotaCode: "L-3032A538" }).resolves({ Quota: { Value: 6 } });
  const { findings } = await looked();
  expect(of(findings, "quota").filter(({ status }) => status !== "ok")).toMatchObject([
    {
      subject: "EC2-VPC Elastic IPs",
      status: "problem",
      mend: expect.stringContaining("--quota-code L-0263D0A3 --desired-value 4") as string,
    },
    {
      subject: "Fargate On-Demand vCPU resource count",
      status: "warning",
      found: expect.stringContaining("takes 6.5") as string,
    },
  ]);
});

test("what may not be asked is not checked, says what it needs, and stops nothing", async () => {
  for (const [name, mock] of Object.entries(mocks)) {
    if (name === "sts") continue;
    mock.reset();
    mock.rejects(denied("it"));
  }
  const { findings, ok } = await looked();
  const rest = findings.filter(({ check }) => check !== "account" && check !== "deployment");
  const checked = rest.filter(({ status }) => status !== "not checked");
  expect(checked).toEqual([]);
  expect(ok).toBe(true);
  const needs = rest.flatMap(({ found }) => /needs (.*)$/.exec(found)?.[1]?.split(", ") ?? []);
  const named = new Set(needs);
  expect([...named].filter((action) => !PREFLIGHT_ACTIONS.includes(action))).toEqual([]);
  expect(named).toContain("s3:GetBucketVersioning");
  expect(named).toContain("servicediscovery:ListNamespaces");
  expect(named).toContain("iam:GetRole");
});
