import { isNativeError } from "node:util/types";
import { UserError } from "./user-error";

/** Error codes of Node's `mkdir -p` on a read-only file system. */
const NO_MKDIR = "ENOENT mkdir";

/** Errors of the file system that no bug causes, in words, with the fix; by code, or by code and operation. */
const WORDS: Readonly<Record<string, readonly [what: string, mend: string]>> = {
  EACCES: ["permission denied", "give yourself the right to write there, or run the command in a checkout of your own"],
  EPERM: ["not permitted", "give yourself the right to write there, or run the command in a checkout of your own"],
  EROFS: ["the file system is read-only", "run the command in a checkout that can be written"],
  [NO_MKDIR]: [
    "the folder cannot be made; the file system may be read-only",
    "run the command in a checkout that can be written",
  ],
  ENOSPC: ["no space is left", "free some space on that file system, then run the command again"],
  EDQUOT: ["your quota is used up", "free some space on that file system, then run the command again"],
  ENOTDIR: ["a part of the path is a file, not a folder", "move the file away that stands where a folder belongs"],
};

/**
 * Puts an error of the file system into words.
 *
 * @param error anything that was thrown
 * @returns undefined unless it is an error that the user can mend and that names a path
 */
export function explainSystemError(error: unknown): UserError | undefined {
  if (!isNativeError(error)) return undefined;
  const { code = "", path, syscall = "use" } = error as NodeJS.ErrnoException;
  const words = WORDS[`${code} ${syscall}`] ?? WORDS[code];
  if (words === undefined || path === undefined) return undefined;
  const [why, mend] = words;
  return new UserError(
    { what: `The operation ${syscall} failed: ${why}.`, where: path, mend, exit: "missing" },
    { cause: error },
  );
}
