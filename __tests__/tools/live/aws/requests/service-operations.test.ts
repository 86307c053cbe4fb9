import { readAwsRequest } from "../../../../../tools/live/aws/requests/aws-request";
import { neededFor } from "../../../../../tools/live/aws/requests/needed-for";
import { protocolOf } from "../../../../../tools/live/aws/requests/operation";

const PLACE = { accountId: "123456789012", region: "ap-northeast-2" };
const LOGS = "arn:aws:logs:ap-northeast-2:123456789012:log-group";

function head(service: string, headers: Record<string, string>, url = "/") {
  const authorization = `AWS4-HMAC-SHA256 Credential=AKIA/20260101/ap-northeast-2/${service}/aws4_request, SignedHeaders=host, Signature=0`;
  return readAwsRequest("POST", url, { host: `${service}.ap-northeast-2.amazonaws.com`, authorization, ...headers });
}

const form = (service: string, url?: string) =>
  head(service, { "content-type": "application/x-www-form-urlencoded; charset=utf-8" }, url);
const json = (service: string, target: string) => head(service, { "x-amz-target": target });
const cbor = (service: string, url: string) => head(service, { "smithy-protocol": "rpc-v2-cbor" }, url);

function needs(request: ReturnType<typeof head>, body = ""): readonly string[] | undefined {
  return neededFor(request, body, PLACE)?.permissions.map(({ action, resource }) => `${action} ${resource}`);
}

test.each<readonly [string, ReturnType<typeof head>, string, string]>([
  ["CloudWatch by query", form("monitoring"), "Action=ListMetrics&Version=2010-08-01", "cloudwatch:ListMetrics *"],
  [
    "CloudWatch by JSON",
    json("monitoring", "GraniteServiceVersion20100801.GetMetricData"),
    "{}",
    "cloudwatch:GetMetricData *",
  ],
  [
    "CloudWatch by CBOR",
    cbor("monitoring", "/service/GraniteServiceVersion20100801/operation/GetMetricStatistics"),
    "",
    "cloudwatch:GetMetricStatistics *",
  ],
  ["tags", json("tagging", "ResourceGroupsTaggingAPI_20170126.GetResources"), "{}", "tag:GetResources *"],
  ["EC2", form("ec2"), "Action=DescribeInstances", "ec2:DescribeInstances *"],
  [
    "load balancers",
    form("elasticloadbalancing"),
    "Action=DescribeTargetGroups",
    "elasticloadbalancing:DescribeTargetGroups *",
  ],
  [
    "all databases",
    form("rds"),
    "Action=DescribeDBInstances",
    "rds:DescribeDBInstances arn:aws:rds:ap-northeast-2:123456789012:db:*",
  ],
  [
    "one database",
    form("rds"),
    "Action=DescribeDBInstances&DBInstanceIdentifier=one",
    "rds:DescribeDBInstances arn:aws:rds:ap-northeast-2:123456789012:db:one",
  ],
  [
    "a role to assume",
    form("sts"),
    "Action=AssumeRole&RoleArn=arn:aws:iam::1:role/x",
    "sts:AssumeRole arn:aws:iam::1:role/x",
  ],
  [
    "log groups, all",
    json("logs", "Logs_20140328.DescribeLogGroups"),
    "{}",
    `logs:DescribeLogGroups ${LOGS}::log-stream:`,
  ],
  [
    "log groups by prefix",
    json("logs", "Logs_20140328.DescribeLogGroups"),
    '{"logGroupNamePrefix":"/ecs/"}',
    `logs:DescribeLogGroups ${LOGS}:/ecs/:log-stream:`,
  ],
  [
    "streams of a group",
    json("logs", "Logs_20140328.DescribeLogStreams"),
    '{"logGroupName":"/ecs/a"}',
    `logs:DescribeLogStreams ${LOGS}:/ecs/a:log-stream:`,
  ],
  [
    "lines of a group",
    json("logs", "Logs_20140328.FilterLogEvents"),
    '{"logGroupName":"g"}',
    `logs:FilterLogEvents ${LOGS}:g:log-stream:`,
  ],
  [
    "a query",
    json("logs", "Logs_20140328.StartQuery"),
    '{"logGroupName":"g"}',
    `logs:StartQuery ${LOGS}:g:log-stream:`,
  ],
  [
    "lines of a stream",
    json("logs", "Logs_20140328.GetLogEvents"),
    '{"logGroupName":"g","logStreamName":"s"}',
    `logs:GetLogEvents ${LOGS}:g:log-stream:s`,
  ],
  [
    "writing lines",
    json("logs", "Logs_20140328.PutLogEvents"),
    '{"logGroupName":"g","logStreamName":"s"}',
    `logs:PutLogEvents ${LOGS}:g:log-stream:s`,
  ],
  [
    "a new stream",
    json("logs", "Logs_20140328.CreateLogStream"),
    '{"logGroupName":"g","logStreamName":"s"}',
    `logs:CreateLogStream ${LOGS}:g:log-stream:s`,
  ],
  [
    "a secret by name",
    json("secretsmanager", "secretsmanager.GetSecretValue"),
    '{"SecretId":"lgtm/x"}',
    "secretsmanager:GetSecretValue arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:lgtm/x-000000",
  ],
  [
    "a secret by ARN",
    json("secretsmanager", "secretsmanager.DescribeSecret"),
    '{"SecretId":"arn:aws:secretsmanager:r:1:secret:x-abcdef"}',
    "secretsmanager:DescribeSecret arn:aws:secretsmanager:r:1:secret:x-abcdef",
  ],
])("%s", (_what, request, body, permission) => {
  expect(needs(request, body)).toEqual([permission]);
});

