import type { ResourcePlan } from "./plan-summary";

/** Resource types whose replacement loses nothing, with the reason. */
export const HARMLESS_REPLACEMENTS: Readonly<Record<string, string>> = {
  aws_ecs_task_definition:
    "a task definition is replaced by its next revision; running tasks keep theirs until their service moves",
  aws_ecr_lifecycle_policy:
    "the provider replaces an ECR lifecycle policy on each change; the new rules decide which images expire",
};

/** Attributes that name what is replaced: with another one, something else takes its place. */
const IDENTITIES: readonly string[] = ["family", "repository"];

/**
 * Says why a replacement loses nothing.
 * @returns undefined where it may lose something: a task definition of another family is no next revision
 */
export function whyHarmless({ action, type, differences }: ResourcePlan): string | undefined {
  if (action !== "replace" || !Object.hasOwn(HARMLESS_REPLACEMENTS, type)) return undefined;
  const isOther = differences.some(({ path }) => IDENTITIES.includes(path));
  return isOther ? undefined : HARMLESS_REPLACEMENTS[type];
}
