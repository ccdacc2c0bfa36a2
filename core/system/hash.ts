import type { Digest } from "../names/digest.ts";

/** The algorithms that a digest may name. */
export type Algorithm = "sha256" | "sha512";

/** A hash that grows with the bytes it is given. */
export interface Hash {
  /** Takes the next bytes. */
  update(bytes: Uint8Array): void;
  /** The digest of all of them; the last call. */
  digest(): Digest;
}

/** The algorithm of a digest. */
export function algorithmOf(digest: Digest): Algorithm {
  return digest.startsWith("sha512:") ? "sha512" : "sha256";
}

/** The digest of bytes that are at hand. */
export async function digestOf(bytes: Uint8Array, algorithm: Algorithm): Promise<Digest> {
  const name = algorithm === "sha512" ? "SHA-512" : "SHA-256";
  const hash = new Uint8Array(await crypto.subtle.digest(name, bytes as BufferSource));
  const hex = Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${algorithm}:${hex}` as Digest;
}

/** Begins a hash for bytes that stream by. Node's layer is loaded only here: it costs a start 10 ms. */
export async function startHash(algorithm: Algorithm): Promise<Hash> {
  const { createHash } = await import("node:crypto");
  const hash = createHash(algorithm);
  return {
    update(bytes: Uint8Array): void {
      hash.update(bytes);
    },
    digest: () => `${algorithm}:${hash.digest("hex")}` as Digest,
  };
}
