/** Headers of an answer that matter to the protocol, and so to a reader of the trace. */
const TELLING_HEADERS = [
  "content-type",
  "content-length",
  "content-range",
  "docker-content-digest",
  "link",
  "location",
  "ratelimit-limit",
  "ratelimit-remaining",
  "retry-after",
  "www-authenticate",
];

/** One request and what became of it, with every secret already taken out. */
export interface Exchange {
  /** The HTTP method. */
  readonly method: string;
  /** The address, without user information, and without the query where that may be signed. */
  readonly url: string;
  /** The scheme of the credentials that went along, if any: `Bearer`, `Basic`. */
  readonly authorization?: string;
  /** The status of the answer; absent if none came. */
  readonly status?: number;
  /** Headers of the answer that matter to the protocol. */
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds until the whole answer came, or the failure. */
  readonly elapsed: number;
  /** Why no whole answer came. */
  readonly failure?: string;
  /** Counts from 1 for each sending of the same request. */
  readonly attempt: number;
}

/** An address without its user; of a signed one not even the query. */
export function shown({ origin, pathname, search }: URL, signed: boolean = false): string {
  return `${origin}${pathname}${signed ? "" : search}`;
}

/** What a trace shows of the headers of an answer from `base`. */
export function tellingHeaders(
  headers: Headers,
  base: URL,
  clean: (text: string) => string,
): Record<string, string> {
  const telling: Record<string, string> = {};
  for (const name of TELLING_HEADERS) {
    const value = headers.get(name);
    // A redirect to a storage is signed in its query, and may name a user.
    if (value !== null) telling[name] = clean(name === "location" ? addressOf(value, base) : value);
  }
  return telling;
}

/** Where a Location leads, without user and query; nothing of one that cannot be read. */
export function addressOf(location: string, base: URL): string {
  const url = URL.parse(location, base);
  return url === null ? "an address that cannot be read" : shown(url, true);
}
