import { withDependencies, withDependents, selectLayers, type Layer } from "../layers/layers";
import { statefulOf } from "../terraform/stateful";
import { UserError } from "../terminal/user-error";

/** Options of a destruction. */
export interface DestructionRequest {
  /** Layer ids; none means all but what holds data. */
  readonly layers: readonly string[];
  /** Layer ids or addresses that may be destroyed although they hold data. */
  readonly includeStateful: readonly string[];
}

/** Layers that are destroyed, and those that stay. */
export interface Destruction {
  readonly selected: readonly Layer[];
  /** Layers that stay, with the reason. */
  readonly kept: readonly { readonly layer: string; readonly because: string }[];
  /** Layers of which there is nothing. */
  readonly absent: readonly string[];
}

/**
 * Chooses the layers to destroy. Asked for all, it leaves out what holds data and is not named, and all that this stands on;
 * asked for a layer by name, it refuses instead.
 *
 * @param layers all layers
 * @param existing addresses of the managed resources of each layer, by its id
 * @param request what was asked for
 * @throws UserError (exit "negative") when a named layer holds data, or another that exists stands on it; (exit "badInput")
 * when a name matches nothing
 */
export function chooseDestruction(
  layers: readonly Layer[],
  existing: ReadonlyMap<string, readonly string[]>,
  request: DestructionRequest,
): Destruction {
  const exists = (id: string): boolean => (existing.get(id) ?? []).length > 0;
  refuseUnknown(request.includeStateful, layers, existing);
  const wanted = selectLayers(layers, request.layers);
  const unnamed = new Map(
    wanted.map(({ id }) => [id, unnamedOf(id, existing.get(id) ?? [], request.includeStateful)] as const),
  );
  const holding = wanted.filter(({ id }) => (unnamed.get(id) ?? []).length > 0);
  if (request.layers.length > 0) refuseNamed(wanted, holding, unnamed, layers, exists);
  const kept = keptBecause(layers, holding, unnamed);
  return {
    selected: wanted.filter(({ id }) => exists(id) && !kept.has(id)),
    kept: wanted.flatMap(({ id }) => (exists(id) ? [{ layer: id, because: kept.get(id) }] : [])).flatMap(withReason),
    absent: wanted.filter(({ id }) => !exists(id)).map(({ id }) => id),
  };
}

function withReason({ layer, because }: { layer: string; because: string | undefined }) {
  return because === undefined ? [] : [{ layer, because }];
}

function unnamedOf(layer: string, addresses: readonly string[], names: readonly string[]): readonly string[] {
  return names.includes(layer) ? [] : statefulOf(addresses).filter((address) => !names.includes(address));
}

function keptBecause(
  layers: readonly Layer[],
  holding: readonly Layer[],
  unnamed: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, string> {
  const kept = new Map(holding.map(({ id }) => [id, `holds ${(unnamed.get(id) ?? []).join(", ")}`]));
  for (const { id } of holding) {
    for (const upstream of withDependencies(layers, [id])) {
      if (!kept.has(upstream.id)) kept.set(upstream.id, `${id}, which is kept, stands on it`);
    }
  }
  return kept;
}

function refuseUnknown(
  names: readonly string[],
  layers: readonly Layer[],
  existing: ReadonlyMap<string, readonly string[]>,
): void {
  const stateful = statefulOf([...existing.values()].flat());
  const unknown = names.filter((name) => !layers.some(({ id }) => id === name) && !stateful.includes(name));
  if (unknown.length === 0) return;
  throw new UserError({
    what: `Neither a layer nor an address that holds data: ${unknown.join(", ")}.`,
    where: "--include-stateful",
    mend: stateful.length === 0 ? "leave it out: nothing holds data" : `name a layer, or of ${stateful.join(", ")}`,
    exit: "badInput",
  });
}

function refuseNamed(
  wanted: readonly Layer[],
  holding: readonly Layer[],
  unnamed: ReadonlyMap<string, readonly string[]>,
  layers: readonly Layer[],
  exists: (id: string) => boolean,
): void {
  if (holding.length > 0) {
    const ids = holding.map(({ id }) => id).join(" ");
    throw new UserError({
      what: `What holds data is destroyed only when it is named: ${holding.flatMap(({ id }) => unnamed.get(id) ?? []).join(", ")}.`,
      where: holding.map(({ id }) => id).join(", "),
      mend: `leave the layer out, or name it: --include-stateful ${ids}. No apply brings back what is in it`,
      exit: "negative",
    });
  }
  const ids = wanted.filter(({ id }) => exists(id)).map(({ id }) => id);
  if (ids.length === 0) return;
  const left = withDependents(layers, ids).filter(({ id }) => exists(id) && !ids.includes(id));
  if (left.length === 0) return;
  throw new UserError({
    what: `Still there, and standing on what would be destroyed: ${left.map(({ id }) => id).join(", ")}.`,
    where: ids.join(", "),
    mend: "destroy these first, or name them as well",
    exit: "negative",
  });
}

/** Describes the choice for a report; undefined when everything is destroyed. */
export function describeDestruction({ selected, kept, absent }: Destruction): string {
  const parts = [
    selected.length === 0 ? "Nothing is destroyed." : `Destroyed, in reverse order: ${ids(selected)}.`,
    ...kept.map(({ layer, because }) => `Kept: ${layer} (${because}).`),
    ...(absent.length === 0 ? [] : [`Not there: ${absent.join(", ")}.`]),
  ];
  return parts.join(" ");
}

function ids(layers: readonly Layer[]): string {
  return layers.map(({ id }) => id).join(", ");
}

/** Returns the phrase that a person types to destroy an environment. */
export function destroyPhrase(environment: string): string {
  return `destroy ${environment}`;
}

/**
 * Refuses a destruction whose phrase was not typed.
 * @throws UserError (exit "badInput"); it says what to type
 */
export function checkDestroyPhrase(given: string | undefined, environment: string): void {
  const phrase = destroyPhrase(environment);
  if (given === phrase) return;
  throw new UserError({
    what: given === undefined ? "The phrase is missing." : `The phrase is not the one of this environment: "${given}".`,
    where: "--confirm",
    mend: `to destroy ${environment}, give --confirm "${phrase}"`,
    exit: "badInput",
  });
}
