import { levenshteinDistance } from "@std/text/levenshtein-distance";

const LONGEST = 64;

/** The word that is spelled most like `text`, if one is like it at all. For "did you mean". */
export function nearest(text: string, words: readonly string[]): string | undefined {
  const limit = Math.max(2, Math.floor(text.length / 3));
  const [best] = words
    .map((word) => ({ word, edits: levenshteinDistance(text.slice(0, LONGEST), word) }))
    .filter(({ edits }) => edits <= limit)
    .sort((a, b) => a.edits - b.edits);
  return best?.word;
}
