import { EcsService, type EcsServiceConfig } from "@cdktf/provider-aws/lib/ecs-service";
import { EcsTaskDefinition } from "@cdktf/provider-aws/lib/ecs-task-definition";
import { Fn } from "cdktf";
import { Construct } from "constructs";
import type { EcsConfig, ServiceSize } from "./config/platform-config";
import { containerDefinition, type ContainerDefinitionProps } from "./container-definition";
import { identify } from "./identity";

/** A target group that the service's tasks register with. */
export interface ServiceTarget {
  readonly targetGroupArn: string;
  readonly containerPort: number;
}

/** Properties of {@link FargateService}. */
export interface FargateServiceProps extends ContainerDefinitionProps {
  /** Family of the task definition; unique in the account. */
  readonly family: string;
  readonly size: ServiceSize;
  readonly ecs: EcsConfig;
  readonly clusterArn: string;
  readonly executionRoleArn: string;
  readonly taskRoleArn: string;
  readonly subnetIds: string[];
  readonly securityGroupId: string;
  /** ARN of the Cloud Map service in which the tasks' addresses are registered. */
  readonly serviceRegistryArn: string;
  readonly targets: readonly ServiceTarget[];
  readonly tags: Readonly<Record<string, string>>;
}

/** One service of the platform on Fargate: its task definition and its ECS service. */
export class FargateService extends Construct {
  readonly taskDefinition: EcsTaskDefinition;
  readonly ecsService: EcsService;

  /**
   * @param scope the stack
   * @param id id of the construct
   * @param props see {@link FargateServiceProps}
   */
  constructor(
    scope: Construct,
    id: string,
    private readonly props: FargateServiceProps,
  ) {
    super(scope, id);
    this.taskDefinition = this.createTaskDefinition();
    this.ecsService = this.createService();
  }

  private createTaskDefinition(): EcsTaskDefinition {
    const { service, family, size, executionRoleArn, taskRoleArn, tags } = this.props;
    const taskDefinition = new EcsTaskDefinition(this, "task-definition", {
      family,
      cpu: String(size.size.cpu),
      memory: String(size.size.memoryMiB),
      networkMode: "awsvpc",
      requiresCompatibilities: ["FARGATE"],
      executionRoleArn,
      taskRoleArn,
      // Terraform encodes it: the values are tokens, which JSON.stringify would tear at their quotes.
      containerDefinitions: Fn.jsonencode([containerDefinition(this.props)]),
      tags: { ...tags, Name: family },
    });
    return identify(taskDefinition, service.name, `module.ecs.aws_ecs_task_definition.${service.name}`);
  }

  private createService(): EcsService {
    const { service, size, ecs, clusterArn, subnetIds, securityGroupId, serviceRegistryArn, tags } = this.props;
    const ecsService = new EcsService(this, "service", {
      name: service.name,
      cluster: clusterArn,
      taskDefinition: this.taskDefinition.arn,
      desiredCount: size.count,
      launchType: "FARGATE",
      networkConfiguration: { subnets: subnetIds, securityGroups: [securityGroupId], assignPublicIp: false },
      serviceRegistries: { registryArn: serviceRegistryArn },
      deploymentCircuitBreaker: { enable: true, rollback: true },
      deploymentMaximumPercent: 200,
      deploymentMinimumHealthyPercent: 100,
      ...this.loadBalancing(),
      tags: { ...tags, Name: service.name },
      ...(ecs.desiredCountOwner === "outside" ? { lifecycle: { ignoreChanges: ["desired_count"] } } : {}),
    });
    return identify(ecsService, service.name, `module.ecs.aws_ecs_service.${service.name}`);
  }

  private loadBalancing(): Pick<EcsServiceConfig, "loadBalancer" | "healthCheckGracePeriodSeconds"> {
    const { service, targets } = this.props;
    if (service.loadBalancing === undefined) return {};
    return {
      healthCheckGracePeriodSeconds: service.loadBalancing.healthCheckGracePeriodSeconds,
      loadBalancer: targets.map((target) => ({ ...target, containerName: service.name })),
    };
  }
}
