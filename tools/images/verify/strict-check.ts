import type { ServiceSources } from "../../../checks/service-sources";

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
