import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { followFile } from "../../../tools/live/follow-file";
import { eventually } from "./eventually";

const folder = mkdtempSync(join(tmpdir(), "lgtm-follow-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test("a file that is not there yet is followed line by line, and what was written before the end is told", async () => {
  const file = join(folder, "pyroscope-2.log");
  const lines: string[] = [];
  const end = followFile(file, (line) => lines.push(line));

  appendFileSync(file, "first\nhalf ");
  await eventually(() => lines.length === 1, "the first line");
  appendFileSync(file, `of ${"long ".repeat(30_000)}\nläst\n`);
  end();

  expect(lines.map((line) => line.slice(0, 7))).toEqual(["first", "half of", "läst"]);
  appendFileSync(file, "too late\n");
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(lines).toHaveLength(3);
});
