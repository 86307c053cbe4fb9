import { Option } from "commander";
import { findLayerId, unknownLayer } from "../layers/layer-name";
import { layerIds } from "../state/layer-id";
import { collectNames } from "../terminal/options";

/** `--layer ID`, repeatable; a comma-separated list is taken as well. It gives whole ids: `60` and `ecs` become `60-ecs`. */
export function layerOption(): Option {
  return new Option("--layer <id...>", "only this layer: 60-ecs, 60 or ecs; may be repeated; `all` is all")
    .default([], "all")
    .argParser((value: string, previous: readonly string[]) => [
      ...previous,
      ...collectNames(value, [])
        .filter((name) => name !== "all")
        .map(layerNamed),
    ]);
}

function layerNamed(name: string): string {
  const found = findLayerId(name, layerIds);
  if (found === undefined) throw unknownLayer(name, layerIds);
  return found;
}
