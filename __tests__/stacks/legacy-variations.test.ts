/**
 * What others run: states that the legacy Terraform left with other variables, taken over by a configuration that says the
 * same. The same as plans: legacy-variations.terraform.test.ts.
 */
import { validateConfig } from "../../checks/validate";
import { LAYER_IDS, variationStates } from "../support/existing-state";
import { variations, type Variation } from "../support/legacy-variations";
import { baseline, preparePlatform } from "../support/platform";
import { takeOver, type TakeOver } from "../support/take-over";

function takeOverAll(variation: Variation, states: string): readonly TakeOver[] {
  const platform = preparePlatform(variation);
  return LAYER_IDS.map((layer) => takeOver(layer, platform.json(layer), states));
}

/** All keys but `state`: where the states lie is what the test itself decides. */
function keysOf(variation: Variation): readonly string[] {
  return Object.keys(variation).filter((key) => key !== "state");
}

function isWhole({ addresses, differing, outputs }: TakeOver): boolean {
  const [[taken, existing], [written, stored]] = [addresses, outputs];
  const sorted = (record: Readonly<Record<string, unknown>>) =>
    JSON.stringify(record, (_key, value: unknown) =>
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).sort())
        : value,
    );
  return taken.join() === existing.join() && differing.length === 0 && sorted(written) === sorted(stored);
}

describe.each(Object.entries(variations))("GIVEN the legacy Terraform with the variables of %s", (name, variation) => {
  const states = variationStates(name);

  test("WHEN a configuration says the same THEN it is accepted, with the known findings of baseline alone", () => {
    expect(() => {
      validateConfig({ name: "baseline", config: { ...baseline, ...variation } });
    }).not.toThrow();
  });

  test("THEN every resource is taken over, and no argument or output changes", () => {
    for (const { addresses, differing, outputs } of takeOverAll(variation, states)) {
      expect(addresses[0]).toEqual(addresses[1]);
      expect(differing).toEqual([]);
      expect(outputs[0]).toEqual(outputs[1]);
    }
  });

  test.each(keysOf(variation))("WHEN it leaves %s as in baseline THEN it is seen", (key) => {
    // Where states lie is what the test itself decides.
    if (key === "state") return;
    const others = Object.fromEntries(Object.entries(variation).filter(([other]) => other !== key));
    let isSeen: boolean;
    try {
      isSeen = !takeOverAll(others, states).every(isWhole);
    } catch {
      // An output of an upstream layer is not there under that name.
      isSeen = true;
    }
    expect(isSeen).toBe(true);
  });
});
