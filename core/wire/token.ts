/** Seconds, where the answer does not say: the least that the specification lets a client count on. */
const USUAL_LIFE = 60;
const SHORTEST_LIFE = 5;
const LONGEST_LIFE = 3600;
/** Renewed when so much of its life is over: a token must not expire on its way. */
const USED_SHARE = 0.9;

/** A token and how long it may be used. */
export interface Token {
  /** Goes into an `Authorization: Bearer` header. */
  readonly value: string;
  /** Milliseconds after its arrival; short of the end of its life. */
  readonly usableFor: number;
}

/**
 * Reads the answer of a token endpoint: `token` or `access_token`, and `expires_in` in seconds.
 *
 * `issued_at` is left alone: with a skewed clock on either side it makes a token immortal or dead.
 * The caller counts from the arrival instead.
 *
 * Source: https://distribution.github.io/distribution/spec/auth/token/
 *
 * @returns nothing if there is no token in it, or one that cannot stand in a header
 */
export function readToken(answer: Record<string, unknown>): Token | undefined {
  const value = [answer.token, answer.access_token].find((text) => isToken(text));
  if (typeof value !== "string") return undefined;
  const given = secondsOf(answer.expires_in);
  const life = given > 0 ? Math.min(Math.max(given, SHORTEST_LIFE), LONGEST_LIFE) : USUAL_LIFE;
  return { value, usableFor: life * 1000 * USED_SHARE };
}

/** Some send the number as text. */
function secondsOf(value: unknown): number {
  if (typeof value === "number") return value;
  return typeof value === "string" && /^[0-9]{1,9}$/.test(value) ? Number(value) : NaN;
}

/** Whether a text can stand in a header behind `Bearer`. */
export function isToken(text: unknown): text is string {
  return typeof text === "string" && /^[\x21-\x7e]+$/.test(text);
}
