import { mkdirSync } from "node:fs";
import { run } from "../../process";

/** Addresses that are not a task's, in the network 10.0.0.0/16. */
export const ADDRESSES = {
  /** AWS's resolver: the second address of the VPC's network. */
  resolver: "10.0.0.2",
  /** Where AWS's endpoints seem to be. */
  aws: "10.0.0.3",
} as const;

/** Address of the cache node of an environment, the first, the second, …: each has its own, as in AWS. */
export function cacheAddress(index: number): string {
  return `10.0.0.${10 + index}`;
}

/** Where a task is in the network. */
export interface NetworkPlace {
  readonly address: string;
  /** Path of the task's network namespace. */
  readonly namespace: string;
}

const BRIDGE = "vpc";
const NAMESPACES = "/run/netns";

/**
 * A network in which each task has an address of its own, as `awsvpc` gives it. It may only be made by a process that is
 * alone in its network and mount namespace.
 */
export class VirtualNetwork {
  private places = 0;

  private constructor() {
    // Made by `create`.
  }

  /**
   * Makes the network; this process itself is in it, at the addresses of {@link ADDRESSES} and at those of the caches.
   *
   * @param caches number of caches
   */
  static async create(caches: number): Promise<VirtualNetwork> {
    await must("mount", ["-t", "tmpfs", "tmpfs", "/run"]);
    mkdirSync(NAMESPACES);
    await ip("link", "set", "lo", "up");
    await ip("link", "add", BRIDGE, "type", "bridge");
    const own = [...Object.values(ADDRESSES), ...Array.from({ length: caches }, (_none, index) => cacheAddress(index))];
    for (const address of own) await ip("address", "add", `${address}/16`, "dev", BRIDGE);
    await ip("link", "set", BRIDGE, "up");
    return new VirtualNetwork();
  }

  /** Makes a place for one task. Its interface is called eth1, as on Fargate. */
  async add(): Promise<NetworkPlace> {
    this.places += 1;
    // Several tasks start at the same time: the number is this one's own.
    const place = this.places;
    const name = `task${place}`;
    const address = `10.0.11.${place}`;
    const namespace = `${NAMESPACES}/${name}`;
    await ip("netns", "add", name);
    await ip("link", "add", `veth${place}`, "type", "veth", "peer", "name", "eth1", "netns", name);
    await ip("link", "set", `veth${place}`, "master", BRIDGE, "up");
    for (const args of [
      ["link", "set", "lo", "up"],
      ["address", "add", `${address}/16`, "dev", "eth1"],
      ["link", "set", "eth1", "up"],
    ]) {
      await ip("-netns", name, ...args);
    }
    return { address, namespace };
  }
}

async function ip(...args: readonly string[]): Promise<void> {
  await must("ip", args);
}

async function must(program: string, args: readonly string[]): Promise<void> {
  const { code, stderr } = await run(program, args);
  if (code !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr.trim()}`);
}
