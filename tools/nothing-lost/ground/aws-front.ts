import { connect } from "node:net";
import { createServer, type Server } from "node:tls";
import { writeFileSync } from "node:fs";
import { generate } from "selfsigned";
import { ADDRESSES } from "./virtual-network";

/** TLS in front of the mock of AWS, under AWS's own names. */
export class AwsFront {
  private constructor(
    /** File with the certificate that clients must trust. */
    readonly caFile: string,
    private readonly server: Server,
  ) {}

  /**
   * Starts it at the address that the name server gives for AWS's endpoints.
   *
   * @param mockPort port of the mock on this process's loopback
   * @param region whose endpoints it is
   * @param caFile file to write the certificate to
   */
  static async start(mockPort: number, region: string, caFile: string): Promise<AwsFront> {
    const { cert, private: key } = await generate([{ name: "commonName", value: "aws mock" }], {
      keyType: "ec",
      algorithm: "sha256",
      extensions: [{ name: "subjectAltName", altNames: namesOf(region).map((value) => ({ type: 2, value })) }],
    });
    writeFileSync(caFile, cert);
    const server = createServer({ cert, key }, (client) => {
      const mock = connect(mockPort, "127.0.0.1");
      // Whichever side ends or breaks, the other is told.
      client.on("error", () => mock.destroy());
      mock.on("error", () => client.destroy());
      client.pipe(mock).pipe(client);
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(443, ADDRESSES.aws, resolve);
    });
    return new AwsFront(caFile, server);
  }

  /** Takes no more connections. */
  close(): void {
    this.server.close();
  }
}

/** The clients ask for a bucket by path or by host name, and for the endpoint with IPv6 too. */
function namesOf(region: string): readonly string[] {
  const endpoints = [`s3.${region}.amazonaws.com`, `s3.dualstack.${region}.amazonaws.com`];
  return endpoints.flatMap((name) => [name, `*.${name}`]);
}
