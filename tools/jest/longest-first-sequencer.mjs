import TestSequencer from "@jest/test-sequencer";

/**
 * Tests with Terraform or service binaries first, so that no minute-long file begins when the others have ended. On a fresh
 * clone jest knows no durations and would go by file size.
 */
export default class LongestFirstSequencer extends TestSequencer {
  sort(tests) {
    const isLong = ({ path }) => /\.(terraform|binary)\.test\.ts$/.test(path);
    const sorted = super.sort(tests);
    return [...sorted.filter(isLong), ...sorted.filter((test) => !isLong(test))];
  }
}
