/** One worker's share of the work: that of number `index`, counted from 0, of `count`. */
export interface Shard {
  /** From 0 to one less than `count`. */
  readonly index: number;
  /** How many there are, at least 1. */
  readonly count: number;
}

/**
 * Whether a repository, `registry.example/org/app`, falls to a worker. Of `count` workers it falls to one and no
 * other, today and on every machine.
 */
export function isInShard(repository: string, { index, count }: Shard): boolean {
  return hashOf(repository) % count === index;
}

/**
 * Refuses a share that there is not.
 *
 * @throws {RangeError}
 */
export function checkShard({ index, count }: Shard): void {
  const isCount = Number.isSafeInteger(count) && count >= 1;
  if (isCount && Number.isSafeInteger(index) && index >= 0 && index < count) return;
  throw new RangeError(`Cannot mirror shard ${index}/${count}: they count from 0/N to N-1/N`);
}

/** FNV-1a with 32 bits, and their high half folded in: its low bits alone are not spread well. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return (hash ^ (hash >>> 16)) >>> 0;
}
