import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { UserError } from "../../terminal/user-error";

/** Options of the VPC's DNS server: its answers and its address. */
export interface DnsOptions {
  /** Folder for its configuration, records and log; made if it is not there. */
  readonly folder: string;
  /** Address to listen on. */
  readonly address: string;
  /** @default 53 */
  readonly port?: number;
  /** Domains whose every name has one address: AWS's own, which lead to the front. */
  readonly fixed: Readonly<Record<string, string>>;
  /** Seconds that clients may keep an answer: the TTL of Cloud Map's records. */
  readonly ttlSeconds: number;
  /**
   * Program and arguments put before dnsmasq's, as in `["nsenter", "--net=…"]`. It has to replace itself by dnsmasq (exec),
   * since signals go to its process.
   * @default - none: this process's network
   */
  readonly prefix?: readonly string[];
}

/** A running DNS server. */
export interface Dns {
  /**
   * Replaces the addresses of a name; with none the name no longer exists. Resolves when clients get the new answer.
   *
   * @param name the whole name, `mimir.lgtm.local`
   * @param addresses IPv4 addresses of the tasks
   * @throws Error when the server has ended
   */
  setRecords(name: string, addresses: readonly string[]): Promise<void>;
  /** Ends the server. Safe to call twice. */
  close(): Promise<void>;
}

const START_SECONDS = 10;
const CHANGE_SECONDS = 10;
const STOP_SECONDS = 2;

/**
 * Runs dnsmasq as the resolver of a VPC: names in `fixed` domains, those set by `setRecords`, and NXDOMAIN for all others. It
 * reads no file of this machine and asks no other server.
 *
 * @throws UserError (exit "missing" when dnsmasq or the prefix's program is not there) when it does not start
 */
export async function startDns(options: DnsOptions): Promise<Dns> {
  const hosts = join(options.folder, "hosts");
  // Records of an earlier run would be answered.
  rmSync(hosts, { recursive: true, force: true });
  mkdirSync(hosts, { recursive: true });
  const configFile = join(options.folder, "dnsmasq.conf");
  writeFileSync(configFile, configuration(options, hosts));
  const [program, ...args] = [...(options.prefix ?? []), "dnsmasq", "-d", `--conf-file=${configFile}`];
  // Debian keeps dnsmasq where only root's PATH leads.
  const env = { ...process.env, PATH: `${process.env.PATH ?? ""}:/usr/sbin:/sbin` };
  // Ctrl-C is for whoever started it: services need names until they have stopped.
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env, detached: true });
  const server = new Dnsmasq(child, program);
  await server.ready();
  return new Records(server, options.folder, hosts);
}

/**
 * An address for a domain without "local" leaves its AAAA questions to the last line, which says that the name does not exist:
 * resolvers then give up the address too.
 */
function configuration({ address, port = 53, fixed, ttlSeconds }: DnsOptions, hosts: string): string {
  const domains = Object.entries(fixed).flatMap(([domain, to]) => [`address=/${domain}/${to}`, `local=/${domain}/`]);
  return [
    "no-resolv",
    "no-hosts",
    `port=${port}`,
    `listen-address=${address}`,
    "bind-interfaces",
    ...domains,
    "local=/#/",
    `hostsdir=${hosts}`,
    `local-ttl=${ttlSeconds}`,
    "pid-file=",
    "log-facility=-",
    "",
  ].join("\n");
}

class Records implements Dns {
  private last: Promise<void> = Promise.resolve();
  private readonly names = new Set<string>();

  constructor(
    private readonly server: Dnsmasq,
    private readonly folder: string,
    private readonly hosts: string,
  ) {}

  async setRecords(name: string, addresses: readonly string[]): Promise<void> {
    if (!/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(name)) throw new Error(`${name} is no name of a service`);
    const wrong = addresses.find((address) => isIP(address) !== 4);
    if (wrong !== undefined) throw new Error(`${wrong} is no IPv4 address (for ${name})`);
    // One change after the other: what the server says about a file could belong to two of them otherwise.
    const change = this.last.then(async () => this.change(name, addresses));
    this.last = change.catch(() => undefined);
    return change;
  }

