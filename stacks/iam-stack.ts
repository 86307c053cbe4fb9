import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { IamServiceLinkedRole } from "@cdktf/provider-aws/lib/iam-service-linked-role";
import { type App, Fn, Token } from "cdktf";
import type { PlatformConfig } from "../modules/config/platform-config";
import { identify } from "../modules/identity";
import { PlatformRoles } from "../modules/platform-roles";
import { serviceCatalog } from "../modules/services/catalog";
import { byService } from "../modules/config/service-name";
import { LayerStack } from "./layer-stack";

/** Layer 20: the roles of ECS and of the tasks. */
export class IamStack extends LayerStack<"20-iam"> {
  /**
   * @param app the app
   * @param config the platform
   */
  constructor(app: App, config: PlatformConfig) {
    super(app, "20-iam", config);
    const identity = new DataAwsCallerIdentity(this, "current");
    const roles = new PlatformRoles(this, "roles", {
      projectName: config.projectName,
      namePrefix: this.namePrefix,
      region: config.region,
      // The states mark what holds the account id as sensitive; without the mark the first plan would be an update.
      accountId: Token.asString(Fn.sensitive(identity.accountId)),
      dataBucketName: config.dataBucket.name,
      iam: config.iam,
      services: serviceCatalog(config),
      tags: this.tags,
    });
    if (config.cache.createServiceLinkedRole) this.createCacheServiceLinkedRole();
    this.write({
      task_execution_role_arn: roles.taskExecution.role.arn,
      task_execution_role_name: roles.taskExecution.role.name,
      lgtm_task_role_arn: roles.lgtmTask.role.arn,
      lgtm_task_role_name: roles.lgtmTask.role.name,
      alloy_task_role_arn: roles.alloyTask.role.arn,
      alloy_task_role_name: roles.alloyTask.role.name,
      grafana_task_role_arn: roles.grafanaTask.role.arn,
      grafana_task_role_name: roles.grafanaTask.role.name,
      ...taskRoleArns(roles),
    });
  }

  /** ElastiCache acts under this role; an account has it once. */
  private createCacheServiceLinkedRole(): void {
    const role = new IamServiceLinkedRole(this, "elasticache-service-linked-role", {
      awsServiceName: "elasticache.amazonaws.com",
      description: "Service-linked role for ElastiCache",
    });
    identify(role, "elasticache", "module.iam.aws_iam_service_linked_role.elasticache");
  }
}

function taskRoleArns({ perService }: PlatformRoles) {
  return perService === undefined ? {} : { task_role_arns: byService((service) => perService[service].role.arn) };
}
