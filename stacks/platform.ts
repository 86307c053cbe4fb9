import type { App } from "cdktf";
import type { PlatformConfig } from "../modules/config/platform-config";
import type { Releases } from "../modules/services/releases";
import { BootstrapStack } from "./bootstrap-stack";
import { CacheStack } from "./cache-stack";
import { DataBucketStack } from "./data-bucket-stack";
import { EcsStack } from "./ecs-stack";
import { IamStack } from "./iam-stack";
import { ImageRepositoriesStack } from "./image-repositories-stack";
import type { LayerStack } from "./layer-stack";
import { LoadBalancerStack } from "./load-balancer-stack";
import { LogsStack } from "./logs-stack";
import { NetworkStack } from "./network-stack";
import { SecurityGroupsStack } from "./security-groups-stack";
import { ServiceDiscoveryStack } from "./service-discovery-stack";

/**
 * Builds all layers of a platform and declares their order: each comes after the layers it reads, and after those that
 * it needs without reading them.
 *
 * @param app the app to build them in
 * @param config the platform
 * @param releases the released images, for a platform that deploys them
 * @returns the layers, first to last
 */
export function buildPlatform(app: App, config: PlatformConfig, releases: Releases): readonly LayerStack[] {
  const bootstrap = new BootstrapStack(app, config);
  const network = new NetworkStack(app, config);
  const logs = new LogsStack(app, config);
  const imageRepositories = new ImageRepositoriesStack(app, config);
  const dataBucket = new DataBucketStack(app, config);
  const iam = new IamStack(app, config);
  const securityGroups = new SecurityGroupsStack(app, config, { network });
  const cache = new CacheStack(app, config, { network, securityGroups });
  const serviceDiscovery = new ServiceDiscoveryStack(app, config, { network });
  const loadBalancer = new LoadBalancerStack(app, config, { network, securityGroups });
  const ecs = new EcsStack(app, config, releases, {
    network,
    logs,
    imageRepositories,
    iam,
    securityGroups,
    cache,
    serviceDiscovery,
    loadBalancer,
  });

  // The others' states live in the bucket that 00 makes.
  const others = [network, logs, imageRepositories, dataBucket, iam, securityGroups, cache, serviceDiscovery];
  for (const layer of [...others, loadBalancer, ecs]) layer.addDependency(bootstrap);
  // ElastiCache makes a missing service-linked role by itself, and layer 20 would then fail to make it.
  cache.addDependency(iam);
  // On destroy, the tasks stop writing before their bucket goes.
  ecs.addDependency(dataBucket);

  return [bootstrap, ...others, loadBalancer, ecs];
}
