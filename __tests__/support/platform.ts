import { profiles } from "../../common.config";
import type { PlatformConfig } from "../../modules/config/platform-config";
import type { Releases } from "../../modules/services/releases";
import type { LayerId } from "../../stacks/outputs";
import { type LayerJson, platformJson, type SynthesizedLayer } from "../../stacks/platform-json";

/** The configuration of what runs today. */
export const { baseline } = profiles;

/** A synthesized platform, looked at by layer. */
export interface Platform {
  readonly layers: readonly SynthesizedLayer[];
  json(layer: LayerId): LayerJson;
  /** All resources of one type in a layer, by logical id; fails the test if there is none. */
  resources(layer: LayerId, type: string): Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** One resource by its address; fails the test if it is not there. */
  resource(layer: LayerId, address: string): Readonly<Record<string, unknown>>;
}

/**
 * All layers of a configuration, prepared as synth prepares them; build it once for a file's tests.
 *
 * @param changes what differs from baseline; a whole configuration stands for itself
 * @param releases the released images
 */
export function preparePlatform(changes: Partial<PlatformConfig> = {}, releases: Releases = {}): Platform {
  const layers = platformJson({ ...baseline, ...changes }, releases);
  const json = (id: LayerId): LayerJson => present(layers.find((layer) => layer.id === id)?.json, id);
  const resources = (id: LayerId, type: string) => present(json(id).resource[type], `${id} ${type}`);
  return {
    layers,
    json,
    resources,
    resource(id, address) {
      const [type = "", name = ""] = address.split(".");
      return present(resources(id, type)[name], `${id} ${address}`);
    },
  };
}

/**
 * A value that must be there.
 *
 * @param value the value
 * @param what how to name it in the error
 */
export function present<Value>(value: Value | undefined, what: string): Value {
  if (value === undefined) throw new Error(`There is no ${what}`);
  return value;
}
