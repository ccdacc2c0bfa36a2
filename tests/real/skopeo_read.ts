import { join } from "node:path";
import type { RealRegistry } from "./docker_registry.ts";
import type { RunResult } from "./run_command.ts";
import { runSkopeo, type User } from "./skopeo.ts";

/** A registry that skopeo can read, real or simulated and served. */
export interface SkopeoPlace extends Pick<RealRegistry, "host" | "directory"> {}

/** The bytes of a manifest: `skopeo inspect --raw`. The name is as in `team/app:1.0`. */
export async function skopeoManifest(
  place: SkopeoPlace,
  name: string,
  user?: User,
): Promise<Uint8Array<ArrayBuffer>> {
  return await inspect(place, ["--raw"], name, user);
}

/** The bytes of an image's config: `skopeo inspect --config --raw`. Of an index it takes this machine's child. */
export async function skopeoConfig(
  place: SkopeoPlace,
  name: string,
  user?: User,
): Promise<Uint8Array<ArrayBuffer>> {
  return await inspect(place, ["--config", "--raw"], name, user);
}

/** An image that skopeo copied into a directory. */
export interface SkopeoDirectory {
  /** The bytes of the manifest which was asked for. */
  readonly manifest: Uint8Array<ArrayBuffer>;
  /** The sizes of all blobs, by the hexadecimal part of their digest: configs and layers of all platforms. */
  readonly blobs: ReadonlyMap<string, number>;
}

/** `skopeo copy --all docker://NAME dir:`, which checks every digest. Rejects where skopeo fails. */
export async function skopeoCopyOut(
  place: SkopeoPlace,
  name: string,
  user?: User,
): Promise<SkopeoDirectory> {
  const directory: string = await Deno.makeTempDir({ dir: place.directory, prefix: "copied-" });
  const source = ["--src-tls-verify=false", ...credentials("src", user)];
  const target = `dir:${directory}`;
  await skopeo(place, ["copy", "--all", ...source, `docker://${place.host}/${name}`, target]);
  const blobs = new Map<string, number>();
  for await (const { name: file } of Deno.readDir(directory)) {
    if (/^[0-9a-f]{64}$/.test(file)) blobs.set(file, (await Deno.stat(join(directory, file))).size);
  }
  return { manifest: await Deno.readFile(join(directory, "manifest.json")), blobs };
}

/** `skopeo copy --all --preserve-digests` from one place to another; both names as in `team/app:1.0`. */
export async function skopeoCopy(
  from: SkopeoPlace & { readonly name: string; readonly user?: User },
  to: SkopeoPlace & { readonly name: string; readonly user?: User },
): Promise<void> {
  await skopeo(from, [
    "copy",
    "--all",
    "--preserve-digests",
    "--src-tls-verify=false",
    "--dest-tls-verify=false",
    ...credentials("src", from.user),
    ...credentials("dest", to.user),
    `docker://${from.host}/${from.name}`,
    `docker://${to.host}/${to.name}`,
  ]);
}

async function inspect(
  place: SkopeoPlace,
  flags: readonly string[],
  name: string,
  user: User | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const login = user === undefined
    ? ["--no-creds"]
    : ["--creds", `${user.username}:${user.password}`];
  const args = ["inspect", "--tls-verify=false", ...login, ...flags];
  // As text it would lose what is no UTF-8: these are JSON.
  const { stdout }: RunResult = await skopeo(place, [...args, `docker://${place.host}/${name}`]);
  return new TextEncoder().encode(stdout);
}

function credentials(side: "src" | "dest", user: User | undefined): string[] {
  if (user === undefined) return [`--${side}-no-creds`];
  return [`--${side}-creds`, `${user.username}:${user.password}`];
}

async function skopeo(place: SkopeoPlace, args: readonly string[]): Promise<RunResult> {
  const result: RunResult = await runSkopeo(place, args);
  if (result.code !== 0) throw new Error(`skopeo ${args[0]} failed: ${result.stderr}`);
  return result;
}
