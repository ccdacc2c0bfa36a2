import { RegistryError } from "../errors.ts";
import { isDigest } from "../names/digest.ts";
import { printable } from "../names/printable.ts";
import { isTag, type Tag } from "../names/tag.ts";

/** Where an end of a copy is. */
export type EndName =
  /** A reference of a registry. */
  | { readonly kind: "registry"; readonly reference: string }
  /** An OCI image layout: a folder, or a tar of one. */
  | {
    readonly kind: "oci" | "oci-archive";
    readonly path: string;
    /** What one image is called there: a tag, a whole reference, a digest. */
    readonly name?: string;
    /** The tag that it is, or has. */
    readonly tag?: Tag;
  };

/** Places that other clients of images know by these words. A repository of that name has its registry in front. */
const ELSEWHERE =
  /^(dir|docker-archive|docker-daemon|containers-storage|ostree|sif|tarball):(?!\/\/)/;
const KNOWN = "Write a reference of a registry, oci:PATH[:TAG] or oci-archive:FILE[:TAG]";

/**
 * Reads the name of an end: `oci:PATH[:NAME]`, `oci-archive:FILE[:NAME]`, or else a reference. A colon in a
 * path, but that of a drive, is read as the beginning of a name, as other clients of images do.
 *
 * @throws {RegistryError} `reference_invalid`
 */
export function parseEndName(text: string): EndName {
  const [, scheme, rest = ""] = /^(oci|oci-archive):(.*)$/s.exec(text) ?? [];
  if (scheme !== "oci" && scheme !== "oci-archive") return readReference(text);
  const drive = /^[A-Za-z]:[\\/]/.test(rest) ? 2 : 0;
  const colon = rest.indexOf(":", drive);
  const path = colon < 0 ? rest : rest.slice(0, colon);
  if (path === "" || path.includes("\0")) throw refused(text, `expected ${scheme}:PATH[:TAG]`);
  if (colon < 0) return { kind: scheme, path };
  const name = rest.slice(colon + 1);
  if (!/^[\x21-\x7e]{1,1024}$/.test(name)) {
    throw refused(text, "what follows the path is no name");
  }
  const tag = tagOfName(name);
  return { kind: scheme, path, name, ...(tag === undefined ? {} : { tag }) };
}

/**
 * The tag of what names an image: it is one, or a whole reference that has one, `registry.example/alpine:3.19`,
 * as podman and buildah write.
 */
export function tagOfName(name: string): Tag | undefined {
  if (isTag(name)) return name;
  const [reference = ""] = name.split("@");
  const colon = reference.lastIndexOf(":");
  const tag = colon < 0 || isDigest(name) ? undefined : reference.slice(colon + 1);
  return isTag(tag) ? tag : undefined;
}

function readReference(text: string): EndName {
  const [, word] = ELSEWHERE.exec(text) ?? [];
  if (word !== undefined) {
    const hint = word === "docker-archive" ? `${KNOWN}; skopeo changes one into the other` : KNOWN;
    throw refused(text, `"${word}:" is a place that is not known here`, hint);
  }
  if (/^(?:\.{0,2}|~)[\\/]/.test(text)) {
    throw refused(text, "it is a path", `Write oci:${printable(text, 200)} for a layout on disk`);
  }
  return { kind: "registry", reference: text };
}

function refused(text: string, reason: string, hint?: string): RegistryError {
  const message = `Cannot read "${printable(text, 200)}": ${reason}`;
  return new RegistryError("reference_invalid", message, hint === undefined ? {} : { hint });
}
