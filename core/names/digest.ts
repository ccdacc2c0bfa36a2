import { RegistryError } from "../errors.ts";
import { printable } from "./printable.ts";

/** A checked digest, `sha256:` or `sha512:` and hex; safe in a path. Only {@linkcode parseDigest} and {@linkcode isDigest} make one. */
export type Digest = string & { readonly $brand: "digest" };

/** https://github.com/opencontainers/image-spec/blob/main/descriptor.md#registered-algorithms */
const SHA256 = /^sha256:[0-9a-f]{64}$/;
const SHA512 = /^sha512:[0-9a-f]{128}$/;
/** The length of `sha512:` and its digits. */
const LONGEST = 135;

/**
 * The same text as a {@linkcode Digest}: `sha256:` and exactly 64 lower-case hex digits, or `sha512:`
 * and exactly 128. Whoever takes other text for a digest lets a server choose the path of the next request.
 *
 * @throws RegistryError `reference_invalid`, saying what is wrong with it
 */
export function parseDigest(text: string): Digest {
  if (isDigest(text)) return text;
  const reason = digestProblem(text);
  throw new RegistryError(
    "reference_invalid",
    `Cannot read digest "${printable(text, 80)}": ${reason}`,
  );
}

/** Whether this is text that {@linkcode parseDigest} takes. */
export function isDigest(value: unknown): value is Digest {
  if (typeof value !== "string" || value.length > LONGEST) return false;
  return SHA256.test(value) || SHA512.test(value);
}

/** What is wrong with text that is no digest, as the end of a sentence. */
export function digestProblem(text: string): string {
  if (text === "") return "the digest is empty";
  const colon = text.indexOf(":");
  if (colon < 0) return 'a digest is "sha256:" and 64 hex digits, or "sha512:" and 128';
  const algorithm = text.slice(0, colon);
  if (algorithm !== "sha256" && algorithm !== "sha512") {
    return "the digest algorithm is unknown, it must be sha256 or sha512";
  }
  const digits = text.slice(colon + 1);
  const wanted = algorithm === "sha256" ? 64 : 128;
  if (/[^0-9a-fA-F]/.test(digits)) return "the digest has characters that are not hex digits";
  if (digits.length !== wanted) {
    return `a ${algorithm} digest has ${wanted} hex digits, this one has ${digits.length}`;
  }
  return "the hex digits of a digest must be lower case";
}
