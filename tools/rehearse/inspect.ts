import type { Layer } from "../layers/layers";
import type { Mock } from "../mock/server";
import { readAppliedState } from "./applied-state";
import { addressesOf } from "./synthesized";

/** Compares an applied layer's state with the synthesized layer. */
export interface Inspection {
  readonly layer: string;
  readonly serial: number;
  readonly resources: number;
  readonly outputs: number;
  /** Addresses that the layer declares and its state lacks. */
  readonly missing: readonly string[];
  /** Addresses that the state holds and the layer does not declare. */
  readonly extra: readonly string[];
}

/**
 * Reads the state of an applied layer from the mock and compares its addresses with the synthesized ones.
 *
 * @param mock the mock
 * @param layer the layer
 */
export async function inspectLayer(mock: Mock, layer: Layer): Promise<Inspection> {
  const state = await readAppliedState(mock, layer);
  if (state === undefined) throw new Error(`${layer.id} has no state on the mock`);
  const managed = state.resources.filter(({ mode }) => mode === "managed");
  const held = [...new Set(managed.map((resource) => resource.declared))];
  const declared = addressesOf(layer);
  return {
    layer: layer.id,
    serial: state.serial,
    resources: held.length,
    outputs: state.outputs.length,
    missing: declared.filter((address) => !held.includes(address)),
    extra: held.filter((address) => !declared.includes(address)),
  };
}
