import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { type App, Fn, Token } from "cdktf";
import type { PlatformConfig } from "../modules/config/platform-config";
import type { Releases } from "../modules/services/releases";
import { deployedImage, imageReference } from "../modules/services/deployed-image";
import { EcsCluster } from "../modules/ecs-cluster";
import { FargateService } from "../modules/fargate-service";
import { familyName, repositoryName } from "../modules/config/names";
import { serviceCatalog, type DeployedService } from "../modules/services/catalog";
import type { SecretReference } from "../modules/services/service-definition";
import { targetGroupsOf } from "../modules/services/target-groups";
import type { CacheStack } from "./cache-stack";
import type { IamStack } from "./iam-stack";
import type { ImageRepositoriesStack } from "./image-repositories-stack";
import { LayerStack } from "./layer-stack";
import type { LoadBalancerStack } from "./load-balancer-stack";
import type { LogsStack } from "./logs-stack";
import type { NetworkStack } from "./network-stack";
import type { SecurityGroupsStack } from "./security-groups-stack";
import type { ServiceDiscoveryStack } from "./service-discovery-stack";

/** The layers that {@link EcsStack} reads. */
export interface EcsUpstream {
  readonly network: NetworkStack;
  readonly logs: LogsStack;
  readonly imageRepositories: ImageRepositoriesStack;
  readonly iam: IamStack;
  readonly securityGroups: SecurityGroupsStack;
  readonly cache: CacheStack;
  readonly serviceDiscovery: ServiceDiscoveryStack;
  readonly loadBalancer: LoadBalancerStack;
}

/** Layer 60: the cluster and a service for each entry of the catalog. */
export class EcsStack extends LayerStack<"60-ecs"> {
  private readonly outputs: ReturnType<EcsStack["readUpstream"]>;
  private readonly accountId: string;

  /**
   * @param app the app
   * @param config the platform
   * @param releases the released images, for a platform that deploys them
   * @param upstream the layers it reads
   */
  constructor(
    app: App,
    config: PlatformConfig,
    private readonly releases: Releases,
    upstream: EcsUpstream,
  ) {
    super(app, "60-ecs", config);
    this.outputs = this.readUpstream(upstream);
    // The states mark what holds the account id as sensitive; without the mark the first plan would be an update.
    this.accountId = Token.asString(Fn.sensitive(new DataAwsCallerIdentity(this, "current").accountId));
    const { cluster } = new EcsCluster(this, "cluster", {
      namePrefix: this.namePrefix,
      ecs: config.ecs,
      tags: this.tags,
    });
    const services = new Map(
      Object.values(serviceCatalog(config)).map((service) => [service.name, this.createService(service, cluster.id)]),
    );
    this.write({
      cluster_id: cluster.id,
      cluster_arn: cluster.arn,
      cluster_name: cluster.name,
      mimir_service_name: services.get("mimir")?.ecsService.name,
      loki_service_name: services.get("loki")?.ecsService.name,
      tempo_service_name: services.get("tempo")?.ecsService.name,
      pyroscope_service_name: services.get("pyroscope")?.ecsService.name,
      grafana_service_name: services.get("grafana")?.ecsService.name,
      alloy_service_name: services.get("alloy")?.ecsService.name,
    });
  }

  private readUpstream(upstream: EcsUpstream) {
    return {
      vpc: this.read(upstream.network, "vpc"),
      logs: this.read(upstream.logs, "cloudwatch_logs"),
      ecr: this.read(upstream.imageRepositories, "ecr"),
      iam: this.read(upstream.iam, "iam"),
      securityGroups: this.read(upstream.securityGroups, "security_groups"),
      cache: this.read(upstream.cache, "elasticache"),
      serviceDiscovery: this.read(upstream.serviceDiscovery, "cloudmap"),
      loadBalancer: this.read(upstream.loadBalancer, "alb"),
    };
  }

  private createService(service: DeployedService, clusterArn: string): FargateService {
    const { config, outputs } = this;
    const repository = repositoryName(config.imageRepositories, service.name);
    return new FargateService(this, service.name, {
      service,
      image: imageReference(
        outputs.ecr.repository_urls(repository),
        deployedImage(service, config.imageRepositories, this.releases),
      ),
      environment: service.environment({ memcachedEndpoint: outputs.cache.primary_endpoint }),
      secrets: this.secretArns(service),
      logGroupName: outputs.logs.log_group_names(service.name),
      region: config.region,
      family: familyName(config, service.name),
      ecs: config.ecs,
      clusterArn,
      executionRoleArn: outputs.iam.task_execution_role_arn,
      taskRoleArn: this.taskRoleArn(service),
      subnetIds: outputs.vpc.private_subnet_ids,
      securityGroupId: outputs.securityGroups.ecs_security_group_id,
      serviceRegistryArn: outputs.serviceDiscovery.service_arns(service.name),
      targets: targetGroupsOf(service).map(({ key, port }) => ({
        targetGroupArn: outputs.loadBalancer.target_group_arns(key),
        containerPort: port,
      })),
      tags: this.tags,
    });
  }

  private taskRoleArn({ name, original }: DeployedService): string {
    const { iam } = this.outputs;
    return original?.role === undefined ? iam.task_role_arns(name) : iam[`${original.role}_task_role_arn`];
  }

  /** ECS reads one key of a secret's JSON text by `<arn>:<key>::`. */
  private secretArns(service: DeployedService): Readonly<Record<string, string>> {
    const secrets = Object.entries(service.secrets ?? {});
    const arnOf = ({ secretName, jsonKey }: SecretReference) =>
      `arn:aws:secretsmanager:${this.config.region}:${this.accountId}:secret:${secretName}:${jsonKey}::`;
    return Object.fromEntries(secrets.map(([variable, reference]) => [variable, arnOf(reference)]));
  }
}
