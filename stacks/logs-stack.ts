import type { App } from "cdktf";
import type { PlatformConfig } from "../modules/config/platform-config";
import { ServiceLogGroup } from "../modules/service-log-group";
import { deployedServices } from "../modules/services/catalog";
import { LayerStack } from "./layer-stack";
import { byService } from "./outputs";

/** Layer 05: a log group for each service. */
export class LogsStack extends LayerStack<"05-cloudwatch-logs"> {
  /**
   * @param app the app
   * @param config the platform
   */
  constructor(app: App, config: PlatformConfig) {
    super(app, "05-cloudwatch-logs", config);
    const groups = new Map(
      deployedServices(config).map((service) => {
        const { namePrefix, tags } = this;
        const retentionDays = config.services[service]?.logRetentionDays ?? config.logRetentionDays;
        const props = { namePrefix, service, retentionDays, tags };
        return [service, new ServiceLogGroup(this, service, props).logGroup];
      }),
    );
    this.write({
      log_group_names: byService(groups, ({ name }) => name),
      log_group_arns: byService(groups, ({ arn }) => arn),
    });
  }
}
