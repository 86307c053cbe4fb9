import { ServiceDiscoveryPrivateDnsNamespace } from "@cdktf/provider-aws/lib/service-discovery-private-dns-namespace";
import { ServiceDiscoveryService } from "@cdktf/provider-aws/lib/service-discovery-service";
import { Construct } from "constructs";
import type { ServiceDiscoveryConfig } from "./config/platform-config";
import { identify } from "./identity";
import type { ServiceName } from "./services/service-name";

/** Properties of {@link ServiceDiscovery}. */
export interface ServiceDiscoveryProps {
  readonly projectName: string;
  readonly serviceDiscovery: ServiceDiscoveryConfig;
  /** Names of the services. */
  readonly services: readonly ServiceName[];
  readonly vpcId: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** A private DNS namespace in which each service has a name that resolves to its tasks' addresses. */
export class ServiceDiscovery extends Construct {
  readonly namespace: ServiceDiscoveryPrivateDnsNamespace;
  /** The Cloud Map service of each service. */
  readonly services: ReadonlyMap<ServiceName, ServiceDiscoveryService>;

  /**
   * @param scope the stack
   * @param id id of the construct
   * @param props see {@link ServiceDiscoveryProps}
   */
  constructor(
    scope: Construct,
    id: string,
    private readonly props: ServiceDiscoveryProps,
  ) {
    super(scope, id);
    const { namespace } = props.serviceDiscovery;
    this.namespace = new ServiceDiscoveryPrivateDnsNamespace(this, "namespace", {
      name: namespace,
      description: `${props.projectName} Service Discovery Namespace`,
      vpc: props.vpcId,
      tags: { ...props.tags, Name: namespace },
    });
    identify(this.namespace, "main");
    this.services = new Map(props.services.map((name) => [name, this.createService(name)]));
  }

  private createService(name: ServiceName): ServiceDiscoveryService {
    const service = new ServiceDiscoveryService(this, name, {
      name,
      dnsConfig: {
        namespaceId: this.namespace.id,
        routingPolicy: "MULTIVALUE",
        dnsRecords: [{ type: "A", ttl: this.props.serviceDiscovery.ttlSeconds }],
      },
      tags: { ...this.props.tags, Name: name },
    });
    return identify(service, name);
  }
}
