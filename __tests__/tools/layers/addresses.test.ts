import { readFileSync } from "node:fs";
import { join } from "node:path";
import { profiles } from "../../../common.config";
import type { PlatformConfig } from "../../../modules/config/platform-config";
import type { LayerJson } from "../../../stacks/platform-json";
import {
  ADDRESS_FILE,
  addressChanges,
  type AddressList,
  layerAddresses,
  renderAddresses,
} from "../../../tools/layers/addresses";
import { reverseMoves } from "../../../tools/layers/reverse-moves";
import { addressesOf } from "../../support/addresses";
import { existingState, instancesByAddress, LAYER_IDS } from "../../support/existing-state";

const committed = readFileSync(join(__dirname, "../../..", ADDRESS_FILE), "utf8");
const list = JSON.parse(committed) as AddressList;
const current: AddressList = Object.fromEntries(
  Object.entries<PlatformConfig>(profiles).map(([name, config]) => [name, addressesOf(config)]),
);

const layer = (moved: LayerJson["moved"]): LayerJson => ({
  terraform: {},
  provider: {},
  output: {},
  resource: { aws_vpc: { main: {} }, aws_eip: { a: {}, b: {} } },
  ...(moved === undefined ? {} : { moved }),
});

describe("the committed list", () => {
  test("THEN it names the addresses that the layers have (if a change is meant: ./lgtm generated)", () => {
    expect(addressChanges(list, current)).toEqual([]);
    expect(committed).toBe(renderAddresses(current));
  });

  test("THEN it covers every profile and every layer", () => {
    expect(Object.keys(list)).toEqual(Object.keys(profiles));
    for (const layers of Object.values(list)) expect(Object.keys(layers)).toEqual(LAYER_IDS);
  });

  test.each(LAYER_IDS)("THEN each address in the existing state of %s is covered exactly once", (id) => {
    const former = Object.entries(list.baseline?.[id] ?? {}).map(([address, was]) => was ?? address);
    expect(former.sort()).toEqual([...instancesByAddress(existingState(id)).keys()].sort());
  });

  test.each(LAYER_IDS)("THEN target moves in %s what baseline moves", (id) => {
    for (const [address, was] of Object.entries(list.baseline?.[id] ?? {}))
      expect(list.target?.[id]).toHaveProperty([address], was);
  });

  test("THEN layer 00 moves nothing, and an environment without states of the HCL neither", () => {
    const moving = (layers: Readonly<Record<string, Readonly<Record<string, string | null>>>> = {}) =>
      Object.keys(layers).filter((id) => Object.values(layers[id] ?? {}).some((was) => was !== null));
    expect(moving(list.baseline)).toEqual(LAYER_IDS.filter((id) => id !== "00-bootstrap"));
    expect(moving(list.staging)).toEqual([]);
  });
});

describe("layerAddresses", () => {
  test("THEN addresses are sorted, with their former ones", () => {
    expect(Object.entries(layerAddresses(layer([{ from: "module.x.aws_eip.nat[0]", to: "aws_eip.b" }])))).toEqual([
      ["aws_eip.a", null],
      ["aws_eip.b", "module.x.aws_eip.nat[0]"],
      ["aws_vpc.main", null],
    ]);
  });

  test("GIVEN a move to nowhere THEN an error names it", () => {
    expect(() => layerAddresses(layer([{ from: "module.x.aws_eip.c", to: "aws_eip.c" }]))).toThrow(
      "module.x.aws_eip.c moves to aws_eip.c, which the layer does not have",
    );
  });

  test("GIVEN two moves to one address THEN an error names both", () => {
    const moved = ["0", "1"].map((key) => ({ from: `module.x.aws_eip.nat[${key}]`, to: "aws_eip.a" }));
    expect(() => layerAddresses(layer(moved))).toThrow(
      "aws_eip.a has two former addresses: module.x.aws_eip.nat[0] and module.x.aws_eip.nat[1]",
    );
  });
});

describe("addressChanges", () => {
  test("GIVEN a renamed, an added and a moved address THEN each is a line", () => {
    const before = { blue: { "01-vpc": { "aws_vpc.main": null, "aws_eip.a": "module.x.aws_eip.a" } } };
    const after = { blue: { "01-vpc": { "aws_vpc.vpc": null, "aws_eip.a": "module.y.aws_eip.a" } } };
    expect(addressChanges(before, after)).toEqual([
      "- blue 01-vpc aws_vpc.main",
      "- blue 01-vpc aws_eip.a (was module.x.aws_eip.a)",
      "+ blue 01-vpc aws_vpc.vpc",
      "+ blue 01-vpc aws_eip.a (was module.y.aws_eip.a)",
    ]);
  });
});

describe("reverseMoves", () => {
  test("GIVEN moved resources THEN each leads back, instance key included", () => {
    const text = reverseMoves("05-cloudwatch-logs", {
      "aws_cloudwatch_log_group.loki": 'module.cloudwatch_logs.aws_cloudwatch_log_group.services["loki"]',
      "aws_cloudwatch_log_group.new": null,
    });
    expect(text).toContain(
      'moved {\n  from = aws_cloudwatch_log_group.loki\n  to   = module.cloudwatch_logs.aws_cloudwatch_log_group.services["loki"]\n}\n',
    );
    expect(text).not.toContain("aws_cloudwatch_log_group.new");
  });

  test("GIVEN nothing moved THEN there is no file", () => {
    expect(reverseMoves("00-bootstrap", { "aws_s3_bucket.terraform_state": null })).toBeUndefined();
  });
});
