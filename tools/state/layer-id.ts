import { LAYER_OUTPUTS, type LayerId } from "../../stacks/outputs";
import { findLayerId, unknownLayer } from "../layers/layer-name";

/** All layers, in the order of their numbers. */
export const layerIds: readonly LayerId[] = (Object.keys(LAYER_OUTPUTS) as LayerId[]).sort();

/**
 * Reads a layer's name from the command line.
 *
 * @param name the word that was given: `60-ecs`, `60` or `ecs`
 * @param others what else could have been meant
 * @throws UserError (exit "badInput") that lists the layers
 */
export function parseLayerId(name: string, others: readonly string[] = []): LayerId {
  const found = findLayerId(name, layerIds);
  if (found === undefined) throw unknownLayer(name, layerIds, others);
  return found;
}
