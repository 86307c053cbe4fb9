import type { LayerAddresses } from "./addresses";

/** Name of the file that goes beside a layer's old HCL. */
export const REVERSE_MOVES_FILE = "moved-back.tf";

/**
 * The way back: a file of `moved` blocks that, beside the old HCL of a layer, lets it plan no change on a state whose
 * resources have moved to their new addresses.
 *
 * @param layer id of the layer
 * @param addresses the layer's addresses
 * @returns HCL, or undefined for a layer in which nothing moved
 */
export function reverseMoves(layer: string, addresses: LayerAddresses): string | undefined {
  const moves = Object.entries(addresses).filter((entry): entry is [string, string] => entry[1] !== null);
  if (moves.length === 0) return undefined;
  const blocks = moves.map(([address, former]) => `moved {\n  from = ${address}\n  to   = ${former}\n}\n`);
  return [
    `# The way back of layer ${layer}: put this file beside the layer's old HCL, plan, and apply if nothing changes.\n`,
    "# It moves each resource from its address in this project to the one that the old HCL gives it.\n",
    "\n",
    blocks.join("\n"),
  ].join("");
}
