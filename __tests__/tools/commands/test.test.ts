import { jestArguments } from "../../../tools/commands/test";

const UNIT = ["--testPathIgnorePatterns", "\\.(terraform|binary)\\.test\\.ts$"];

test.each([
  ["no arguments", [], false, []],
  ["paths", ["__tests__/tools"], false, ["__tests__/tools"]],
  ["--unit before jest's options", ["-t", "waves"], true, ["-t", "waves", ...UNIT]],
  ["--unit behind them", ["-t", "waves", "--unit"], false, ["-t", "waves", ...UNIT]],
  ["--unit twice", ["-t", "x", "--unit"], true, ["-t", "x", ...UNIT]],
  ["patterns behind --", ["-t", "x", "--unit", "--", "a", "--unit"], false, ["-t", "x", ...UNIT, "--", "a", "--unit"]],
])("%s", (_what, args, unit, expected) => {
  expect(jestArguments(args, unit)).toEqual(expected);
});
