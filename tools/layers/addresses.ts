import type { LayerJson } from "../../stacks/platform-json";
import type { Layer } from "./layers";
import { readStack } from "./stack-file";

/** Address of a resource -> its address in the legacy Terraform, or null where it has the same or there was no such resource. */
export type LayerAddresses = Readonly<Record<string, string | null>>;

/** Profile -> layer -> addresses, all in alphabetical order. */
export type AddressList = Readonly<Record<string, Readonly<Record<string, LayerAddresses>>>>;

/** Path of the list, from the root of the project. A change to it is a change to review. */
export const ADDRESS_FILE = "docs/addresses.json";

/**
 * The addresses of synthesized layers, by layer.
 *
 * @param layers the layers, in the JSON form
 */
export function readAddresses(layers: readonly Layer[]): Readonly<Record<string, LayerAddresses>> {
  return Object.fromEntries(layers.map((layer) => [layer.id, layerAddresses(readStack(layer).json)]));
}

/**
 * The addresses of one layer.
 *
 * @param json the layer
 * @throws Error if a `moved` block leads to an address that the layer does not have, or two lead to one
 */
export function layerAddresses(json: LayerJson): LayerAddresses {
  const addresses = Object.entries(json.resource).flatMap(([type, resources]) =>
    Object.keys(resources).map((name) => `${type}.${name}`),
  );
  const former = new Map<string, string>();
  for (const { from, to } of json.moved ?? []) {
    if (!addresses.includes(to)) throw new Error(`${from} moves to ${to}, which the layer does not have`);
    if (former.has(to)) throw new Error(`${to} has two former addresses: ${former.get(to) ?? ""} and ${from}`);
    former.set(to, from);
  }
  return Object.fromEntries(addresses.sort().map((address) => [address, former.get(address) ?? null]));
}

/**
 * The list as it is committed.
 *
 * @param list the addresses
 */
export function renderAddresses(list: AddressList): string {
  return `${JSON.stringify(list, undefined, 2)}\n`;
}

/**
 * Lists the differences between two lists, one line a change; empty if there are none.
 *
 * @param committed the list in {@link ADDRESS_FILE}
 * @param current the list of the layers now
 */
export function addressChanges(committed: AddressList, current: AddressList): readonly string[] {
  const before = linesOf(committed);
  const after = linesOf(current);
  return [
    ...before.filter((line) => !after.includes(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`),
  ];
}

function linesOf(list: AddressList): readonly string[] {
  return Object.entries(list).flatMap(([profile, layers]) =>
    Object.entries(layers).flatMap(([layer, addresses]) =>
      Object.entries(addresses).map(
        ([address, former]) => `${profile} ${layer} ${address}${former === null ? "" : ` (was ${former})`}`,
      ),
    ),
  );
}