  async close(): Promise<void> {
    await this.server.stop();
  }

  private async change(name: string, addresses: readonly string[]): Promise<void> {
    const file = join(this.hosts, name);
    if (addresses.length === 0) {
      if (!this.names.delete(name)) return;
      rmSync(file);
      // Not every version drops the records of a file that is gone; all do when they read everything anew.
      await this.server.saying(["cleared cache"], () => {
        this.server.signal("SIGHUP");
      });
      return;
    }
    this.names.add(name);
    // Renamed into place, so that it is never read half written.
    const draft = join(this.folder, `${name}.draft`);
    writeFileSync(draft, addresses.map((address) => `${address} ${name}\n`).join(""));
    // Read by the watch, or by the first look at the folder when that comes later than the first record.
    await this.server.saying([`read ${file} - `], () => {
      renameSync(draft, file);
    });
  }
}

/** The process, and what it says: that is how one knows that it has taken a change. */
class Dnsmasq {
  private readonly said: string[] = [];
  private readonly waiting = new Set<(line: string) => void>();
  private readonly ended: Promise<Error>;
  private end: Error | undefined;

  constructor(
    private readonly child: ChildProcess,
    private readonly program: string,
  ) {
    process.once("exit", this.kill);
    this.ended = new Promise((resolve) => {
      const end = (error: Error) => {
        process.off("exit", this.kill);
        this.end = error;
        resolve(error);
      };
      child.once("error", end);
      child.once("exit", (code, signal) => {
        end(new Error(`dnsmasq ended (${signal ?? code ?? "unknown"}): ${this.said.slice(-3).join("; ")}`));
      });
    });
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on("line", this.hear);
    }
  }

  async ready(): Promise<void> {
    try {
      await this.saying(["started, version"], () => undefined, START_SECONDS);
    } catch (error) {
      await this.stop();
      throw this.notStarted(error as NodeJS.ErrnoException);
    }
  }

  /** Does something and resolves when dnsmasq says a line with all texts; it answers no question before it has done so. */
  async saying(texts: readonly string[], act: () => void, seconds = CHANGE_SECONDS): Promise<void> {
    if (this.end !== undefined) throw this.end;
    let heard: ((line: string) => void) | undefined;
    let timer: NodeJS.Timeout | undefined;
    const line = new Promise<void>((resolve, reject) => {
      heard = (said) => {
        if (texts.every((text) => said.includes(text))) resolve();
      };
      this.waiting.add(heard);
      timer = setTimeout(() => {
        reject(new Error(`dnsmasq did not say "${texts.join(" … ")}" within ${seconds} s`));
      }, seconds * 1000);
    });
    try {
      act();
      const end = await Promise.race([line, this.ended]);
      if (end !== undefined) throw end;
    } finally {
      clearTimeout(timer);
      if (heard !== undefined) this.waiting.delete(heard);
    }
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  async stop(): Promise<void> {
    if (this.end !== undefined) return;
    this.child.kill("SIGTERM");
    const timer = setTimeout(this.kill, STOP_SECONDS * 1000);
    await this.ended;
    clearTimeout(timer);
  }

  private readonly kill = (): void => {
    this.child.kill("SIGKILL");
  };

  private readonly hear = (line: string): void => {
    this.said.push(line);
    if (this.said.length > 100) this.said.shift();
    for (const hear of this.waiting) hear(line);
  };

  private notStarted(error: NodeJS.ErrnoException): UserError {
    const unexecuted = error.message.includes("failed to execute");
    const absent = error.code === "ENOENT" || unexecuted;
    return new UserError(
      {
        what: absent
          ? `${unexecuted ? "dnsmasq" : this.program} was not found.`
          : `The DNS server of the rehearsal did not start: ${error.message}`,
        mend: absent
          ? "install dnsmasq (Debian, Ubuntu: apt-get install dnsmasq-base; Fedora: dnf install dnsmasq), then run the same command again"
          : "read what dnsmasq says below; another program may listen on the same address and port",
        detail: this.said.slice(-5).join("\n"),
        exit: absent ? "missing" : "failed",
      },
      { cause: error },
    );
  }
}
