/** Arguments of Terraform itself, which no state holds. */
const META_ARGUMENTS = ["//", "lifecycle", "depends_on"];

/**
 * Where a configured resource says something else than its state; empty if nothing. What is not configured is not looked
 * at. Blocks are lists in a state, sets have no order, numbers may be texts, and JSON texts are compared as data.
 *
 * @param configured the arguments
 * @param stored the attributes in the state
 */
export function differences(configured: Readonly<Record<string, unknown>>, stored: Readonly<Record<string, unknown>>) {
  return Object.entries(configured)
    .filter(([key, value]) => !META_ARGUMENTS.includes(key) && value !== null && !isSame(value, stored[key]))
    .map(([key, value]) => ({ key, configured: value, stored: stored[key] }));
}

function isSame(configured: unknown, stored: unknown): boolean {
  if (Array.isArray(configured)) return isSameList(configured, stored);
  if (typeof configured === "object" && configured !== null) {
    const object: unknown = Array.isArray(stored) && stored.length === 1 ? stored[0] : stored;
    return isPlainObject(object) && differences(configured as Readonly<Record<string, unknown>>, object).length === 0;
  }
  if (typeof configured === "string" && /^[[{]/.test(configured) && typeof stored === "string")
    return isSameData(JSON.parse(configured), JSON.parse(stored));
  return configured === stored || (isScalar(configured) && isScalar(stored) && String(configured) === String(stored));
}

function isSameList(configured: readonly unknown[], stored: unknown): boolean {
  if (!Array.isArray(stored) || configured.length !== stored.length) return false;
  const left = [...(stored as readonly unknown[])];
  return configured.every((item) => {
    const index = left.findIndex((other) => isSame(item, other));
    if (index !== -1) left.splice(index, 1);
    return index !== -1;
  });
}

/** Equal data: order of keys aside, everything counts, on both sides. */
function isSameData(one: unknown, other: unknown): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isPlainObject(value)) return value;
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] => [key, sorted(inner)]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isScalar(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
