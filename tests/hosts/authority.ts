import { generate } from "selfsigned";

/** A certificate for some hosts and what signed it, all in PEM. */
export interface Certificate {
  /** The certificate of the authority: what a client must trust. */
  readonly authority: string;
  /** The hosts' own certificate. */
  readonly certificate: string;
  /** Its private key. */
  readonly key: string;
}

/** What selfsigned gives, as far as it is used here. */
interface Pair {
  readonly cert: string;
  readonly private: string;
}

/** Makes an authority which nobody knows, and has it sign one certificate for all `hosts`. */
export async function signCertificate(hosts: readonly string[]): Promise<Certificate> {
  const authority: Pair = await generate(
    [{ name: "commonName", value: "portolan test authority" }],
    {
      keyType: "ec",
      algorithm: "sha256",
      extensions: [
        { name: "basicConstraints", cA: true, critical: true },
        { name: "keyUsage", keyCertSign: true, critical: true },
      ],
    },
  );
  const signed: Pair = await generate([{ name: "commonName", value: "portolan test hosts" }], {
    keyType: "ec",
    algorithm: "sha256",
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      { name: "subjectAltName", altNames: hosts.map((value) => ({ type: 2, value })) },
    ],
  });
  return { authority: authority.cert, certificate: signed.cert, key: signed.private };
}
