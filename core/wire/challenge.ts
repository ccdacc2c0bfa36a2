import { RegistryError } from "../errors.ts";
import { GAP, readValue, skip, until } from "./scanner.ts";

/** One way to authenticate that a server offers. */
export interface Challenge {
  /** In lower case: `bearer`, `basic`. Anything at all may stand here; compare it, do not print it raw. */
  readonly scheme: string;
  /** Names in lower case, values as sent. Without a prototype, and frozen, so `__proto__` is a key like any other. */
  readonly parameters: Readonly<Record<string, string>>;
}

const LONGEST = 8192;
/** What ends a value without quotes. */
const ENDS = GAP + ",";

/**
 * Reads `WWW-Authenticate`: every challenge of every such header, as `Headers.get` joins them with `, `.
 *
 * A word with `=` behind it is a parameter of the challenge before it, any other word begins a challenge;
 * so commas may be missing or too many. Of a parameter given twice the first counts. A quote that does
 * not end takes the rest. A token68, as in `Negotiate YII==`, is left out, and so is a parameter before
 * any scheme. One pass, and nothing but the length is refused.
 * Grammar: https://www.rfc-editor.org/rfc/rfc9110#section-11.2
 *
 * @throws RegistryError `protocol` if the header has more than 8192 characters
 */
export function parseChallenges(header: string): Challenge[] {
  if (header.length > LONGEST) {
    const size = `${header.length} characters, at most ${LONGEST} are read`;
    throw new RegistryError("protocol", `Cannot read the WWW-Authenticate header: it has ${size}`);
  }
  const challenges: Challenge[] = [];
  let parameters: Record<string, string> | undefined;
  let position = 0;
  while (true) {
    position = skip(header, position, GAP + ",");
    if (position >= header.length) break;
    const end = until(header, position, GAP + ',="');
    if (end === position) { // a stray "=" or quoted string
      position =
        readValue(header, header.charAt(position) === "=" ? position + 1 : position, ENDS).end;
      continue;
    }
    const word = header.slice(position, end).toLowerCase();
    position = skip(header, end, GAP);
    if (header.charAt(position) === "=") {
      const value = readValue(header, skip(header, position + 1, GAP), ENDS);
      if (parameters && !(word in parameters)) parameters[word] = value.text;
      position = value.end;
    } else {
      const begun: Record<string, string> = Object.create(null);
      parameters = begun;
      challenges.push({ scheme: word, parameters: begun });
      position = skipToken68(header, position);
    }
  }
  for (const challenge of challenges) Object.freeze(challenge.parameters);
  return challenges;
}

/** The end of a token68 that begins here and has nothing behind it, else `start`. */
function skipToken68(header: string, start: number): number {
  const word = until(header, start, GAP + ',="');
  if (word === start) return start;
  const end = skip(header, word, "=");
  const next = skip(header, end, GAP);
  return next === header.length || header.charAt(next) === "," ? end : start;
}
