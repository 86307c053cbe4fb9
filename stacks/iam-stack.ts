import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { IamServiceLinkedRole } from "@cdktf/provider-aws/lib/iam-service-linked-role";
import { type App, Fn, Token } from "cdktf";
import type { PlatformConfig } from "../modules/config/platform-config";
import { identify } from "../modules/identity";
import { PlatformRoles } from "../modules/platform-roles";
import { serviceCatalog, type DeployedService } from "../modules/services/catalog";
import { LayerStack } from "./layer-stack";
import { byService } from "./outputs";

/** Layer 20: the roles of ECS and of the tasks. */
export class IamStack extends LayerStack<"20-iam"> {
  /**
   * @param app the app
   * @param config the platform
   */
  constructor(app: App, config: PlatformConfig) {
    super(app, "20-iam", config);
    const services = Object.values(serviceCatalog(config));
    const identity = new DataAwsCallerIdentity(this, "current");
    const roles = new PlatformRoles(this, "roles", {
      namePrefix: this.namePrefix,
      region: config.region,
      // The states mark what holds the account id as sensitive; without the mark the first plan would be an update.
      accountId: Token.asString(Fn.sensitive(identity.accountId)),
      dataBucketName: config.dataBucket.name,
      iam: config.iam,
      services,
      tags: this.tags,
    });
    if (config.cache.createServiceLinkedRole) this.createCacheServiceLinkedRole();
    this.write({
      task_execution_role_arn: roles.taskExecution.role.arn,
      task_execution_role_name: roles.taskExecution.role.name,
      lgtm_task_role_arn: roles.sharedTask.role.arn,
      lgtm_task_role_name: roles.sharedTask.role.name,
      alloy_task_role_arn: roles.ownTask.get("alloy")?.role.arn,
      alloy_task_role_name: roles.ownTask.get("alloy")?.role.name,
      grafana_task_role_arn: roles.ownTask.get("grafana")?.role.arn,
      grafana_task_role_name: roles.ownTask.get("grafana")?.role.name,
      task_role_arns: taskRoleArns(services, roles),
    });
  }

  /** ElastiCache acts under this role; an account has it once. */
  private createCacheServiceLinkedRole(): void {
    const role = new IamServiceLinkedRole(this, "elasticache-service-linked-role", {
      awsServiceName: "elasticache.amazonaws.com",
      description: "Service-linked role for ElastiCache",
    });
    identify(role, "elasticache");
  }
}

/** The roles that no output of the existing states names; undefined where there is none. */
function taskRoleArns(services: readonly DeployedService[], { ownTask }: PlatformRoles) {
  const named = services.filter(({ original }) => original?.role !== undefined).map(({ name }) => name);
  const others = new Map([...ownTask].filter(([name]) => !named.includes(name)));
  return others.size === 0 ? undefined : byService(others, ({ role }) => role.arn);
}
