import { type Digest, isDigest } from "../names/digest.ts";
import { algorithmOf } from "../system/hash.ts";
import type { Asked } from "../wire/ask.ts";
import type { Operation } from "../wire/operation.ts";

/**
 * Checks that a registry took what it was sent by a PUT that it answered well.
 *
 * @param sent what it was, and how to find out whether it is there
 * @throws {RegistryError} `digest_mismatch` if the registry stored other bytes, `protocol` if none
 */
export async function checkTaken(
  { answer: { status, headers } }: Asked,
  sent: {
    readonly noun: string;
    readonly digest: Digest;
    readonly isThere: () => Promise<boolean>;
  },
  operation: Operation,
): Promise<void> {
  const { noun, digest, isThere } = sent;
  const told = headers.get("docker-content-digest");
  if (contradicts(told, digest)) {
    const reason = `what was sent as ${digest} arrived as ${told}`;
    throw operation.fail("digest_mismatch", reason, { status });
  }
  // Another status than the specification's may be anybody's: a proxy with a page of its own.
  if (status === 201 || told === digest || await isThere()) return;
  const reason = `the registry answers with status ${status} and has not taken the ${noun}`;
  throw operation.fail("protocol", reason, { status });
}

/**
 * Whether the digest that a registry tells of what it took says that it took something else. A registry may
 * tell another algorithm than the one it was sent, and that says nothing.
 */
function contradicts(told: string | null, sent: Digest): boolean {
  if (told === null || !isDigest(told) || algorithmOf(told) !== algorithmOf(sent)) return false;
  return told !== sent;
}
