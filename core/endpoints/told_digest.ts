import { type Digest, isDigest } from "../names/digest.ts";
import { algorithmOf } from "../system/hash.ts";

/**
 * Whether the digest that a registry tells of what it took says that it took something else. A registry may
 * tell another algorithm than the one it was sent, and that says nothing.
 */
export function contradicts(told: string | null, sent: Digest): boolean {
  if (told === null || !isDigest(told) || algorithmOf(told) !== algorithmOf(sent)) return false;
  return told !== sent;
}
