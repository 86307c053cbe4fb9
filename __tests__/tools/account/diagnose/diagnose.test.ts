import {
  CloudWatchLogsClient,
  DescribeLogStreamsCommand,
  GetLogEventsCommand,
  ResourceNotFoundException,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  ClusterNotFoundException,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ECSServiceException,
  ListServiceDeploymentsCommand,
  ListTasksCommand,
  type Service,
} from "@aws-sdk/client-ecs";
import { DescribeTargetHealthCommand, ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { mockClient } from "aws-sdk-client-mock";
import { profiles } from "../../../../common.config";
import type { Releases } from "../../../../modules/services/releases";
import { SERVICE_NAMES, type ServiceName } from "../../../../modules/services/service-name";
import { diagnose } from "../../../../tools/account/diagnose/diagnose";
import { renderDiagnoses } from "../../../../tools/account/diagnose/report";
import type { ServiceDiagnosis } from "../../../../tools/account/diagnose/service-diagnosis";

/** No AWS is reached: these are the answers of the day of the history, as AWS words them. */
const ecs = mockClient(ECSClient);
const balancers = mockClient(ElasticLoadBalancingV2Client);
const logs = mockClient(CloudWatchLogsClient);

const profile = { name: "target", config: profiles.target };
const releases: Releases = { tempo: { tag: "2.9.0-20260116-043000" } };
const now = new Date("2026-01-16T06:00:00Z");
const at = (time: string) => new Date(`2026-01-16T${time}Z`);
const arn = "arn:aws:ecs:ap-northeast-2:123456789012";
const group =
  "arn:aws:elasticloadbalancing:ap-northeast-2:123456789012:targetgroup/lgtm-prod-tempo-tg/0123456789abcdef";
const task = "0123456789abcdef0123456789abcdef";
const unhealthy = `(service tempo) (port 3200) is unhealthy in (target-group ${group}) due to (reason Health checks failed with these codes: [404]).`;

const steady = (name: ServiceName): Service => ({
  serviceName: name,
  status: "ACTIVE",
  runningCount: 1,
  desiredCount: 1,
  pendingCount: 0,
  taskDefinition: `${arn}:task-definition/lgtm-${name}:7`,
  loadBalancers: [{ targetGroupArn: group.replaceAll("tempo", name), containerName: name, containerPort: 80 }],
  deployments: [
    {
      status: "PRIMARY",
      rolloutState: "COMPLETED",
      taskDefinition: `${arn}:task-definition/lgtm-${name}:7`,
      desiredCount: 1,
      runningCount: 1,
      createdAt: at("01:00:00"),
    },
  ],
  events: [{ createdAt: at("01:05:00"), message: `(service ${name}) has reached a steady state.` }],
});

const rollingBack: Service = {
  ...steady("tempo"),
  deployments: [
    ...(steady("tempo").deployments ?? []),
    {
      status: "ACTIVE",
      rolloutState: "FAILED",
      rolloutStateReason: "ECS deployment circuit breaker: tasks failed to start.",
      taskDefinition: `${arn}:task-definition/lgtm-tempo:8`,
      desiredCount: 1,
      runningCount: 0,
      failedTasks: 3,
      createdAt: at("05:00:00"),
    },
  ],
  events: [{ createdAt: at("05:10:00"), message: unhealthy }, ...(steady("tempo").events ?? [])],
};

function answerSteady(): void {
  ecs.on(DescribeServicesCommand).callsFake(({ services = [] }: { services?: ServiceName[] }) => ({
    services: services.map(steady),
  }));
  ecs.on(DescribeTaskDefinitionCommand).callsFake(({ taskDefinition = "" }: { taskDefinition?: string }) => {
    const name = /lgtm-(\w+):/.exec(taskDefinition)?.[1] ?? "";
    return {
      taskDefinition: {
        containerDefinitions: [
          {
            name,
            image: `123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/lgtm-${name}:2.9.0-20260116-043000`,
            environment: [{ name: "PASSWORD", value: "hunter2" }],
            logConfiguration: {
              logDriver: "awslogs",
              options: { "awslogs-group": `/ecs/lgtm-prod/${name}`, "awslogs-stream-prefix": name },
            },
          },
        ],
      },
    };
  });
  ecs.on(ListTasksCommand).resolves({ taskArns: [] });
  ecs.on(ListServiceDeploymentsCommand).resolves({ serviceDeployments: [] });
  balancers.on(DescribeTargetHealthCommand).resolves({
    TargetHealthDescriptions: [{ Target: { Id: "10.0.11.5", Port: 3200 }, TargetHealth: { State: "healthy" } }],
  });
  logs.on(DescribeLogStreamsCommand).resolves({ logStreams: [{ logStreamName: "newest" }] });
  logs.on(GetLogEventsCommand).resolves({ events: [{ timestamp: at("01:02:00").getTime(), message: "started" }] });
}

function denied(action: string): ECSServiceException {
  return new ECSServiceException({
    name: "AccessDeniedException",
    $fault: "client",
    $metadata: { httpStatusCode: 400 },
    message: `User: arn:aws:iam::123456789012:user/x is not authorized to perform: ${action}`,
  });
}

async function diagnosed(services: readonly ServiceName[], lines = 15): Promise<readonly ServiceDiagnosis[]> {
  const clients = {
    ecs: new ECSClient({}),
    loadBalancers: new ElasticLoadBalancingV2Client({}),
    logs: new CloudWatchLogsClient({}),
  };
  return diagnose({ profile, releases, clients, services, lines, now });
}

async function tempo(lines?: number): Promise<ServiceDiagnosis> {
  const [found] = await diagnosed(["tempo"], lines);
  if (found === undefined) throw new Error("tempo was not diagnosed");
  return found;
}

beforeEach(() => {
  for (const mock of [ecs, balancers, logs]) mock.reset();
  answerSteady();
});

test("what is steady is steady, in one table", async () => {
  const found = await diagnosed(SERVICE_NAMES);
  expect(found.map(({ status }) => status)).toEqual(SERVICE_NAMES.map(() => "steady"));
  expect(found.flatMap(({ looksLike, notChecked, because }) => [...looksLike, ...notChecked, ...because])).toEqual([]);
  expect(renderDiagnoses(found)).not.toContain("log /ecs");
  expect(renderDiagnoses(found, true)).toContain("log /ecs/lgtm-prod/tempo newest");
});

test("a rollback: deployments, stopped tasks, targets, the stopped task's log, incidents with remedies", async () => {
  ecs.on(DescribeServicesCommand).resolves({ services: [rollingBack] });
  ecs.on(ListTasksCommand).resolves({ taskArns: [`${arn}:task/lgtm-prod-cluster/${task}`] });
  ecs.on(DescribeTasksCommand).resolves({
    tasks: [
      {
        taskArn: `${arn}:task/lgtm-prod-cluster/${task}`,
        taskDefinitionArn: `${arn}:task-definition/lgtm-tempo:8`,
        stoppedAt: at("05:08:00"),
        stopCode: "EssentialContainerExited",
        stoppedReason: "Essential container in task exited",
        containers: [{ name: "tempo", exitCode: 1 }],
      },
      {
        taskArn: `${arn}:task/lgtm-prod-cluster/${"f".repeat(32)}`,
        stoppedAt: at("05:20:00"),
        stopCode: "ServiceSchedulerInitiated",
        stoppedReason: "Scaling activity initiated by (deployment ecs-svc/1)",
        containers: [{ name: "tempo", exitCode: 0 }],
      },
    ],
  });
  balancers.on(DescribeTargetHealthCommand).resolves({
    TargetHealthDescriptions: [
      { Target: { Id: "10.0.11.5", Port: 3200 }, TargetHealth: { State: "healthy" } },
      {
        Target: { Id: "10.0.12.9", Port: 3200 },
        TargetHealth: {
          State: "unhealthy",
          Reason: "Target.ResponseCodeMismatch",
          Description: "Health checks failed with these codes: [404]",
        },
      },
    ],
  });
  logs.on(GetLogEventsCommand, { logStreamName: `tempo/tempo/${task}` }).resolves({
    events: [
      { timestamp: 1, message: 'level=info msg="using" admin_password=hunter2 token=hunter2' },
      { timestamp: 2, message: "failed parsing config: line 13: field prefix not found in type phlare.StorageConfig" },
      { timestamp: 3, message: `end ${"x".repeat(5000)}` },
    ],
  });

  const found = await tempo();

  expect(found.status).toBe("trouble");
  expect(found.because).toEqual([
    "the deployment of lgtm-tempo:8 failed: ECS deployment circuit breaker: tasks failed to start.",
    "a task stopped within the last hour, the last one: Essential container in task exited; tempo: exit 1",
    "10.0.12.9:3200 is unhealthy in lgtm-prod-tempo-tg: Target.ResponseCodeMismatch: Health checks failed with these codes: [404]",
  ]);
  expect(found.logs?.stream).toBe(`tempo/tempo/${task}`);
  expect(found.looksLike.map(({ id, certainty }) => [id, certainty])).toEqual([
    ["I03", "typical"],
    ["I04", "typical"],
    ["I02", "possible"],
  ]);
  const text = renderDiagnoses([found]);
  expect(text).toContain("I04: Pyroscope storage.prefix: unknown field, the container exits");
  expect(text).toMatch(/fix: .*`\.\/lgtm verify <service>`/);
  expect(`${text}${JSON.stringify(found)}`).not.toContain("hunter2");
  expect(Math.max(...(found.logs?.lines ?? []).map((line) => line.text.length))).toBeLessThanOrEqual(400);
});

test("fewer lines are shown than are searched", async () => {
  logs.on(GetLogEventsCommand).resolves({ events: [{ message: "no org id" }, { message: "one" }, { message: "two" }] });
  const found = await tempo(2);
  expect(found.logs?.lines.map(({ text }) => text)).toEqual(["one", "two"]);
  expect(found.looksLike.map(({ id }) => id)).toEqual(["I28"]);
});

test("a rollback that is complete is told from the history of deployments", async () => {
  ecs.on(ListServiceDeploymentsCommand).resolves({
    serviceDeployments: [
      {
        status: "ROLLBACK_SUCCESSFUL",
        statusReason: "Deployment circuit breaker was triggered",
        finishedAt: at("05:30:00"),
      },
    ],
  });
  const found = await tempo();
  expect(found).toMatchObject({
    status: "trouble",
    because: ["rollback successful: Deployment circuit breaker was triggered"],
  });
});

test("where that may not be read, from the events", async () => {
  ecs.on(ListServiceDeploymentsCommand).rejects(denied("ecs:ListServiceDeployments"));
  const message = "(service tempo) rolling back to deployment ecs-svc/1.";
  ecs.on(DescribeServicesCommand).resolves({
    services: [{ ...steady("tempo"), events: [{ createdAt: at("05:30:00"), message }] }],
  });
  const found = await tempo();
  expect(found).toMatchObject({
    status: "trouble",
    because: [message],
    notChecked: ["rollbacks: needs ecs:ListServiceDeployments"],
  });
});

test("what failed before the deployment in effect is past", async () => {
  ecs.on(ListServiceDeploymentsCommand).resolves({
    serviceDeployments: [{ status: "ROLLBACK_SUCCESSFUL", statusReason: "x", finishedAt: at("00:30:00") }],
  });
  expect((await tempo()).status).toBe("steady");
});

test("a deployment that goes on is no trouble yet", async () => {
  const [primary] = steady("tempo").deployments ?? [];
  ecs.on(DescribeServicesCommand).resolves({
    services: [{ ...steady("tempo"), runningCount: 0, deployments: [{ ...primary, rolloutState: "IN_PROGRESS" }] }],
  });
  expect((await tempo()).status).toBe("deploying");
});

test("an image that is not the recorded one looks like I11", async () => {
  ecs.on(DescribeTaskDefinitionCommand).resolves({
    taskDefinition: { containerDefinitions: [{ name: "tempo", image: "r/lgtm-tempo:2.9.0" }] },
  });
  const found = await tempo();
  expect(found.looksLike).toMatchObject([
    { id: "I11", seen: ["deployment: runs r/lgtm-tempo:2.9.0, but lgtm-tempo:2.9.0-20260116-043000 is recorded"] },
  ]);
});

test("a service or cluster that is not there is absent; its former logs are shown", async () => {
  ecs.on(DescribeServicesCommand).resolves({ services: [], failures: [{ reason: "MISSING" }] });
  expect(await tempo()).toMatchObject({ status: "absent", because: [expect.stringContaining("no service tempo")] });
  ecs
    .on(DescribeServicesCommand)
    .rejects(new ClusterNotFoundException({ $metadata: {}, message: "Cluster not found." }));
  expect(await tempo()).toMatchObject({
    status: "absent",
    because: [expect.stringContaining("no cluster lgtm-prod-cluster")],
    logs: { group: "/ecs/lgtm-prod/tempo", stream: "newest" },
  });
});

test("what may not be read is named and stops nothing else", async () => {
  ecs.on(ListTasksCommand).rejects(denied("ecs:ListTasks"));
  balancers.on(DescribeTargetHealthCommand).rejects(denied("elasticloadbalancing:DescribeTargetHealth"));
  const found = await tempo();
  expect(found.status).toBe("steady");
  expect(found.notChecked).toEqual([
    "stopped tasks: needs ecs:ListTasks, ecs:DescribeTasks",
    "target health: needs elasticloadbalancing:DescribeTargetHealth",
  ]);
  ecs.on(DescribeServicesCommand).rejects(denied("ecs:DescribeServices"));
  const [blind] = await diagnosed(["tempo"]);
  expect(blind).toMatchObject({ status: "not checked", notChecked: ["the service: needs ecs:DescribeServices"] });
  expect(blind?.logs?.lines).toHaveLength(1);
});

test("a service that never logged has no log lines", async () => {
  logs.on(DescribeLogStreamsCommand).rejects(new ResourceNotFoundException({ $metadata: {}, message: "no group" }));
  const found = await tempo();
  expect(found).toMatchObject({ logs: null, notChecked: [] });
  expect(renderDiagnoses([found], true)).toContain("tempo: steady");
});
