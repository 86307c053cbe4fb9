import { exitCodes, exitMeanings } from "../../../tools/terminal/exit-codes";
import { UserError } from "../../../tools/terminal/user-error";

test("is printed as what, where and what to do, with the detail below", () => {
  const error = new UserError({
    what: "It is so.",
    where: "here",
    mend: "do that",
    detail: "a\nb\n",
    exit: "badInput",
  });

  expect(error.render()).toBe("error: It is so.\n  where: here\n  fix: do that\n  | a\n  | b");
  expect(error.exitCode).toBe(2);
});

test("every exit code is told what it means, and none is used twice", () => {
  expect(Object.keys(exitMeanings)).toEqual(Object.keys(exitCodes));
  expect(new Set(Object.values(exitCodes)).size).toBe(Object.keys(exitCodes).length);
});
