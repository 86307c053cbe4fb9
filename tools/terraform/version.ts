import { coerce, satisfies as satisfiesRange, validRange, type SemVer } from "semver";

/** Parses `1.11.4` or `v1.6`; a pre-release suffix is dropped, as Terraform does. Undefined if it is no version. */
export function parseVersion(text: string): SemVer | undefined {
  return /^v?\d/.test(text.trim()) ? (coerce(text) ?? undefined) : undefined;
}

/**
 * Tells if a version satisfies a Terraform version constraint such as `>= 1.5.0, < 2.0.0` or `~> 1.11`. Terraform's operators
 * are semver's, but for `!=`, which semver lacks, and `~>`, which lets the last number that is written grow.
 * @throws Error if the constraint cannot be read
 */
export function satisfies(version: SemVer, constraint: string): boolean {
  return constraint.split(",").every((part) => satisfiesOne(version, part.trim()));
}

function satisfiesOne(version: SemVer, constraint: string): boolean {
  const [, operator = "=", bound = ""] =
    /^(=|!=|>=|<=|>|<|~>)?\s*v?(\d+(?:\.\d+){0,2}(?:-\S+)?)$/.exec(constraint) ?? [];
  const exact = parseVersion(bound)?.version;
  if (exact === undefined) throw new Error(`cannot read the version constraint "${constraint}"`);
  if (operator === "!=") return version.version !== exact;
  if (operator !== "~>") return satisfiesRange(version, `${operator}${exact}`);
  const [major = "", minor] = bound.split(".");
  const growing = bound.split(".").length > 2 ? `${major}.${minor ?? ""}` : major;
  return satisfiesRange(version, `>=${exact} ${validRange(growing) ?? ""}`);
}
