import { mkdirSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
import { generate } from "selfsigned";

/** A certificate with its private key, both PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority that exists as long as this process; its key is written nowhere. */
export interface Authority {
  /** PEM file with the authority's certificate, for `SSL_CERT_FILE`, `AWS_CA_BUNDLE` and the like. */
  readonly bundleFile: string;
  /** The same as text. */
  readonly bundle: string;
  /**
   * Issues a certificate for a server.
   *
   * @param names DNS names (a wildcard stands for one label) and IP addresses; at least one
   */
  certificate(names: readonly [string, ...string[]]): Promise<Certificate>;
}

/** Longer than any rehearsal, short enough that a bundle left behind soon is worth nothing. */
const VALID_DAYS = 7;
/** For clocks that are a little behind. */
const BACKDATED_MINUTES = 10;

/**
 * Makes an authority and writes its certificate, not its key, into a folder.
 *
 * @param folder gets `authority.pem`; made if it is not there
 */
export async function createAuthority(folder: string): Promise<Authority> {
  const root = await generate([{ name: "commonName", value: "lgtm live rehearsal" }], {
    ...common(),
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  mkdirSync(folder, { recursive: true });
  const bundleFile = join(folder, "authority.pem");
  writeFileSync(bundleFile, root.cert);
  const ca = { cert: root.cert, key: root.private };
  return { bundleFile, bundle: root.cert, certificate: async (names) => issue(ca, names) };
}

async function issue(ca: Certificate, names: readonly [string, ...string[]]): Promise<Certificate> {
  const issued = await generate([{ name: "commonName", value: names[0] }], {
    ...common(),
    ca,
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      { name: "subjectAltName", altNames: names.map(alternativeName) },
    ],
  });
  return { cert: issued.cert, key: issued.private };
}

function alternativeName(name: string) {
  return isIP(name) === 0 ? ({ type: 2, value: name } as const) : ({ type: 7, ip: name } as const);
}

function common() {
  const now = Date.now();
  return {
    keyType: "ec",
    algorithm: "sha256",
    notBeforeDate: new Date(now - BACKDATED_MINUTES * 60_000),
    notAfterDate: new Date(now + VALID_DAYS * 86_400_000),
  } as const;
}
