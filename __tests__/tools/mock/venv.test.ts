import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../../tools/terminal/paths";
import { ensureMockPython } from "../../../tools/mock/venv";
import { UserError } from "../../../tools/terminal/user-error";

/** How the stand-in for python3 behaves: each step's exit code, and what it prints before it fails. */
interface FakePython {
  readonly version?: string;
  readonly venvFails?: string;
  readonly pipFails?: string;
  readonly pipSeconds?: number;
}

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "lgtm-venv-"));
  writeFileSync(join(home, "requirements.txt"), "moto==1\n");
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

/** A program that answers as python3 and, copied into the environment it makes, as that environment's Python. */
function fakePython({ version = "3.11", venvFails, pipFails, pipSeconds = 0 }: FakePython = {}): string {
  const file = join(home, "python3");
  const fail = (text: string | undefined): string => (text === undefined ? "" : `echo "${text}"; exit 1`);
  writeFileSync(
    file,
    `#!/bin/sh
echo "$*" >> ${home}/calls
case "$2" in
  venv) mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; ${fail(venvFails)} ;;
  pip) sleep ${pipSeconds}; ${fail(pipFails)} ;;
  *) echo ${version} ;;
esac
exit 0
`,
  );
  chmodSync(file, 0o755);
  return file;
}

function ensure(python: string, report?: (line: string) => void): Promise<string> {
  return ensureMockPython(report, {
    folder: join(home, "venv"),
    python,
    requirements: join(home, "requirements.txt"),
  });
}

function calls(of: string): number {
  if (!existsSync(join(home, "calls"))) return 0;
  return readFileSync(join(home, "calls"), "utf8")
    .split("\n")
    .filter((line) => line.startsWith(of)).length;
}

async function failure(promise: Promise<unknown>): Promise<UserError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof UserError) return error;
  throw new Error(`no UserError: ${String(error)}`);
}

test.each(["tools/mock", "tools/checkout/lint"])("pip installs nothing of %s but what has a pinned hash", (folder) => {
  const lines = readFileSync(join(projectRoot, folder, "requirements.txt"), "utf8")
    .replaceAll("\\\n", "")
    .split("\n");
  const requirements = lines.filter((line) => line !== "" && !line.startsWith("#"));
  expect(requirements[0]).toBe("--require-hashes");
  for (const one of requirements.slice(1))
    expect(one).toMatch(/^[\w.[\]-]+==\S+( [^#]*)?( +--hash=sha256:[0-9a-f]{64})+$/);
});

describe("the mock's Python environment", () => {
  test("is made on first use, says so, and is left alone the second time", async () => {
    const lines: string[] = [];
    const python = await ensure(fakePython(), (line) => lines.push(line));
    expect(python).toBe(join(home, "venv", "bin", "python"));
    expect(lines).toEqual([
      expect.stringContaining("Making a Python environment"),
      expect.stringContaining("Installing moto"),
      expect.stringContaining("ready"),
    ]);
    const before = calls("");
    await ensure(fakePython(), (line) => lines.push(line));
    expect(lines).toHaveLength(3);
    expect(calls("")).toBe(before);
  });

  test("is made anew when the requirements change", async () => {
    await ensure(fakePython());
    writeFileSync(join(home, "requirements.txt"), "moto==2\n");
    await ensure(fakePython());
    expect(calls("-m venv")).toBe(2);
  });

  test("is made anew when its Python is gone", async () => {
    await ensure(fakePython());
    rmSync(join(home, "venv", "bin", "python"));
    await ensure(fakePython());
    expect(calls("-m venv")).toBe(2);
  });

  test("is made once when two commands ask at the same time", async () => {
    const python = fakePython({ pipSeconds: 1 });
    const lines: string[] = [];
    await Promise.all([ensure(python), ensure(python, (line) => lines.push(line))]);
    expect(calls("-m pip")).toBe(1);
    expect(lines).toEqual([expect.stringContaining("Waiting for another command")]);
  });

  test("is never half-made: what a killed process left is removed and its lock taken over", async () => {
    // GIVEN the leftovers of a process that is gone: no process has this id (the kernel's limit is 4194304)
    const gone = 4194305;
    const leftover = join(home, `venv.making-${gone}-abc`);
    mkdirSync(join(leftover, "bin"), { recursive: true });
    writeFileSync(join(home, "venv.lock"), `${gone}\n`);
    mkdirSync(join(home, "venv", "bin"), { recursive: true });
    writeFileSync(join(home, "venv", "bin", "python"), "half of it");
    // WHEN
    const python = await ensure(fakePython());
    // THEN
    expect(readFileSync(python, "utf8")).toContain("#!/bin/sh");
    expect(readdirSync(home).filter((name) => name.startsWith("venv."))).toEqual(["venv.log"]);
  });

  test("is not taken for whole after pip failed", async () => {
    await failure(ensure(fakePython({ pipFails: "no network" })));
    expect(existsSync(join(home, "venv"))).toBe(false);
    await ensure(fakePython());
    expect(calls("-m pip")).toBe(2);
  });
});

describe("what it lacks is said with what mends it", () => {
  test("no python3", async () => {
    const error = await failure(ensure(join(home, "no-such-python")));
    expect(error.exit).toBe("missing");
    expect(error.what).toMatch(/no-such-python.*was not found/);
    expect(error.mend).toContain("apt-get install python3 python3-venv");
  });

  test("a python3 that is too old", async () => {
    const error = await failure(ensure(fakePython({ version: "3.9" })));
    expect(error.what).toMatch(/needs Python 3\.11 or newer; .* is 3\.9/);
    expect(error.exit).toBe("missing");
  });

  test("no venv module", async () => {
    const error = await failure(ensure(fakePython({ venvFails: "No module named venv" })));
    expect(error.mend).toContain("apt-get install python3-venv");
    expect(error.detail).toContain("No module named venv");
    expect(error.where).toBe(join(home, "venv.log"));
  });

  test("pip does not reach its index", async () => {
    const error = await failure(ensure(fakePython({ pipFails: "Could not find a version that satisfies moto" })));
    expect(error.what).toContain("pip could not install moto");
    expect(error.mend).toContain("PIP_INDEX_URL");
    expect(error.detail).toContain("Could not find a version");
  });
});
