import type { User } from "./skopeo.ts";

/** Milliseconds that one request may take. */
const PATIENCE = 10_000;

/** What a plain request is made with. */
export interface PlainRequest {
  /** @default "GET" */
  readonly method?: string;
  /** @default none */
  readonly headers?: Readonly<Record<string, string>>;
  /** @default none */
  readonly body?: Uint8Array<ArrayBuffer>;
  /** A body that is sent as it comes, with its size in bytes. @default none */
  readonly stream?: { readonly open: () => ReadableStream<Uint8Array>; readonly size: number };
}

/** The whole of an answer. */
export interface PlainAnswer {
  /** The HTTP status. */
  readonly status: number;
  /** The headers. */
  readonly headers: Headers;
  /** The body's bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Sends requests, all by one user, and remembers what the first of them was let in with. */
export type PlainFetch = (url: string, request?: PlainRequest) => Promise<PlainAnswer>;

/**
 * The least that talks to docker-registry: Basic, or a token for what the challenge names. It takes no
 * line from the core, so that what it sees is a second opinion. It is for requests of one scope.
 */
export function plainFetch(user?: User): PlainFetch {
  const basic: string | undefined = user === undefined
    ? undefined
    : `Basic ${btoa(`${user.username}:${user.password}`)}`;
  let pass: string | undefined;
  return async (url: string, request: PlainRequest = {}): Promise<PlainAnswer> => {
    const first: PlainAnswer = await send(url, request, pass);
    const challenge: string | null = first.headers.get("www-authenticate");
    if (first.status !== 401 || challenge === null) return first;
    const answer: string | undefined = challenge.startsWith("Basic ")
      ? basic
      : await bearer(challenge, basic);
    if (answer === undefined) return first;
    pass = answer;
    return await send(url, request, pass);
  };
}

/** Nothing where the token server gives nothing. */
async function bearer(challenge: string, basic: string | undefined): Promise<string | undefined> {
  const parameters = new Map<string, string>();
  for (const [, name = "", value = ""] of challenge.matchAll(/([a-z_]+)="([^"]*)"/g)) {
    parameters.set(name, value);
  }
  const url = new URL(parameters.get("realm") ?? "");
  url.searchParams.set("service", parameters.get("service") ?? "");
  url.searchParams.set("scope", parameters.get("scope") ?? "");
  const answer: PlainAnswer = await send(url.href, {}, basic);
  if (answer.status !== 200) return undefined;
  const body: { token?: string; access_token?: string } = JSON.parse(
    new TextDecoder().decode(answer.bytes),
  );
  return `Bearer ${body.token ?? body.access_token}`;
}

async function send(
  url: string,
  request: PlainRequest,
  authorization: string | undefined,
): Promise<PlainAnswer> {
  const headers = new Headers(request.headers);
  if (authorization !== undefined) headers.set("authorization", authorization);
  const { method = "GET", stream } = request;
  if (stream !== undefined) headers.set("content-length", String(stream.size));
  const body: BodyInit | undefined = stream === undefined ? request.body : stream.open();
  const response: Response = await fetch(url, {
    method,
    headers,
    body,
    redirect: "manual",
    signal: AbortSignal.timeout(PATIENCE),
  });
  return { status: response.status, headers: response.headers, bytes: await response.bytes() };
}
