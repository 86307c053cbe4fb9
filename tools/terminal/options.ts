import { InvalidArgumentError, Option } from "commander";
import { availableParallelism } from "node:os";

/**
 * `--profile NAME`, the same for every command.
 *
 * @param description where a command means something more special by it
 */
export function profileOption(
  description = "profile of common.config.ts (default: LGTM_PROFILE, then activeProfile)",
): Option {
  return new Option("--profile <name>", description);
}

/** `--json`, the same for every command. */
export function jsonOption(): Option {
  return new Option("--json", "print the result as JSON on standard output, and no progress");
}

/** `--github`, for commands whose results later steps and jobs of a workflow need. */
export function gitHubOption(): Option {
  return new Option("--github", "in a workflow: also set the step's outputs and add to the run's summary");
}

/** Collects a repeatable option; a comma-separated list is taken as well. */
export function collectNames(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, ...value.split(/[,\s]+/).filter((name) => name !== "")];
}

/** `--parallel N`: how many layers at the same time; plans keep a core busy. */
export function parallelOption(): Option {
  return new Option("--parallel <n>", "how many layers run side by side")
    .default(availableParallelism(), "one a processor core")
    .argParser(positiveInteger);
}

/** `--parallel N` for commands that apply: most of an apply is waiting, so more than one fits on a core. */
export function applyParallelOption(): Option {
  return new Option("--parallel <n>", "how many layers run side by side")
    .default(2 * availableParallelism(), "two a processor core")
    .argParser(positiveInteger);
}

/**
 * Reads a SHA-256 as `./lgtm plan` prints it.
 * @throws InvalidArgumentError, which commander turns into a message with the option's name
 */
export function sha256(value: string): string {
  const hash = value.trim().toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(hash)) throw new InvalidArgumentError("It must be 64 hexadecimal digits.");
  return hash;
}

/**
 * Reads a whole number of at least 1.
 * @throws InvalidArgumentError, which commander turns into a message with the option's name
 */
export function positiveInteger(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError("It must be a whole number of at least 1.");
  return number;
}
