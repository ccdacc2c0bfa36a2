import type { Redirects } from "./redirect.ts";
import type { Reader } from "./reply.ts";
import type { Secret } from "./secret.ts";
import type { Content } from "./content.ts";
import type { Method } from "./transport.ts";

/** A question, and what is to be made of a good answer. */
export interface Question<T> {
  /** What is asked, already routed. */
  readonly url: URL;
  /** What is done there. @default "GET", or "POST" with a body */
  readonly method?: Method;
  /** What goes along besides a secret. @default accept JSON */
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as its body, url-encoded. */
  readonly form?: Readonly<Record<string, string>>;
  /** Sent as its body, with a password put in under the name `passwordIn`. */
  readonly json?: Readonly<Record<string, string>>;
  /** Under which name the JSON takes a password. */
  readonly passwordIn?: string;
  /** Sent as its body as it is. */
  readonly content?: Content;
  /** Whether it is sent once and no more: what is sent anew would find its address gone. */
  readonly once?: boolean;
  /** Goes along as far as its audience allows. */
  readonly secret?: Secret;
  /** Makes the value of a good answer. */
  readonly read: Reader<T>;
  /** Whether the body takes as long as it takes: only silence ends it. */
  readonly streams?: boolean;
  /** Where an answer may send us on. */
  readonly redirects: Redirects;
  /** Whether a good answer is a secret, so that no part of it is ever shown. */
  readonly confidential?: boolean;
  /** Whether one can do without the answer: then there is little patience with a server that is silent. */
  readonly optional?: boolean;
  /** How many questions its host takes at once. @default 6 */
  readonly atOnce?: number;
  /** Asked instead, as soon as the server shows that `url` overwhelms it. */
  readonly lighter?: URL;
}

/** The answer to a question. */
export interface Answer<T = unknown> {
  /** Who answered in the end: `url` of the question, or where a redirect led. */
  readonly url: URL;
  /** The HTTP status. */
  readonly status: number;
  /** The headers. */
  readonly headers: Headers;
  /** What was read, if the status is 2xx. */
  readonly value?: T;
  /** What an error body said, printable. */
  readonly diagnostics: readonly string[];
  /** Method and address, for messages. */
  readonly request: string;
  /** Whether an error body was a page made for people. */
  readonly html: boolean;
  /** How often the question was sent. */
  readonly attempts: number;
}

/** The method of a question. */
export function methodOf({ method, form, json }: Question<unknown>): Method {
  return method ?? (form === undefined && json === undefined ? "GET" : "POST");
}
