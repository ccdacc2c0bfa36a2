import { assertEquals } from "@std/assert";
import { type RealRegistry, startDockerRegistry } from "./docker_registry.ts";
import { pushTags } from "./image.ts";
import { createPerson, type Person, type PersonRun } from "./person.ts";
import type { RunResult } from "./run_command.ts";
import type { User } from "./skopeo.ts";
import { startTokenServer, type TokenServer } from "./token_server.ts";

/** Who has an account. */
export const ANN: User = { username: "ann", password: "right: a colon, a space" };
const USERS: Readonly<Record<string, string>> = { [ANN.username]: ANN.password };
/** What `tags` prints of every repository. */
export const LISTED = "1.0\n";

/** A registry with `team/closed`, and with token auth `team/open` too. */
export interface World extends AsyncDisposable {
  readonly registry: RealRegistry;
  readonly ann: Person;
  /** What every command needs to reach the token endpoint; nothing where there is none. */
  readonly trust: readonly string[];
  readonly tokens?: TokenServer;
}

/** Starts a registry, and Ann, who has no login yet. */
export async function openWorld(kind: "htpasswd" | "token"): Promise<World> {
  await using stack = new AsyncDisposableStack();
  const tokens: TokenServer | undefined = kind === "token"
    ? stack.use(await startTokenServer({ users: USERS, publicRepositories: ["team/open"] }))
    : undefined;
  const auth = tokens?.auth ?? { kind: "htpasswd" as const, users: USERS };
  const registry: RealRegistry = stack.use(await startDockerRegistry({ auth }));
  const ann: Person = stack.use(await createPerson());
  const repositories = kind === "token" ? ["team/closed", "team/open"] : ["team/closed"];
  for (const repository of repositories) await pushTags(registry, repository, ["1.0"], ANN);
  const running: AsyncDisposableStack = stack.move();
  return {
    registry,
    ann,
    trust: tokens === undefined ? [] : ["--trust-realm", tokens.host],
    tokens,
    [Symbol.asyncDispose]: (): Promise<void> => running.disposeAsync(),
  };
}

/** Lists with portolan. */
export function tags(
  { registry, ann, trust }: World,
  repository: string,
  how: PersonRun & { readonly flags?: readonly string[] } = {},
): Promise<RunResult> {
  const flags: readonly string[] = how.flags ?? [];
  return ann.portolan(["tags", ...trust, ...flags, `${registry.host}/${repository}`], how);
}

/** Logs in with portolan; the password is Ann's unless another is given. */
export function login(
  { registry, ann, trust }: World,
  password: string = ANN.password,
): Promise<RunResult> {
  const words = ["login", ...trust, "--username", ANN.username, "--password-stdin", registry.host];
  return ann.portolan(words, { input: `${password}\n` });
}

/** Logs in with skopeo, which keeps the login in `file`. */
export async function skopeoLogin(
  { registry, ann }: World,
  file: string,
): Promise<void> {
  const { code, stderr } = await ann.skopeo([
    ...["login", "--tls-verify=false", "--authfile", file, "--username", ANN.username],
    ...["--password-stdin", registry.host],
  ], { input: ANN.password });
  assertEquals(code, 0, stderr);
}

/** A login file with a password that is wrong. */
export function staleFile({ registry }: World): string {
  const auth: string = btoa(`${ANN.username}:no-such-password`);
  return JSON.stringify({ auths: { [registry.host]: { auth } } });
}
