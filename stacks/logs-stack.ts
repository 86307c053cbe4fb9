import type { App } from "cdktf";
import type { PlatformConfig } from "../modules/config/platform-config";
import { ServiceLogGroup } from "../modules/service-log-group";
import { byService } from "../modules/config/service-name";
import { LayerStack } from "./layer-stack";

/** Layer 05: a log group for each service. */
export class LogsStack extends LayerStack<"05-cloudwatch-logs"> {
  /**
   * @param app the app
   * @param config the platform
   */
  constructor(app: App, config: PlatformConfig) {
    super(app, "05-cloudwatch-logs", config);
    const groups = byService(
      (service) =>
        new ServiceLogGroup(this, service, {
          namePrefix: this.namePrefix,
          service,
          retentionDays: config.logRetentionDays,
          tags: this.tags,
        }).logGroup,
    );
    this.write({
      log_group_names: byService((service) => groups[service].name),
      log_group_arns: byService((service) => groups[service].arn),
    });
  }
}
