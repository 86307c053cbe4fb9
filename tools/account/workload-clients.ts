import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { ECSClient } from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { clientConfig } from "../aws/client-config";

/** Connections to what runs the tasks. */
export interface WorkloadClients {
  readonly ecs: ECSClient;
  readonly loadBalancers: ElasticLoadBalancingV2Client;
  readonly logs: CloudWatchLogsClient;
}

/**
 * Makes the connections; nothing is called yet.
 *
 * @param region region of the cluster
 * @param env where endpoint and keys are looked for
 * @throws UserError see `awsTarget`
 */
export function connectToWorkload(region: string, env: NodeJS.ProcessEnv = process.env): WorkloadClients {
  const { config } = clientConfig(region, env);
  return {
    ecs: new ECSClient(config),
    loadBalancers: new ElasticLoadBalancingV2Client(config),
    logs: new CloudWatchLogsClient(config),
  };
}
