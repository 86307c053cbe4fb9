import table from "./exit-codes.json";

/** Name of an exit code: one of those that exit-codes.json lists. */
export type ExitName = keyof typeof table;

const names = Object.keys(table) as readonly ExitName[];

/**
 * Number of each exit code. The table is exit-codes.json, since the file `lgtm` at the root prints it before TypeScript can
 * be loaded; every command ends with one of these numbers, and workflows may rely on them.
 *
 * - `unexpected`: a bug; a log file with the stack trace is named.
 * - `badInput`: nothing was done.
 * - `negative`: the command ran and its answer is no: a change where none may be, a failing test, a lint finding.
 * - `failed`: a program that the command runs (Terraform, npm, the mock) or a service that it asks failed.
 * - `notReady`: everything that comes before is applied or planned; images or the secret that the tasks need are missing.
 * - `stopped`: what is left of an apply is not what was approved, was planned again, and needs an approval of its own.
 * - `interrupted`: 128 + SIGINT, as shells count it.
 */
export const exitCodes = Object.fromEntries(names.map((name) => [name, table[name].code])) as Readonly<
  Record<ExitName, number>
>;

/** Meaning of each exit code, as help and documentation print it. */
export const exitMeanings = Object.fromEntries(names.map((name) => [name, table[name].meaning])) as Readonly<
  Record<ExitName, string>
>;
