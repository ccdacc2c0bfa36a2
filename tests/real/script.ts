/** One request of a script. `{upload}` in its path stands for the last Location of an upload, with its query. */
export interface Step {
  /** What it is about. */
  readonly name: string;
  /** @default "GET" */
  readonly method?: string;
  /** Behind `/v2/`. */
  readonly path: string;
  /** @default none */
  readonly headers?: Readonly<Record<string, string>>;
  /** @default none */
  readonly body?: Uint8Array<ArrayBuffer>;
}

/** What decides a client's next step: nothing of it differs from one registry to another of the same kind. */
export interface Outcome {
  /** The status. */
  readonly status: number;
  /** Without what names a host, an upload or a moment. */
  readonly headers: Readonly<Record<string, string>>;
  /** The codes of the errors, or the length of another body. */
  readonly said: string;
}

const compared: readonly string[] = [
  "accept-ranges",
  "content-range",
  "docker-content-digest",
  "etag",
  "link",
  "oci-subject",
  "range",
];

/** Sends a script to a registry, in order, with plain fetch. */
export async function playScript(
  origin: string,
  steps: readonly Step[],
): Promise<Readonly<Record<string, Outcome>>> {
  const outcomes: Record<string, Outcome> = {};
  let upload = "";
  for (const { name, method = "GET", path, headers, body } of steps) {
    const url = path.startsWith("{upload}")
      ? upload + path.slice("{upload}".length)
      : `${origin}/v2/${path}`;
    const answer: Response = await fetch(url, { method, headers, body, redirect: "manual" });
    const text: string = await answer.text().catch(() => "broken");
    const location = answer.headers.get("location");
    if (location?.includes("/uploads/")) upload = new URL(location, origin).href;
    outcomes[name] = {
      status: answer.status,
      headers: decidingHeaders(answer, method, location),
      said: codesOf(text),
    };
  }
  return outcomes;
}

function decidingHeaders(
  { headers, ok }: Response,
  method: string,
  location: string | null,
): Record<string, string> {
  const told: Record<string, string> = {};
  for (const name of compared) {
    const value: string | null = headers.get(name);
    if (value !== null) told[name] = value;
  }
  const type: string | null = headers.get("content-type");
  if (ok && type !== null) told["content-type"] = type;
  const reads: boolean = method === "GET" || method === "HEAD";
  if (ok && reads) told["content-length"] = headers.get("content-length") ?? "";
  if (location !== null) {
    told.location = location.replace(/^https?:\/\/[^/]+/, "<origin>")
      .replace(/uploads\/[^?]+/, "uploads/<id>").replace(/_state=[^&]+/, "_state=<state>");
  }
  return told;
}

function codesOf(text: string): string {
  try {
    const { errors }: { errors?: readonly { code: string }[] } = JSON.parse(text);
    if (errors !== undefined) return errors.map(({ code }): string => code).join(" ");
  } catch {
    // Not every answer is JSON.
  }
  return text.startsWith("404 page") ? text.trim() : "";
}
