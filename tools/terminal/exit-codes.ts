/**
 * The one table of exit codes: every command of `./lgtm` ends with one of these, `./lgtm --help` prints it, and
 * workflows may rely on it. The file `lgtm` at the root repeats the number of `missing`, since it runs before this can
 * be loaded.
 */
export const exitCodes = {
  /** The command did what was asked and the answer is good. */
  ok: 0,
  /** Something that no one foresaw: a bug of this tool. A log file with the stack trace is named. */
  unexpected: 1,
  /** The configuration or the command line is wrong; nothing was done. */
  badInput: 2,
  /** The command ran and its answer is no: a change where none may be, a failing test, a lint finding. */
  negative: 3,
  /** A program that the command runs (Terraform, npm, the mock) or a service that it asks failed. */
  failed: 4,
  /** This machine lacks something that is needed; the message says how to get it. */
  missing: 5,
  /** Everything that comes before is applied; images or the secret that the tasks need are missing. */
  notReady: 6,
  /** An apply stopped: what is left is not what was approved, was planned again, and needs an approval of its own. */
  stopped: 7,
  /** Interrupted by Ctrl-C or a signal (128 + SIGINT, as shells count it). */
  interrupted: 130,
} as const;

/** Name of an exit code. */
export type ExitName = keyof typeof exitCodes;

/** What each code means, as help and documentation print it. */
export const exitMeanings: Readonly<Record<ExitName, string>> = {
  ok: "done, and the answer is good",
  unexpected: "a bug of this tool; the log file named in the message holds the details",
  badInput: "the configuration or the command line is wrong; nothing was done",
  negative: "it ran and the answer is no: unwanted changes, a failing test, a lint finding, something lacking",
  failed: "Terraform or another program or service failed",
  missing: "this machine lacks something; the message says how to get it",
  notReady: "everything but the tasks is applied; images or a secret that they need are missing",
  stopped: "an apply stopped half way: what is left was planned again and needs an approval of its own",
  interrupted: "interrupted (Ctrl-C)",
};
