/** One request and what became of it, with every secret already taken out. */
export interface Exchange {
  /** The HTTP method. */
  readonly method: string;
  /** The address, without user information; query values that could be secret are replaced. */
  readonly url: string;
  /** The scheme of the credentials that went along, if any: `Bearer`, `Basic`. */
  readonly authorization?: string;
  /** The status of the answer; absent if none came. */
  readonly status?: number;
  /** Headers of the answer that matter to the protocol. */
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds until the headers came, or the failure. */
  readonly elapsed: number;
  /** Why no answer came. */
  readonly failure?: string;
  /** Counts from 1 for each sending of the same request. */
  readonly attempt: number;
}
