import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DescribeImagesCommand, ECRClient, CreateRepositoryCommand, PutImageCommand } from "@aws-sdk/client-ecr";
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  ECSClient,
  ListServiceDeploymentsCommand,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
  type Service,
} from "@aws-sdk/client-ecs";
import {
  CreateCacheClusterCommand,
  CreateCacheParameterGroupCommand,
  CreateCacheSubnetGroupCommand,
  DeleteCacheClusterCommand,
  DeleteCacheParameterGroupCommand,
  DeleteCacheSubnetGroupCommand,
  DescribeCacheClustersCommand,
  DescribeCacheParameterGroupsCommand,
  DescribeCacheParametersCommand,
  DescribeCacheSubnetGroupsCommand,
  DescribeServiceUpdatesCommand,
  ElastiCacheClient,
  ListTagsForResourceCommand,
  ModifyCacheClusterCommand,
  ModifyCacheParameterGroupCommand,
  ModifyCacheSubnetGroupCommand,
  RebootCacheClusterCommand,
  ResetCacheParameterGroupCommand,
  type CacheCluster,
} from "@aws-sdk/client-elasticache";
import { connection } from "../../../tools/mock/s3";
import { startMock, type Mock } from "../../../tools/mock/server";
import { ensureMockPython } from "../../../tools/mock/venv";
import { projectRoot } from "../../../tools/terminal/paths";
import { run, type RunResult } from "../../../tools/terminal/process";
import { ensureTerraform, type TerraformBinary } from "../../../tools/terraform/binary";
import { mockEnvironment } from "../../../tools/layers/environment";
import { lockFile, setUpProvider } from "../../../tools/terraform/provider";
import { sharedProvider, type SharedProvider } from "../../../tools/terraform/shared-provider";

// The first test of a fresh clone also installs moto.
jest.setTimeout(180_000);

const region = "ap-northeast-2";
let folder: string;
let mock: Mock;
let cache: ElastiCacheClient;
let ecs: ECSClient;
let ecr: ECRClient;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "lgtm-gaps-"));
  mock = await startMock({ region, logDir: folder, rollsBack: ["rolls-back"] });
  cache = new ElastiCacheClient(connection(mock));
  ecs = new ECSClient(connection(mock));
  ecr = new ECRClient(connection(mock));
});

