import { profiles } from "../../common.config";
import type { PlatformConfig } from "../../modules/config/platform-config";
import type { Releases } from "../../modules/services/releases";
import { deployedService, deployedServices } from "../../modules/services/catalog";
import type { ServiceName } from "../../modules/services/service-name";
import { targetGroupsOf } from "../../modules/services/target-groups";
import { baseline, preparePlatform } from "../support/platform";
import { evaluate } from "../support/terraform-expression";

const LAYER = "60-ecs";

/** What the tests look at in a container definition. */
interface Container {
  readonly name: string;
  readonly image: string;
  readonly environment: readonly { readonly name: string; readonly value: string }[];
  readonly secrets?: readonly { readonly name: string; readonly valueFrom: string }[];
  readonly portMappings: readonly {
    readonly name: string;
    readonly containerPort: number;
    readonly protocol: string;
  }[];
  readonly stopTimeout: number;
}

/** The container of a service; references stand as their last names. */
function containerOf(platform: ReturnType<typeof preparePlatform>, service: ServiceName): Container {
  const { container_definitions: definitions } = platform.resource(LAYER, `aws_ecs_task_definition.${service}`);
  const text = evaluate(definitions, (path) => `<${path.slice(-2).join(".")}>`);
  const [container] = JSON.parse(String(text)) as [Container];
  return container;
}

const base = preparePlatform();

describe.each(deployedServices(baseline))("service %s of baseline", (name) => {
  const definition = deployedService(baseline, name);
  const service = base.resource(LAYER, `aws_ecs_service.${name}`);
  const task = base.resource(LAYER, `aws_ecs_task_definition.${name}`);
  const container = containerOf(base, name);

  test("THEN it runs on Fargate in the private subnets, with the task definition of its own", () => {
    expect(service).toMatchObject({
      name,
      launch_type: "FARGATE",
      desired_count: 1,
      task_definition: `\${aws_ecs_task_definition.${name}.arn}`,
      network_configuration: {
        assign_public_ip: false,
        subnets: "${data.terraform_remote_state.vpc.outputs.private_subnet_ids}",
        security_groups: ["${data.terraform_remote_state.security_groups.outputs.ecs_security_group_id}"],
      },
      service_registries: {
        registry_arn: `\${data.terraform_remote_state.cloudmap.outputs.service_arns["${name}"]}`,
      },
      deployment_circuit_breaker: { enable: true, rollback: true },
    });
    expect(task).toMatchObject({
      family: `lgtm-${name}`,
      cpu: String(definition.tasks.size.cpu),
      memory: String(definition.tasks.size.memoryMiB),
      requires_compatibilities: ["FARGATE"],
      network_mode: "awsvpc",
    });
  });

  test("THEN it is behind the load balancer, with a grace period, if its definition says so", () => {
    const targets = targetGroupsOf(definition).map(({ key, port }) => ({
      target_group_arn: `\${data.terraform_remote_state.alb.outputs.target_group_arns["${key}"]}`,
      container_name: name,
      container_port: port,
    }));
    expect(service.load_balancer ?? []).toEqual(targets);
    expect(service.health_check_grace_period_seconds).toBe(definition.loadBalancing?.healthCheckGracePeriodSeconds);
  });

  test("THEN each target port is mapped", () => {
    const mapped = container.portMappings.map(({ containerPort }) => containerPort);
    for (const { port } of targetGroupsOf(definition)) expect(mapped).toContain(port);
  });

  test("THEN its variables are those of the definition, sorted and each once", () => {
    const names = container.environment.map((variable) => variable.name);
    expect(names).toEqual([...new Set(names)].sort());
  });

  test("THEN it stops after what its definition says", () => {
    expect(container.stopTimeout).toBe(definition.tasks.stopTimeoutSeconds);
  });
});

describe("secrets", () => {
  test("GIVEN a secret THEN its JSON key stands in the reference, and its value nowhere", () => {
    expect(containerOf(base, "grafana").secrets).toEqual([
      {
        name: "GF_SECURITY_ADMIN_PASSWORD",
        valueFrom:
          "arn:aws:secretsmanager:ap-northeast-2:<current.account_id>:secret:lgtm/grafana-admin-password:password::",
      },
    ]);
  });

  test.each(deployedServices(baseline).filter((name) => name !== "grafana"))("GIVEN %s THEN it has none", (name) => {
    expect(containerOf(base, name)).not.toHaveProperty("secrets");
  });
});

describe("desiredCountOwner", () => {
  test.each([
    ["outside", { ignore_changes: ["desired_count"] }],
    ["terraform", {}],
  ] as const)("GIVEN %s THEN lifecycle is %j", (desiredCountOwner, lifecycle) => {
    const platform = preparePlatform({ ecs: { ...baseline.ecs, desiredCountOwner } });
    for (const name of deployedServices(baseline))
      expect(platform.resource(LAYER, `aws_ecs_service.${name}`).lifecycle).toEqual(lifecycle);
  });
});

describe("images", () => {
  const releases: Releases = {
    loki: { tag: "3.5.1-20260116-043000" },
    tempo: { tag: "2.9.0-20260116-043000", digest: `sha256:${"a".repeat(64)}` },
  };
  const repository = (name: ServiceName) => `<repository_urls.lgtm-${name}>`;
  const imagesOf = (config: PlatformConfig) => {
    const platform = preparePlatform(config, releases);
    return Object.fromEntries(deployedServices(baseline).map((name) => [name, containerOf(platform, name).image]));
  };

  test("GIVEN deployedTag upstream THEN each service runs its upstream version, whatever was released", () => {
    expect(imagesOf(baseline)).toEqual(
      Object.fromEntries(
        deployedServices(baseline).map((name) => [
          name,
          `${repository(name)}:${deployedService(baseline, name).version}`,
        ]),
      ),
    );
  });

  test("I11: GIVEN deployedTag released THEN a released image is named by digest, else tag, else upstream version", () => {
    expect(imagesOf(profiles.target)).toMatchObject({
      tempo: `${repository("tempo")}@sha256:${"a".repeat(64)}`,
      loki: `${repository("loki")}:3.5.1-20260116-043000`,
      mimir: `${repository("mimir")}:2.16.0`,
    });
  });
});

test("I28: GIVEN another tenant THEN every variable that names one names it", () => {
  const platform = preparePlatform({ tenants: { platform: "other-tenant" } });
  const tenants = deployedServices(baseline)
    .flatMap((name) => containerOf(platform, name).environment)
    .filter(({ name }) => name.includes("TENANT"));
  expect(tenants.map(({ name }) => name).sort()).toEqual(["LGTM_TENANT_ID", "LOKI_TENANT", "MIMIR_TENANT"]);
  for (const { value } of tenants) expect(value).toBe("other-tenant");
  expect(JSON.stringify(platform.layers)).not.toContain(baseline.tenants.platform);
});
