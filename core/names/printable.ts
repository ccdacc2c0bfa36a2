/** Inclusive ranges of code points that move a cursor, reorder text, or hide: Unicode 16, ascending. */
const UNSAFE: readonly (readonly [first: number, last: number])[] = [
  [0x00, 0x1f], // C0: escape sequences, line feed, bell
  [0x7f, 0x9f], // DEL and C1: U+009B begins an escape sequence too
  [0x61c, 0x61c], // Arabic letter mark
  [0x180e, 0x180e], // Mongolian vowel separator, of no width
  [0x200b, 0x200f], // zero width, and the two direction marks
  [0x2028, 0x202e], // line and paragraph separators, bidi embeddings and overrides
  [0x2060, 0x206f], // word joiner, invisible operators, bidi isolates, deprecated format controls
  [0xd800, 0xdfff], // lone surrogates: a pair arrives as one code point above U+FFFF
  [0xfeff, 0xfeff], // byte order mark
  [0xfff9, 0xfffb], // interlinear annotations
  [0xe0000, 0xe007f], // tags: text that no terminal shows
];

/**
 * Untrusted text, made safe to show in one line of a terminal or a log.
 *
 * Each code point that could move the cursor, start an escape sequence, reorder or hide text becomes
 * `\u{..}` with lower-case hex digits; everything else, letters of any script too, stays. The
 * backslash is not doubled: the result is to be looked at, not to be read back.
 *
 * @param limit the most UTF-16 units of the result; longer text is cut, between characters, and ends in `…`
 * @default limit 1000
 */
export function printable(text: string, limit: number = 1000): string {
  let shown = "";
  let cut = 0;
  for (const character of text) {
    shown += escaped(character);
    if (shown.length > limit) return shown.slice(0, cut) + "…";
    if (shown.length < limit) cut = shown.length;
  }
  return shown;
}

function escaped(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  for (const [first, last] of UNSAFE) {
    if (point < first) return character;
    if (point <= last) return `\\u{${point.toString(16)}}`;
  }
  return character;
}
