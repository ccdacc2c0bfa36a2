import type { SimulatedNetwork } from "./network.ts";
import type { TestManifest } from "./test_manifest.ts";
import { askToken } from "./listing_walk.ts";

/** Sends requests about `/v2/` with one token; for the tests of the simulators themselves. */
export interface TestClient {
  /** One request; the path is behind `/v2/`, or a whole URL. */
  (path: string, init?: TestRequest): Promise<TestAnswer>;
}

/** A request of a test. */
export interface TestRequest {
  /** @default "GET" */
  readonly method?: string;
  /** @default none */
  readonly headers?: Readonly<Record<string, string>>;
  /** @default none */
  readonly body?: BodyInit;
}

/** The whole of an answer. */
export interface TestAnswer {
  /** The status. */
  readonly status: number;
  /** One header, or null. */
  header(name: string): string | null;
  /** The body. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The body as JSON. */
  // deno-lint-ignore no-explicit-any
  json(): any;
  /** The first error's code. */
  readonly code: string | undefined;
}

/** A client of one registry; without a token URL it sends no Authorization. */
export async function openClient(
  network: SimulatedNetwork,
  host: string,
  tokenUrl?: string,
  user?: string,
): Promise<TestClient> {
  const token = tokenUrl === undefined ? undefined : await askToken(network, tokenUrl, user);
  return async (path, init = {}) => {
    const url = new URL(path, `https://${host}/v2/`).href;
    const headers = new Headers(init.headers);
    if (token !== undefined && new URL(url).host === host) headers.set("authorization", token);
    const answer = await network.fetch(url, { ...init, headers });
    const bytes = await answer.bytes();
    const json = () => JSON.parse(new TextDecoder().decode(bytes));
    return {
      status: answer.status,
      header: (name: string) => answer.headers.get(name),
      bytes,
      json,
      get code(): string | undefined {
        try {
          return json().errors?.[0]?.code;
        } catch {
          return undefined;
        }
      },
    };
  };
}

/** Sends a blob by POST and PUT and gives the last status. */
export async function sendBlob(
  client: TestClient,
  repository: string,
  body: Uint8Array<ArrayBuffer>,
  digest: string,
): Promise<number> {
  const begun = await client(`${repository}/blobs/uploads/`, { method: "POST" });
  if (begun.status !== 202) return begun.status;
  const location = begun.header("location") ?? "";
  return (await client(`${location}&digest=${digest}`, { method: "PUT", body })).status;
}

/** Puts a manifest alone, without what it refers to. */
export function putManifest(
  client: TestClient,
  repository: string,
  reference: string,
  { mediaType, bytes }: TestManifest,
): Promise<TestAnswer> {
  const headers = { "content-type": mediaType };
  return client(`${repository}/manifests/${reference}`, { method: "PUT", headers, body: bytes });
}
