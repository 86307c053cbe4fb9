import {
  paginateListNamespaces,
  paginateListServices,
  type NamespaceSummary,
  type ServiceDiscoveryClient,
} from "@aws-sdk/client-servicediscovery";
import type { PreflightContext } from "../context";
import type { ExistingResource, ResourceFinder } from "./existing-resource";

/** Stands in an import id for the id of a VPC that is not known; Terraform refuses it. */
const UNKNOWN_VPC = "VPC-ID";

/**
 * Cloud Map namespaces of the platform's name, and the services in them: the history's `ServiceAlreadyExists`. Two
 * namespaces may have one name, each in a VPC of its own.
 */
export const cloudMap: ResourceFinder = {
  kind: "Cloud Map",
  layer: "40-cloudmap",
  actions: ["servicediscovery:ListNamespaces", "servicediscovery:ListServices"],
  find: async (context) => {
    const { serviceDiscovery } = context.clients;
    const { namespace } = context.session.profile.config.serviceDiscovery;
    const namespaces = (await listNamespaces(serviceDiscovery)).filter(({ Name }) => Name === namespace);
    const vpc = vpcId(context) ?? UNKNOWN_VPC;
    const services = await Promise.all(namespaces.map(({ Id = "" }) => listServices(serviceDiscovery, Id)));
    return [...namespaces.map((found) => namespaceResource(found, vpc)), ...services.flat()];
  },
};

async function listNamespaces(client: ServiceDiscoveryClient): Promise<readonly NamespaceSummary[]> {
  const found: NamespaceSummary[] = [];
  for await (const page of paginateListNamespaces({ client }, {})) found.push(...(page.Namespaces ?? []));
  return found.filter(({ Type }) => Type === "DNS_PRIVATE");
}

async function listServices(client: ServiceDiscoveryClient, namespace: string): Promise<readonly ExistingResource[]> {
  const found: ExistingResource[] = [];
  const Filters = [{ Name: "NAMESPACE_ID" as const, Values: [namespace], Condition: "EQ" as const }];
  for await (const { Services = [] } of paginateListServices({ client }, { Filters })) {
    found.push(
      ...Services.map(({ Name = "", Id = "" }) => ({
        type: "aws_service_discovery_service",
        argument: "name",
        name: Name,
        id: Id,
      })),
    );
  }
  return found;
}

function namespaceResource({ Name = "", Id = "" }: NamespaceSummary, vpc: string): ExistingResource {
  const type = "aws_service_discovery_private_dns_namespace";
  return { type, argument: "name", name: Name, id: Id, importId: `${Id}:${vpc}` };
}

function vpcId({ states }: PreflightContext): string | undefined {
  const state = states.get("01-vpc");
  if (state?.known !== true || state.value === "no bucket") return undefined;
  const value = state.value.stored?.file.outputs.find(({ name }) => name === "vpc_id")?.value;
  return typeof value === "string" ? value : undefined;
}
