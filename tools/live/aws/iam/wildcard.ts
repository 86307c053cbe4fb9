/**
 * Tests if a text matches a pattern of IAM: `*` stands for any characters, `?` for exactly one.
 *
 * @param pattern the pattern
 * @param text what is compared
 * @param ignoreCase as IAM compares actions, not resources
 */
export function matchesWildcard(pattern: string, text: string, ignoreCase = false): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${expression}$`, ignoreCase ? "is" : "s").test(text);
}
