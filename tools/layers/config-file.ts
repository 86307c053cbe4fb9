import { createRequire } from "node:module";
import { join, relative } from "node:path";
import { projectRoot } from "../terminal/paths";
import { UserError } from "../terminal/user-error";

const load = createRequire(__filename);

/** The one file that a user edits, without its extension. */
const CONFIG_FILE = join(projectRoot, "common.config");

/** Exports that every command counts on. */
const EXPORTS = ["profiles", "activeProfile", "deployments"] as const;

/**
 * Loads common.config.ts, so that a mistake in it ends in words, whichever command met it.
 *
 * @param file path without extension; only tests have another than the project's
 * @throws UserError (exit "badInput") when it cannot be loaded or lacks an export
 */
export function checkConfigFile(file: string = CONFIG_FILE): void {
  const name = `${relative(projectRoot, file)}.ts`;
  const config = loadOrExplain(file, name);
  const missing = EXPORTS.filter((key) => config[key] === undefined);
  if (missing.length > 0) {
    throw badConfig(
      `${name} does not export ${missing.join(", ")}.`,
      name,
      "export it again; `git diff` shows what changed",
    );
  }
  const names = typeof config.profiles === "object" ? Object.keys(config.profiles ?? {}) : [];
  if (names.length === 0) throw badConfig("`profiles` holds no profile.", name, "`git diff` shows what changed");
}

function loadOrExplain(file: string, name: string): Readonly<Record<string, unknown>> {
  try {
    return load(file) as Readonly<Record<string, unknown>>;
  } catch (error) {
    const { message, stack = "" } = error instanceof Error ? error : new Error(String(error));
    const { text, place } = readMessage(message);
    throw badConfig(
      `${name} cannot be loaded: ${text}`,
      place ?? placeIn(stack) ?? name,
      "mend that line; `./lgtm lint` type-checks the file, and `git diff` shows what changed",
      error,
    );
  }
}

/** A syntax error comes with its place: `/checkout/common.config.ts:3:7: ERROR: Expected ";" but found "x"`. */
function readMessage(message: string): { readonly text: string; readonly place: string | undefined } {
  const syntax = /^(.+?):(\d+):(\d+): ERROR: (.+)$/m.exec(message);
  const [, path = "", line = "", column = "", text = ""] = syntax ?? [];
  if (syntax !== null) return { text, place: `${relative(projectRoot, path)}:${line}:${column}` };
  return { text: message.split("\n")[0] ?? "", place: undefined };
}

/** The first line of the project in a stack trace. */
function placeIn(stack: string): string | undefined {
  const places = [...stack.matchAll(/\(?((?:file:\/\/)?\/[^\s():]+):(\d+):(\d+)\)?$/gm)];
  const own = places
    .map(([, path = "", line = "", column = ""]) => ({ path: path.replace("file://", ""), line, column }))
    .find(({ path }) => path.startsWith(projectRoot) && !path.includes("node_modules"));
  return own === undefined ? undefined : `${relative(projectRoot, own.path)}:${own.line}:${own.column}`;
}

function badConfig(what: string, where: string, mend: string, cause?: unknown): UserError {
  return new UserError({ what, where, mend, exit: "badInput" }, { cause });
}
