/** A tag has 128 characters; a pattern that is much longer is a mistake. */
const LONGEST = 512;
const REGEX = /^\/(.*)\/([a-z]*)$/s;

/**
 * Reads a pattern of `include` and `exclude`: a glob for the whole tag, where `*` is any text and `?` any
 * character, or `/regex/`, which finds a part of it, with `i` behind it for any case of letters.
 *
 * Globs take linear time in the tag. A regular expression is the caller's own risk.
 *
 * @throws {RangeError} if it is empty, too long, or no regular expression, or can match no tag
 */
export function parsePattern(text: string): (tag: string) => boolean {
  if (text === "") throw new RangeError('Cannot use pattern "": it matches no tag');
  if (text.length > LONGEST) {
    throw new RangeError(
      `Cannot use a pattern of ${text.length} characters: at most ${LONGEST} are taken`,
    );
  }
  const found = REGEX.exec(text);
  if (found !== null) return regex(text, found[1] ?? "", found[2] ?? "");
  if (text.startsWith("/")) {
    throw new RangeError(`Cannot use pattern "${text}": the "/" that ends it is missing`);
  }
  if (/[^\w.*?-]/.test(text)) {
    const expected = 'of special characters a glob has only "*" and "?"; /regex/ takes more';
    throw new RangeError(`Cannot use pattern "${text}", which matches no tag: ${expected}`);
  }
  return (tag) => matchesGlob(text, tag);
}

function regex(text: string, source: string, flags: string): (tag: string) => boolean {
  if (flags !== "" && flags !== "i") {
    throw new RangeError(`Cannot use pattern "${text}": "${flags}" behind it is not "i"`);
  }
  try {
    const expression = new RegExp(source, flags);
    return (tag) => expression.test(tag);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RangeError(`Cannot use pattern "${text}": ${reason}`, { cause });
  }
}

/** The longest text that every tag has which matches; nothing for a regular expression. */
export function literalOf(pattern: string): string | undefined {
  if (pattern.startsWith("/")) return undefined;
  const [longest = ""] = pattern.split(/[*?]/).sort((a, b) => b.length - a.length);
  return longest === "" ? undefined : longest;
}

/** Whether the whole of `text` matches; `*` is any text, `?` one character. */
export function matchesGlob(glob: string, text: string): boolean {
  let at = 0;
  let from = 0;
  let star = -1;
  let resume = 0;
  while (from < text.length) {
    if (glob[at] === "*") {
      star = at++;
      resume = from;
    } else if (at < glob.length && (glob[at] === "?" || glob[at] === text[from])) {
      at++;
      from++;
    } else if (star >= 0) {
      at = star + 1;
      from = ++resume;
    } else {
      return false;
    }
  }
  while (glob[at] === "*") at++;
  return at === glob.length;
}
