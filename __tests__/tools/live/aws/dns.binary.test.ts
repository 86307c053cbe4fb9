import { execFileSync, spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { Resolver } from "node:dns/promises";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startDns, type Dns } from "../../../../tools/live/aws/dns";

const path = `${process.env.PATH ?? ""}:/usr/sbin:/sbin`;
const present = spawnSync("dnsmasq", ["--version"], { env: { ...process.env, PATH: path } }).status === 0;
const reason = present ? "" : " (skipped: dnsmasq is not on this machine)";

let folder: string;
let port: number;
let dns: Dns;
let resolver: Resolver;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lgtm-dns-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  const { port: free } = socket.address();
  await new Promise<void>((resolve) => {
    socket.close(() => {
      resolve();
    });
  });
  return free;
}

function options() {
  return { folder, address: "127.0.0.1", port, fixed: { "amazonaws.com": "10.0.0.2" }, ttlSeconds: 10 };
}

async function addresses(name: string): Promise<readonly string[] | string> {
  try {
    return (await resolver.resolve4(name)).sort();
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? "";
  }
}

(present ? describe : describe.skip)(`the DNS server${reason}`, () => {
  beforeAll(async () => {
    port = await freePort();
    dns = await startDns(options());
    resolver = new Resolver({ timeout: 5000, tries: 2 });
    resolver.setServers([`127.0.0.1:${port}`]);
  });

  afterAll(async () => {
    await dns.close();
  });

  test("every name of AWS leads to the front, by IPv4 alone", async () => {
    for (const name of ["s3.ap-northeast-2.amazonaws.com", "data.s3.dualstack.ap-northeast-2.amazonaws.com"]) {
      expect(await addresses(name)).toEqual(["10.0.0.2"]);
      // Not ENOTFOUND: a resolver that hears that a name does not exist does not ask for its other addresses.
      await expect(resolver.resolve6(name)).rejects.toMatchObject({ code: "ENODATA" });
    }
  });

  test("names of tasks change while it runs; an answer is there when setRecords is done", async () => {
    expect(await addresses("loki.lgtm.local")).toBe("ENOTFOUND");
    await dns.setRecords("loki.lgtm.local", ["10.0.1.1"]);
    expect(await addresses("loki.lgtm.local")).toEqual(["10.0.1.1"]);
    await dns.setRecords("loki.lgtm.local", ["10.0.1.2", "10.0.1.3"]);
    expect(await addresses("loki.lgtm.local")).toEqual(["10.0.1.2", "10.0.1.3"]);
    expect(await resolver.resolve4("loki.lgtm.local", { ttl: true })).toContainEqual({ address: "10.0.1.2", ttl: 10 });
    await dns.setRecords("loki.lgtm.local", []);
    expect(await addresses("loki.lgtm.local")).toBe("ENOTFOUND");
    await dns.setRecords("loki.lgtm.local", []);
    await dns.setRecords("loki.lgtm.local", ["10.0.1.4"]);
    expect(await addresses("loki.lgtm.local")).toEqual(["10.0.1.4"]);
  });

  test("changes at the same time all take effect", async () => {
    const names = ["mimir", "tempo", "pyroscope", "grafana"].map((name) => `${name}.lgtm.local`);
    await Promise.all(names.map(async (name, index) => dns.setRecords(name, [`10.0.2.${index}`])));
    expect(await Promise.all(names.map(addresses))).toEqual(names.map((_name, index) => [`10.0.2.${index}`]));
    const [first = "", second = ""] = names;
    await Promise.all([dns.setRecords(first, []), dns.setRecords(second, ["10.0.2.9"])]);
    expect(await Promise.all([addresses(first), addresses(second)])).toEqual(["ENOTFOUND", ["10.0.2.9"]]);
  });

  test("all other names do not exist, those of this machine included", async () => {
    expect(await addresses("example.com")).toBe("ENOTFOUND");
    expect(await addresses(execFileSync("hostname", { encoding: "utf8" }).trim())).toBe("ENOTFOUND");
    expect(await addresses("nothing.lgtm.local")).toBe("ENOTFOUND");
  });

  test("refuses what is no name or no address", async () => {
    await expect(dns.setRecords("../x", ["10.0.0.1"])).rejects.toThrow("../x is no name of a service");
    await expect(dns.setRecords("a.lgtm.local", ["10.0.0.1", "::1"])).rejects.toThrow("::1 is no IPv4 address");
  });

  test("a port that is taken is an error that says so", async () => {
    await expect(startDns({ ...options(), folder: join(folder, "second") })).rejects.toMatchObject({
      exit: "failed",
      message: expect.stringMatching(/did not start: dnsmasq ended .*in use/) as string,
    });
  });

  test("runs behind another program, and is gone after close", async () => {
    const other = await startDns({
      ...options(),
      folder: join(folder, "third"),
      port: await freePort(),
      prefix: ["env"],
    });
    await other.close();
    await other.close();
    await expect(other.setRecords("a.lgtm.local", ["10.0.0.1"])).rejects.toThrow("dnsmasq ended");
  });
});

test("a program that is not there is named", async () => {
  port = 1;
  await expect(startDns({ ...options(), prefix: ["/nowhere/nsenter"] })).rejects.toMatchObject({
    exit: "missing",
    message: "/nowhere/nsenter was not found.",
  });
});
