import { mkdirSync } from "node:fs";
import { runToEnd } from "./run-to-end";

/** Address of a task in the network. */
export interface NetworkPlace {
  readonly address: string;
  /** Name of its network namespace. */
  readonly name: string;
  /** Path of its network namespace. */
  readonly namespace: string;
}

/** ECS's own address, at which tasks ask for the credentials of their role. */
export const CREDENTIALS_ADDRESS = "169.254.170.2";

const VPC_BRIDGE = "vpc";
const ECS_BRIDGE = "ecs";
const NAMESPACES = "/run/netns";

/** Hosts of a private subnet that tasks may have; more than anybody rehearses at once. */
const LARGEST_HOST = 250;

/**
 * A network in which each task has an address of its own, as `awsvpc` gives it: `eth1` in the VPC, and `eth0` to ECS's
 * credentials. It may only be made by a process that is alone in its network and mount namespaces.
 */
export class VirtualNetwork {
  private places = 0;
  private readonly prefixLength: string;

  private constructor(vpcCidr: string) {
    this.prefixLength = vpcCidr.split("/")[1] ?? "16";
  }

  /**
   * Makes the network; this process itself is in it, at ECS's address and at those that it is given.
   *
   * @param vpcCidr the VPC's network, `10.0.0.0/16`
   * @param own addresses of this process in it
   * @throws Error with what `ip` said
   */
  static async create(vpcCidr: string, own: readonly string[]): Promise<VirtualNetwork> {
    const network = new VirtualNetwork(vpcCidr);
    await must("mount", ["-t", "tmpfs", "tmpfs", "/run"]);
    mkdirSync(NAMESPACES);
    await ip("link", "set", "lo", "up");
    await bridge(
      VPC_BRIDGE,
      own.map((address) => `${address}/${network.prefixLength}`),
    );
    await bridge(ECS_BRIDGE, [`${CREDENTIALS_ADDRESS}/16`]);
    return network;
  }

  /**
   * Makes a place for one task.
   *
   * @param subnet first three numbers of its subnet, `10.0.11`
   * @throws Error when so many tasks were started that the subnet has no address left
   */
  async add(subnet: string): Promise<NetworkPlace> {
    this.places += 1;
    const number = this.places;
    if (number > LARGEST_HOST) throw new Error(`more than ${LARGEST_HOST} tasks were started`);
    const name = `task${number}`;
    // AWS keeps the first four addresses of a subnet for itself.
    const address = `${subnet}.${number + 3}`;
    await ip("netns", "add", name);
    await wire(name, "eth0", ECS_BRIDGE, `e${number}`, `169.254.172.${number + 1}/16`);
    await wire(name, "eth1", VPC_BRIDGE, `v${number}`, `${address}/${this.prefixLength}`);
    await ip("-netns", name, "link", "set", "lo", "up");
    return { address, name, namespace: `${NAMESPACES}/${name}` };
  }

  /** Gives up a place whose task has ended. */
  async remove({ name }: NetworkPlace): Promise<void> {
    await ip("netns", "delete", name);
  }
}

async function bridge(name: string, addresses: readonly string[]): Promise<void> {
  await ip("link", "add", name, "type", "bridge");
  for (const address of addresses) await ip("address", "add", address, "dev", name);
  await ip("link", "set", name, "up");
}

async function wire(task: string, link: string, bridgeName: string, peer: string, address: string): Promise<void> {
  await ip("link", "add", peer, "type", "veth", "peer", "name", link, "netns", task);
  await ip("link", "set", peer, "master", bridgeName, "up");
  await ip("-netns", task, "address", "add", address, "dev", link);
  await ip("-netns", task, "link", "set", link, "up");
}

async function ip(...args: readonly string[]): Promise<void> {
  await must("ip", args);
}

/** Not by `run`, which starts nothing more once one was asked to stop: what was made must be unmade then too. */
async function must(program: string, args: readonly string[]): Promise<void> {
  await runToEnd(program, args);
}
