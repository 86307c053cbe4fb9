import { configuredEnvironments } from "../../modules/config/profiles";
import { namePrefix } from "../../modules/config/names";
import type { StackFacts } from "../layers/stack-file";
import { UserError } from "../terminal/user-error";
import type { StateResource } from "./state-file";
import type { StoredState } from "./stored-state";

/** Resources that the error names; more say nothing more. */
const MAX_NAMED = 5;

/**
 * Refuses a layer's state that belongs to another environment, whatever the configuration says: a plan on it would rename
 * or replace what runs there. A resource says where it belongs by its tags Project and Environment; one without them by a
 * name that begins as those of another environment of common.config.ts.
 *
 * @param facts the layer, whose default tags name the environment that is planned
 * @param state its state
 * @param prefixes beginnings of the names of all environments @default - those of common.config.ts
 * @throws UserError (exit "badInput") that names the resources
 */
export function refuseForeignState(
  facts: Pick<StackFacts, "layer" | "bucket" | "key" | "defaultTags">,
  state: StoredState,
  prefixes: readonly string[] = configuredEnvironments().profiles.map(({ config }) => namePrefix(config)),
): void {
  const { Project: project, Environment: environment } = facts.defaultTags;
  if (state.kind !== "state" || project === undefined || environment === undefined) return;
  const own = `${project}-${environment}`;
  const others = prefixes.filter((prefix) => prefix !== own);
  const foreign = state.file.resources
    .filter(({ mode }) => mode === "managed")
    .map((resource) => ({ resource, owner: ownerOf(resource, own, others) }))
    .filter(({ owner }) => owner !== undefined && owner !== own);
  if (foreign.length === 0) return;
  const owners = [...new Set(foreign.map(({ owner }) => owner))].join(", ");
  throw new UserError({
    what: `The state of ${facts.layer} belongs to ${owners}, and the profile is of ${own}: nothing was planned.`,
    where: `s3://${facts.bucket}/${facts.key}`,
    mend: "give the profile a place for its states of its own (state.bootstrapBucket, state.bucket, state.keyPrefix), or work with a profile of that environment",
    detail: [
      ...foreign.slice(0, MAX_NAMED).map(({ resource, owner }) => `${resource.address}: ${owner ?? ""}`),
      ...(foreign.length > MAX_NAMED ? [`and ${foreign.length - MAX_NAMED} more`] : []),
    ].join("\n"),
    exit: "badInput",
  });
}

/** The environment that a resource belongs to; undefined if nothing says so. */
function ownerOf({ tags, name }: StateResource, own: string, others: readonly string[]): string | undefined {
  const { Project: project, Environment: environment } = tags ?? {};
  if (project !== undefined && environment !== undefined) return `${project}-${environment}`;
  if (name === undefined || name.startsWith(`${own}-`)) return undefined;
  return others.find((prefix) => name.startsWith(`${prefix}-`));
}
