import { homedir } from "node:os";
import { join } from "node:path";
import type { ServiceName } from "../../../modules/services/service-name";

/**
 * Returns the folder in which the project keeps a service's program on this machine:
 * `$XDG_CACHE_HOME/lgtm-on-ecs/bin/<service>/<version>/`, with `~/.cache` where the variable is not set.
 */
export function binaryFolder(service: ServiceName, version: string, env: NodeJS.ProcessEnv = process.env): string {
  const caches =
    env.XDG_CACHE_HOME === undefined || env.XDG_CACHE_HOME === ""
      ? join(env.HOME ?? homedir(), ".cache")
      : env.XDG_CACHE_HOME;
  return join(caches, "lgtm-on-ecs", "bin", service, version);
}
