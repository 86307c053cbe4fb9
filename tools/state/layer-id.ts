import { LAYER_OUTPUTS, type LayerId } from "../../stacks/outputs";
import { UserError } from "../terminal/user-error";

/** All layers, in the order of their numbers. */
export const layerIds: readonly LayerId[] = (Object.keys(LAYER_OUTPUTS) as LayerId[]).sort();

/**
 * Reads a layer's name from the command line.
 *
 * @param name the word that was given
 * @param others what else could have been meant
 * @throws UserError (exit "badInput") that lists the layers
 */
export function parseLayerId(name: string, others: readonly string[] = []): LayerId {
  const found = layerIds.find((id) => id === name);
  if (found !== undefined) return found;
  throw new UserError({
    what: `Unknown layer: ${name}.`,
    mend: `name one of ${[...layerIds, ...others].join(", ")}`,
    exit: "badInput",
  });
}
