import type { LayerId } from "../../stacks/outputs";
import type { LayerJson } from "../../stacks/platform-json";
import { differences } from "./differences";
import { existingState, EXISTING_STATES, instancesByAddress } from "./existing-state";
import { present } from "./platform";
import { resolveLayer } from "./resolved-layer";

/** How a layer would take over a state; nothing changes if the pairs are equal and nothing differs. */
export interface TakeOver {
  /** Former addresses of the layer's resources, and addresses in the state. */
  readonly addresses: readonly [taken: readonly string[], existing: readonly string[]];
  /** Arguments that say something else than the state. */
  readonly differing: readonly { readonly address: string; readonly key: string }[];
  /** Outputs with a value, as the layer writes them and as the state holds them. */
  readonly outputs: readonly [written: Readonly<Record<string, unknown>>, stored: Readonly<Record<string, unknown>>];
}

/**
 * Compares a synthesized layer with a state that the legacy Terraform left.
 *
 * @param layer the layer
 * @param json what synth writes for it
 * @param folder folder of the states
 */
export function takeOver(layer: LayerId, json: LayerJson, folder: string = EXISTING_STATES): TakeOver {
  const state = existingState(layer, folder);
  const instances = instancesByAddress(state);
  const { resources, formerAddresses, outputs } = resolveLayer(layer, json, folder);
  return {
    addresses: [[...formerAddresses.values()].sort(), [...instances.keys()].sort()],
    differing: [...resources].flatMap(([address, configured]) => {
      const instance = instances.get(present(formerAddresses.get(address), address));
      if (instance === undefined) return [];
      return differences(configured, instance.attributes).map((difference) => ({ address, ...difference }));
    }),
    // Terraform leaves outputs that are null out of the state.
    outputs: [
      Object.fromEntries(Object.entries(outputs).filter(([, value]) => value !== null)),
      Object.fromEntries(Object.entries(state.outputs).map(([name, { value }]) => [name, value])),
    ],
  };
}
