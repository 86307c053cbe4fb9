import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { LayerId } from "../../stacks/outputs";
import { LAYER_OUTPUTS } from "../../stacks/outputs";

/** One instance of a resource in a state file. */
export interface StateInstance {
  readonly index_key?: string | number;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** One resource in a state file. */
export interface StateResource {
  readonly mode: "managed" | "data";
  readonly module?: string;
  readonly type: string;
  readonly name: string;
  readonly instances: readonly StateInstance[];
}

/** A state file, as far as the tests look into it. */
export interface StateFile {
  readonly resources: readonly StateResource[];
  readonly outputs: Readonly<Record<string, { readonly value: unknown; readonly sensitive?: boolean }>>;
}

/** Ids of all layers, first to last. */
export const LAYER_IDS = Object.keys(LAYER_OUTPUTS) as LayerId[];

/** Folder of the states of the infrastructure that runs today. */
export const EXISTING_STATES = join(__dirname, "../fixtures/existing-state");

/**
 * Folder of states that the legacy Terraform left with other variables.
 *
 * @param name name of the variation
 */
export function variationStates(name: string): string {
  return join(__dirname, "../fixtures/legacy-variations", name);
}

/**
 * Path of the committed state file of a layer.
 *
 * @param layer the layer
 * @param folder folder of the states
 */
export function stateFilePath(layer: LayerId, folder: string = EXISTING_STATES): string {
  const key = layer === "00-bootstrap" ? "bootstrap" : `lgtm-ecs/prod/${layer}`;
  return join(folder, key, "terraform.tfstate");
}

/**
 * The committed state of a layer as the legacy Terraform left it.
 *
 * @param layer the layer
 * @param folder folder of the states
 */
export function existingState(layer: LayerId, folder: string = EXISTING_STATES): StateFile {
  return JSON.parse(readFileSync(stateFilePath(layer, folder), "utf8")) as StateFile;
}

/**
 * The managed instances of a state by their full address, instance key included.
 *
 * @param state the state
 */
export function instancesByAddress(state: StateFile): ReadonlyMap<string, StateInstance> {
  const managed = state.resources.filter(({ mode }) => mode === "managed");
  return new Map(
    managed.flatMap(({ module, type, name, instances }) =>
      instances.map((instance): [string, StateInstance] => {
        const key = instance.index_key === undefined ? "" : `[${JSON.stringify(instance.index_key)}]`;
        return [`${module === undefined ? "" : `${module}.`}${type}.${name}${key}`, instance];
      }),
    ),
  );
}
