/**
 * The order of an apply, seen at the calls that reach AWS: roles, target groups and tasks as on the way to `target` and
 * back, in three small layers with the real Terraform and AWS provider on a mock.
 */
import type { ApplyResult } from "../../../tools/delivery/apply-plan";
import { UserError } from "../../../tools/terminal/user-error";
import { SmallLayers, type SmallLayer } from "../../support/small-layers";

jest.setTimeout(1_200_000);

let small: SmallLayers;

beforeAll(async () => {
  small = await SmallLayers.start();
});
afterAll(async () => {
  await small.stop();
});

function statuses({ outcomes }: ApplyResult) {
  return outcomes.map((outcome) => [outcome.layer, outcome.status === "done" ? outcome.value.how : outcome.status]);
}

describe("on the way to target and back, by the calls to AWS", () => {
  const trust = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "ecs-tasks.amazonaws.com" }, Action: "sts:AssumeRole" }],
  };
  const policy = (...Action: readonly string[]) =>
    JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource: "*" }] });

  function platform(stage: "before" | "after", sharedActions: readonly string[]): Record<string, SmallLayer> {
    const isAfter = stage === "after";
    const names = isAfter ? ["shared", "mimir"] : ["shared"];
    const groups = isAfter ? ["web", "otlp"] : ["web"];
    const each = (keys: readonly string[], value: (key: string) => unknown) =>
      Object.fromEntries(keys.map((key) => [key, value(key)]));
    return {
      "20-roles": {
        aws: {
          aws_iam_role: each(names, (name) => ({
            name: `small-${name}`,
            assume_role_policy: JSON.stringify(trust),
          })) as Record<string, object>,
          aws_iam_role_policy: each(names, (name) => ({
            name: "s3",
            role: `\${aws_iam_role.${name}.id}`,
            policy: policy(...(name === "shared" ? sharedActions : ["s3:GetObject"])),
          })) as Record<string, object>,
        },
        output: { role_arns: each(names, (name) => `\${aws_iam_role.${name}.arn}`) },
      },
      "50-routes": {
        data: { aws_vpc: { main: { default: true } } },
        aws: {
          aws_lb_target_group: each(groups, (name) => ({
            name: `small-${name}`,
            port: 80,
            protocol: "HTTP",
            target_type: "ip",
            vpc_id: "${data.aws_vpc.main.id}",
          })) as Record<string, object>,
        },
        output: { target_group_arns: each(groups, (name) => `\${aws_lb_target_group.${name}.arn}`) },
      },
      "60-tasks": {
        reads: { roles: "20-roles", routes: "50-routes" },
        data: { aws_subnets: { all: {} } },
        aws: {
          aws_ecs_cluster: { main: { name: "small" } },
          aws_ecs_task_definition: {
            mimir: {
              family: "mimir",
              requires_compatibilities: ["FARGATE"],
              network_mode: "awsvpc",
              cpu: 256,
              memory: 512,
              task_role_arn: `\${data.terraform_remote_state.roles.outputs.role_arns["${isAfter ? "mimir" : "shared"}"]}`,
              container_definitions: JSON.stringify([{ name: "mimir", image: "mimir:1", essential: true }]),
            },
          },
          aws_ecs_service: {
            mimir: {
              name: "mimir",
              cluster: "${aws_ecs_cluster.main.id}",
              task_definition: "${aws_ecs_task_definition.mimir.arn}",
              launch_type: "FARGATE",
              desired_count: 0,
              network_configuration: { subnets: "${data.aws_subnets.all.ids}" },
              load_balancer: groups.map((name) => ({
                target_group_arn: `\${data.terraform_remote_state.routes.outputs.target_group_arns["${name}"]}`,
                container_name: "mimir",
                container_port: 80,
              })),
            },
          },
        },
      },
    };
  }

  const positions = (calls: readonly string[], ...names: readonly string[]) =>
    names.map((name) => calls.findIndex((call) => call === name || call.endsWith(`.${name}`)));
  const isInOrder = (calls: readonly string[], ...names: readonly string[]) => {
    const found = positions(calls, ...names);
    return found.every((at, index) => at >= 0 && at > (found[index - 1] ?? -1));
  };

  const [narrow, wide] = [["s3:GetObject"], ["s3:GetObject", "s3:PutObject"]];

  test("a change that needs both orders goes in two steps under one approval", async () => {
    await small.deploy(platform("after", narrow));
    small.define(platform("before", wide));

    const plan = await small.plan();
    expect(plan.manifest.order.steps.map(({ id }) => id)).toEqual([
      "20-roles",
      "60-tasks",
      "50-routes",
      "20-roles, deletions",
    ]);
    expect(plan.manifest.layers.map(({ plan: saved }) => saved === null)).toEqual([true, false, false]);
    const { result, calls } = await small.applyRecorded(plan);

    expect(statuses(result)).toEqual([
      ["20-roles", "planned anew"],
      ["60-tasks", "as approved"],
      ["50-routes", "as approved"],
      ["20-roles, deletions", "planned anew"],
    ]);
    expect(isInOrder(calls, "PutRolePolicy", "UpdateService", "DeleteRole")).toBe(true);
  });

  test("up and back: what is added comes before the tasks move, what is removed after they left", async () => {
    small.define(platform("after", wide));
    const up = await small.applyRecorded(await small.plan());
    expect(statuses(up.result)).toEqual([
      ["20-roles", "as approved"],
      ["50-routes", "as approved"],
      ["60-tasks", "planned anew"],
    ]);
    expect(isInOrder(up.calls, "CreateRole", "UpdateService")).toBe(true);
    expect(isInOrder(up.calls, "CreateTargetGroup", "UpdateService")).toBe(true);

    small.define(platform("before", wide));
    const plan = await small.plan();
    expect(plan.manifest.order.steps.map(({ id }) => id)).toEqual(["60-tasks", "20-roles", "50-routes"]);
    expect(plan.manifest.layers.map(({ provisional }) => provisional)).toEqual([null, null, null]);
    const back = await small.applyRecorded(plan);
    expect(statuses(back.result)).toEqual([
      ["60-tasks", "as approved"],
      ["20-roles", "as approved"],
      ["50-routes", "as approved"],
    ]);
    expect(isInOrder(back.calls, "UpdateService", "DeleteRolePolicy", "DeleteRole")).toBe(true);
    expect(isInOrder(back.calls, "UpdateService", "DeleteTargetGroup")).toBe(true);
  });
});