afterAll(async () => {
  await mock.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Every gap, by the name that `lgtm_moto.py --list-gaps` gives it, and what shows that it is filled. */
const gaps: Readonly<Record<string, () => Promise<void>>> = {
  "every service *": async () => {
    // A missing action is a refusal that names it, in the query protocol and in the JSON protocol, and no 500 to retry.
    await expect(cache.send(new DescribeServiceUpdatesCommand({}))).rejects.toMatchObject({
      name: "MockActionMissing",
      message: expect.stringContaining("DescribeServiceUpdates") as string,
      $metadata: { httpStatusCode: 400, attempts: 1 },
    });
    await expect(ecs.send(new ListServiceDeploymentsCommand({ service: "none" }))).rejects.toMatchObject({
      name: "MockActionMissing",
      $metadata: { httpStatusCode: 400, attempts: 1 },
    });
  },
  "every service a repeated attempt": async () => {
    const create = (attempt: string, repositoryName = "repeated"): Promise<Response> =>
      fetch(mock.url, {
        method: "POST",
        headers: {
          "amz-sdk-invocation-id": attempt,
          "content-type": "application/x-amz-json-1.1",
          "x-amz-target": "AmazonEC2ContainerRegistry_V20150921.CreateRepository",
          authorization: `AWS4-HMAC-SHA256 Credential=mock/20260101/${region}/ecr/aws4_request, SignedHeaders=host, Signature=0`,
        },
        body: JSON.stringify({ repositoryName }),
      });
    const first = await create("one");
    const again = await create("one");
    expect([first.status, again.status]).toEqual([200, 200]);
    expect(await again.text()).toBe(await first.text());
    // A refusal is no answer that got lost: what is asked for anew is done anew.
    expect((await create("two")).status).toBe(400);
    expect((await create("two", "another")).status).toBe(200);
  },
  "elasticache CreateCacheParameterGroup": async () => {
    await createParameterGroup("create");
    await expect(createParameterGroup("create")).rejects.toMatchObject({
      name: "CacheParameterGroupAlreadyExistsFault",
    });
  },
  "elasticache DescribeCacheParameterGroups": async () => {
    await createParameterGroup("describe");
    const name = { CacheParameterGroupName: "describe" };
    const answer = await cache.send(new DescribeCacheParameterGroupsCommand(name));
    expect(answer.CacheParameterGroups).toMatchObject([
      { ...name, CacheParameterGroupFamily: "memcached1.6", Description: "for a test", IsGlobal: false },
    ]);
    await expect(
      cache.send(new DescribeCacheParameterGroupsCommand({ CacheParameterGroupName: "none" })),
    ).rejects.toMatchObject({ name: "CacheParameterGroupNotFoundFault" });
  },
  "elasticache DescribeCacheParameters": async () => {
    await createParameterGroup("parameters");
    expect(await parametersOf("parameters")).toEqual({});
  },
  "elasticache ModifyCacheParameterGroup": async () => {
    await createParameterGroup("modify");
    await setParameter("modify", "max_item_size", "8388608");
    expect(await parametersOf("modify")).toEqual({ max_item_size: "8388608" });
  },
  "elasticache ResetCacheParameterGroup": async () => {
    await createParameterGroup("reset");
    await setParameter("reset", "max_item_size", "8388608");
    await setParameter("reset", "idle_timeout", "30");
    await cache.send(
      new ResetCacheParameterGroupCommand({
        CacheParameterGroupName: "reset",
        ParameterNameValues: [{ ParameterName: "idle_timeout", ParameterValue: "30" }],
      }),
    );
    expect(await parametersOf("reset")).toEqual({ max_item_size: "8388608" });
  },
  "elasticache DeleteCacheParameterGroup": async () => {
    await createParameterGroup("delete");
    await createCacheCluster("delete-pg", { CacheParameterGroupName: "delete" });
    const remove = () => cache.send(new DeleteCacheParameterGroupCommand({ CacheParameterGroupName: "delete" }));
    await expect(remove()).rejects.toMatchObject({ name: "InvalidCacheParameterGroupStateFault" });
    await cache.send(new DeleteCacheClusterCommand({ CacheClusterId: "delete-pg" }));
    await remove();
    await expect(parametersOf("delete")).rejects.toMatchObject({ name: "CacheParameterGroupNotFoundFault" });
  },
  "elasticache DeleteCacheSubnetGroup": async () => {
    await createSubnetGroup("delete");
    await createCacheCluster("delete-sg", { CacheSubnetGroupName: "delete" });
    const name = { CacheSubnetGroupName: "delete" };
    await expect(cache.send(new DeleteCacheSubnetGroupCommand(name))).rejects.toMatchObject({
      name: "CacheSubnetGroupInUse",
    });
    await cache.send(new DeleteCacheClusterCommand({ CacheClusterId: "delete-sg" }));
    await cache.send(new DeleteCacheSubnetGroupCommand(name));
    await expect(cache.send(new DescribeCacheSubnetGroupsCommand(name))).rejects.toThrow(/delete/);
  },
  "elasticache ModifyCacheSubnetGroup": async () => {
    const name = { CacheSubnetGroupName: "modify" };
    await createSubnetGroup("modify");
    await cache.send(new ModifyCacheSubnetGroupCommand({ ...name, CacheSubnetGroupDescription: "changed" }));
    const [group] = (await cache.send(new DescribeCacheSubnetGroupsCommand(name))).CacheSubnetGroups ?? [];
    expect(group).toMatchObject({ CacheSubnetGroupDescription: "changed", ARN: expect.any(String) as string });
    expect(group?.Subnets).toHaveLength(1);
  },
  "elasticache CreateCacheCluster": async () => {
    await createParameterGroup("cluster");
    await createCacheCluster("create", { CacheParameterGroupName: "cluster", SecurityGroupIds: ["sg-1"] });
    expect(await cacheCluster("create")).toMatchObject({
      SecurityGroups: [{ SecurityGroupId: "sg-1", Status: "active" }],
      CacheParameterGroup: { CacheParameterGroupName: "cluster", ParameterApplyStatus: "in-sync" },
      ConfigurationEndpoint: { Address: "create.abc123.cfg.apn2.cache.amazonaws.com", Port: 11211 },
      CacheNodes: [{ CacheNodeId: "0001", Endpoint: { Address: "create.abc123.0001.apn2.cache.amazonaws.com" } }],
      PreferredAvailabilityZone: `${region}a`,
      AutoMinorVersionUpgrade: true,
      NetworkType: "ipv4",
      IpDiscovery: "ipv4",
    });
    await expect(createCacheCluster("refused", { CacheParameterGroupName: "none" })).rejects.toMatchObject({
      name: "CacheParameterGroupNotFoundFault",
    });
  },
  "elasticache ModifyCacheCluster": async () => {
    await createCacheCluster("modify", {});
    await cache.send(
      new ModifyCacheClusterCommand({
        CacheClusterId: "modify",
        NumCacheNodes: 2,
        PreferredMaintenanceWindow: "mon:05:00-mon:06:00",
        SecurityGroupIds: ["sg-2"],
      }),
    );
    const changed = await cacheCluster("modify");
    expect(changed).toMatchObject({
      NumCacheNodes: 2,
      PreferredMaintenanceWindow: "mon:05:00-mon:06:00",
      SecurityGroups: [{ SecurityGroupId: "sg-2" }],
    });
    expect(changed?.CacheNodes).toHaveLength(2);
  },
  "elasticache RebootCacheCluster": async () => {
    await createParameterGroup("reboot");
    await createCacheCluster("reboot", { CacheParameterGroupName: "reboot" });
    await setParameter("reboot", "max_item_size", "8388608");
    const status = async () => (await cacheCluster("reboot"))?.CacheParameterGroup?.ParameterApplyStatus;
    expect(await status()).toBe("pending-reboot");
    await cache.send(new RebootCacheClusterCommand({ CacheClusterId: "reboot", CacheNodeIdsToReboot: ["0001"] }));
    expect(await status()).toBe("in-sync");
  },
  "elasticache DeleteCacheCluster": async () => {
    await createCacheCluster("gone", {});
    await cache.send(new DeleteCacheClusterCommand({ CacheClusterId: "gone" }));
    await expect(cacheCluster("gone")).rejects.toMatchObject({ name: "CacheClusterNotFoundFault" });
  },
  "elasticache ListTagsForResource": async () => {
    const arn = await createParameterGroup("tags");
    const tags = await cache.send(new ListTagsForResourceCommand({ ResourceName: arn }));
    expect(tags.TagList).toEqual([{ Key: "Name", Value: "tags" }]);
  },
  "ecs CreateService": async () => {
    const [taskDefinition] = await registerTaskDefinitions("create");
    await createService("create", { taskDefinition, desiredCount: 2, healthCheckGracePeriodSeconds: 120 });
    expect(await service("create")).toMatchObject({
      desiredCount: 2,
      runningCount: 2,
      pendingCount: 0,
      healthCheckGracePeriodSeconds: 120,
      availabilityZoneRebalancing: "DISABLED",
      deploymentConfiguration: { maximumPercent: 200, minimumHealthyPercent: 100 },
      deployments: [{ status: "PRIMARY", rolloutState: "COMPLETED", runningCount: 2, taskDefinition }],
    });
  },
  "ecs UpdateService": async () => {
    const [first, second] = await registerTaskDefinitions("update");
    const deploymentCircuitBreaker = { enable: true, rollback: true };
    for (const serviceName of ["update", "rolls-back"]) {
      await createService(serviceName, {
        taskDefinition: first,
        desiredCount: 1,
        deploymentConfiguration: { deploymentCircuitBreaker },
      });
      const change = {
        taskDefinition: second,
        desiredCount: 3,
        deploymentConfiguration: { minimumHealthyPercent: 50 },
      };
      await ecs.send(new UpdateServiceCommand({ cluster: "gaps", service: serviceName, ...change }));
    }
    expect(await service("update")).toMatchObject({
      taskDefinition: second,
      runningCount: 3,
      deploymentConfiguration: { deploymentCircuitBreaker, minimumHealthyPercent: 50 },
      deployments: [{ rolloutState: "COMPLETED", desiredCount: 3, runningCount: 3, taskDefinition: second }],
    });
    const rolledBack = await service("rolls-back");
    expect(rolledBack).toMatchObject({ taskDefinition: first, deployments: [{ taskDefinition: first }] });
  },
  "ecr PutImage": async () => {
    await ecr.send(new CreateRepositoryCommand({ repositoryName: "images" }));
    for (const size of [1, 2]) {
      const config = { mediaType: "application/vnd.docker.container.image.v1+json", size, digest: "sha256:0" };
      const mediaType = "application/vnd.docker.distribution.manifest.v2+json";
      const imageManifest = JSON.stringify({ schemaVersion: 2, mediaType, config, layers: [] });
      await ecr.send(new PutImageCommand({ repositoryName: "images", imageManifest, imageTag: `t${size}` }));
    }
    const { imageDetails = [] } = await ecr.send(new DescribeImagesCommand({ repositoryName: "images" }));
    expect(new Set(imageDetails.map(({ imageDigest }) => imageDigest)).size).toBe(2);
  },
};

async function createParameterGroup(name: string): Promise<string> {
  const answer = await cache.send(
    new CreateCacheParameterGroupCommand({
      CacheParameterGroupName: name,
      CacheParameterGroupFamily: "memcached1.6",
      Description: "for a test",
      Tags: [{ Key: "Name", Value: name }],
    }),
  );
  return answer.CacheParameterGroup?.ARN ?? "";
}

async function setParameter(group: string, name: string, value: string): Promise<void> {
  const ParameterNameValues = [{ ParameterName: name, ParameterValue: value }];
  await cache.send(new ModifyCacheParameterGroupCommand({ CacheParameterGroupName: group, ParameterNameValues }));
}

async function parametersOf(group: string): Promise<Record<string, string | undefined>> {
  const request = new DescribeCacheParametersCommand({ CacheParameterGroupName: group, Source: "user" });
  const { Parameters = [] } = await cache.send(request);
  return Object.fromEntries(Parameters.map((each) => [each.ParameterName ?? "", each.ParameterValue]));
}

async function createSubnetGroup(name: string): Promise<void> {
  await cache.send(
    new CreateCacheSubnetGroupCommand({
      CacheSubnetGroupName: name,
      CacheSubnetGroupDescription: "for a test",
      SubnetIds: ["subnet-1"],
    }),
  );
}

async function createCacheCluster(
  id: string,
  more: { CacheParameterGroupName?: string; CacheSubnetGroupName?: string; SecurityGroupIds?: string[] },
): Promise<void> {
  await cache.send(
    new CreateCacheClusterCommand({
      CacheClusterId: id,
      Engine: "memcached",
      EngineVersion: "1.6.22",
      CacheNodeType: "cache.t3.micro",
      NumCacheNodes: 1,
      Port: 11211,
      ...more,
    }),
  );
}

async function cacheCluster(id: string): Promise<CacheCluster | undefined> {
  const answer = await cache.send(new DescribeCacheClustersCommand({ CacheClusterId: id, ShowCacheNodeInfo: true }));
  return answer.CacheClusters?.[0];
}

async function registerTaskDefinitions(family: string): Promise<string[]> {
  await ecs.send(new CreateClusterCommand({ clusterName: "gaps" }));
  const arns: string[] = [];
  for (const image of ["first", "second"]) {
    const containerDefinitions = [{ name: "main", image, memory: 512 }];
    const answer = await ecs.send(new RegisterTaskDefinitionCommand({ family, containerDefinitions }));
    arns.push(answer.taskDefinition?.taskDefinitionArn ?? "");
  }
  return arns;
}

async function createService(
  serviceName: string,
  more: Omit<ConstructorParameters<typeof CreateServiceCommand>[0], "cluster" | "serviceName">,
): Promise<void> {
  await ecs.send(new CreateServiceCommand({ cluster: "gaps", serviceName, launchType: "FARGATE", ...more }));
}

async function service(name: string): Promise<Service | undefined> {
  const answer = await ecs.send(new DescribeServicesCommand({ cluster: "gaps", services: [name] }));
  return answer.services?.[0];
}

describe("each gap of moto is filled", () => {
  test("none is filled that no test here exercises", async () => {
    const python = await ensureMockPython();
    const script = join(projectRoot, "tools", "mock", "lgtm_moto.py");
    const listed = JSON.parse(execFileSync(python, ["-I", script, "--list-gaps", "--json"], { encoding: "utf8" })) as {
      filled: { service: string; action: string; moto: string; why: string; supplies: string }[];
    };
    expect(listed.filled.map(({ service: name, action }) => `${name} ${action}`).sort()).toEqual(
      Object.keys(gaps).sort(),
    );
    for (const gap of listed.filled) {
      expect(gap.moto).toBe("5.2.5");
      expect([gap.why, gap.supplies].every((text) => text.length > 10)).toBe(true);
    }
  });

  test.each(Object.entries(gaps))("%s", async (_name, exercise) => {
    await exercise();
  });
});

describe("Terraform on the mock", () => {
  let terraform: TerraformBinary;
  let env: NodeJS.ProcessEnv;
  let home: string;
  let shared: SharedProvider | undefined;

  beforeAll(async () => {
    home = join(folder, "terraform");
    env = mockEnvironment(mock.environment, home);
    terraform = await ensureTerraform();
    const { environment, packageFolder } = await setUpProvider(terraform);
    env = { ...env, ...environment };
    shared = sharedProvider({ packageFolder, settings: "from the environment", env, logFolder: home });
    await ecs.send(new CreateClusterCommand({ clusterName: "platform" }));
    await createSubnetGroup("imported");
    await createCacheCluster("imported", { CacheSubnetGroupName: "imported", SecurityGroupIds: ["sg-imported"] });
    writeFileSync(join(home, "main.tf.json"), JSON.stringify(platform, undefined, 2));
    execFileSync("cp", [lockFile, join(home, ".terraform.lock.hcl")]);
    await succeeds("init", "-input=false", "-lockfile=readonly");
  });

  async function invoke(...args: string[]): Promise<RunResult> {
    const own = args[0] === "init" ? {} : await shared?.variables();
    const flags = args[0] === "show" ? [] : ["-no-color"];
    return run(terraform.path, [...args, ...flags], { cwd: home, env: { ...env, ...own } });
  }

  async function succeeds(...args: string[]): Promise<string> {
    const result = await invoke(...args);
    if (result.code !== 0) throw new Error(`terraform ${args.join(" ")}\n${result.stdout}${result.stderr}`);
    return result.stdout;
  }

  async function apply(stage: number): Promise<RunResult> {
    return invoke("apply", "-auto-approve", "-input=false", `-var=stage=${stage}`);
  }

  /** A second plan, with refresh. @returns the addresses that it would change */
  async function pending(stage: number): Promise<string[]> {
    await succeeds("plan", "-input=false", `-var=stage=${stage}`, "-out=again.tfplan");
    const plan = JSON.parse(await succeeds("show", "-json", "again.tfplan")) as {
      resource_changes: { address: string; change: { actions: string[] } }[];
    };
    return plan.resource_changes
      .filter(({ change }) => !["no-op", "read"].includes(change.actions.join()))
      .map(({ address, change }) => `${address}: ${change.actions.join()}`);
  }

  test("applied, and planned again: nothing to do; an imported cache cluster differs in nothing", async () => {
    const applied = await apply(1);
    expect(applied.stdout).toContain("Apply complete! Resources: 1 imported, 9 added, 0 changed, 0 destroyed.");
    expect(await pending(1)).toEqual([]);
  });

  test("changed in place (task definition, count, target groups, parameters), and planned again: nothing to do", async () => {
    const applied = await apply(2);
    expect(applied.stdout).toContain("Apply complete! Resources: 1 added, 2 changed, 1 destroyed.");
    expect(await pending(2)).toEqual([]);
  });

  test("a rollback is steady, and the postcondition tells it from success", async () => {
    const applied = await apply(3);
    expect(applied.code).toBe(1);
    expect(applied.stderr).toContain("the deployment was rolled back");
    expect(applied.stderr).not.toContain("timeout while waiting");
  });

  test("destroyed", async () => {
    await succeeds("state", "rm", "aws_elasticache_cluster.imported");
    const destroyed = await succeeds("destroy", "-auto-approve", "-input=false", "-var=stage=2");
    expect(destroyed).toContain("Destroy complete! Resources: 9 destroyed.");
  });
});

/** Whether the stage is at least `number`, in Terraform's words. */
function from(number: number, then: string, otherwise: string): string {
  return `\${var.stage >= ${number} ? ${then} : ${otherwise}}`;
}

function ecsService(name: string, taskDefinition: string, more: object): object {
  return {
    name,
    cluster: "platform",
    task_definition: `\${${taskDefinition}.arn}`,
    launch_type: "FARGATE",
    wait_for_steady_state: true,
    deployment_circuit_breaker: { enable: true, rollback: true },
    network_configuration: {
      subnets: "${data.aws_subnets.default.ids}",
      security_groups: ["${aws_security_group.cache.id}"],
    },
    lifecycle: {
      postcondition: {
        condition: `\${self.task_definition == ${taskDefinition}.arn}`,
        error_message: "the deployment was rolled back",
      },
    },
    timeouts: { create: "1m", update: "1m" },
    ...more,
  };
}

function taskDefinition(family: string, image: string): object {
  return {
    family,
    cpu: "256",
    memory: "512",
    network_mode: "awsvpc",
    requires_compatibilities: ["FARGATE"],
    container_definitions: `\${jsonencode([{ name = "main", image = ${image}, stopTimeout = 90, portMappings = [{ containerPort = 3200 }, { containerPort = 4318 }] }])}`,
  };
}

/** What the gaps are about, as Terraform meets it, without the resources on which the provider waits by itself. */
const platform = {
  terraform: { required_providers: { aws: { source: "hashicorp/aws", version: "~> 5.0" } } },
  variable: { stage: { type: "number" } },
  data: {
    aws_vpc: { default: { default: true } },
    aws_subnets: { default: { filter: { name: "vpc-id", values: ["${data.aws_vpc.default.id}"] } } },
  },
  import: [{ to: "aws_elasticache_cluster.imported", id: "imported" }],
  resource: {
    aws_security_group: { cache: { name: "cache", description: "cache", vpc_id: "${data.aws_vpc.default.id}" } },
    aws_elasticache_subnet_group: {
      cache: { name: "cache", description: "cache", subnet_ids: "${data.aws_subnets.default.ids}", tags: { a: "b" } },
    },
    aws_elasticache_parameter_group: {
      cache: {
        name: "cache",
        family: "memcached1.6",
        description: "cache",
        parameter: { name: "max_item_size", value: from(2, '"8388608"', '"1048576"') },
        tags: { a: "b" },
      },
    },
    aws_elasticache_cluster: {
      imported: {
        cluster_id: "imported",
        engine: "memcached",
        engine_version: "1.6.22",
        node_type: "cache.t3.micro",
        num_cache_nodes: 1,
        port: 11211,
        subnet_group_name: "imported",
        security_group_ids: ["sg-imported"],
      },
    },
    aws_lb_target_group: {
      tempo: {
        for_each: '${{ "3200" = 3200, "4318" = 4318 }}',
        name: "tempo-${each.key}",
        port: "${each.value}",
        protocol: "HTTP",
        target_type: "ip",
        vpc_id: "${data.aws_vpc.default.id}",
      },
    },
    aws_ecs_task_definition: {
      tempo: taskDefinition("tempo", from(2, '"tempo:2"', '"tempo:1"').slice(2, -1)),
      loki: taskDefinition("loki", from(3, '"loki:2"', '"loki:1"').slice(2, -1)),
    },
    aws_ecs_service: {
      tempo: ecsService("tempo", "aws_ecs_task_definition.tempo", {
        desired_count: from(2, "2", "1"),
        health_check_grace_period_seconds: 120,
        dynamic: {
          load_balancer: {
            for_each: from(2, '["3200", "4318"]', '["3200"]'),
            content: {
              target_group_arn: "${aws_lb_target_group.tempo[load_balancer.value].arn}",
              container_name: "main",
              container_port: "${tonumber(load_balancer.value)}",
            },
          },
        },
      }),
      loki: ecsService("rolls-back", "aws_ecs_task_definition.loki", { desired_count: 1 }),
    },
  },
};
