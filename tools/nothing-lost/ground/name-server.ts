import { spawn, type ChildProcess } from "node:child_process";
import { Resolver } from "node:dns/promises";
import { closeSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ADDRESSES } from "./virtual-network";

/** Seconds that an answer may be kept; Cloud Map's own value in this platform. */
const TTL_SECONDS = 10;

/** The VPC's DNS server: the names of Cloud Map, and AWS's endpoints. */
export class NameServer {
  private readonly records = new Map<string, Set<string>>();

  private constructor(
    private readonly child: ChildProcess,
    private readonly hostsFile: string,
  ) {}

  /**
   * Starts it and waits until it answers.
   *
   * @param folder for its files
   */
  static async start(folder: string): Promise<NameServer> {
    const hostsFile = join(folder, "hosts");
    writeFileSync(hostsFile, "");
    const log = openSync(join(folder, "dnsmasq.log"), "a");
    const flags = ["-d", "--no-resolv", "--no-hosts", "--bind-interfaces", `--listen-address=${ADDRESSES.resolver}`];
    const data = [
      `--addn-hosts=${hostsFile}`,
      `--local-ttl=${TTL_SECONDS}`,
      `--address=/amazonaws.com/${ADDRESSES.aws}`,
    ];
    const child = spawn("dnsmasq", ["--conf-file=/dev/null", "--user=root", ...flags, ...data], {
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    await untilItAnswers();
    return new NameServer(child, hostsFile);
  }

  /** Registers an address under a name; a name may have several. */
  add(name: string, address: string): void {
    this.records.set(name, (this.records.get(name) ?? new Set()).add(address));
    this.publish();
  }

  /** Takes an address away from a name. */
  remove(name: string, address: string): void {
    this.records.get(name)?.delete(address);
    this.publish();
  }

  /** Ends it. */
  close(): void {
    this.child.kill("SIGKILL");
  }

  private publish(): void {
    const lines = [...this.records].flatMap(([name, addresses]) =>
      [...addresses].map((address) => `${address} ${name}\n`),
    );
    writeFileSync(this.hostsFile, lines.join(""));
    // It reads the file again.
    this.child.kill("SIGHUP");
  }
}

/** Before it answers it does not know SIGHUP either, which would end it. */
async function untilItAnswers(): Promise<void> {
  const resolver = new Resolver({ timeout: 200, tries: 1 });
  resolver.setServers([ADDRESSES.resolver]);
  for (let attempt = 0; attempt < 50; attempt += 1) {
    if (await resolver.resolve4("any.amazonaws.com").catch(() => undefined)) return;
    await sleep(100);
  }
  throw new Error("dnsmasq does not answer");
}