describe("what is removed while something uses it", () => {
  const chain = (own: boolean, wider = false): Record<string, SmallLayer> => ({
    "21-roles": {
      resource: {
        shared: { input: "shared" },
        ...(own ? { own: { input: "own" } } : {}),
        ...(wider ? { more: {} } : {}),
      },
      output: {
        shared: "${terraform_data.shared.id}",
        ...(own ? { own: "${terraform_data.own.id}" } : {}),
        ...(wider ? { more: "${terraform_data.more.id}" } : {}),
      },
    },
    "61-tasks": {
      reads: { roles: "21-roles" },
      resource: {
        task: { input: `\${data.terraform_remote_state.roles.outputs.${wider ? "more" : own ? "own" : "shared"}}` },
      },
    },
  });

  test("is refused when its user is not planned with it, and nothing is stored", async () => {
    await small.deploy(chain(true));
    small.define(chain(false));
    await expect(small.plan({ layers: ["21-roles"] })).rejects.toMatchObject({
      what: expect.stringContaining("take away what layers use") as string,
      detail: "21-roles: terraform_data.own is deleted, and 61-tasks uses it",
      exit: "negative",
    });
    const { manifest } = await small.plan();
    expect(manifest.order.steps.map(({ id }) => id)).toEqual(["61-tasks", "21-roles"]);
  });

  test("stays when its user cannot be changed; --resume then finishes both", async () => {
    await small.deploy(chain(true));
    small.define(chain(false, true));
    const plan = await small.plan();
    expect(plan.manifest.order.steps.map(({ id }) => id)).toEqual(["21-roles", "61-tasks", "21-roles, deletions"]);
    let isBroken = true;
    const beforeLayer = ({ id }: { readonly id: string }) =>
      isBroken && id === "61-tasks"
        ? Promise.reject(new UserError({ what: "no capacity", mend: "wait" }))
        : Promise.resolve();

    const cut = await small.apply(plan, { beforeLayer });
    expect(statuses(cut)).toEqual([
      ["21-roles", "planned anew"],
      ["61-tasks", "failed"],
      ["21-roles, deletions", "not tried"],
    ]);
    const names = async () => (await small.state("21-roles"))?.resources.map(({ name }) => name).sort();
    expect(await names()).toEqual(["more", "own", "shared"]);

    isBroken = false;
    const resumed = await small.apply(plan, { beforeLayer, resume: true });
    expect(resumed.outcomes.map(({ layer, status }) => [layer, status])).toEqual([
      ["21-roles", "done"],
      ["61-tasks", "done"],
      ["21-roles, deletions", "done"],
    ]);
    expect(await names()).toEqual(["more", "shared"]);
  });
});
