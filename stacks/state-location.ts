import type { PlatformConfig } from "../modules/config/platform-config";
import type { LayerId } from "./outputs";

/** Place of one layer's state. */
export interface StateLocation {
  readonly bucket: string;
  /** Key of the object in the bucket. */
  readonly key: string;
  readonly region: string;
  /** DynamoDB table of the lock; layer 00 makes it, so its own state cannot be locked by it. */
  readonly lockTable: string | undefined;
}

/**
 * The place of a layer's state: the stacks write it into their backends, the command line reads and restores by it.
 * This file loads no construct, so that the command line starts quickly.
 *
 * @param config the platform
 * @param layer the layer
 */
export function stateLocation(config: PlatformConfig, layer: LayerId): StateLocation {
  const { state, region } = config;
  return layer === "00-bootstrap"
    ? { bucket: state.bootstrapBucket, key: "bootstrap/terraform.tfstate", region, lockTable: undefined }
    : {
        bucket: state.bucket,
        key: `${state.keyPrefix}/${layer}/terraform.tfstate`,
        region,
        lockTable: state.lockTable,
      };
}
