import { hashEnd, hexEnd, isCommitOfDigits } from "./hash.ts";
import { isDigit, isLetter, isSeparator, runEnd } from "./runs.ts";
import { readDate } from "./calendar.ts";
import { buildWord, wordBefore, wordBehind } from "./words.ts";

/** A `b` with a longer number counts builds, not betas: `1.300053.0b1046`. */
const LONGEST_BETA = 2;

/** No tag of a person has so many; what follows, in a stranger's, is one piece of a variant. */
const MOST_PIECES = 12;

/** A pre-release, build or revision. */
export interface Part {
  /** Whether it comes before the release or behind it. */
  readonly role: "pre" | "build";
  /** As written, with what parts it from the piece before: `rc`, `-r`, `_`, `.`. */
  readonly mark: string;
  /** Its number, digits as written; perhaps several with dots, empty, or the hex digits of a commit. */
  readonly value: string;
  /** Of a pre-release: its word's place among the others. */
  readonly rank: number;
}

/** What stands behind the numbers of a tag. */
export interface Tail {
  /** In the order of the tag, but for a commit before a pre-release; those behind the variant not included. */
  readonly parts: readonly Part[];
  /** Builds behind the variant: `-r4` of `1.25.3-debian-11-r4`. */
  readonly behind: readonly Part[];
  /** `alpine3.19`, `slim-bullseye`, or empty. */
  readonly variant: string;
  /** All of it without pre-releases, numbers as `#`. */
  readonly shape: string;
  /** Whether a word says that the tag moves. */
  readonly moves: boolean;
}

const NOTHING: Tail = { parts: [], behind: [], variant: "", shape: "", moves: false };

/** One piece of a tail, between two separators. */
interface Piece {
  readonly mark: string;
  readonly letters: string;
  readonly rest: string;
  readonly end: number;
}

/** What is known so far. */
interface Draft {
  readonly parts: Part[];
  readonly behind: Part[];
  variant: string;
  shape: string;
  moves: boolean;
  /** Whether the latest piece belongs to the variant, and a number behind it does too. */
  inVariant: boolean;
}

/** Reads a tag from `from`, where its numbers of that `kind` end. */
export function readTail(
  tag: string,
  from: number,
  { kind, separator }: { readonly kind: "version" | "date"; readonly separator: string },
): Tail {
  if (from === tag.length) return NOTHING;
  const draft: Draft = {
    parts: [],
    behind: [],
    variant: "",
    shape: "",
    moves: false,
    inVariant: false,
  };
  let at = from;
  for (let pieces = 0; at < tag.length && pieces < MOST_PIECES; pieces++) {
    const piece = pieceAt(tag, at);
    at = piece.letters === ""
      ? takeNumber(draft, piece, kind)
      : takeWord(draft, piece, tag, separator === "u");
  }
  if (at < tag.length) {
    takeVariant(draft, { mark: "", letters: tag.slice(at), rest: "", end: tag.length });
  }
  return draft;
}

function pieceAt(tag: string, from: number): Piece {
  const begin = runEnd(tag, from, isSeparator);
  const afterLetters = runEnd(tag, begin, isLetter);
  let end = runEnd(tag, begin, isPlain);
  while (tag[end] === "." && isNumberAt(tag, end + 1)) end = runEnd(tag, end + 1, isDigit);
  const letters = hashEnd(tag, begin) > begin ? "" : tag.slice(begin, afterLetters);
  const rest = tag.slice(begin + letters.length, end);
  return { mark: tag.slice(from, begin), letters, rest, end };
}

/** A number, or a commit: `-4`, `.20240111`, `-7.3.13`, `-8f2ef3e`. */
function takeNumber(draft: Draft, piece: Piece, kind: "version" | "date"): number {
  const { mark, rest, end } = piece;
  if (hashEnd(rest, 0) > 0 || (mark === "-" && isCommitOfDigits(rest))) {
    return takeBuild(draft, piece, mark, rest, `${mark}<commit>`);
  }
  const digits = rest.slice(0, runEnd(rest, 0, isDigit));
  const isDate = readDate(rest, digits)?.length === rest.length;
  if (!isNumeric(rest) || rest === "" || (draft.inVariant && !isDate)) {
    return takeVariant(draft, piece);
  }
  // A date built again on the same day is of the same shape: jammy-20240111.1.
  const shape = kind === "date" && mark === "." ? "" : `${mark}#`;
  takeBuild(draft, piece, mark, rest, shape);
  return end;
}

