import { generate } from "selfsigned";

/** A certificate for the loopback address, made for one test run. */
export async function makeCertificate(): Promise<{ readonly certificatePem: string; readonly keyPem: string }> {
  const { cert, private: key } = await generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: "localhost" },
          { type: 7, ip: "127.0.0.1" },
        ],
      },
    ],
  });
  return { certificatePem: cert, keyPem: key };
}
