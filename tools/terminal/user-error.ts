import { exitCodes, type ExitName } from "./exit-codes";

/** The parts of a message that a person can act on. */
export interface UserErrorParts {
  /** The thing and what is wrong with it, with the value that was found: one sentence. */
  readonly what: string;
  /**
   * Place: a file, a key, a layer, a log file.
   * @default - nothing more than `what` says
   */
  readonly where?: string;
  /** The fix: a command, a link, the line to change. */
  readonly mend: string;
  /**
   * Exit code of the command, by name.
   * @default "failed"
   */
  readonly exit?: ExitName;
  /**
   * Lines of the failed program that help to judge; printed indented below the message.
   * @default - none
   */
  readonly detail?: string;
}

/** An error that the user can mend. It is printed as what is wrong, where, and the fix, without a stack trace. */
export class UserError extends Error {
  readonly what: string;
  readonly where: string | undefined;
  readonly mend: string;
  readonly detail: string | undefined;
  readonly exit: ExitName;

  constructor(parts: UserErrorParts, options?: ErrorOptions) {
    super(parts.what, options);
    this.name = "UserError";
    this.what = parts.what;
    this.where = parts.where;
    this.mend = parts.mend;
    this.detail = parts.detail;
    this.exit = parts.exit ?? "failed";
  }

  /** The number the process ends with. */
  get exitCode(): number {
    return exitCodes[this.exit];
  }

  /** The message as printed: one line each for what is wrong, where, and the fix, then the detail. */
  render(): string {
    const lines = [`error: ${this.what}`];
    if (this.where !== undefined) lines.push(`  where: ${this.where}`);
    lines.push(`  fix: ${this.mend}`);
    if (this.detail !== undefined && this.detail.trim() !== "") {
      lines.push(
        ...this.detail
          .trimEnd()
          .split("\n")
          .map((line) => `  | ${line}`),
      );
    }
    return lines.join("\n");
  }
}
