import { didYouMean } from "../terminal/did-you-mean";
import { UserError } from "../terminal/user-error";

/**
 * Finds the layer that a person named: `60-ecs`, or shorter `60` or `ecs`.
 *
 * @param ids the layers that there are
 * @returns undefined if no layer has that name, number or rest of the name, or more than one has it
 */
export function findLayerId<Id extends string>(name: string, ids: readonly Id[]): Id | undefined {
  const exact = ids.find((id) => id === name);
  if (exact !== undefined) return exact;
  const [found, ...others] = ids.filter((id) => shortNames(id).includes(name));
  return others.length === 0 ? found : undefined;
}

/** `60` and `ecs` of `60-ecs`. */
function shortNames(id: string): readonly string[] {
  const [, number = "", rest = ""] = /^(\d+)-(.+)$/.exec(id) ?? [];
  return [number, rest].filter((name) => name !== "");
}

/**
 * Makes the error for a layer that does not exist; it lists the layers.
 *
 * @param ids the layers that there are
 * @param others what else could have been meant
 */
export function unknownLayer(name: string, ids: readonly string[], others: readonly string[] = []): UserError {
  const known = [...ids, ...others];
  return new UserError({
    what: `There is no layer "${name}".${didYouMean(name, [...known, ...ids.flatMap(shortNames)])}`,
    mend: `name one of ${known.join(", ")}`,
    exit: "badInput",
  });
}
