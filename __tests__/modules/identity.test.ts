import { Eip } from "@cdktf/provider-aws/lib/eip";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { declareFormerAddresses, identify, type FormerAddresses } from "../../modules/identity";

const outdir = mkdtempSync(join(tmpdir(), "lgtm-identity-"));
afterAll(() => {
  rmSync(outdir, { recursive: true });
});

const FORMER = { "aws_eip.nat_a": "module.vpc.aws_eip.nat[0]" };

/** An address nested in a construct, in a stack whose resources had former addresses or not. */
function nestedAddress(former: FormerAddresses) {
  const stack = new TerraformStack(new App({ outdir }), "stack");
  declareFormerAddresses(stack, former);
  new AwsProvider(stack, "aws", { region: "ap-northeast-2" });
  return { stack, eip: new Eip(new Construct(stack, "nested"), "address", { domain: "vpc" }) };
}

/** The names of the stack's resources and their moves. */
function written(stack: TerraformStack) {
  stack.prepareStack();
  const { resource, moved } = stack.toTerraform() as { resource: { aws_eip: object }; moved?: unknown };
  return { names: Object.keys(resource.aws_eip), moved };
}

test("GIVEN a nested resource THEN its address has no hash, and the move names the instance key", () => {
  const { stack, eip } = nestedAddress(FORMER);
  expect(identify(eip, "nat_a")).toBe(eip);
  expect(written(stack)).toEqual({
    names: ["nat_a"],
    moved: [{ from: "module.vpc.aws_eip.nat[0]", to: "aws_eip.nat_a" }],
  });
});

test.each([
  ["a stack that takes nothing over", {}, "nat_a"],
  ["a resource that the legacy Terraform does not have", FORMER, "nat_c"],
])("GIVEN %s THEN there is no move", (_name, former, name) => {
  const { stack, eip } = nestedAddress(former);
  identify(eip, name);
  expect(written(stack)).toEqual({ names: [name], moved: undefined });
});

test("GIVEN a former address that is the new one THEN the error names it", () => {
  expect(() => nestedAddress({ ...FORMER, "aws_eip.nat_c": "aws_eip.nat_c" })).toThrow(
    "aws_eip.nat_c would move to itself; leave out its former address",
  );
});
