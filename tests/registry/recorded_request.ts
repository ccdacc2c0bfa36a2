/** Everything that one request carried, so that a test can judge where a secret went. */
export interface RecordedRequest {
  /** The host which received it. */
  readonly host: string;
  /** In upper case. */
  readonly method: string;
  /** Under the host's own name, also over sockets: `https://ghcr.io/v2/`. */
  readonly url: string;
  /** By lower-case name; a header that was sent twice is joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /** The whole body as text, empty where there was none. */
  readonly body: string;
}

/** Records a request and gives a copy with its body unread, which carries the given URL and signal. */
export async function recordRequest(
  request: Request,
  at: { readonly host: string; readonly url: string; readonly signal: AbortSignal },
): Promise<{ recorded: RecordedRequest; copy: Request }> {
  const bytes = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer());
  const recorded: RecordedRequest = {
    host: at.host,
    method: request.method,
    url: at.url,
    headers: Object.fromEntries(request.headers),
    body: bytes === undefined ? "" : new TextDecoder().decode(bytes),
  };
  const copy = new Request(at.url, {
    method: request.method,
    headers: request.headers,
    body: bytes,
    signal: at.signal,
  });
  return { recorded, copy };
}
