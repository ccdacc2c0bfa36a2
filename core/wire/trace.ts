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
