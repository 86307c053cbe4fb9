import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../../tools/terminal/paths";
import { run, type OnInterrupt } from "../../../tools/terminal/process";

const node = process.execPath;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lgtm-test-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe("run", () => {
  test("captures both streams apart, the lines as they come, and the exit code", async () => {
    const lines: string[] = [];

    const result = await run(node, ["-e", "console.log('out'); console.error('err'); process.exitCode = 7"], {
      onLine: (line) => lines.push(line),
    });

    expect(result).toMatchObject({ code: 7, signal: undefined, stdout: "out\n", stderr: "err\n", timedOut: false });
    expect(lines.sort()).toEqual(["err", "out"]);
  });

  test("passes arguments as they are: there is no shell", async () => {
    const result = await run(node, ["-p", "process.argv[1]", "--", "$(echo no); *"]);

    expect(result.stdout).toBe("$(echo no); *\n");
  });

  test("gives the child exactly the environment it is given", async () => {
    const result = await run(node, ["-p", "JSON.stringify([process.env.A, process.env.HOME ?? null])"], {
      env: { A: "1" },
    });

    expect(JSON.parse(result.stdout)).toEqual(["1", null]);
  });

  test("appends command line and output to the log file", async () => {
    const logFile = join(folder, "logs", "x.log");

    await run(node, ["-p", "1"], { logFile });
    await run(node, ["-p", "2"], { logFile });
    await new Promise((resolve) => setTimeout(resolve, 50));

    expect(readFileSync(logFile, "utf8")).toBe(`$ ${node} -p 1\n1\n$ ${node} -p 2\n2\n`);
  });

  test("a program that is not there is said to be missing, with what to do", async () => {
    await expect(run(join(folder, "none"), [])).rejects.toMatchObject({
      exit: "missing",
      mend: expect.stringContaining("./lgtm doctor") as string,
    });
  });

  test("a signal that ends the child counts as shells count it", async () => {
    const result = await run(node, ["-e", "process.kill(process.pid, 'SIGTERM'); setTimeout(() => {}, 5000)"]);

    expect(result).toMatchObject({ code: 143, signal: "SIGTERM" });
  });

  test("after the time limit, what does not listen is killed together with its children", async () => {
    // The grandchild shows that it lives by writing; its process id says nothing, since a dead process keeps it for a while.
    const beats = join(folder, "beats");
    const stubborn = "process.on('SIGTERM', () => {});";
    const grandchild = `${stubborn} setInterval(() => require("node:fs").appendFileSync(${JSON.stringify(beats)}, "."), 10);`;
    const parent = `${stubborn} setInterval(() => {}, 1000);
      require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(grandchild)}], { stdio: "ignore" });`;

    // On a busy machine the grandchild may take longer to start than a short limit lasts: then the next one is longer.
    for (let timeoutSeconds = 1; !existsSync(beats); timeoutSeconds *= 4) {
      const result = await run(node, ["-e", parent], { timeoutSeconds, graceSeconds: 0.2 });
      expect(result).toMatchObject({ timedOut: true, signal: "SIGKILL" });
    }

    const beaten = statSync(beats).size;
    expect(beaten).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(statSync(beats).size).toBe(beaten);
  });
});

describe("an interrupt", () => {
  /** Runs a child that does not listen to the signal at first, interrupts, and gives what was said and the seconds. */
  async function interrupt(
    onInterrupt: OnInterrupt,
    endsAfterSeconds: number,
  ): Promise<{ readonly said: string; readonly seconds: number }> {
    const child = `process.on("SIGINT", () => setTimeout(() => process.exit(1), ${endsAfterSeconds * 1000})); console.log("up"); setInterval(() => {}, 1000)`;
    const script = join(folder, "parent.ts");
    writeFileSync(
      script,
      `import { run } from ${JSON.stringify(join(projectRoot, "tools/terminal/process"))};
run(process.execPath, ["-e", ${JSON.stringify(child)}], { onInterrupt: ${JSON.stringify(onInterrupt)}, onLine: (line) => console.log(line) })
  .catch((error: Error) => console.log(error.name));`,
    );
    const parent = spawn(node, ["--import", "tsx", script], { cwd: projectRoot });
    let [out, said, asked] = ["", "", 0];
    parent.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
    parent.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
      if (!text.includes("up")) return;
      asked = performance.now();
      parent.kill("SIGINT");
    });
    await new Promise((resolve) => parent.once("close", resolve));
    expect(out).toBe("up\nInterrupted\n");
    return { said, seconds: (performance.now() - asked) / 1000 };
  }

  test("waits for Terraform, and says that its locks are what it waits for", async () => {
    expect((await interrupt("releases locks", 0.2)).said).toMatch(/^interrupted: .* has released its locks \(again/);
  });

  test("waits for any other program without speaking of locks", async () => {
    const { said } = await interrupt("finish", 0.2);
    expect(said).toMatch(/^interrupted: waiting until what runs has ended/);
    expect(said).not.toContain("lock");
  });

  test("ends at once what can be thrown away, though it does not listen", async () => {
    const { said, seconds } = await interrupt("discard", 600);
    expect(said).toBe("");
    expect(seconds).toBeLessThan(60);
  });
});
