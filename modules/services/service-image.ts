/** A check of a config by the program that reads it; nothing is served. */
export interface StrictCheck {
  /** The flag or command that asks for it. */
  readonly name: string;
  /** Its subject, for people: `every field, then the values`. */
  readonly checks: string;
  /** Makes the program's arguments from those that the image gives it. */
  readonly argumentsFor: (command: readonly string[]) => readonly string[];
}

/** The way by which a service's program gets its config and its variables. */
export interface ServiceConfig {
  /**
   * Place of the config: named in the image's command after the flag `-config.file` or after the subcommand `run`, or a
   * fixed path, which the image's own command knows.
   */
  readonly location: "-config.file" | "run" | `/${string}`;
  /**
   * Form in which the config's text names environment variables. `braced`: `${V}` and `${V:-default}`; `mimir`: `${V}`,
   * `${V:default}` and `$V`; `grafana`: `${V}`, `$V` and `$__env{V}`; `alloy`: `sys.env("V")`; `none`: it names none.
   */
  readonly variables: "braced" | "mimir" | "grafana" | "alloy" | "none";
  /**
   * Environment variables that the program reads although no config names them.
   * @default - none
   */
  readonly readsByItself?: RegExp;
  /**
   * The program's own check of its config.
   * @default - it has none
   */
  readonly strictCheck?: StrictCheck;
}

/** A service's program, as it is found on a machine and in the upstream image. */
export interface ServiceProgram {
  /** File name of the program. */
  readonly name: string;
  /** Its path in the upstream image. */
  readonly path: string;
  /** Arguments that make it print its version and end; the first group of the pattern is the version in what it prints. */
  readonly version: { readonly arguments: readonly string[]; readonly pattern: RegExp };
  /** Page that lists its releases. */
  readonly releases: string;
  /**
   * Folders of the image in which it writes.
   * @default - none but those that it makes itself
   */
  readonly writableFolders?: readonly string[];
  /**
   * Folder of the image without which it does not start.
   * @default - the program is one file
   */
  readonly home?: string;
}

/** The program's start by the image's own entrypoint. */
export interface ImageEntrypoint {
  /** Variables that the image sets. */
  readonly environment: Readonly<Record<string, string>>;
  /**
   * Arguments that the entrypoint gives to the program.
   *
   * @param home path at which the program's home folder lies
   */
  readonly command: (home: string) => readonly string[];
}

/** Facts about the upstream image that a service's image is built from, at the pinned version. */
export interface ServiceImage {
  /** Repository of the upstream image, `grafana/mimir`. */
  readonly upstream: string;
  /**
   * Beginning of its tags before the version.
   * @default - tags are versions
   */
  readonly tagPrefix?: string;
  /** User, and group where the image has one, by number: Fargate and scanners see no name. */
  readonly user: string;
  /** True if `/bin/sh` is there, which health checks and shell-form instructions need. */
  readonly hasShell: boolean;
  /** Programs that a health check may call. */
  readonly healthCheckPrograms: readonly string[];
  readonly program: ServiceProgram;
  readonly config: ServiceConfig;
  /**
   * Start by the image's own entrypoint, for an image of ours that gives no command.
   * @default - the Dockerfile's command are the program's arguments
   */
  readonly entrypoint?: ImageEntrypoint;
}

/** The version in `Mimir, version 2.16.0 (…)`, `alloy, version v1.9.2 (…)` and `grafana version 12.4.0`. */
export const VERSION_WORD = /\bversion v?(\d+\.\d+\.\d+(?:-[\w.]+)?)/i;

/**
 * A check that the program makes when a flag is added to its command.
 *
 * @param flag the flag
 * @param checks subject of the check
 */
export function checkByFlag(flag: string, checks: string): StrictCheck {
  return { name: flag, checks, argumentsFor: (command) => [...command, flag] };
}
