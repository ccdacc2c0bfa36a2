/** How many pulls a registry still allows. */
export interface PullQuota {
  /** Pulls allowed in each span. */
  readonly limit?: number;
  /** Pulls left in this one. */
  readonly remaining: number;
  /** Seconds of the span. */
  readonly span?: number;
}

/** `100;w=21600`, or the number alone. */
const COUNT = /^([0-9]{1,12})(?:;w=([0-9]{1,9}))?$/;

/**
 * What is left of a pull quota by the headers `ratelimit-limit` and `ratelimit-remaining`; undefined where
 * the registry counts no pulls of this reader.
 */
export function pullQuotaOf(headers: Headers): PullQuota | undefined {
  const remaining = COUNT.exec(headers.get("ratelimit-remaining") ?? "");
  if (remaining === null) return undefined;
  const limit = COUNT.exec(headers.get("ratelimit-limit") ?? "");
  const span = remaining[2] ?? limit?.[2];
  return {
    remaining: Number(remaining[1]),
    ...(limit === null ? {} : { limit: Number(limit[1]) }),
    ...(span === undefined ? {} : { span: Number(span) }),
  };
}
