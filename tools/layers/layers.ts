import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../terminal/user-error";
import { findLayerId, unknownLayer } from "./layer-name";

/** One layer: a synthesized stack with a state of its own. */
export interface Layer {
  /** Stack id, for example `01-vpc`. */
  readonly id: string;
  /** Absolute path of the folder in which Terraform runs. */
  readonly folder: string;
  /** Absolute path of the synthesized file, `cdk.tf.json` or `cdk.tf`. */
  readonly file: string;
  /** Ids of the layers that must be applied first. */
  readonly dependencies: readonly string[];
}

const manifestSchema = z.object({
  stacks: z.record(
    z.string(),
    z.object({
      name: z.string(),
      workingDirectory: z.string(),
      synthesizedStackPath: z.string(),
      dependencies: z.array(z.string()),
    }),
  ),
});

/**
 * Reads layers and their dependencies from the manifest that the app wrote: order is declared where the layers are built
 * and nowhere else.
 * @throws UserError when there is no manifest or it cannot be read as one
 */
export function readLayers(outFolder: string): readonly Layer[] {
  const file = join(outFolder, "manifest.json");
  const stacks = Object.values(parseManifest(file).stacks);
  return stacks
    .map((stack) => ({
      id: stack.name,
      folder: join(outFolder, stack.workingDirectory),
      file: join(outFolder, stack.synthesizedStackPath),
      dependencies: [...stack.dependencies].sort(),
    }))
    .sort((a, b) => a.id.localeCompare(b.id));
}

function parseManifest(file: string): z.infer<typeof manifestSchema> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UserError(
      { what: "There is no synthesized output to work on.", where: file, mend: "run `./lgtm synth` first" },
      { cause: error },
    );
  }
  const result = manifestSchema.safeParse(parsed);
  if (result.success) return result.data;
  throw new UserError({
    what: "The manifest of the synthesized output has another form than CDKTF 0.20 writes.",
    where: file,
    mend: "run `./lgtm synth` again; if that does not help, the installed cdktf is not the one of package-lock.json: run `npm ci`",
    detail: z.prettifyError(result.error),
  });
}

/**
 * The layers in waves: each wave holds the layers whose dependencies are all in earlier waves.
 * @throws Error when dependencies form a circle or name an unknown layer (CDKTF refuses both at synth)
 */
export function wavesOf(layers: readonly Layer[]): readonly (readonly Layer[])[] {
  const known = new Set(layers.map((layer) => layer.id));
  for (const layer of layers) {
    const unknown = layer.dependencies.filter((id) => !known.has(id));
    if (unknown.length > 0)
      throw new Error(`layer ${layer.id} depends on ${unknown.join(", ")}, which is not among the layers`);
  }
  const waves: Layer[][] = [];
  const placed = new Set<string>();
  while (placed.size < layers.length) {
    const wave = layers.filter((layer) => !placed.has(layer.id) && layer.dependencies.every((id) => placed.has(id)));
    if (wave.length === 0) {
      const rest = layers.filter((layer) => !placed.has(layer.id)).map((layer) => layer.id);
      throw new Error(`the dependencies of ${rest.join(", ")} form a circle`);
    }
    for (const layer of wave) placed.add(layer.id);
    waves.push(wave);
  }
  return waves;
}

/**
 * Selects the layers that a person named.
 * @param ids ids as given on the command line, in full or short (`60`, `ecs`); none means all
 * @throws UserError when an id is unknown; it lists the known ones
 */
export function selectLayers(layers: readonly Layer[], ids: readonly string[]): readonly Layer[] {
  if (ids.length === 0) return layers;
  const known = layers.map(({ id }) => id);
  const wanted = ids.map((name) => {
    const found = findLayerId(name, known);
    if (found === undefined) throw unknownLayer(name, known);
    return found;
  });
  return layers.filter(({ id }) => wanted.includes(id));
}

/** The named layers and all that they depend on, directly or not. */
export function withDependencies(layers: readonly Layer[], ids: readonly string[]): readonly Layer[] {
  const byId = new Map(layers.map((layer) => [layer.id, layer]));
  const wanted = new Set<string>();
  const add = (id: string): void => {
    if (wanted.has(id)) return;
    wanted.add(id);
    for (const dependency of byId.get(id)?.dependencies ?? []) add(dependency);
  };
  for (const layer of selectLayers(layers, ids)) add(layer.id);
  return layers.filter((layer) => wanted.has(layer.id));
}

/** The named layers and all that depend on them, directly or not. */
export function withDependents(layers: readonly Layer[], ids: readonly string[]): readonly Layer[] {
  const wanted = new Set(selectLayers(layers, ids).map(({ id }) => id));
  for (let size = -1; size !== wanted.size;) {
    size = wanted.size;
    for (const layer of layers) if (layer.dependencies.some((id) => wanted.has(id))) wanted.add(layer.id);
  }
  return layers.filter((layer) => wanted.has(layer.id));
}
