/**
 * Rewrites lifecycle conditions in HCL that CDKTF 0.20.12 wrote. It writes them as an attribute that holds a list,
 *
 *     postcondition = [
 *     {
 *     condition = …
 *     },
 *     ]
 *
 * which Terraform rejects; here each element becomes a block: `postcondition {` … `}`. All else stays as it is.
 */
export function repairLifecycleConditions(hcl: string): string {
  const repaired: string[] = [];
  let block: string | undefined;
  for (const line of hcl.split("\n")) {
    const opened = /^\s*(precondition|postcondition)\s*=\s*\[\s*$/.exec(line)?.[1];
    if (block === undefined && opened !== undefined) block = opened;
    else if (block === undefined) repaired.push(line);
    else if (line.trim() === "]") block = undefined;
    else if (line.trim() === "{") repaired.push(`${block} {`);
    else if (line.trim() === "},") repaired.push("}");
    else repaired.push(line);
  }
  return repaired.join("\n");
}
