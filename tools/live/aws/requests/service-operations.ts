import type { AwsRequest } from "./aws-request";
import type { Needed } from "./needed";
import { readOperation } from "./operation";
import { PROVIDER_SERVICES } from "./provider-services";
import { READING_SERVICES } from "./reading-services";
import type { AwsPlace, ServiceTable } from "./service-table";

const SERVICES: Readonly<Record<string, ServiceTable>> = { ...READING_SERVICES, ...PROVIDER_SERVICES };

/**
 * Lists the permissions that a request to a service other than S3 needs.
 *
 * @param request its head
 * @param body its body
 * @param place for ARNs
 * @returns undefined for a service that the tables have no entry for, or a protocol that they do not know
 */
export function neededForService(request: AwsRequest, body: string, place: AwsPlace): Needed | undefined {
  const service = SERVICES[request.signature?.service ?? ""];
  const operation = readOperation(request, body);
  if (service === undefined || operation === undefined) return undefined;
  const action = `${service.prefix}:${operation.name}`;
  if (service.free?.includes(operation.name) === true) return { operation: action, permissions: [] };
  const named = service.resources?.[operation.name]?.(operation, place) ?? [];
  const resources = named.length === 0 ? ["*"] : named;
  const context = { "aws:RequestedRegion": place.region, ...service.context?.(operation) };
  const own = resources.map((resource) => ({ action, resource, context }));
  return { operation: action, permissions: [...own, ...(service.further?.(operation, place) ?? [])] };
}
