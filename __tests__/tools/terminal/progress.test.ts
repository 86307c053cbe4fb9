import { progressMode, startProgress } from "../../../tools/terminal/progress";

test("without a terminal each event is one plain line, aligned by the longest id", async () => {
  const lines: string[] = [];
  const progress = startProgress(["01-vpc", "30-security-groups"], "lines", (line) => lines.push(line));

  progress.step("01-vpc", "init");
  progress.done("01-vpc", "17 of 17 no-op");
  progress.failed("30-security-groups", "locked");
  progress.skipped("01-vpc", "because of another");
  progress.note("a note");
  await progress.close();

  expect(lines).toEqual([
    "01-vpc              init",
    "01-vpc              17 of 17 no-op",
    "30-security-groups  FAILED: locked",
    "01-vpc              not tried: because of another",
    "a note",
  ]);
});

test("silent writes nothing", () => {
  const lines: string[] = [];
  const progress = startProgress(["a"], "silent", (line) => lines.push(line));

  progress.step("a", "init");
  progress.failed("a", "broken");

  expect(lines).toEqual([]);
});

test("machines get silence, pipes plain lines", () => {
  expect(progressMode({ json: true })).toBe("silent");
  // jest's workers have no terminal.
  expect(progressMode({})).toBe(process.stdout.isTTY && process.stderr.isTTY && !process.env.CI ? "live" : "lines");
});
