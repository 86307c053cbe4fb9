import type { Layer } from "../layers/layers";
import { readStack } from "../layers/stack-file";
import type { StateFile } from "./state-file";

/** Managed resources that a synthesized layer declares, and where each came from. */
export interface DeclaredAddresses {
  /** Address of each resource, without instance keys. */
  readonly resources: readonly string[];
  /** Those whose instances only Terraform knows (`count`, `for_each`). */
  readonly repeated: readonly string[];
  readonly moves: readonly { readonly from: string; readonly to: string }[];
}

/** Differences between a layer's state and the synthesized layer, address by address. */
export interface AddressDiff {
  readonly layer: string;
  /** Declared, but not in the state: an apply would create it. */
  readonly missing: readonly string[];
  /** In the state, but not declared: an apply would destroy it. */
  readonly extra: readonly string[];
  /** In the state under the old address; an apply moves it and changes nothing else. */
  readonly moved: readonly { readonly from: string; readonly to: string }[];
}

/**
 * Reads the addresses of a synthesized layer in its JSON form.
 * @throws z.ZodError when the file has another form
 */
export function readDeclaredAddresses(layer: Layer): DeclaredAddresses {
  const { resources, moved } = readStack(layer);
  return {
    resources: resources.map(({ address }) => address).sort(),
    repeated: resources.filter(({ body }) => "count" in body || "for_each" in body).map(({ address }) => address),
    moves: moved,
  };
}

/**
 * Compares the addresses of a state with the declared ones, as Terraform does before it plans: moves first.
 *
 * @param layer the layer's name
 * @param state its state; undefined: never applied
 * @param declared what is synthesized
 */
export function diffAddresses(layer: string, state: StateFile | undefined, declared: DeclaredAddresses): AddressDiff {
  const before = (state?.resources ?? []).filter(({ mode }) => mode === "managed").map(({ address }) => address);
  const taken = new Set(before);
  const moved: { from: string; to: string }[] = [];
  const after = before.map((address) => {
    const to = follow(address, declared.moves);
    // Terraform leaves a resource where it is when the new address is taken.
    if (to === address || taken.has(to)) return address;
    moved.push({ from: address, to });
    return to;
  });
  const isDeclared = (address: string): boolean =>
    declared.resources.includes(address) || declared.repeated.some((one) => isInstanceOf(address, one));
  const isThere = (one: string): boolean => after.some((address) => address === one || isInstanceOf(address, one));
  return {
    layer,
    missing: declared.resources.filter((one) =>
      declared.repeated.includes(one) ? !isThere(one) : !after.includes(one),
    ),
    extra: after.filter((address) => !isDeclared(address)),
    moved,
  };
}

function isInstanceOf(address: string, resource: string): boolean {
  return address.startsWith(`${resource}[`);
}

/** Follows an address through its moves: a move may name an instance, a whole resource or a module, and moves may follow each other. */
function follow(address: string, moves: DeclaredAddresses["moves"]): string {
  let current = address;
  // Each move applies once at most, so a circle, which Terraform refuses, ends here too.
  const rest = [...moves];
  for (;;) {
    const index = rest.findIndex(({ from }) => current === from || /^[[.]/.test(restAfter(current, from)));
    const [move] = index === -1 ? [] : rest.splice(index, 1);
    if (move === undefined) return current;
    current = move.to + current.slice(move.from.length);
  }
}

function restAfter(address: string, beginning: string): string {
  return address.startsWith(beginning) ? address.slice(beginning.length) : "";
}
