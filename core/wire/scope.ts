/** Actions that only read. Some registries divide pulling into reading contents and metadata. */
const READING: ReadonlySet<string> = new Set(["pull", "content_read", "metadata_read"]);

/** The scope that lets a token read `repository`. */
export function readScope(repository: string): string {
  return `repository:${repository}:pull`;
}

/** The scope that lets a token write `repository`, and mount into it blobs of `from`. */
export function writeScope(repository: string, from?: string): string {
  const own = `repository:${repository}:pull,push`;
  return from === undefined ? own : `${own} ${readScope(from)}`;
}

/** The scope that lets a token delete from `repository`. */
export function deleteScope(repository: string): string {
  return `repository:${repository}:pull,push,delete`;
}

/**
 * The part of a scope named by a challenge that a reader of `repository` should ask for, or nothing
 * if there is no such part.
 *
 * A challenge may name a placeholder repository, another one, or more than reading; none of that is
 * asked for. A scope of another kind (one word) is the registry's own and is taken as it is.
 *
 * Source: https://distribution.github.io/distribution/spec/auth/scope/
 */
export function readPartOf(scope: string, repository: string): string | undefined {
  const parts = scope.split(" ")
    .map((part) => readable(part, repository))
    .filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(" ");
}

/** Whether a scope holds for every repository of a registry. */
export function isGeneralScope(scope: string): boolean {
  return !scope.includes(":");
}

function readable(part: string, repository: string): string | undefined {
  if (part === "") return undefined;
  if (isGeneralScope(part)) return part;
  const prefix = `repository:${repository}:`;
  if (!part.startsWith(prefix)) return undefined;
  const actions = part.slice(prefix.length).split(",").filter((action) => READING.has(action));
  return actions.length === 0 ? undefined : prefix + actions.join(",");
}
