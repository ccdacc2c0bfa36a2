import { createHash } from "node:crypto";
import { assertEquals } from "@std/assert";

/** Types of manifests that have children. */
const INDEXES: readonly string[] = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
];
const TYPES = [
  ...INDEXES,
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

interface Part {
  readonly digest: string;
  readonly size: number;
  readonly urls?: readonly string[];
}

interface Read {
  readonly mediaType?: string;
  readonly config?: Part;
  readonly layers?: readonly Part[];
  readonly manifests?: readonly Part[];
}

/**
 * Reads every tag of every repository back, without a line of the core, and fails where one leads to a manifest or blob that is
 * missing or has another digest.
 *
 * @returns what each tag points to, by `repository:tag`
 */
export async function expectWhole(
  fetch: typeof globalThis.fetch,
  host: string,
  user: string,
  secret: string,
  options: { readonly sparse?: boolean; readonly repositories?: readonly string[] } = {},
): Promise<ReadonlyMap<string, string>> {
  const origin = `https://${host}`;
  const tokens = new Map<string, string>();
  const seen = new Set<string>();
  const found = new Map<string, string>();

  async function get(repository: string, path: string): Promise<Response> {
    const token = tokens.get(repository) ?? await mint(repository);
    tokens.set(repository, token);
    const headers = { accept: TYPES, authorization: `Bearer ${token}` };
    return await fetch(`${origin}/v2/${repository}/${path}`, { headers });
  }

  async function mint(repository: string): Promise<string> {
    const scope = `repository:${repository}:pull`;
    const answer = await fetch(`${origin}/token?service=${host}&scope=${scope}`, {
      headers: { authorization: `Basic ${btoa(`${user}:${secret}`)}` },
    });
    const { token, access_token = "" } = await answer.json();
    return token ?? access_token;
  }

  async function walk(repository: string, name: string): Promise<string> {
    const answer = await get(repository, `manifests/${name}`);
    const bytes = await answer.bytes();
    if (options.sparse && answer.status === 404) return "";
    assertEquals(answer.status, 200, `${repository} ${name} is missing`);
    const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    if (name.includes(":")) assertEquals(digest, name);
    if (seen.has(`${repository} ${digest}`)) return digest;
    seen.add(`${repository} ${digest}`);
    const read: Read = JSON.parse(new TextDecoder().decode(bytes));
    for (const child of read.manifests ?? []) await walk(repository, child.digest);
    for (const blob of [read.config, ...read.layers ?? []]) await check(repository, blob);
    return digest;
  }

  async function check(repository: string, blob: Part | undefined): Promise<void> {
    if (blob === undefined || blob.urls !== undefined) return;
    if (seen.has(`${repository} ${blob.digest}`)) return;
    seen.add(`${repository} ${blob.digest}`);
    const asked = await get(repository, `blobs/${blob.digest}`);
    const elsewhere = asked.status === 307 ? asked.headers.get("location") : null;
    const answer = elsewhere === null ? asked : await fetch(new URL(elsewhere, origin));
    const [algorithm = ""] = blob.digest.split(":");
    const hash = createHash(algorithm);
    let size = 0;
    for await (const chunk of answer.body ?? []) {
      hash.update(chunk);
      size += chunk.length;
    }
    assertEquals(answer.status, 200, `${repository} ${blob.digest} is missing`);
    assertEquals(`${algorithm}:${hash.digest("hex")}`, blob.digest);
    assertEquals(size, blob.size);
  }

  for (const repository of options.repositories ?? ["team/app"]) {
    const answer = await get(repository, "tags/list");
    const { tags = [] } = answer.status === 200
      ? await answer.json()
      : (await answer.body?.cancel(), {});
    // Some list what is no tag.
    const names: string[] = tags?.filter((tag: unknown) => /^\w[\w.-]*$/.test(String(tag ?? ""))) ??
      [];
    for (const tag of names) found.set(`${repository}:${tag}`, await walk(repository, tag));
  }
  return found;
}
