/** A version of Terraform or of a provider. */
export type Version = readonly [major: number, minor: number, patch: number];

/** Reads `1.11.4` or `v1.11.4`; a pre-release suffix is dropped. Undefined when it is no version. */
export function parseVersion(text: string): Version | undefined {
  const match = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:[-+].*)?$/.exec(text.trim());
  return match === null ? undefined : [Number(match[1]), Number(match[2] ?? 0), Number(match[3] ?? 0)];
}

/** Negative when `a` is older than `b`, 0 when they are the same. */
export function compareVersions(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

/**
 * Whether a version satisfies a Terraform version constraint such as `>= 1.5.0, < 2.0.0` or `~> 1.11`.
 * @throws Error when the constraint cannot be read
 */
export function satisfies(version: Version, constraint: string): boolean {
  return constraint.split(",").every((part) => satisfiesOne(version, part.trim()));
}

function satisfiesOne(version: Version, constraint: string): boolean {
  const match = /^(=|!=|>=|<=|>|<|~>)?\s*(v?\d+(?:\.\d+){0,2}(?:-\S+)?)$/.exec(constraint);
  const given = match?.[2];
  const bound = given === undefined ? undefined : parseVersion(given);
  if (given === undefined || bound === undefined) throw new Error(`cannot read the version constraint "${constraint}"`);
  const difference = compareVersions(version, bound);
  switch (match?.[1] ?? "=") {
    case "!=":
      return difference !== 0;
    case ">=":
      return difference >= 0;
    case "<=":
      return difference <= 0;
    case ">":
      return difference > 0;
    case "<":
      return difference < 0;
    case "~>":
      return difference >= 0 && compareVersions(version, nextAfter(bound, given.split(".").length)) < 0;
    default:
      return difference === 0;
  }
}

/** The first version that `~>` no longer accepts: only the last number that was written may grow. */
function nextAfter([major, minor]: Version, written: number): Version {
  return written === 3 ? [major, minor + 1, 0] : [major + 1, 0, 0];
}
