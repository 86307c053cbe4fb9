import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compileFunction } from "node:vm";
import { transformSync } from "@swc/core";

const ROOT = join(__dirname, "../..");

/** The end of a run of main.ts. */
export interface MainRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const { code } = transformSync(readFileSync(join(ROOT, "main.ts"), "utf8"), {
  jsc: { parser: { syntax: "typescript" }, target: "es2022" },
  module: { type: "commonjs" },
});

const body = compileFunction(code, ["require", "exports"]) as (
  requireModule: (id: string) => unknown,
  exports: object,
) => void;

/**
 * Runs the text of main.ts in this process, with all modules that it imports loaded once: a run that is refused takes
 * milliseconds, where a process of its own takes seconds. A test mocks common.config.ts.
 *
 * @param outdir folder for the layers
 * @throws anything that main.ts does not catch; a user would see its stack trace
 */
export function runMain(outdir: string): MainRun {
  const lines = { stdout: [] as string[], stderr: [] as string[] };
  const spies = [
    jest.spyOn(console, "log").mockImplementation((line: string) => lines.stdout.push(line)),
    jest.spyOn(console, "error").mockImplementation((line: string) => lines.stderr.push(line)),
  ];
  const before = { outdir: process.env.CDKTF_OUTDIR, exitCode: process.exitCode, atExit: process.listeners("exit") };
  process.env.CDKTF_OUTDIR = outdir;
  process.exitCode = 0;
  try {
    body((id) => jest.requireActual(id.startsWith(".") ? join(ROOT, id) : id), {});
    endProcess(before.atExit);
    return { exitCode: process.exitCode, stdout: lines.stdout.join("\n"), stderr: lines.stderr.join("\n") };
  } finally {
    process.exitCode = before.exitCode;
    if (before.outdir === undefined) delete process.env.CDKTF_OUTDIR;
    else process.env.CDKTF_OUTDIR = before.outdir;
    for (const spy of spies) spy.mockRestore();
  }
}

/** Does what main.ts leaves for the end of its process. */
function endProcess(before: readonly NodeJS.ExitListener[]): void {
  for (const listener of process.listeners("exit").filter((each) => !before.includes(each))) {
    process.removeListener("exit", listener);
    listener(0);
  }
}
