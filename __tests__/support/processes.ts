import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** A process as /proc shows it. */
export interface ProcessInfo {
  readonly pid: number;
  readonly command: string;
  /** Its working folder; empty if it cannot be read. */
  readonly folder: string;
}

/** All processes of this machine; Linux only. */
export function processes(): readonly ProcessInfo[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ").trim();
      return [{ pid: Number(name), command, folder: readlinkSync(`/proc/${name}/cwd`) }];
    } catch {
      return [];
    }
  });
}

/**
 * The processes that work in a folder, or name it on their command line.
 *
 * @param folder absolute path
 */
export function processesIn(folder: string): readonly ProcessInfo[] {
  return processes().filter(({ command, folder: own }) => own.startsWith(folder) || command.includes(folder));
}

/**
 * The processes whose standard output goes into a folder; it shows them also when they see another root folder and another
 * working folder than this one.
 *
 * @param folder absolute path
 */
export function processesWritingTo(folder: string): readonly ProcessInfo[] {
  return processes().filter(({ pid }) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/1`).startsWith(`${folder}/`);
    } catch {
      return false;
    }
  });
}
