import { readTextFile } from "./files.ts";

/** A certificate that a reader shows, and its key, as PEM text. */
export interface CertificatePair {
  /** The certificate, and those between it and its authority. */
  readonly cert: string;
  /** The private key. */
  readonly key: string;
}

/** The most bytes of a file: a bundle of all authorities of the web has a quarter of it. */
const LONGEST_FILE = 1024 * 1024;

/**
 * Reads a PEM file with certificates or a key in it.
 *
 * @throws {Error} that names the file, and holds nothing of it
 */
export async function readPem(
  path: string,
  kind: "CERTIFICATE" | "PRIVATE KEY",
): Promise<string> {
  const reading = await readTextFile(path, LONGEST_FILE);
  if (reading.kind === "missing") throw new Error(`Cannot read "${path}": there is no such file`);
  if (reading.kind !== "text") throw new Error(`Cannot read "${path}": ${reading.reason}`);
  // The runtime passes over what is none, and goes on as if the file were empty.
  if (reading.text.includes(`${kind}-----`)) return reading.text;
  throw new Error(`Cannot read "${path}": it has no ${kind.toLowerCase()} in PEM`);
}

/**
 * Reads a certificate and its key.
 *
 * @throws {Error} as {@linkcode readPem}
 */
export async function readPair(cert: string, key: string): Promise<CertificatePair> {
  return { cert: await readPem(cert, "CERTIFICATE"), key: await readPem(key, "PRIVATE KEY") };
}
