import { EcsCluster as AwsEcsCluster } from "@cdktf/provider-aws/lib/ecs-cluster";
import { EcsClusterCapacityProviders } from "@cdktf/provider-aws/lib/ecs-cluster-capacity-providers";
import { Construct } from "constructs";
import { clusterName } from "./config/names";
import type { EcsConfig } from "./config/platform-config";
import { identify } from "./identity";

/** Properties of {@link EcsCluster}. */
export interface EcsClusterProps {
  readonly namePrefix: string;
  readonly ecs: EcsConfig;
  readonly tags: Readonly<Record<string, string>>;
}

/** The Fargate cluster of all services. */
export class EcsCluster extends Construct {
  readonly cluster: AwsEcsCluster;

  /**
   * @param scope the stack
   * @param id id of the construct
   * @param props see {@link EcsClusterProps}
   */
  constructor(scope: Construct, id: string, { namePrefix, ecs, tags }: EcsClusterProps) {
    super(scope, id);
    const name = clusterName(namePrefix);
    this.cluster = new AwsEcsCluster(this, "cluster", {
      name,
      setting: [{ name: "containerInsights", value: ecs.containerInsights }],
      tags: { ...tags, Name: name },
    });
    identify(this.cluster, "main");
    // For tasks that are started by hand; the services name their launch type.
    const providers = new EcsClusterCapacityProviders(this, "capacity-providers", {
      clusterName: this.cluster.name,
      capacityProviders: ["FARGATE", "FARGATE_SPOT"],
      defaultCapacityProviderStrategy: [
        { capacityProvider: "FARGATE", base: 1, weight: 1 },
        { capacityProvider: "FARGATE_SPOT", base: 0, weight: 4 },
      ],
    });
    identify(providers, "main");
  }
}
