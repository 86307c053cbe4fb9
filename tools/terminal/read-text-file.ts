import { readFileSync } from "node:fs";
import { UserError } from "./user-error";

/**
 * Reads a file that a person or workflow named.
 * @throws UserError (exit "badInput") when it cannot be read
 */
export function readTextFile(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError({
      what: `The file cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      where: file,
      mend: "name a file that exists and is readable; in a workflow, see whether the step that writes it failed",
      exit: "badInput",
    });
  }
}