const EC = "arn:aws:elasticache:ap-northeast-2:123456789012";
const ELB = "arn:aws:elasticloadbalancing:ap-northeast-2:123456789012";
const ECS = "arn:aws:ecs:ap-northeast-2:123456789012";
const MAP = "arn:aws:servicediscovery:ap-northeast-2:123456789012";
const ROLE = "arn:aws:iam::123456789012:role";

/** By signing name: operation, parameters, what is needed. Forms and JSON are told apart by the service. */
const PROVIDER_ROWS: readonly (readonly [string, string, Readonly<Record<string, unknown>>, readonly string[]])[] = [
  ["iam", "CreateRole", { RoleName: "r" }, [`iam:CreateRole ${ROLE}/r`]],
  [
    "iam",
    "GetRole",
    { RoleName: "AWSServiceRoleForElastiCache" },
    [`iam:GetRole ${ROLE}/aws-service-role/elasticache.amazonaws.com/AWSServiceRoleForElastiCache`],
  ],
  [
    "iam",
    "CreateServiceLinkedRole",
    { AWSServiceName: "elasticache.amazonaws.com" },
    [`iam:CreateServiceLinkedRole ${ROLE}/aws-service-role/elasticache.amazonaws.com/*`],
  ],
  [
    "iam",
    "GetServiceLinkedRoleDeletionStatus",
    { DeletionTaskId: "task/aws-service-role/e.amazonaws.com/R/1" },
    [`iam:GetServiceLinkedRoleDeletionStatus ${ROLE}/aws-service-role/e.amazonaws.com/R`],
  ],
  ["iam", "ListAccountAliases", {}, ["iam:ListAccountAliases *"]],
  [
    "dynamodb",
    "GetItem",
    { TableName: "t" },
    ["dynamodb:GetItem arn:aws:dynamodb:ap-northeast-2:123456789012:table/t"],
  ],
  ["dynamodb", "TagResource", { ResourceArn: "arn:t" }, ["dynamodb:TagResource arn:t"]],
  ["ecs", "CreateCluster", { clusterName: "c" }, ["ecs:CreateCluster *"]],
  [
    "ecs",
    "DescribeClusters",
    { clusters: ["c", `${ECS}:cluster/d`] },
    [`ecs:DescribeClusters ${ECS}:cluster/c`, `ecs:DescribeClusters ${ECS}:cluster/d`],
  ],
  ["ecs", "CreateService", { cluster: `${ECS}:cluster/c`, serviceName: "s" }, [`ecs:CreateService ${ECS}:service/c/s`]],
  ["ecs", "DescribeServices", { cluster: "c", services: ["s"] }, [`ecs:DescribeServices ${ECS}:service/c/s`]],
  ["ecs", "UpdateService", { service: `${ECS}:service/c/s` }, [`ecs:UpdateService ${ECS}:service/c/s`]],
  [
    "ecs",
    "RegisterTaskDefinition",
    { taskRoleArn: "arn:a", executionRoleArn: "arn:b" },
    ["ecs:RegisterTaskDefinition *", "iam:PassRole arn:a", "iam:PassRole arn:b"],
  ],
  [
    "ecr",
    "PutLifecyclePolicy",
    { repositoryName: "x" },
    ["ecr:PutLifecyclePolicy arn:aws:ecr:ap-northeast-2:123456789012:repository/x"],
  ],
  [
    "ecr",
    "DescribeRepositories",
    { repositoryNames: ["x"] },
    ["ecr:DescribeRepositories arn:aws:ecr:ap-northeast-2:123456789012:repository/x"],
  ],
  ["ecr", "DescribeRepositories", {}, ["ecr:DescribeRepositories *"]],
  [
    "elasticloadbalancing",
    "CreateLoadBalancer",
    { Name: "n" },
    [`elasticloadbalancing:CreateLoadBalancer ${ELB}:loadbalancer/app/n/*`],
  ],
  [
    "elasticloadbalancing",
    "CreateTargetGroup",
    { Name: "n" },
    [`elasticloadbalancing:CreateTargetGroup ${ELB}:targetgroup/n/*`],
  ],
  ["elasticloadbalancing", "CreateRule", { ListenerArn: "arn:l" }, ["elasticloadbalancing:CreateRule arn:l"]],
  [
    "elasticloadbalancing",
    "AddTags",
    { "ResourceArns.member.1": "arn:l", "ResourceArns.member.2": "arn:m", "Tags.member.1.Key": "k" },
    ["elasticloadbalancing:AddTags arn:l", "elasticloadbalancing:AddTags arn:m"],
  ],
  [
    "elasticache",
    "CreateCacheCluster",
    { CacheClusterId: "c", CacheSubnetGroupName: "s", CacheParameterGroupName: "p" },
    [
      `elasticache:CreateCacheCluster ${EC}:cluster:c`,
      `elasticache:CreateCacheCluster ${EC}:parametergroup:p`,
      `elasticache:CreateCacheCluster ${EC}:subnetgroup:s`,
    ],
  ],
  [
    "elasticache",
    "DescribeCacheSubnetGroups",
    { CacheSubnetGroupName: "s" },
    [`elasticache:DescribeCacheSubnetGroups ${EC}:subnetgroup:s`],
  ],
  ["servicediscovery", "CreatePrivateDnsNamespace", { Name: "n" }, ["servicediscovery:CreatePrivateDnsNamespace *"]],
  [
    "servicediscovery",
    "CreateService",
    { DnsConfig: { NamespaceId: "ns-1" } },
    [`servicediscovery:CreateService ${MAP}:namespace/ns-1`],
  ],
  ["servicediscovery", "GetService", { Id: "srv-1" }, [`servicediscovery:GetService ${MAP}:service/srv-1`]],
];

