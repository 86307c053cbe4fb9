import { CST, Lexer } from "yaml";
import type { ServiceConfig } from "../modules/services/service-image";
import type { SourceFile } from "./source-file";

/** A way to write variables in a config. */
interface Syntax {
  readonly pattern: RegExp;
  /** The name and the default of a match; undefined for text that only looks like a variable. */
  readonly parts: (match: RegExpExecArray) => { readonly name: string; readonly fallback?: string } | undefined;
}

/** A variable that a config reads. */
export interface VariableUse {
  readonly name: string;
  /** The text as written, `${TEMPO_S3_BUCKET}`. */
  readonly text: string;
  /** Default value if it is not set. @default - an empty text */
  readonly fallback?: string;
}

/** Loki, Tempo and Pyroscope: `${V}` and `${V:-default}`; a bare `$V` is text. */
const BRACED: Syntax = {
  pattern: /\$\{(\w+)(?::?[-=]([^}]*))?\}/g,
  parts: ([, name = "", fallback]) => ({ name, ...(fallback === undefined ? {} : { fallback }) }),
};

/** Mimir: `${V}`, `${V:default}` (with `:-` the dash would be part of the default) and the bare `$V`. */
const MIMIR: Syntax = {
  pattern: /\$(?:\{(\w+)(?::([^}]*))?\}|(\w+))/g,
  parts: ([, braced, fallback, bare]) => ({
    name: braced ?? bare ?? "",
    ...(fallback === undefined ? {} : { fallback }),
  }),
};

/** Grafana's provisioning: `${V}`, `$V` and `$__env{V}`; `$$` stands for a dollar sign. */
const GRAFANA: Syntax = {
  pattern: /\$\$|\$__env\{(\w+)\}|\$\{(\w+)\}|\$(\w+)/g,
  parts: ([text, ...names]) => {
    // Groups that did not take part are undefined, which the types of a match do not say.
    const name = (names as readonly (string | undefined)[]).find((candidate) => candidate !== undefined);
    return text === "$$" || name === undefined ? undefined : { name };
  },
};

/** Alloy: `sys.env("V")`; `env("V")` is its deprecated form. */
const ALLOY: Syntax = {
  pattern: /\b(?:sys\.)?env\("(\w+)"\)/g,
  parts: ([, name = ""]) => ({ name }),
};

/** The program puts no variables in: nothing matches. */
const NONE: Syntax = { pattern: /(?!)/g, parts: () => undefined };

/** Name of a way to write variables in a config. */
type SyntaxName = ServiceConfig["variables"];

const SYNTAX: Readonly<Record<SyntaxName, Syntax>> = {
  braced: BRACED,
  mimir: MIMIR,
  grafana: GRAFANA,
  alloy: ALLOY,
  none: NONE,
};

/** Files whose text no program expands: dashboards hold variables of their own. */
const NOT_EXPANDED = /(?:^|\/)(?:Dockerfile|\.dockerignore)$|\.(?:json|md)$/;

/**
 * The variables that a file of a service reads; those in comments are not among them.
 *
 * @param syntax way in which the program's config names variables
 * @param file the file
 */
export function variablesIn(syntax: SyntaxName, file: SourceFile): readonly VariableUse[] {
  if (NOT_EXPANDED.test(file.path)) return [];
  const { pattern, parts } = SYNTAX[syntax];
  return [...withoutComments(file).matchAll(pattern)].flatMap((match) => {
    const found = parts(match);
    return found === undefined ? [] : [{ ...found, text: match[0] }];
  });
}

/**
 * The text that a program sees after it has put in the variables.
 *
 * @param syntax way in which the program's config names variables
 * @param text the text of its config
 * @param environment the container's environment
 */
export function expandVariables(
  syntax: SyntaxName,
  text: string,
  environment: Readonly<Record<string, string>>,
): string {
  const { pattern, parts } = SYNTAX[syntax];
  return text.replace(pattern, (...groups: (string | undefined)[]) => {
    const match = groups.slice(
      0,
      groups.findIndex((group) => typeof group === "number"),
    ) as RegExpExecArray;
    const found = parts(match);
    return found === undefined ? "$" : (environment[found.name] ?? found.fallback ?? "");
  });
}

/**
 * A file's text without its comments.
 *
 * @param file the file; its extension decides what a comment is
 */
export function withoutComments({ path, text }: SourceFile): string {
  if (/\.ya?ml$/.test(path)) return yamlWithoutComments(text);
  if (/\.(?:ini|conf)$/.test(path)) return text.replace(/^\s*[;#].*$/gm, "");
  // Strings are kept whole: an address holds `//` too.
  if (path.endsWith(".alloy")) return text.replace(/("(?:\\.|[^"\\\n])*"|`[^`]*`)|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, "$1");
  return text;
}

function yamlWithoutComments(text: string): string {
  return [...new Lexer().lex(text)].filter((token) => CST.tokenType(token) !== "comment").join("");
}
