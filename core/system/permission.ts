/** One thing that a runtime may forbid. */
export type Need =
  | { readonly name: "read" | "write"; readonly path: string }
  | { readonly name: "env"; readonly variable: string }
  | { readonly name: "run"; readonly command: string }
  | { readonly name: "sys"; readonly kind: "uid" };

/**
 * Whether the runtime allows this already. It is never asked to prompt: a login is a convenience, and
 * a person who wants only public tags must not have to answer for five files. Runtimes without
 * permissions allow everything.
 */
export function isPermitted(need: Need): boolean {
  if (typeof Deno === "undefined") return true;
  return Deno.permissions.querySync(need).state === "granted";
}

/**
 * Gives up, for the rest of this process, what credentials are found with: reading files and
 * variables, and running programs. Call it when the last login is known and nothing else is to be
 * read. Does nothing where the runtime has no permissions to give up.
 */
export async function dropReading(): Promise<void> {
  if (typeof Deno === "undefined") return;
  await Deno.permissions.revoke({ name: "read" });
  await Deno.permissions.revoke({ name: "env" });
  await Deno.permissions.revoke({ name: "run" });
}
