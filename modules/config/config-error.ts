/** One thing that is wrong with a configuration. */
export interface ConfigFinding {
  /** Path of the key in `PlatformConfig`, `loadBalancer.healthCheck.timeoutSeconds`. */
  readonly path: string;
  /** The value found there; undefined for findings about a missing value. */
  readonly value: unknown;
  /** What is allowed, and why if that is not obvious. */
  readonly rule: string;
}

/** A configuration that must not be synthesized, with everything that is wrong with it. */
export class ConfigError extends Error {
  /**
   * @param subject what is wrong, as the beginning of a sentence
   * @param findings all that is wrong, at least one
   */
  constructor(
    readonly subject: string,
    readonly findings: readonly ConfigFinding[],
  ) {
    super(
      [
        `${subject} has ${findings.length} ${findings.length === 1 ? "problem" : "problems"}:`,
        ...findings.map(describeFinding),
      ].join("\n"),
    );
    this.name = "ConfigError";
  }
}

function describeFinding({ path, value, rule }: ConfigFinding): string {
  const shown = value === undefined ? "" : ` = ${JSON.stringify(value)}`;
  return `  ${path}${shown}: ${rule}`;
}