function takeWord(draft: Draft, piece: Piece, tag: string, isUpdate: boolean): number {
  const { mark, letters, rest, end } = piece;
  const text = letters + rest;
  if (mark === "+") return takeBuild(draft, piece, mark + letters, rest, `${mark}${letters}#`);
  if (text.startsWith("g") && text.length > 1 && hexEnd(text, 1) === text.length) {
    return takeBuild(draft, piece, `${mark}g`, text.slice(1), `${mark}g<commit>`);
  }
  if (!isNumeric(rest)) return takeMixed(draft, piece);
  if (wordBefore(text)?.role === "architecture") return takeVariant(draft, piece);
  const number = rest.startsWith(".") ? rest.slice(1) : rest;
  const word = wordBehind(letters);
  if (word?.role === "moving" && rest === "") draft.moves = true;
  if (word?.role === "release" && rest === "") {
    draft.shape += mark + letters;
    return end;
  }
  const isCount = letters.toLowerCase() === "b" && (isUpdate || number.length > LONGEST_BETA);
  if (word?.role === "pre" && !isCount && (letters.length > 1 || number !== "")) {
    const next = number === "" ? numberBehind(tag, end) : end;
    const value = number === "" ? tag.slice(Math.min(end + 1, next), next) : number;
    // 8.17.0-a1b2c3d4-SNAPSHOT is a build of 8.17.0-SNAPSHOT.
    const isOfCommit = draft.variant === "" && draft.shape.endsWith("<commit>");
    const part: Part = { role: "pre", mark: letters, value, rank: word.rank ?? 0 };
    draft.parts.splice(draft.parts.length - (isOfCommit ? 1 : 0), 0, part);
    return next;
  }
  return takeRevision(draft, piece, tag, number);
}

/** A word with digits in it: `k3s1` is the first build of a word that is known, `rc1a` a variant. */
function takeMixed(draft: Draft, piece: Piece): number {
  const text = piece.letters + piece.rest;
  let stem = text.length;
  while (isDigit(text.charCodeAt(stem - 1))) stem--;
  const word = text.slice(0, stem);
  if (stem === text.length || buildWord(word) === undefined) return takeVariant(draft, piece);
  const mark = piece.mark + word;
  return takeBuild(draft, piece, mark, text.slice(stem), `${mark}#`);
}

function takeRevision(draft: Draft, piece: Piece, tag: string, number: string): number {
  const { mark, letters, end } = piece;
  const word = buildWord(letters);
  const isKnown = word !== undefined && (word.dotted !== true || piece.rest.startsWith("."));
  const isSingle = letters.length === 1 && !draft.inVariant && (number !== "" || mark === "");
  if (isSingle || (isKnown && number !== "")) {
    return takeBuild(draft, piece, mark + letters, number, `${mark}${letters}#`);
  }
  const next = isKnown ? numberBehind(tag, end) : end;
  if (next === end) return takeVariant(draft, piece);
  const between = tag.slice(end, end + 1);
  const value = tag.slice(end + 1, next);
  const whole = mark + letters + between;
  return takeBuild(draft, { ...piece, end: next }, whole, value, `${whole}#`);
}

function takeBuild(draft: Draft, piece: Piece, mark: string, value: string, shape: string): number {
  const part: Part = { role: "build", mark, value, rank: 0 };
  (draft.variant === "" ? draft.parts : draft.behind).push(part);
  draft.shape += shape;
  draft.inVariant = false;
  return piece.end;
}

function takeVariant(draft: Draft, { mark, letters, rest, end }: Piece): number {
  const text = letters + rest;
  if (draft.variant !== "") draft.variant += draft.inVariant ? mark : "-";
  draft.variant += draft.variant === "" && text === "" ? mark : text;
  draft.shape += mark + text;
  draft.inVariant = true;
  return end;
}

/** Where a whole number behind one separator ends, as in `rc-1`; `at` where there is none. */
function numberBehind(tag: string, at: number): number {
  if (!isSeparator(tag.charCodeAt(at)) || hashEnd(tag, at + 1) > at + 1) return at;
  const end = runEnd(tag, at + 1, isDigit);
  const isWhole = end === tag.length || isSeparator(tag.charCodeAt(end));
  return end > at + 1 && isWhole ? end : at;
}

function isNumberAt(tag: string, at: number): boolean {
  const end = runEnd(tag, at, isDigit);
  return end > at && (end === tag.length || isSeparator(tag.charCodeAt(end)));
}

function isNumeric(rest: string): boolean {
  return runEnd(rest, 0, isDigitOrDot) === rest.length;
}

function isPlain(unit: number): boolean {
  return !isSeparator(unit);
}

function isDigitOrDot(unit: number): boolean {
  return isDigit(unit) || unit === 46;
}
