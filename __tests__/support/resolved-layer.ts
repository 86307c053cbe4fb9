import type { LayerId } from "../../stacks/outputs";
import type { LayerJson } from "../../stacks/platform-json";
import { existingState, EXISTING_STATES, instancesByAddress } from "./existing-state";
import { present } from "./platform";
import { evaluate } from "./terraform-expression";

/** The account that the mock made the fixtures with. */
const FIXTURE_ACCOUNT = "123456789012";

/** A layer whose references are replaced by what the committed states hold for them. */
export interface ResolvedLayer {
  /** Address -> arguments. */
  readonly resources: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Address -> address in the committed state. */
  readonly formerAddresses: ReadonlyMap<string, string>;
}

/**
 * Resolves a layer against the committed states.
 *
 * @param layer the layer
 * @param json what synth writes for it
 * @param states folder of the states
 */
export function resolveLayer(layer: LayerId, json: LayerJson, states: string = EXISTING_STATES): ResolvedLayer {
  const addresses = Object.entries(json.resource).flatMap(([type, named]) =>
    Object.keys(named).map((name) => `${type}.${name}`),
  );
  const moves = new Map((json.moved ?? []).map(({ from, to }) => [to, from]));
  const formerAddresses = new Map(addresses.map((address) => [address, moves.get(address) ?? address]));
  const resolve = referenceResolver(layer, json, formerAddresses, states);
  return {
    formerAddresses,
    resources: new Map(
      addresses.map((address) => {
        const [type = "", name = ""] = address.split(".");
        return [address, evaluate(json.resource[type]?.[name], resolve) as Readonly<Record<string, unknown>>];
      }),
    ),
    outputs: Object.fromEntries(
      Object.entries(json.output).map(([name, { value }]) => [name, evaluate(value, resolve)]),
    ),
  };
}

function referenceResolver(
  layer: LayerId,
  json: LayerJson,
  formerAddresses: ReadonlyMap<string, string>,
  states: string,
) {
  const instances = instancesByAddress(existingState(layer, states));
  return ([first, second, ...rest]: readonly (string | number)[]): unknown => {
    if (first !== "data") {
      const address = `${String(first)}.${String(second)}`;
      const instance = instances.get(present(formerAddresses.get(address), `resource ${address}`));
      return follow(present(instance, `instance of ${address} in the state`).attributes, rest);
    }
    if (second === "aws_caller_identity") return FIXTURE_ACCOUNT;
    const [name = "", , output = "", ...path] = rest;
    const config = json.data?.terraform_remote_state?.[name]?.config as { readonly key: string };
    const upstream = existingState(config.key.split("/").at(-2) as LayerId, states);
    return follow(present(upstream.outputs[output], `output ${String(output)} of ${config.key}`).value, path);
  };
}

function follow(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((inner, key) => {
    const next = (Object(inner) as Readonly<Record<string | number, unknown>>)[key];
    return present(next, `${key} in ${JSON.stringify(inner)}`);
  }, value);
}
