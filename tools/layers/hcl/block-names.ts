/** For each resource type, data source or provider, the nested names that are blocks; the rest are attributes. */
export type BlockNames = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Reads from the HCL that CDKTF writes which nested names are blocks. Terraform's JSON does not tell a block from an
 * attribute that holds an object, and CDKTF knows from the provider's schema. Nothing else of that HCL is used: CDKTF
 * 0.20.12 does not escape quotes in it and writes overrides and lifecycle conditions in a form that Terraform rejects.
 */
export function readBlockNames(hcl: string): BlockNames {
  const names = new Map<string, Set<string>>();
  let current: Set<string> | undefined;
  for (const line of hcl.split("\n")) {
    const header = /^(resource|data|provider) "([^"]+)"(?: "[^"]+")? \{$/.exec(line);
    if (header !== null) {
      const key = `${header[1] ?? ""}.${header[2] ?? ""}`;
      current = names.get(key) ?? new Set();
      names.set(key, current);
    }
    const block = /^\s*(\w+) \{$/.exec(line)?.[1];
    if (block !== undefined) current?.add(block);
  }
  return names;
}
