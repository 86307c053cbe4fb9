import type { App } from "cdktf";
import type { PlatformConfig } from "../modules/config/platform-config";
import { StateBackend } from "../modules/state-backend";
import { LayerStack } from "./layer-stack";

/** Layer 00: the bucket and the lock table of all other layers' states. */
export class BootstrapStack extends LayerStack<"00-bootstrap"> {
  /**
   * @param app the app
   * @param config the platform
   */
  constructor(app: App, config: PlatformConfig) {
    super(app, "00-bootstrap", config);
    const { bucket, lockTable } = new StateBackend(this, "state-backend", config.state);
    this.write({
      state_bucket_name: bucket.id,
      state_bucket_arn: bucket.arn,
      state_lock_table_name: lockTable.name,
      state_lock_table_arn: lockTable.arn,
    });
  }
}
