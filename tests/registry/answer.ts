import type { Access } from "./registry_path.ts";

/** How an answer of a registry is written. */
export interface AnswerOptions {
  /**
   * As pairs where a name is sent twice: a `Headers` joins them.
   * @default {}
   */
  readonly headers?: HeadersInit;
  /** @default "application/json" */
  readonly type?: string;
  /**
   * What follows the JSON. Registries written in Go end it with a line feed: the lengths in the seeds count it.
   * @default "\n"
   */
  readonly end?: string;
}

/** Answers JSON with its exact content-length. */
export function jsonAnswer(status: number, value: unknown, options: AnswerOptions = {}): Response {
  const text = JSON.stringify(value) + (options.end ?? "\n");
  return textAnswer(status, text, { ...options, type: options.type ?? "application/json" });
}

/** Answers text with its exact content-length. */
export function textAnswer(status: number, text: string, options: AnswerOptions = {}): Response {
  const bytes = new TextEncoder().encode(text);
  const response = new Response(bytes, { status });
  const { headers = {}, type = "text/plain; charset=utf-8" } = options;
  for (const [name, value] of Array.isArray(headers) ? headers : new Headers(headers)) {
    response.headers.append(name, value);
  }
  response.headers.set("content-type", type);
  response.headers.set("content-length", String(bytes.length));
  return response;
}

/** One entry of the `errors` array of the distribution spec. */
export interface ErrorEntry {
  /** In upper case: `NAME_UNKNOWN`. */
  readonly code: string;
  /** Text for people. */
  readonly message: string;
  /** Left out where it is undefined. */
  readonly detail?: unknown;
}

/** Answers one or several errors in the shape of the distribution spec. */
export function errorAnswer(
  status: number,
  entry: ErrorEntry | readonly ErrorEntry[],
  options: AnswerOptions = {},
): Response {
  return jsonAnswer(status, { errors: [entry].flat() }, options);
}

/** The answer of CNCF distribution and of Docker Hub to a request without authority; seeds 000 and 001. */
export function unauthorizedAnswer(needed: readonly Access[], options: AnswerOptions): Response {
  const detail = needed.length === 0 ? null : needed.map(({ repository, action }) => ({
    Type: "repository",
    Class: "",
    Name: repository,
    Action: action,
  }));
  return errorAnswer(401, {
    code: "UNAUTHORIZED",
    message: "authentication required",
    detail,
  }, options);
}

/** The answer to a repository that is not there, for whoever may know that. */
export function unknownNameAnswer(repository: string, options: AnswerOptions = {}): Response {
  return errorAnswer(404, {
    code: "NAME_UNKNOWN",
    message: "repository name not known to registry",
    detail: { name: repository },
  }, options);
}
