/** Resource types whose replacement loses nothing, with the reason. */
export const HARMLESS_REPLACEMENTS: Readonly<Record<string, string>> = {
  aws_ecs_task_definition:
    "a task definition is replaced by its next revision; running tasks keep theirs until their service moves",
  aws_ecr_lifecycle_policy: "the provider replaces an ECR lifecycle policy on each change; no image is touched by that",
};
