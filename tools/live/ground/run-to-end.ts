import { spawn } from "node:child_process";

/**
 * Runs a short program to its end, whatever this process is asked meanwhile: signals of the terminal do not reach it.
 *
 * @param program name of the program, looked for on PATH
 * @param args its arguments
 * @throws Error with what it said, if it does not end with 0
 */
export async function runToEnd(program: string, args: readonly string[]): Promise<void> {
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"], detached: true });
  const said: Buffer[] = [];
  child.stderr.on("data", (chunk: Buffer) => said.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject).once("close", resolve);
  });
  if (code !== 0) throw new Error(`${program} ${args.join(" ")}: ${Buffer.concat(said).toString("utf8").trim()}`);
}
