import type { TerraformResource } from "cdktf";
import type { Construct } from "constructs";

const FORMER_ADDRESSES = "lgtm:former-addresses";

/** Address of a resource -> the address in the legacy Terraform that it moves from. */
export type FormerAddresses = Readonly<Record<string, string>>;

/**
 * Declares where the resources of a stack were in the legacy Terraform, so that {@link identify} gives them `moved` blocks.
 *
 * @param scope the stack
 * @param addresses their former addresses, instance keys included: a `moved` block without the key plans an add and a
 *   destroy
 * @throws Error if a former address is the new one: Terraform refuses such a `moved` block
 */
export function declareFormerAddresses(scope: Construct, addresses: FormerAddresses): void {
  const same = Object.entries(addresses).find(([address, former]) => address === former);
  if (same !== undefined) throw new Error(`${same[0]} would move to itself; leave out its former address`);
  scope.node.setContext(FORMER_ADDRESSES, addresses);
}

/**
 * Gives a resource the address that people, states and `-target` know it by, whatever constructs it is nested in.
 *
 * @param resource the resource
 * @param name second part of its address, `private_a` in `aws_subnet.private_a`
 * @returns the resource
 */
export function identify<Resource extends TerraformResource>(resource: Resource, name: string): Resource {
  resource.overrideLogicalId(name);
  const declared: unknown = resource.node.tryGetContext(FORMER_ADDRESSES);
  const { [`${resource.terraformResourceType}.${name}`]: former } = (declared ?? {}) as Partial<FormerAddresses>;
  if (former !== undefined) resource.moveFromId(former);
  return resource;
}
