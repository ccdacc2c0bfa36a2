import type { Grant } from "./token_office.ts";

/** The paths which name a repository's contents. */
export type ContentPath =
  | { readonly kind: "uploads"; readonly repository: string }
  | { readonly kind: "upload"; readonly repository: string; readonly session: string }
  | { readonly kind: "manifest"; readonly repository: string; readonly reference: string }
  | { readonly kind: "blob"; readonly repository: string; readonly digest: string }
  | { readonly kind: "referrers"; readonly repository: string; readonly digest: string };

/** What a path of the distribution spec names. */
export type RegistryPath =
  | { readonly kind: "base" }
  | { readonly kind: "catalog" }
  | { readonly kind: "tags"; readonly repository: string }
  | ContentPath;

/** What may be done in a repository. */
export type Action = "pull" | "push" | "delete";

/** One thing to be allowed. */
export interface Access {
  /** The repository. */
  readonly repository: string;
  /** What is done there. */
  readonly action: Action;
}

/** Takes a path apart; undefined where the spec has no such path. */
export function parsePath(pathname: string): RegistryPath | undefined {
  if (pathname === "/v2/" || pathname === "/v2") return { kind: "base" };
  if (pathname === "/v2/_catalog") return { kind: "catalog" };
  if (!pathname.startsWith("/v2/")) return undefined;
  const path = decodeURIComponent(pathname.slice("/v2/".length));
  const slash = path.lastIndexOf("/");
  const last = path.slice(slash + 1);
  const before = path.slice(0, Math.max(slash, 0));
  const under = (part: string): string | undefined =>
    before.endsWith(part) && before.length > part.length
      ? before.slice(0, -part.length)
      : undefined;
  const upload = under("/blobs/uploads");
  if (upload !== undefined) {
    return last === ""
      ? { kind: "uploads", repository: upload }
      : { kind: "upload", repository: upload, session: last };
  }
  if (last === "") return undefined;
  const [tags, manifest] = [under("/tags"), under("/manifests")];
  if (tags !== undefined && last === "list") return { kind: "tags", repository: tags };
  if (manifest !== undefined) return { kind: "manifest", repository: manifest, reference: last };
  const [blob, referrers] = [under("/blobs"), under("/referrers")];
  // Without the slash at its end: some clients leave it out.
  if (blob !== undefined && last === "uploads") return { kind: "uploads", repository: blob };
  if (blob !== undefined) return { kind: "blob", repository: blob, digest: last };
  if (referrers === undefined) return undefined;
  return { kind: "referrers", repository: referrers, digest: last };
}

/**
 * What a request must be allowed: distribution's app.go, appendAccessRecords (2.8). A mount also reads the repository which it
 * takes from.
 */
export function neededAccess(request: Request, repository: string): readonly Access[] {
  const pull: Access = { repository, action: "pull" };
  if (request.method === "GET" || request.method === "HEAD") return [pull];
  if (request.method === "DELETE") return [{ repository, action: "delete" }];
  const from = new URL(request.url).searchParams.get("from");
  const mounted: readonly Access[] = from === null || request.method !== "POST"
    ? []
    : [{ repository: from, action: "pull" }];
  return [pull, { repository, action: "push" }, ...mounted];
}

/** As a scope says it: `repository:a/b:pull,push repository:c/d:pull`. */
export function scopeText(needed: readonly Access[]): string {
  const names = [...new Set(needed.map(({ repository }) => repository))];
  return names.map((name) => {
    const actions = needed.filter(({ repository }) => repository === name)
      .map(({ action }) => action);
    return `repository:${name}:${actions.join(",")}`;
  }).join(" ");
}

/** Whether a token was given for all of it. */
export function reaches(grant: Grant, needed: readonly Access[]): boolean {
  return needed.every(({ repository, action }) => {
    const given: Readonly<Record<Action, readonly string[] | undefined>> = {
      pull: grant.repositories,
      push: grant.pushes,
      delete: grant.deletes,
    };
    const names = given[action] ?? [];
    return names.includes(repository) || names.includes("*");
  });
}
