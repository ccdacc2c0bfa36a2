import { openSelection } from "../mod.ts";

/**
 * A pattern of a plan for a regular expression of Go; undefined for one that means something else here, or
 * nothing.
 *
 * @param isWhole whether all of the tag must match
 */
export function patternOf(expression: string, isWhole: boolean): string | undefined {
  const [, flag = "", rest = expression] = /^\(\?(i)\)(.*)$/s.exec(expression) ?? [];
  // Classes of Unicode and named flags are written otherwise in Go, and its \z has another name.
  if (/\\[pPzAQC]|\[\[:|\(\?[a-zA-Z]/.test(rest)) return undefined;
  const isAnchored = rest.startsWith("^") && rest.endsWith("$") && !rest.includes("|");
  const pattern = `/${isWhole && !isAnchored ? `^(?:${rest})$` : rest}/${flag}`;
  return isReadable({ include: [pattern] }) ? pattern : undefined;
}

/** The range of a plan for one of semantic versions; undefined for one that is not read here. */
export function rangeOf(range: string): string | undefined {
  const text = range.trim().replace(/([<>=~^!]+)\s+/g, "$1").replace(/\s*,\s*/g, " ");
  return isReadable({ range: text }) ? text : undefined;
}

function isReadable(options: Parameters<typeof openSelection>[0]): boolean {
  try {
    openSelection(options);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
