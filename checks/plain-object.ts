/** An object with string keys, as parsed YAML and JSON hold them. */
export type PlainObject = Readonly<Record<string, unknown>>;

/** Tests if a value is an object that is neither null nor an array. */
export function isPlainObject(value: unknown): value is PlainObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Returns the value at a path.
 *
 * @param value the object to start from
 * @param path keys and indexes joined by dots, `schema_config.configs.0.from`
 * @returns undefined where nothing lies
 */
export function valueAt(value: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((inner, key) => (Object(inner) as Record<string, unknown>)[key], value);
}

/** A text, number, boolean or null with the keys that lead to it. */
export interface Leaf {
  readonly path: readonly string[];
  readonly value: unknown;
}

/**
 * All leaves below a value, depth first.
 *
 * @param value an object, array or leaf
 * @param path keys that lead to it
 */
export function leavesOf(value: unknown, path: readonly string[] = []): readonly Leaf[] {
  if (typeof value !== "object" || value === null) return [{ path, value }];
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...path, key]));
}
