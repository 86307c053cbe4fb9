import type { PlatformConfig } from "../../modules/config/platform-config";

/**
 * A copy of a configuration with another value at a path, whatever the compiler would say to it.
 *
 * @param config the configuration; it stays as it is
 * @param path the path as findings name it, `network.zones[0].name`
 * @param value the value; undefined removes the key
 */
export function withValue(config: PlatformConfig, path: string, value: unknown): PlatformConfig {
  const keys = path.replaceAll(/\[(\d+)\]/g, ".$1").split(".");
  const copy = structuredClone(config);
  const last = keys.pop() ?? "";
  const parent = keys.reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], copy);
  if (value === undefined) Reflect.deleteProperty(parent as object, last);
  else (parent as Record<string, unknown>)[last] = value;
  return copy;
}
