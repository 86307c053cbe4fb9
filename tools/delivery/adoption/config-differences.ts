import type { PlatformConfig } from "../../../modules/config/platform-config";

/** One value in which two configurations differ. */
export interface ConfigDifference {
  /** Path of the key in `PlatformConfig`, `cache.maxItemSizeBytes`. */
  readonly path: string;
  /** As JSON, or `(not set)`. */
  readonly from: string;
  readonly to: string;
}

/**
 * All values in which two configurations differ, by path. Lists are compared as a whole: their order means something.
 *
 * @param from usually `baseline`: what runs
 * @param to what is planned
 */
export function configDifferences(from: PlatformConfig, to: PlatformConfig): readonly ConfigDifference[] {
  return differencesBelow("", from, to);
}

function differencesBelow(path: string, from: unknown, to: unknown): readonly ConfigDifference[] {
  if (isRecord(from) && isRecord(to)) {
    const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
    return keys.flatMap((key) => differencesBelow(path === "" ? key : `${path}.${key}`, from[key], to[key]));
  }
  const [before, after] = [show(from), show(to)];
  return before === after ? [] : [{ path, from: before, to: after }];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  return value === undefined ? "(not set)" : JSON.stringify(value);
}
