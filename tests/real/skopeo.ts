import { join } from "node:path";
import type { RealRegistry } from "./docker_registry.ts";
import { runCommand, type RunResult } from "./run_command.ts";

/** A user of a registry. */
export interface User {
  /** The user name. */
  readonly username: string;
  /** The password. */
  readonly password: string;
}

/** What `skopeo list-tags` said. */
export interface SkopeoListing extends RunResult {
  /** The repository that it names, `127.0.0.1:PORT/team/app`; empty where it failed. */
  readonly repository: string;
  /** The tags in its order; empty where it failed. */
  readonly tags: readonly string[];
}

/**
 * Runs Debian's skopeo, anonymous unless told who asks, and with a home of its own: it finds no login
 * file of this machine and leaves nothing behind.
 */
export function runSkopeo(
  registry: Pick<RealRegistry, "directory">,
  args: readonly string[],
): Promise<RunResult> {
  const home: string = join(registry.directory, "home");
  return runCommand("skopeo", args, {
    env: {
      PATH: Deno.env.get("PATH") ?? "",
      HOME: home,
      XDG_RUNTIME_DIR: home,
      XDG_DATA_HOME: home,
      // Makes root keep its cache of known blobs in XDG_DATA_HOME as everybody else does.
      _CONTAINERS_ROOTLESS_UID: "1000",
    },
  });
}

/** Lists tags with skopeo. A failure is in `code` and `stderr`. */
export async function skopeoListTags(
  registry: RealRegistry,
  repository: string,
  user?: User,
): Promise<SkopeoListing> {
  const result: RunResult = await runSkopeo(registry, [
    "list-tags",
    "--tls-verify=false",
    ...(user === undefined ? ["--no-creds"] : ["--creds", `${user.username}:${user.password}`]),
    `docker://${registry.host}/${repository}`,
  ]);
  if (result.code !== 0) return { ...result, repository: "", tags: [] };
  const listing: { Repository: string; Tags: string[] | null } = JSON.parse(result.stdout);
  return { ...result, repository: listing.Repository, tags: listing.Tags ?? [] };
}
