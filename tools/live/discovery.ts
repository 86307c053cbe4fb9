import type { Dns } from "./aws/dns";

/** Cloud Map: names of services with the addresses of the tasks that run. */
export class Discovery {
  private readonly addresses = new Map<string, Set<string>>();

  /** @param dns the name server that answers */
  constructor(private readonly dns: Dns) {}

  /** Puts an address behind a name; a name may have several. */
  async add(name: string, address: string): Promise<void> {
    const addresses = (this.addresses.get(name) ?? new Set()).add(address);
    this.addresses.set(name, addresses);
    await this.dns.setRecords(name, [...addresses]);
  }

  /** Takes an address from behind a name. */
  async remove(name: string, address: string): Promise<void> {
    const addresses = this.addresses.get(name);
    if (addresses?.delete(address) !== true) return;
    await this.dns.setRecords(name, [...addresses]);
  }
}
