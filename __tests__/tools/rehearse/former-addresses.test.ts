import { withFormerAddresses } from "../../../tools/rehearse/former-addresses";

const instance = (id: string, dependencies: readonly string[] = []) => ({
  attributes: { id },
  dependencies: [...dependencies],
});

test("GIVEN two resources that were one with count THEN they are one again, and dependencies are renamed", () => {
  const state = {
    serial: 7,
    lineage: "a",
    resources: [
      { mode: "managed", type: "aws_vpc", name: "main", instances: [instance("vpc-1")] },
      { mode: "managed", type: "aws_subnet", name: "public_a", instances: [instance("subnet-1", ["aws_vpc.main"])] },
      { mode: "managed", type: "aws_subnet", name: "public_c", instances: [instance("subnet-2", ["aws_vpc.main"])] },
      { mode: "data", type: "aws_caller_identity", name: "current", instances: [instance("1")] },
    ],
  };
  const former = withFormerAddresses(state, [
    { from: "module.vpc.aws_vpc.main", to: "aws_vpc.main" },
    { from: "module.vpc.aws_subnet.public[0]", to: "aws_subnet.public_a" },
    { from: "module.vpc.aws_subnet.public[1]", to: "aws_subnet.public_c" },
  ]);

  expect(former.serial).toBe(8);
  expect(former.resources).toEqual([
    { mode: "managed", module: "module.vpc", type: "aws_vpc", name: "main", instances: [instance("vpc-1")] },
    {
      mode: "managed",
      module: "module.vpc",
      type: "aws_subnet",
      name: "public",
      instances: [
        { ...instance("subnet-1", ["module.vpc.aws_vpc.main"]), index_key: 0 },
        { ...instance("subnet-2", ["module.vpc.aws_vpc.main"]), index_key: 1 },
      ],
    },
    { mode: "data", type: "aws_caller_identity", name: "current", instances: [instance("1")] },
  ]);
});

test("GIVEN a resource that was one of for_each THEN it has its key again", () => {
  const state = {
    serial: 1,
    resources: [{ mode: "managed", type: "aws_ecr_repository", name: "mimir", instances: [instance("lgtm-mimir")] }],
  };
  const { resources } = withFormerAddresses(state, [
    { from: 'module.ecr.aws_ecr_repository.repos["lgtm-mimir"]', to: "aws_ecr_repository.mimir" },
  ]);
  expect(resources).toMatchObject([{ module: "module.ecr", name: "repos", instances: [{ index_key: "lgtm-mimir" }] }]);
});

test("GIVEN a former address outside any module THEN it is refused", () => {
  expect(() =>
    withFormerAddresses({ serial: 1, resources: [] }, [{ from: "aws_vpc.old", to: "aws_vpc.main" }]),
  ).toThrow("not an address of a resource inside one module: aws_vpc.old");
});
