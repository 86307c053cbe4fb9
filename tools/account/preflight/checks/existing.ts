import type { SynthesizedLayer } from "../../../../stacks/platform-json";
import { ask } from "../../ask";
import { managedIds, type PreflightCheck, type PreflightContext } from "../context";
import { cacheRole } from "../existing/cache-role";
import { cloudMap } from "../existing/cloud-map";
import type { ExistingResource, ResourceFinder } from "../existing/existing-resource";
import { logGroups } from "../existing/log-groups";
import { repositories } from "../existing/repositories";
import type { Finding, ImportBlock } from "../finding";

const FINDERS: readonly ResourceFinder[] = [cloudMap, cacheRole, repositories, logGroups];

/** Finds resources in AWS that an apply would make, with the `import` blocks that take them over. */
export const existingCheck: PreflightCheck = {
  actions: FINDERS.flatMap(({ actions }) => actions),
  run: (context) => Promise.all(FINDERS.map((finder) => findingOf(finder, context))),
};

async function findingOf(finder: ResourceFinder, context: PreflightContext): Promise<Finding> {
  const row = { check: "already exists", subject: finder.kind };
  const existing = await ask(finder.actions, () => finder.find(context));
  if (!existing.known) return { ...row, status: "not checked", found: existing.why };
  const layer = context.platform.find(({ id }) => id === finder.layer);
  const imports = existing.value.flatMap((resource) => importOf(resource, layer));
  const known = new Set(imports.flatMap(({ type }) => managedIds(context, type) ?? []));
  const unknown = imports.filter(({ id }) => !known.has(id));
  if (unknown.length === 0)
    return { ...row, status: "ok", found: "all that exists is in the state, or there is nothing" };
  if (unknown.some(({ type }) => managedIds(context, type) === undefined)) {
    return {
      ...row,
      status: "not checked",
      found: `${unknown.length} exist, and the states that may know them cannot be read`,
    };
  }
  const names = unknown.map(({ name }) => name).join(", ");
  return {
    ...row,
    status: "problem",
    found: `${names}: in AWS, not in the state of ${finder.layer}; an apply would fail with "already exists"`,
    mend: "take it over with the import blocks below, or remove it in AWS if nothing uses it",
    imports: unknown.map(({ block }) => block),
  };
}

/** A resource that the layer declares, with the block that imports it; no entry for what the platform does not use. */
function importOf(
  { type, argument, name, id, importId = id }: ExistingResource,
  layer: SynthesizedLayer | undefined,
): readonly { type: string; name: string; id: string; block: ImportBlock }[] {
  const declared = Object.entries(layer?.json.resource[type] ?? {});
  const [logicalId] = declared.find(([, resource]) => resource[argument] === name) ?? [];
  if (layer === undefined || logicalId === undefined) return [];
  return [{ type, name, id, block: { layer: layer.id, to: `${type}.${logicalId}`, id: importId } }];
}
