import ipaddr from "ipaddr.js";

/**
 * Tells if a text is an IPv4 CIDR block whose host bits are zero, as AWS wants it.
 *
 * @param text the text
 */
export function isIPv4CidrBlock(text: string): boolean {
  if (!ipaddr.IPv4.isValidCIDRFourPartDecimal(text)) return false;
  return ipaddr.IPv4.networkAddressFromCIDR(text).toString() === text.split("/")[0];
}

/**
 * Length of a block's network part in bits.
 *
 * @param cidr an IPv4 CIDR block
 */
export function prefixLength(cidr: string): number {
  return ipaddr.IPv4.parseCIDR(cidr)[1];
}

/**
 * Tells if one block lies inside another, or is the same.
 *
 * @param inner an IPv4 CIDR block
 * @param outer an IPv4 CIDR block
 */
export function isWithin(inner: string, outer: string): boolean {
  const [address, bits] = ipaddr.IPv4.parseCIDR(inner);
  return bits >= prefixLength(outer) && address.match(ipaddr.IPv4.parseCIDR(outer));
}

/**
 * Tells if two blocks share an address.
 *
 * @param one an IPv4 CIDR block
 * @param other an IPv4 CIDR block
 */
export function overlaps(one: string, other: string): boolean {
  return isWithin(one, other) || isWithin(other, one);
}
