const BRACE = 0x7b;
const BRACE_END = 0x7d;
const BRACKET = 0x5b;
const BRACKET_END = 0x5d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const SPACES: readonly number[] = [0x20, 0x09, 0x0a, 0x0d];

/** As deep as anything is read: the platform of a descriptor in the list of an index. */
const READ_DEPTH = 4;
/** No document in a registry comes near; some engines' `JSON.parse` overflows far beyond. */
const MOST_DEPTH = 100;

/** What `JSON.parse` does not tell of a text. */
export interface JsonKeys {
  /** Whether objects and arrays are nested more than 100 deep; the text was read up to there. */
  readonly isTooDeep: boolean;
  /** The first key that stands twice in one object, within four levels; escapes count as what they mean. */
  readonly repeated?: string;
}

/**
 * Looks for what two readers of one JSON text could disagree about: of a key given twice `JSON.parse`
 * takes the last value, others the first. One pass without recursion; text that is no JSON gives any
 * answer but an end.
 *
 * @throws {SyntaxError} if a key has an escape that is none
 */
export function readJsonKeys(text: string): JsonKeys {
  const keys: (Set<string> | undefined)[] = [];
  let repeated: string | undefined;
  let depth = 0;
  let position = 0;
  while (position < text.length) {
    const code = text.charCodeAt(position);
    if (code === QUOTE) {
      const end = stringEnd(text, position + 1);
      const next = skipSpaces(text, end);
      if (depth <= READ_DEPTH && text.charCodeAt(next) === COLON) {
        const key = keyAt(text, position, end);
        const seen = keys[depth] ??= new Set();
        if (seen.has(key)) repeated ??= key;
        seen.add(key);
      }
      position = next;
      continue;
    }
    if (code === BRACE || code === BRACKET) {
      depth++;
      if (depth > MOST_DEPTH) return { isTooDeep: true, repeated };
      if (depth <= READ_DEPTH) keys[depth] = undefined;
    } else if (code === BRACE_END || code === BRACKET_END) depth--;
    position++;
  }
  return { isTooDeep: false, repeated };
}

/** The position behind the quote that ends a string. */
function stringEnd(text: string, start: number): number {
  let position = start;
  while (position < text.length) {
    const code = text.charCodeAt(position);
    if (code === QUOTE) return position + 1;
    position += code === BACKSLASH ? 2 : 1;
  }
  return text.length;
}

function skipSpaces(text: string, start: number): number {
  let position = start;
  while (SPACES.includes(text.charCodeAt(position))) position++;
  return position;
}

function keyAt(text: string, start: number, end: number): string {
  const raw = text.slice(start, end);
  return raw.includes("\\") ? String(JSON.parse(raw)) : raw.slice(1, -1);
}
