import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A folder of its own for programs that stand in for others. */
export function makeFolder(): string {
  return mkdtempSync(join(tmpdir(), "lgtm-stand-ins-"));
}

/**
 * A shell script in place of a program.
 *
 * @param path where; folders are made
 * @param body what it does
 */
export function standIn(path: string, body: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** A docker that records its calls, one a line with its words between spaces. */
export interface DockerStandIn {
  /** Environment in which `docker` is this one, and nothing else is on PATH but the shell's own programs. */
  readonly env: NodeJS.ProcessEnv;
  readonly calls: () => readonly string[];
}

/**
 * Stands in for docker.
 *
 * @param folder where
 * @param body what it does after it has recorded its call; `$1` is the command
 */
export function dockerStandIn(folder: string, body: string): DockerStandIn {
  const log = join(folder, "docker.log");
  writeFileSync(log, "");
  standIn(join(folder, "bin", "docker"), `echo "$*" >> "${log}"\n${body}`);
  return {
    env: { PATH: `${join(folder, "bin")}:/usr/bin:/bin`, HOME: join(folder, "home") },
    calls: () =>
      readFileSync(log, "utf8")
        .split("\n")
        .filter((line) => line !== ""),
  };
}
