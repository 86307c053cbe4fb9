import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseState } from "../../../tools/state/state-file";

const fixtures = join(__dirname, "../../fixtures/existing-state/lgtm-ecs/prod");

function state(more: object): string {
  return JSON.stringify({ version: 4, terraform_version: "1.11.4", serial: 7, lineage: "l", ...more });
}

describe("parseState", () => {
  test("reads a state that Terraform wrote", () => {
    const file = parseState(readFileSync(join(fixtures, "01-vpc/terraform.tfstate"), "utf8"), "here");

    expect(file).toMatchObject({ serial: 1, terraformVersion: "1.11.4" });
    expect(file.resources.filter(({ mode }) => mode === "managed")).toHaveLength(17);
    expect(file.resources.map(({ address }) => address)).toContain("module.vpc.aws_subnet.public[0]");
    expect(file.outputs.map(({ name }) => name).sort()).toEqual([
      "internet_gateway_id",
      "nat_gateway_ips",
      "private_subnet_ids",
      "public_subnet_ids",
      "vpc_cidr",
      "vpc_id",
    ]);
  });

  test("knows which outputs are sensitive", () => {
    const { outputs } = parseState(readFileSync(join(fixtures, "20-iam/terraform.tfstate"), "utf8"), "here");

    const sensitive = outputs.filter((output) => output.sensitive).map(({ name }) => name);
    expect(sensitive.sort()).toEqual([
      "alloy_task_role_arn",
      "grafana_task_role_arn",
      "lgtm_task_role_arn",
      "task_execution_role_arn",
    ]);
  });

  test("writes addresses as Terraform does", () => {
    const resource = (more: object) => ({ mode: "managed", type: "aws_x", name: "y", ...more });
    const { resources } = parseState(
      state({
        resources: [
          resource({ instances: [{ attributes: { id: "plain" } }] }),
          resource({ module: 'module.m["a"]', instances: [{ index_key: 'k"1', attributes: { id: 5 } }] }),
          resource({ mode: "data", instances: [{ index_key: 0, attributes: {} }] }),
          resource({ name: "z", instances: [{ deposed: "ab12", attributes: null }] }),
        ],
      }),
      "here",
    );

    expect(resources).toMatchObject([
      { address: "aws_x.y", declared: "aws_x.y", mode: "managed", id: "plain" },
      { address: 'module.m["a"].aws_x.y["k\\"1"]', mode: "managed", id: "5" },
      { address: "data.aws_x.y[0]", mode: "data", id: undefined },
      { address: "aws_x.z (deposed ab12)", mode: "managed", id: undefined },
    ]);
  });

  test.each(["", "{", "[]", '{"version": 3}', state({ version: 5 })])("refuses %j with the place", (text) => {
    expect(() => parseState(text, "s3://b/k")).toThrow(
      expect.objectContaining({ where: "s3://b/k", mend: expect.stringContaining("state restore") as string }) as Error,
    );
  });
});