test.each(PROVIDER_ROWS)("%s %s %j", (service, operation, parameters, permissions) => {
  const isForm = ["iam", "elasticloadbalancing", "elasticache"].includes(service);
  const fields = Object.entries(parameters).map(([name, value]): [string, string] => [name, String(value)]);
  const body = isForm ? new URLSearchParams([["Action", operation], ...fields]).toString() : JSON.stringify(parameters);
  expect(needs(isForm ? form(service) : json(service, `Target.${operation}`), body)).toEqual(permissions);
});

test("conditions know region, passed service, attached policy and lock", () => {
  const contextOf = (request: ReturnType<typeof head>, body: string) =>
    neededFor(request, body, PLACE)?.permissions.map(({ context }) => context);
  expect(contextOf(form("iam"), "Action=AttachRolePolicy&RoleName=r&PolicyArn=arn:p")).toEqual([
    { "aws:RequestedRegion": "ap-northeast-2", "iam:PolicyARN": "arn:p", "iam:AWSServiceName": undefined },
  ]);
  expect(contextOf(json("ecs", "x.RegisterTaskDefinition"), '{"taskRoleArn":"arn:a"}')?.[1]).toEqual({
    "iam:PassedToService": "ecs-tasks.amazonaws.com",
  });
  for (const name of ["Key", "Item"]) {
    const body = JSON.stringify({ TableName: "t", [name]: { LockID: { S: "bucket/key" } } });
    expect(contextOf(json("dynamodb", "x.PutItem"), body)?.[0]).toMatchObject({ "dynamodb:LeadingKeys": "bucket/key" });
  }
});

test("everybody may ask who they are", () => {
  expect(neededFor(form("sts"), "Action=GetCallerIdentity", PLACE)).toEqual({
    operation: "sts:GetCallerIdentity",
    permissions: [],
  });
});

test("the action may be in the query", () => {
  const request = readAwsRequest(
    "GET",
    "/?Action=ListMetrics&X-Amz-Credential=AKIA%2F20260101%2Fr%2Fmonitoring%2Faws4_request",
    {},
  );
  expect(needs(request)).toEqual(["cloudwatch:ListMetrics *"]);
});

test.each<readonly [string, ReturnType<typeof head>, string]>([
  ["a service that is not in the table", json("lambda", "Lambda.Invoke"), "{}"],
  ["a protocol that is not known", head("monitoring", {}), ""],
  ["a form without an action", form("monitoring"), "a=b"],
])("%s has no entry", (_what, request, body) => {
  expect(needs(request, body)).toBeUndefined();
});

test("EC2's protocol is its own", () => {
  expect(
    [form("ec2"), form("sts"), json("logs", "a.b"), cbor("monitoring", "/"), head("s3", {})].map(protocolOf),
  ).toEqual(["ec2", "query", "json", "cbor", undefined]);
});

test("a signature tells key, region, service and token", () => {
  expect(form("sts").signature).toEqual({
    accessKeyId: "AKIA",
    region: "ap-northeast-2",
    service: "sts",
    token: undefined,
  });
  expect(head("sts", { "x-amz-security-token": "t" }).signature?.token).toBe("t");
  const several = {
    authorization: "AWS4-ECDSA-P256-SHA256 Credential=AKIA/20260101/s3/aws4_request, SignedHeaders=host",
  };
  expect(readAwsRequest("GET", "/", several).signature).toMatchObject({
    accessKeyId: "AKIA",
    region: "",
    service: "s3",
  });
  expect(readAwsRequest("GET", "/", {}).signature).toBeUndefined();
});
