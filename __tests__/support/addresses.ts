import type { PlatformConfig } from "../../modules/config/platform-config";
import { type LayerAddresses, layerAddresses } from "../../tools/layers/addresses";
import { preparePlatform } from "./platform";

/**
 * The addresses of a configuration, by layer, without writing it.
 *
 * @param config the platform
 */
export function addressesOf(config: PlatformConfig): Readonly<Record<string, LayerAddresses>> {
  return Object.fromEntries(preparePlatform(config).layers.map(({ id, json }) => [id, layerAddresses(json)]));
}
