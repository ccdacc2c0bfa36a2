/** One member of an object in a JSON text. */
interface Member {
  readonly key: string;
  /** Where its white space begins: right behind the bracket or comma before it. */
  readonly lead: number;
  /** Where its key begins. */
  readonly start: number;
  /** Where its value begins and ends. */
  readonly value: number;
  readonly end: number;
}

/** What can be set. */
export type SetValue = string | { readonly [key: string]: SetValue };

interface Members {
  readonly list: readonly Member[];
  /** Where the object's closing bracket is. */
  readonly close: number;
}

/** How a text is laid out, as its first member shows. */
interface Layout {
  /** What begins a line; empty if all is in one line. */
  readonly newline: string;
  readonly indent: string;
  readonly colon: string;
}

const SPACE = " \t\r\n";

/**
 * Sets a member of the object at `path`, which is made if it is not there. Every other byte of the text
 * stays: order, numbers, layout. What is new is laid out as the rest is.
 *
 * @param text valid JSON with an object in it
 */
export function setJson(text: string, path: readonly string[], value: SetValue): string {
  const layout = layoutOf(text);
  let open = skipSpace(text, 0);
  for (const [depth, key] of path.entries()) {
    const members = membersOf(text, open);
    const member = members.list.findLast((member) => member.key === key);
    const rest = path.slice(depth + 1);
    if (member !== undefined && rest.length > 0 && text[member.value] === "{") {
      open = member.value;
      continue;
    }
    const made = rest.reduceRight<SetValue>((inner, key) => ({ [key]: inner }), value);
    if (member === undefined) return insert(text, { open, members, depth, layout }, key, made);
    return text.slice(0, member.value) + write(made, depth + 1, layout) + text.slice(member.end);
  }
  return text;
}

/**
 * Removes members from the object at `path`; nothing happens to what is not there.
 *
 * @param text valid JSON with an object in it
 */
export function removeJson(
  text: string,
  path: readonly string[],
  keys: ReadonlySet<string>,
): string {
  let open = skipSpace(text, 0);
  for (const key of path) {
    const next = membersOf(text, open).list.findLast((member) => member.key === key);
    if (next === undefined || text[next.value] !== "{") return text;
    open = next.value;
  }
  const { list, close } = membersOf(text, open);
  const kept = list.filter(({ key }) => !keys.has(key));
  if (kept.length === list.length) return text;
  const inside = kept.map(({ lead, end }) => text.slice(lead, end)).join(",");
  const tail = kept.length === 0 ? "" : text.slice(list.at(-1)?.end, close);
  return text.slice(0, open + 1) + inside + tail + text.slice(close);
}

function insert(
  text: string,
  place: { open: number; members: Members; depth: number; layout: Layout },
  key: string,
  value: SetValue,
): string {
  const { open, members, depth, layout } = place;
  const written = JSON.stringify(key) + layout.colon + write(value, depth + 1, layout);
  const last = members.list.at(-1);
  if (last !== undefined) {
    const lead = text.slice(last.lead, last.start);
    return `${text.slice(0, last.end)},${lead}${written}${text.slice(last.end)}`;
  }
  const [before, after] = layout.newline === "" ? ["", ""] : [
    layout.newline + layout.indent.repeat(depth + 1),
    layout.newline + layout.indent.repeat(depth),
  ];
  return text.slice(0, open + 1) + before + written + after + text.slice(members.close);
}

/** A value whose key stands at `depth`. */
function write(value: SetValue, depth: number, { newline, indent, colon }: Layout): string {
  if (typeof value === "string") return JSON.stringify(value);
  const inside = Object.entries(value).map(([key, inner]) =>
    JSON.stringify(key) + colon + write(inner, depth + 1, { newline, indent, colon })
  );
  if (inside.length === 0) return "{}";
  const [before, after] = newline === ""
    ? ["", ""]
    : [newline + indent.repeat(depth + 1), newline + indent.repeat(depth)];
  return `{${inside.map((member) => before + member).join(",")}${after}}`;
}

/** Of an object without members: as Docker writes it, with tabs. */
function layoutOf(text: string): Layout {
  const first = membersOf(text, skipSpace(text, 0)).list.at(0);
  if (first === undefined) return { newline: "\n", indent: "\t", colon: ": " };
  const lead = text.slice(first.lead, first.start);
  const lineEnd = lead.lastIndexOf("\n");
  const newline = lineEnd > 0 && lead[lineEnd - 1] === "\r" ? "\r\n" : "\n";
  const colon = text.slice(endOf(text, first.start), first.value);
  if (lineEnd < 0) return { newline: "", indent: "", colon };
  return { newline, indent: lead.slice(lineEnd + 1), colon };
}

function membersOf(text: string, open: number): Members {
  const list: Member[] = [];
  let lead = open + 1;
  while (true) {
    const start = skipSpace(text, lead);
    if (text[start] !== '"') return { list, close: start };
    const keyEnd = endOf(text, start);
    const value = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const end = endOf(text, value);
    list.push({ key: JSON.parse(text.slice(start, keyEnd)), lead, start, value, end });
    const next = skipSpace(text, end);
    if (text[next] !== ",") return { list, close: next };
    lead = next + 1;
  }
}

/** Where the value that begins at `at` ends; the text is known to be valid. */
function endOf(text: string, at: number): number {
  let depth = 0;
  for (let index = at; index < text.length; index++) {
    const character = text[index];
    if (character === '"') index = stringEnd(text, index) - 1;
    if (character === "{" || character === "[") depth++;
    if (character === "}" || character === "]") depth--;
    if (depth > 0) continue;
    if (character === '"' || character === "}" || character === "]") return index + 1;
    const next = text[index + 1] ?? ",";
    if (",]}".includes(next) || SPACE.includes(next)) return index + 1;
  }
  return text.length;
}

function stringEnd(text: string, quote: number): number {
  let index = quote + 1;
  while (index < text.length && text[index] !== '"') index += text[index] === "\\" ? 2 : 1;
  return index + 1;
}

function skipSpace(text: string, at: number): number {
  let index = at;
  while (index < text.length && SPACE.includes(text[index] ?? "")) index++;
  return index;
}
