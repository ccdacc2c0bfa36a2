import { RegistryError } from "../errors.ts";
import { GAP, readValue, skip, until } from "./scanner.ts";

const LONGEST = 8192;
/** What ends a value without quotes. */
const ENDS = GAP + ";,<";

/**
 * The query of the next page, without `?` and verbatim, from a `Link` header; undefined if there is no next page.
 *
 * The first link counts whose `rel` has the word `next` in any case; without a query it gives "". Scheme,
 * host and path of the target are ignored on purpose. Servers write them relative or absolute, with the
 * inner scheme or host of the proxy in front of them, or with a path that lacks or gains a part; and a
 * hostile one points them at another host, which must not get the token. Our own address with their query
 * is right in all of these cases. The query is kept to the letter because cursors are opaque.
 * One pass. Grammar: https://www.rfc-editor.org/rfc/rfc8288#section-3
 *
 * @throws RegistryError `protocol` if the header has more than 8192 characters, or a link that cannot be read
 * or has no `rel`: taking it for the end would make half a list look whole
 */
export function nextQuery(header: string): string | undefined {
  if (header.length > LONGEST) {
    throw unreadable(`it has ${header.length} characters, at most ${LONGEST} are read`);
  }
  let position = skip(header, 0, GAP + ",");
  while (position < header.length) {
    const open = header.indexOf("<", position);
    const close = open < 0 ? -1 : header.indexOf(">", open);
    if (close < 0) throw unreadable("it has a link without <address>");
    const { rel, end } = readParameters(header, close + 1);
    if (rel === undefined) throw unreadable("it has a link without rel");
    if (rel.toLowerCase().split(/[ \t]/).includes("next")) {
      return queryOf(header.slice(open + 1, close));
    }
    position = skip(header, end, GAP + ",");
  }
  return undefined;
}

function unreadable(reason: string): RegistryError {
  return new RegistryError("protocol", `Cannot read the Link header: ${reason}`);
}

/** The first `rel` of one link, and where the next link may begin. */
function readParameters(header: string, start: number): { rel?: string; end: number } {
  let rel: string | undefined;
  let position = start;
  while (position < header.length && !",<".includes(header.charAt(position))) {
    const end = until(header, position, GAP + ';,<="');
    const name = header.slice(position, end).toLowerCase();
    position = skip(header, end, GAP);
    if (header.charAt(position) === "=") {
      const value = readValue(header, skip(header, position + 1, GAP), ENDS);
      if (name === "rel") rel ??= value.text;
      position = value.end;
    } else if (header.charAt(position) === '"') {
      position = readValue(header, position, ENDS).end;
    }
    position = skip(header, position, GAP + ";");
  }
  return { rel, end: position };
}

function queryOf(target: string): string {
  const hash = target.indexOf("#");
  const address = hash < 0 ? target : target.slice(0, hash);
  const mark = address.indexOf("?");
  return mark < 0 ? "" : address.slice(mark + 1);
}
