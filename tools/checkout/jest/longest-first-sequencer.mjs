import TestSequencer from "@jest/test-sequencer";

/** Files that take minutes, the longest first, as seen on two cores. */
const LONGEST = [
  "rehearse/rehearse.terraform",
  "rehearse/upgrade.terraform",
  "rehearse/interruption.terraform",
  "nothing-lost/nothing-lost.binary",
  "adoption.terraform",
  "delivery/delivery-aws.terraform",
  "upgrade-plan.terraform",
];

/** Tests that start Terraform or a service. */
const LONG = /\.(terraform|binary)\.test\.ts$/;

/**
 * The longest first, so that no file of minutes begins when the others have ended. On a fresh clone jest knows no durations and
 * would go by file size.
 */
export default class LongestFirstSequencer extends TestSequencer {
  sort(tests) {
    const rank = ({ path }) => {
      const index = LONGEST.findIndex((name) => path.endsWith(`${name}.test.ts`));
      if (index !== -1) return index;
      return LONG.test(path) ? LONGEST.length : LONGEST.length + 1;
    };
    return [...super.sort(tests)].sort((a, b) => rank(a) - rank(b));
  }
}
