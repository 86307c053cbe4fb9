import { Eip } from "@cdktf/provider-aws/lib/eip";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { declareAdoption, identify } from "../../modules/identity";

const outdir = mkdtempSync(join(tmpdir(), "lgtm-identity-"));
afterAll(() => {
  rmSync(outdir, { recursive: true });
});

/** An address nested in a construct, in a stack that takes states over or not. */
function nestedAddress(adopts: boolean) {
  const stack = new TerraformStack(new App({ outdir }), "stack");
  declareAdoption(stack, adopts);
  new AwsProvider(stack, "aws", { region: "ap-northeast-2" });
  return { stack, eip: new Eip(new Construct(stack, "nested"), "address", { domain: "vpc" }) };
}

/** What the stack says of its resources and their moves. */
function written(stack: TerraformStack) {
  stack.prepareStack();
  const { resource, moved } = stack.toTerraform() as { resource: { aws_eip: object }; moved?: unknown };
  return { names: Object.keys(resource.aws_eip), moved };
}

test("GIVEN a nested resource THEN its address has no hash, and the move names the instance key", () => {
  const { stack, eip } = nestedAddress(true);
  expect(identify(eip, "nat_a", "module.vpc.aws_eip.nat[0]")).toBe(eip);
  expect(written(stack)).toEqual({
    names: ["nat_a"],
    moved: [{ from: "module.vpc.aws_eip.nat[0]", to: "aws_eip.nat_a" }],
  });
});

test("GIVEN a stack that takes nothing over THEN there is no move", () => {
  const { stack, eip } = nestedAddress(false);
  identify(eip, "nat_a", "module.vpc.aws_eip.nat[0]");
  expect(written(stack)).toEqual({ names: ["nat_a"], moved: undefined });
});

test.each([true, false])(
  "GIVEN a former address that is the new one (adopts: %s) THEN the error names it",
  (adopts) => {
    const { eip } = nestedAddress(adopts);
    expect(() => identify(eip, "nat_a", "aws_eip.nat_a")).toThrow(
      "stack/nested/address: aws_eip.nat_a would move to itself; leave out its former address",
    );
  },
);
