import type { ServiceSources } from "../../../checks/service-sources";
import type { ServiceName } from "../../../modules/config/service-name";

/** A program's own check of its config. */
export interface StrictCheck {
  /** The flag or command that asks for it. */
  readonly name: string;
  /** What it looks at, for people. */
  readonly checks: string;
  /** Arguments of the program, made from those that the image gives it. */
  readonly argumentsFor: (command: readonly string[]) => readonly string[];
}

const dskitFlag = (flag: string, checks: string): StrictCheck => ({
  name: flag,
  checks,
  argumentsFor: (command) => [...command, flag],
});

/**
 * How each program checks a config without serving; undefined where it has no such check. Each of them was seen to refuse
 * an unknown field, nested ones too.
 */
export const strictChecks: Readonly<Record<ServiceName, StrictCheck | undefined>> = {
  mimir: dskitFlag("-modules", "every field, then the values"),
  loki: dskitFlag("-verify-config", "every field, then the values"),
  // The bare flag prints the usage.
  tempo: dskitFlag("-config.verify=true", "every field, then the values and their warnings"),
  pyroscope: dskitFlag("-modules", "every field, then the values"),
  grafana: undefined,
  alloy: {
    name: "validate",
    // Seen: it takes references to blocks that are not there; checks/service-configs/alloy-rules.ts looks at those.
    checks: "every block and argument",
    argumentsFor: (command) => [
      "validate",
      ...command.filter((word) => word.startsWith("--stability.level") || word.startsWith("--feature.")),
      ...command
        .slice(1)
        .filter((word) => word.startsWith("/"))
        .slice(0, 1),
    ],
  },
};

/**
 * A command with the config's path in the image replaced by its path here.
 *
 * @param args the arguments
 * @param sources the service
 * @param path absolute path of the config on this machine
 */
export function withConfigAt(args: readonly string[], { configPath }: ServiceSources, path: string): readonly string[] {
  if (configPath === undefined) return args;
  return args.map((word) =>
    word === configPath || word.endsWith(`=${configPath}`) ? word.replace(configPath, path) : word,
  );
}
