import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer, connect, type TLSSocket } from "node:tls";
import type { AddressInfo } from "node:net";
import { createAuthority, type Authority } from "../../../../tools/live/aws/authority";

let folder: string;
let authority: Authority;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "lgtm-authority-"));
  authority = await createAuthority(folder);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Connects to a server with a certificate for `names` as `servername`. */
async function handshake(
  names: readonly [string, ...string[]],
  servername: string,
  ca: string | undefined,
): Promise<string> {
  const server = createServer(await authority.certificate(names));
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await new Promise((resolve) => {
      const socket: TLSSocket = connect({ host: "127.0.0.1", port, servername, ca }, () => {
        resolve(socket.authorized ? "trusted" : "not trusted");
        socket.destroy();
      });
      socket.once("error", (error: NodeJS.ErrnoException) => {
        resolve(error.code ?? error.message);
      });
    });
  } finally {
    server.close();
  }
}

test("who has the bundle trusts its certificates, wildcards included", async () => {
  expect(
    await handshake(["*.s3.ap-northeast-2.amazonaws.com"], "data.s3.ap-northeast-2.amazonaws.com", authority.bundle),
  ).toBe("trusted");
});

test("a name that the certificate does not have is refused", async () => {
  expect(await handshake(["*.amazonaws.com"], "a.b.amazonaws.com", authority.bundle)).toBe(
    "ERR_TLS_CERT_ALTNAME_INVALID",
  );
});

test("who does not have the bundle trusts nothing", async () => {
  expect(await handshake(["s3.amazonaws.com"], "s3.amazonaws.com", undefined)).toMatch(/UNABLE_TO|SELF_SIGNED/);
});

test("the folder holds the certificate and no key", () => {
  expect(readdirSync(folder)).toEqual(["authority.pem"]);
  expect(authority.bundleFile).toBe(join(folder, "authority.pem"));
  expect(readFileSync(authority.bundleFile, "utf8")).toBe(authority.bundle);
  expect(authority.bundle).toMatch(/BEGIN CERTIFICATE/);
  expect(authority.bundle).not.toMatch(/PRIVATE KEY/);
});
