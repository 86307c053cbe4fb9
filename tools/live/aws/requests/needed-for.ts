import type { AwsRequest } from "./aws-request";
import type { Needed } from "./needed";
import { isS3Host, s3Address } from "./s3-address";
import { isDeleteObjects, neededForS3 } from "./s3-operations";
import { neededForService } from "./service-operations";
import type { AwsPlace } from "./service-table";

/** Tests if a request goes to S3, by its signature or, without one, by its host. */
export function isForS3({ signature, host }: AwsRequest): boolean {
  return signature === undefined ? isS3Host(host) : signature.service === "s3";
}

/** Tests if the needed permissions depend on the body; if not, the body can be passed on as it comes. */
export function needsBody(request: AwsRequest): boolean {
  return !isForS3(request) || isDeleteObjects(request, s3Address(request));
}

/**
 * Lists the permissions that a request needs.
 *
 * @param request its head
 * @param body its body, where `needsBody` asks for it
 * @param place for ARNs
 * @returns undefined for a request that the tables have no entry for
 */
export function neededFor(request: AwsRequest, body: string, place: AwsPlace): Needed | undefined {
  return isForS3(request) ? neededForS3(request, body) : neededForService(request, body, place);
}
