import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { explainSystemError } from "../../../tools/terminal/system-error";

function systemError(code: string, path?: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: it failed`), {
    code,
    syscall: "mkdir",
    ...(path === undefined ? {} : { path }),
  });
}

test.each([
  ["EACCES", "permission denied"],
  ["EROFS", "read-only"],
  ["ENOSPC", "no space is left"],
  ["ENOENT", "may be read-only"],
])("%s is put into words, with the path", (code, said) => {
  const error = explainSystemError(systemError(code, "/checkout/.lgtm"));

  expect(error?.render()).toMatch(new RegExp(`^error: .*${said}.*\n {2}where: /checkout/.lgtm\n {2}fix: .+$`));
  expect(error?.exit).toBe("missing");
});

test("an error as Node throws it: a file stands where a folder belongs", () => {
  const folder = mkdtempSync(join(tmpdir(), "lgtm-test-"));
  try {
    writeFileSync(join(folder, ".lgtm"), "");
    mkdirSync(join(folder, ".lgtm/logs"));
    throw new Error("it was made");
  } catch (error) {
    expect(explainSystemError(error)?.what).toContain("is a file, not a folder");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.each([
  ["a bug", new TypeError("x is not a function")],
  ["a system error without a path", systemError("EACCES")],
  ["another system error", systemError("ECONNREFUSED", "/x")],
  ["a file that is not there", Object.assign(systemError("ENOENT", "/x"), { syscall: "open" })],
  ["a text", "EACCES"],
])("%s stays what it is", (_what, error) => {
  expect(explainSystemError(error)).toBeUndefined();
});
