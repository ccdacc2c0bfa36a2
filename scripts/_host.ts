import { parseReference } from "../mod.ts";

/** A `host[:port]` as references name it, in its one spelling; nothing for anything else. */
export function hostOf(text: string): string | undefined {
  try {
    const { registry, repository } = parseReference(`${text}/x`);
    return repository === "x" ? registry : undefined;
  } catch {
    return undefined;
  }
}

/** What stands before an `@` may be a password. */
export function withoutSecret(text: string): string {
  const at = text.lastIndexOf("@");
  return at < 0 ? text : "..." + text.slice(at);
}
