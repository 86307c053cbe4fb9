/**
 * The way from what runs to `target`, planned against the eleven committed states: every layer, whether its upstream is
 * applied or not, each change with the setting that causes it, nothing deleted or replaced that is in use.
 */
import type { Adoption } from "../tools/delivery/adoption/report";
import { projectRoot } from "../tools/terminal/paths";
import { run } from "../tools/terminal/process";
import type { PlanAction } from "../tools/terraform/plan-summary";

jest.setTimeout(900_000);

let adoption: Adoption;
let code: number;

beforeAll(async () => {
  const args = ["lgtm", "adopt", "--fixtures", "--profile", "target", "--json"];
  const result = await run(process.execPath, args, { cwd: projectRoot });
  code = result.code;
  adoption = JSON.parse(result.stdout) as Adoption;
});

const changes = () =>
  adoption.layers.flatMap(({ layer, changes }) =>
    changes.filter(({ mode }) => mode === "managed").map((change) => ({ layer, ...change })),
  );
const addressesOf = (action: PlanAction) =>
  changes()
    .filter((change) => change.action === action)
    .map(({ address }) => address);

test("all eleven layers are planned, and the answer is good", () => {
  expect(adoption.layers.map(({ layer, error }) => [layer, error])).toEqual(
    adoption.layers.map(({ layer }) => [layer, undefined]),
  );
  expect(adoption.layers).toHaveLength(11);
  expect(adoption).toMatchObject({ accepted: true, unchanged: false, refused: [] });
  expect(code).toBe(0);
});

test("nothing is deleted; only task definitions and ECR lifecycle policies are replaced", () => {
  expect(addressesOf("delete")).toEqual([]);
  expect(addressesOf("forget")).toEqual([]);
  const services = ["alloy", "grafana", "loki", "mimir", "pyroscope", "tempo"];
  expect([...addressesOf("replace")].sort()).toEqual([
    ...services.map((name) => `aws_ecr_lifecycle_policy.${name}`),
    ...services.map((name) => `aws_ecs_task_definition.${name}`),
  ]);
});

test("each change names the settings that cause it", () => {
  const withoutCause = changes()
    .filter(({ causes }) => causes.length === 0)
    .map(({ layer, address }) => `${layer}: ${address}`);
  expect(withoutCause).toEqual([]);
  const causesOf = (address: string) =>
    changes()
      .find((change) => change.address === address)
      ?.causes.map(({ path, from, to }) => `${path}: ${from} -> ${to}`);
  expect(causesOf("aws_vpc_endpoint.s3")).toEqual(["network.s3GatewayEndpoint: false -> true"]);
  expect(causesOf("aws_elasticache_parameter_group.memcached")).toEqual(["cache.maxItemSizeBytes: 1048576 -> 4194304"]);
  expect(causesOf("aws_lb.main")).toEqual(["loadBalancer.dropInvalidHeaderFields: false -> true"]);
  expect(causesOf("aws_ecs_task_definition.alloy")).toContain("services.alloy.stopTimeoutSeconds: 30 -> 90");
  expect(causesOf("aws_ecs_task_definition.loki")?.join()).not.toContain("services.alloy");
});

test("the tasks are planned on roles and target groups that do not exist yet, and say so", () => {
  const provisional = adoption.layers.filter((layer) => layer.provisional !== undefined);
  expect(provisional.map(({ layer }) => layer)).toEqual(["60-ecs"]);
  expect(provisional[0]?.provisional).toMatchObject({
    upstream: ["20-iam", "50-alb"],
    unapplied: ["20-iam.task_role_arns", "50-alb.target_group_arns"],
  });
  const values = provisional[0]?.provisional?.placeholders.map(({ value }) => value) ?? [];
  expect(values).toContain("arn:aws:unknown:::__unknown__20-iam.task_role_arns[mimir]__");
  const tempo = changes().find(({ address }) => address === "aws_ecs_service.tempo");
  const targets = tempo?.differences.flatMap(({ path, after }) => (path.startsWith("load_balancer[") ? [after] : []));
  expect(
    targets?.join().match(/arn:aws:unknown:::__unknown__50-alb\.target_group_arns\[tempo-otlp-(http|alb)\]__/g),
  ).toHaveLength(2);
});

test("warns of what is lost or interrupted although nothing is deleted", () => {
  const kinds = adoption.warnings.map(({ layer, kind, text }) => `${layer} ${kind}: ${text}`);
  expect(kinds).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^60-ecs data lost: Grafana's task is replaced/),
      expect.stringMatching(/^35-elasticache interruption: .*reboot/),
      expect.stringMatching(/^60-ecs retention: aws_ecs_task_definition\.tempo: TEMPO_RETENTION becomes 168h/),
    ]),
  );
});
