import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { projectRoot } from "./paths";

const packageSchema = z.object({ bin: z.union([z.string(), z.record(z.string(), z.string())]) });

/** Packages whose program has another name than the package. */
const packageOf: Readonly<Record<string, string>> = { tsc: "typescript", cdktf: "cdktf-cli" };

/**
 * The JavaScript file of a program that an installed package brings, to be run with Node itself: no shell, no npx, and
 * signals reach it.
 * @throws Error when the package brings no such program
 */
export function packageProgram(program: string): string {
  const file = join(projectRoot, "node_modules", packageOf[program] ?? program, "package.json");
  const { bin } = packageSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  const path = typeof bin === "string" ? bin : bin[program];
  const found = path === undefined ? undefined : join(dirname(file), path);
  if (found === undefined || !existsSync(found)) throw new Error(`the package in ${file} brings no program ${program}`);
  return found;
}
