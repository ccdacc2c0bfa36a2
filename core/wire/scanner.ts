/** White space between the parts of a header. */
export const GAP = " \t\r\n";

/** The first position from `start` on whose character is not one of `characters`. */
export function skip(text: string, start: number, characters: string): number {
  let position = start;
  while (position < text.length && characters.includes(text.charAt(position))) position++;
  return position;
}

/** The first position from `start` on whose character is one of `characters`. */
export function until(text: string, start: number, characters: string): number {
  let position = start;
  while (position < text.length && !characters.includes(text.charAt(position))) position++;
  return position;
}

/**
 * The value of a parameter: quoted text without its quotes and backslashes, or all up to one of `ends`.
 * A quote that does not end takes the rest.
 */
export function readValue(
  header: string,
  start: number,
  ends: string,
): { readonly text: string; readonly end: number } {
  if (header.charAt(start) !== '"') {
    const end = until(header, start, ends);
    return { text: header.slice(start, end), end };
  }
  let text = "";
  let position = start + 1;
  while (position < header.length && header.charAt(position) !== '"') {
    if (header.charAt(position) === "\\") position++;
    text += header.charAt(position);
    position++;
  }
  return { text, end: Math.min(position + 1, header.length) };
}
