/** What a `Content-Range` header says: which bytes these are, and of how many, as far as that is known. */
export interface ContentRange {
  /** The first byte, counted from 0. */
  readonly from: number;
  /** The last byte. */
  readonly to: number;
  /** Bytes of the whole. */
  readonly size?: number;
}

/** Widths are bounded, so this cannot backtrack. */
const RANGE = /^bytes ([0-9]{1,15})-([0-9]{1,15})\/([0-9]{1,15}|\*)$/i;

/**
 * Reads a `Content-Range`; undefined if it is none that makes sense.
 *
 * Grammar: https://www.rfc-editor.org/rfc/rfc9110#section-14.4
 */
export function parseContentRange(header: string | null): ContentRange | undefined {
  if (header === null || header.length > 64) return undefined;
  const [, from, to, size] = RANGE.exec(header) ?? [];
  if (from === undefined || Number(from) > Number(to)) return undefined;
  if (size === "*" || size === undefined) return { from: Number(from), to: Number(to) };
  if (Number(to) >= Number(size)) return undefined;
  return { from: Number(from), to: Number(to), size: Number(size) };
}
