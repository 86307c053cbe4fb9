import type { Layer } from "../../../tools/layers/layers";
import {
  checkDestroyPhrase,
  chooseDestruction,
  describeDestruction,
  type DestructionRequest,
} from "../../../tools/delivery/destruction";
import { statefulOf } from "../../../tools/terraform/stateful";
import type { UserError } from "../../../tools/terminal/user-error";

function layer(id: string, ...dependencies: readonly string[]): Layer {
  return { id, dependencies, folder: `/${id}`, file: `/${id}/cdk.tf.json` };
}

const layers = [
  layer("00-bootstrap"),
  layer("01-vpc", "00-bootstrap"),
  layer("10-ecr", "00-bootstrap"),
  layer("15-s3", "00-bootstrap"),
  layer("30-security-groups", "00-bootstrap", "01-vpc"),
  layer("60-ecs", "10-ecr", "15-s3", "30-security-groups"),
];

const existing = new Map([
  ["00-bootstrap", ["aws_s3_bucket.state", "aws_s3_bucket_versioning.state", "aws_dynamodb_table.locks"]],
  ["01-vpc", ["aws_vpc.main"]],
  ["10-ecr", ['aws_ecr_repository.repositories["lgtm-loki"]', "aws_ecr_lifecycle_policy.loki"]],
  ["15-s3", ["module.data.aws_s3_bucket.lgtm"]],
  ["60-ecs", ["aws_ecs_service.loki"]],
]);

function choose(request: Partial<DestructionRequest>) {
  const chosen = chooseDestruction(layers, existing, { layers: [], includeStateful: [], ...request });
  return { ...chosen, selected: chosen.selected.map(({ id }) => id) };
}

function refusal(request: Partial<DestructionRequest>): UserError {
  try {
    choose(request);
  } catch (error) {
    return error as UserError;
  }
  throw new Error("not refused");
}

test("what holds data: buckets, repositories, the lock table; not their settings", () => {
  expect(statefulOf([...existing.values()].flat())).toEqual([
    "aws_s3_bucket.state",
    "aws_dynamodb_table.locks",
    'aws_ecr_repository.repositories["lgtm-loki"]',
    "module.data.aws_s3_bucket.lgtm",
  ]);
});

test("all: without what holds data, and says what is kept and what is not there", () => {
  const chosen = choose({});
  expect(chosen.selected).toEqual(["01-vpc", "60-ecs"]);
  expect(chosen.kept.map(({ layer: id }) => id)).toEqual(["00-bootstrap", "10-ecr", "15-s3"]);
  expect(chosen.absent).toEqual(["30-security-groups"]);
  const text = describeDestruction(chooseDestruction(layers, existing, { layers: [], includeStateful: [] }));
  expect(text).toMatch(
    /Destroyed, in reverse order: 01-vpc, 60-ecs\. .*Kept: 15-s3 \(holds module\.data\.aws_s3_bucket/,
  );
});

test("all, with data that is named by layer or by address; what kept layers stand on is kept too", () => {
  const chosen = choose({ includeStateful: ["15-s3", "aws_s3_bucket.state", "aws_dynamodb_table.locks"] });
  expect(chosen.selected).toEqual(["01-vpc", "15-s3", "60-ecs"]);
  expect(chosen.kept).toEqual([
    { layer: "00-bootstrap", because: "10-ecr, which is kept, stands on it" },
    { layer: "10-ecr", because: 'holds aws_ecr_repository.repositories["lgtm-loki"]' },
  ]);
  expect(choose({ includeStateful: ["00-bootstrap", "10-ecr", "15-s3"] }).kept).toEqual([]);
});

test("half of what a layer holds is not enough", () => {
  expect(choose({ includeStateful: ["aws_s3_bucket.state"] }).kept[0]).toEqual({
    layer: "00-bootstrap",
    because: "holds aws_dynamodb_table.locks",
  });
});

test.each([
  ["a named layer that holds data", { layers: ["15-s3"] }, "negative", /destroyed only when it is named: module\.data/],
  ["a layer on which others stand", { layers: ["01-vpc"] }, "negative", /standing on what would be destroyed: 60-ecs/],
  ["an unknown layer", { layers: ["99-x"] }, "badInput", /There is no layer "99-x"/],
  ["a name that matches nothing", { includeStateful: ["15-s4"] }, "badInput", /Neither a layer nor an address .*15-s4/],
  ["an address without data", { includeStateful: ["aws_vpc.main"] }, "badInput", /Neither a layer nor an address/],
])("refuses %s", (_what, request, exit, message) => {
  const error = refusal(request);
  expect(error.exit).toBe(exit);
  expect(error.what).toMatch(message);
});

test("a named layer goes with all that stand on it", () => {
  expect(choose({ layers: ["60-ecs", "01-vpc"] }).selected).toEqual(["01-vpc", "60-ecs"]);
});

test.each([undefined, "", "destroy staging", "Destroy prod", "destroy prod "])("the phrase is not %j", (given) => {
  expect(() => {
    checkDestroyPhrase(given, "prod");
  }).toThrow(/phrase/);
  expect(() => {
    checkDestroyPhrase("destroy prod", "prod");
  }).not.toThrow();
});
