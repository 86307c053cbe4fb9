import { EcsService, type EcsServiceConfig } from "@cdktf/provider-aws/lib/ecs-service";
import { EcsTaskDefinition } from "@cdktf/provider-aws/lib/ecs-task-definition";
import { Fn, type Postcondition, type TerraformResourceLifecycle } from "cdktf";
import { Construct } from "constructs";
import type { EcsConfig } from "./config/platform-config";
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
    const { service, family, executionRoleArn, taskRoleArn, tags } = this.props;
    const taskDefinition = new EcsTaskDefinition(this, "task-definition", {
      family,
      cpu: String(service.tasks.size.cpu),
      memory: String(service.tasks.size.memoryMiB),
      networkMode: "awsvpc",
      requiresCompatibilities: ["FARGATE"],
      executionRoleArn,
      taskRoleArn,
      // Terraform encodes it: the values are tokens, which JSON.stringify would tear at their quotes.
      containerDefinitions: Fn.jsonencode([containerDefinition(this.props)]),
      tags: { ...tags, Name: family },
    });
    return identify(taskDefinition, service.name);
  }

  private createService(): EcsService {
    const { service, ecs, clusterArn, subnetIds, securityGroupId, serviceRegistryArn, tags } = this.props;
    const ecsService = new EcsService(this, "service", {
      name: service.name,
      cluster: clusterArn,
      taskDefinition: this.taskDefinition.arn,
      desiredCount: service.tasks.count,
      launchType: "FARGATE",
      networkConfiguration: { subnets: subnetIds, securityGroups: [securityGroupId], assignPublicIp: false },
      serviceRegistries: { registryArn: serviceRegistryArn },
      deploymentCircuitBreaker: { enable: true, rollback: true },
      deploymentMaximumPercent: 200,
      deploymentMinimumHealthyPercent: 100,
      ...this.loadBalancing(),
      ...(ecs.waitForSteadyState ? { waitForSteadyState: true } : {}),
      tags: { ...tags, Name: service.name },
      lifecycle: this.lifecycle(),
    });
    return identify(ecsService, service.name);
  }

  private lifecycle(): TerraformResourceLifecycle {
    const { service, ecs } = this.props;
    return {
      ...(ecs.desiredCountOwner === "outside" ? { ignoreChanges: ["desired_count"] } : {}),
      ...(ecs.waitForSteadyState ? { postcondition: [this.runsWhatWasApplied(service.name)] } : {}),
    };
  }

  /**
   * The provider waits until one deployment is left with the right count, and a rollback of the circuit breaker leaves
   * one too: the former.
   */
  private runsWhatWasApplied(name: string): Postcondition {
    return {
      condition: `\${self.task_definition == ${this.taskDefinition.fqn}.arn}`,
      errorMessage: `ECS rolled ${name} back to its former task definition: the new tasks did not become healthy. ./lgtm diagnose ${name} says why: events, reasons of stopped tasks, last lines of its log group.`,
    };
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
