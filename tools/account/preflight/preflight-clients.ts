import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { EC2Client } from "@aws-sdk/client-ec2";
import { ECRClient } from "@aws-sdk/client-ecr";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { IAMClient } from "@aws-sdk/client-iam";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import { ServiceDiscoveryClient } from "@aws-sdk/client-servicediscovery";
import { clientConfig } from "../../aws/client-config";

/** Connections to all that is asked before a plan, beside states and locks. */
export interface PreflightClients {
  readonly ec2: EC2Client;
  readonly ecr: ECRClient;
  readonly iam: IAMClient;
  readonly loadBalancers: ElasticLoadBalancingV2Client;
  readonly logs: CloudWatchLogsClient;
  readonly quotas: ServiceQuotasClient;
  readonly secrets: SecretsManagerClient;
  readonly serviceDiscovery: ServiceDiscoveryClient;
}

/**
 * Makes the connections; nothing is called yet.
 *
 * @param region region of the platform
 * @param env where endpoint and keys are looked for
 * @throws UserError see `awsTarget`
 */
export function connectForPreflight(region: string, env: NodeJS.ProcessEnv = process.env): PreflightClients {
  const { config } = clientConfig(region, env);
  return {
    ec2: new EC2Client(config),
    ecr: new ECRClient(config),
    iam: new IAMClient(config),
    loadBalancers: new ElasticLoadBalancingV2Client(config),
    logs: new CloudWatchLogsClient(config),
    quotas: new ServiceQuotasClient(config),
    secrets: new SecretsManagerClient(config),
    serviceDiscovery: new ServiceDiscoveryClient(config),
  };
}
