import { readFileSync } from "node:fs";
import { join } from "node:path";
import { refuseForeignState } from "../../../tools/state/foreign-state";
import { parseState } from "../../../tools/state/state-file";
import type { StoredState } from "../../../tools/state/stored-state";
import { UserError } from "../../../tools/terminal/user-error";
import { LAYER_IDS } from "../../support/existing-state";

const fixtures = join(__dirname, "../../fixtures/existing-state");

/** Folder of each layer's state of prod. */
const FOLDERS = [
  "bootstrap",
  ...["01-vpc", "05-cloudwatch-logs", "10-ecr", "15-s3", "20-iam", "30-security-groups"],
  ...["35-elasticache", "40-cloudmap", "50-alb", "60-ecs"],
].map((name) => (name === "bootstrap" ? name : `lgtm-ecs/prod/${name}`));

const ofProd = (folder: string): StoredState => {
  const text = readFileSync(join(fixtures, folder, "terraform.tfstate"), "utf8");
  return { kind: "state", text, file: parseState(text, folder) };
};

/** A state with one resource of the given attributes. */
const stateWith = (attributes: object, mode = "managed"): StoredState => {
  const resources = [{ mode, type: "aws_x", name: "y", instances: [{ attributes }] }];
  const text = JSON.stringify({ version: 4, terraform_version: "1.11.4", serial: 1, lineage: "l", resources });
  return { kind: "state", text, file: parseState(text, "here") };
};

const layerOf = (environment: string, project = "lgtm") => ({
  layer: "50-alb",
  bucket: "states",
  key: "dev/50-alb/terraform.tfstate",
  defaultTags: { Project: project, Environment: environment, ManagedBy: "Terraform" },
});

const refusal = (
  state: StoredState,
  facts: Parameters<typeof refuseForeignState>[0] = layerOf("dev"),
): UserError | undefined => {
  try {
    refuseForeignState(facts, state, ["lgtm-prod", "lgtm-dev", "lgtm-prod-eu"]);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  return undefined;
};

test("there is a state of prod for every layer", () => {
  expect(FOLDERS).toHaveLength(LAYER_IDS.length);
});

describe.each(FOLDERS)("GIVEN the state %s of lgtm-prod", (folder) => {
  test("WHEN a profile of prod is planned on it THEN it is taken", () => {
    expect(refusal(ofProd(folder), layerOf("prod"))).toBeUndefined();
  });

  test.each([
    ["another environment", layerOf("dev")],
    ["another project", layerOf("prod", "acme")],
  ])("WHEN a profile of %s is planned on it THEN it is refused", (_name, facts) => {
    const error = refusal(ofProd(folder), facts);
    expect(error?.what).toMatch(
      /^The state of 50-alb belongs to lgtm-prod, and the profile is of (lgtm-dev|acme-prod): /,
    );
    expect(error).toMatchObject({ exit: "badInput", where: "s3://states/dev/50-alb/terraform.tfstate" });
  });
});

describe("a resource says where it belongs", () => {
  test.each<[string, object, string | undefined]>([
    ["by the tags of the provider", { tags_all: { Project: "lgtm", Environment: "prod" } }, "lgtm-prod"],
    ["by its own tags, in an old state", { tags: { Project: "lgtm", Environment: "prod" } }, "lgtm-prod"],
    [
      "by its own tags, which are ours",
      { tags_all: { Project: "lgtm", Environment: "dev" }, name: "lgtm-prod-x" },
      undefined,
    ],
    ["by its name", { name: "lgtm-prod-alb" }, "lgtm-prod"],
    ["by a bucket's name", { bucket: "lgtm-prod-data" }, "lgtm-prod"],
    [
      "by a family's name, with half of the tags",
      { family: "lgtm-prod-mimir", tags_all: { Project: "lgtm" } },
      "lgtm-prod",
    ],
    ["not by a name that is ours", { name: "lgtm-dev-alb" }, undefined],
    ["not by a name of nobody", { name: "jsj-lgtm-data-s3" }, undefined],
    ["not by tags that are no map", { tags: ["x"] }, undefined],
    ["not at all", {}, undefined],
  ])("%s", (_name, attributes, owner) => {
    const error = refusal(stateWith(attributes));
    expect(error?.detail).toBe(owner === undefined ? undefined : `aws_x.y: ${owner}`);
  });

  test("GIVEN an environment whose name begins as another's THEN its own names are its own", () => {
    expect(refusal(stateWith({ name: "lgtm-prod-eu-alb" }), layerOf("prod-eu"))).toBeUndefined();
  });

  test("GIVEN a data source of another environment THEN it says nothing: a layer may read there", () => {
    expect(refusal(stateWith({ tags_all: { Project: "lgtm", Environment: "prod" } }, "data"))).toBeUndefined();
  });
});

test("GIVEN more than five resources THEN five are named, and the rest is counted", () => {
  const error = refusal(ofProd("lgtm-ecs/prod/50-alb"));
  expect(error?.detail?.split("\n")).toHaveLength(6);
  expect(error?.detail).toMatch(/and 6 more$/);
});

test.each<[string, StoredState]>([
  ["no state", { kind: "none" }],
  ["no bucket", { kind: "no bucket" }],
  ["an empty state", ((state) => state)(stateWith({ name: null }))],
])("GIVEN %s THEN nothing is refused", (_name, state) => {
  expect(refusal(state)).toBeUndefined();
});

test("GIVEN a layer that names no environment THEN nothing is refused", () => {
  expect(refusal(ofProd("lgtm-ecs/prod/50-alb"), { ...layerOf("dev"), defaultTags: {} })).toBeUndefined();
});
