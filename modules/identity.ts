import type { TerraformResource } from "cdktf";
import type { Construct } from "constructs";

const ADOPTION = "lgtm:adopts-hcl-state";

/**
 * Says whether the states below a construct were written by the HCL, so that {@link identify} declares moves.
 *
 * @param scope the stack
 * @param adoptsHclState see `PlatformConfig.adoptsHclState`
 */
export function declareAdoption(scope: Construct, adoptsHclState: boolean): void {
  scope.node.setContext(ADOPTION, adoptsHclState);
}

/**
 * Gives a resource the address that people, states and `-target` know it by, whatever constructs it is nested in.
 *
 * @param resource the resource
 * @param name second part of its address, `private_a` in `aws_subnet.private_a`
 * @param formerAddress its address in the HCL, instance key included: a `moved` block without the key plans an add and
 *   a destroy. Leave it out for a resource that the HCL did not have, or that keeps its address.
 * @returns the resource
 * @throws Error if the former address is the new one: Terraform refuses such a `moved` block
 */
export function identify<Resource extends TerraformResource>(
  resource: Resource,
  name: string,
  formerAddress?: string,
): Resource {
  resource.overrideLogicalId(name);
  const address = `${resource.terraformResourceType}.${name}`;
  if (formerAddress === address)
    throw new Error(`${resource.node.path}: ${address} would move to itself; leave out its former address`);
  if (formerAddress !== undefined && resource.node.tryGetContext(ADOPTION) === true) resource.moveFromId(formerAddress);
  return resource;
}
