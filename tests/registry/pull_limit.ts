import { errorAnswer } from "./answer.ts";
import type { ContentPath } from "./registry_path.ts";

/** How many manifests may be pulled in a window of time. */
export interface PullLimit {
  /**
   * Pulls in the window: 100 without an account, 200 with one (docker/docs pulls.md, read 2026).
   * @default 100
   */
  readonly limit?: number;
  /**
   * How many of them are used already.
   * @default 0
   */
  readonly used?: number;
  /**
   * The window in seconds.
   * @default 21600
   */
  readonly window?: number;
  /**
   * Who is counted.
   * @default "192.0.2.1"
   */
  readonly source?: string;
}

/** Lets a request about contents pass, counts it, and tells the count. */
export type PullCounter = (
  request: Request,
  path: ContentPath,
  answer: () => Promise<Response>,
) => Promise<Response>;

/**
 * GET of a manifest is a pull, HEAD is none; both tell in `ratelimit-limit` and `ratelimit-remaining`: docker/docs pulls.md. That
 * HEAD is answered when the limit is used up is an inference, as is that a refused pull does not count.
 */
export function countPulls(rule: PullLimit | undefined, now: () => number): PullCounter {
  if (rule === undefined) return (_request, _path, answer) => answer();
  const { limit = 100, window = 21_600, source = "192.0.2.1" } = rule;
  const pulls: number[] = Array.from({ length: rule.used ?? 0 }, () => now());
  return async (request, path, answer) => {
    const reads = request.method === "GET" || request.method === "HEAD";
    if (path.kind !== "manifest" || !reads) return await answer();
    const counted = pulls.filter((at) => at > now() - window * 1000);
    const told = (used: number): Record<string, string> => ({
      "ratelimit-limit": `${limit};w=${window}`,
      "ratelimit-remaining": `${Math.max(limit - used, 0)};w=${window}`,
      "docker-ratelimit-source": source,
    });
    if (request.method === "GET" && counted.length >= limit) return pullsUsedUp(told(limit));
    const answered = await answer();
    const pulled = request.method === "GET" && answered.status === 200;
    if (pulled) pulls.push(now());
    const used = counted.length + (pulled ? 1 : 0);
    for (const [name, value] of Object.entries(told(used))) answered.headers.set(name, value);
    return answered;
  };
}

/** The text which Docker Hub shows: docker/docs usage/_index.md and pulls.md. */
export function pullsUsedUp(headers: Readonly<Record<string, string>>): Response {
  return errorAnswer(429, {
    code: "TOOMANYREQUESTS",
    message: "You have reached your pull rate limit. You may increase the limit by " +
      "authenticating and upgrading: https://www.docker.com/increase-rate-limit",
  }, { headers });
}
