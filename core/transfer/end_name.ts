import { RegistryError } from "../errors.ts";
import { printable } from "../names/printable.ts";
import { isTag, type Tag } from "../names/tag.ts";

/** Where an end of a copy is. */
export type EndName =
  /** A reference of a registry. */
  | { readonly kind: "registry"; readonly reference: string }
  /** An OCI image layout: a folder, or a tar of one. */
  | { readonly kind: "oci" | "oci-archive"; readonly path: string; readonly tag?: Tag };

/**
 * Reads the name of an end: `oci:PATH[:TAG]`, `oci-archive:FILE[:TAG]`, or else a reference. A colon in a
 * path is read as the beginning of a tag, as other clients of images do.
 *
 * @throws {RegistryError} `reference_invalid`
 */
export function parseEndName(text: string): EndName {
  const [, scheme, rest = ""] = /^(oci|oci-archive):(.*)$/s.exec(text) ?? [];
  if (scheme !== "oci" && scheme !== "oci-archive") return { kind: "registry", reference: text };
  const colon = rest.lastIndexOf(":");
  const hasTag = colon > 0 && !rest.slice(colon).includes("/");
  const path = hasTag ? rest.slice(0, colon) : rest;
  const tag = hasTag ? rest.slice(colon + 1) : undefined;
  const shown = `Cannot read "${printable(text, 200)}"`;
  if (path === "" || path.includes("\0")) {
    throw new RegistryError("reference_invalid", `${shown}: expected ${scheme}:PATH[:TAG]`);
  }
  if (tag === undefined) return { kind: scheme, path };
  if (isTag(tag)) return { kind: scheme, path, tag };
  throw new RegistryError("reference_invalid", `${shown}: what follows the last colon is no tag`);
}
