import { RegistryError } from "../errors.ts";
import { type Digest, digestProblem, isDigest } from "./digest.ts";
import { printable } from "./printable.ts";
import { isTag, type Tag, tagProblem } from "./tag.ts";

/** `host` or `host:port` as in a reference, lower case: `registry.example:5000`, `[2001:db8::1]:5000`. */
export type RegistryHost = string & { readonly $brand: "registry" };

/** A checked repository path, `team/app`: at most 255 characters, and unchanged by `new URL`. */
export type Repository = string & { readonly $brand: "repository" };

/** A reference as written: nothing is added to it, and what was not written is absent. */
export interface Reference {
  /** Where; absent in `ubuntu`. */
  readonly registry?: RegistryHost;
  /** What, without the registry. */
  readonly repository: Repository;
  /** Which, by a name that can move. */
  readonly tag?: Tag;
  /** Which, by content. It wins over the tag where both are given. */
  readonly digest?: Digest;
}

/** The words of an error: what was to be read, and all of its text. */
interface Source {
  readonly what: "reference" | "registry" | "repository";
  readonly text: string;
}

const LONGEST_REFERENCE = 1024;
const LONGEST_REPOSITORY = 255;
const LONGEST_HOST = 253;
const DIGEST_START = /^sha(?:256|512):/;

/**
 * Takes a reference apart: `[registry/]repository[:tag][@digest]`, with `https://` or `docker://` in front dropped.
 *
 * The first part is a registry if a `/` follows it and it has a `.`, a `:` or an upper-case letter, or is
 * `localhost`: `localhost:5000` alone is repository `localhost` with tag `5000`. The grammar is that of
 * https://github.com/distribution/reference, and narrower in three points: a digest is sha256 or sha512,
 * text has at most 1024 characters, and a registry must be a host that URLs write in the same way.
 * An IPv6 registry gets its one canonical spelling.
 *
 * @throws RegistryError `reference_invalid`; what stands before a stray `@`, which may be a password, is not shown
 */
export function parseReference(text: string): Reference {
  const source: Source = { what: "reference", text };
  const { rest } = splitScheme(source);
  checkCharacters(source, rest);
  if (rest.length === 64 && /^[0-9a-f]+$/.test(rest)) {
    refuse(source, "64 hex digits look like an image id", "Write REPOSITORY@sha256:DIGITS");
  }

  const at = rest.indexOf("@");
  const digest = at < 0 ? undefined : rest.slice(at + 1);
  if (digest !== undefined && !isDigest(digest)) refuse(source, digestProblem(digest));

  const name = at < 0 ? rest : rest.slice(0, at);
  const slash = name.indexOf("/");
  const hasRegistry = slash > 0 && looksLikeRegistry(name.slice(0, slash));
  const registry = hasRegistry ? readRegistry(source, name.slice(0, slash)) : undefined;

  const path = hasRegistry ? name.slice(slash + 1) : name;
  const colon = path.indexOf(":");
  const repository = readRepository(source, colon < 0 ? path : path.slice(0, colon));
  const tag = colon < 0 ? undefined : path.slice(colon + 1);
  if (tag !== undefined && !isTag(tag)) refuse(source, tagProblem(tag));

  return {
    ...(registry === undefined ? {} : { registry }),
    repository,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/**
 * The text of a reference; {@linkcode parseReference} reads it back as it was. A registry of one word is
 * written in upper case, since in lower case it would be read as the first part of the repository.
 */
export function formatReference(
  reference: {
    readonly registry?: string;
    readonly repository: string;
    readonly tag?: string;
    readonly digest?: string;
  },
): string {
  const { registry, repository, tag, digest } = reference;
  let text = repository;
  if (registry !== undefined) {
    text = (looksLikeRegistry(registry) ? registry : registry.toUpperCase()) + "/" + text;
  }
  if (tag !== undefined) text += ":" + tag;
  if (digest !== undefined) text += "@" + digest;
  return text;
}

/**
 * Reads a HOST of the command line: `host` or `host:port` alone, no scheme, no path. One word will do here.
 *
 * @throws RegistryError `reference_invalid`
 */
export function parseRegistryHost(text: string): RegistryHost {
  const source: Source = { what: "registry", text };
  checkCharacters(source, text);
  const hint = "Write only the host, and its port if it has one: registry.example:5000";
  if (text.includes("@")) refuse(source, "it has user information or a digest", hint);
  if (text.includes("/")) refuse(source, "it has a scheme or a path", hint);
  return readRegistry(source, text);
}

/**
 * Reads a repository without registry and tag, as an adapter's namespace or a registry's own list names it.
 *
 * @throws RegistryError `reference_invalid`
 */
export function parseRepository(text: string): Repository {
  const source: Source = { what: "repository", text };
  checkCharacters(source, text);
  return readRepository(source, text);
}

/**
 * Which scheme stands in front of a reference; {@linkcode parseReference} drops it.
 *
 * @throws RegistryError `reference_invalid` for `http://` and every other scheme
 */
export function writtenScheme(text: string): "https" | "docker" | undefined {
  return splitScheme({ what: "reference", text }).scheme;
}

function splitScheme(source: Source): { scheme?: "https" | "docker"; rest: string } {
  const { text } = source;
  if (text.length > LONGEST_REFERENCE) {
    refuse(source, `it has ${text.length} characters, at most ${LONGEST_REFERENCE} are allowed`);
  }
  const end = text.indexOf("://");
  if (end < 0 || /[^A-Za-z0-9+.-]/.test(text.slice(0, end))) return { rest: text };
  const scheme = text.slice(0, end).toLowerCase();
  const rest = text.slice(end + 3);
  if (scheme === "https" || scheme === "docker") return { scheme, rest };
  if (scheme === "http") {
    const hint = "Leave out http:// and use --plain-http HOST";
    refuse(source, "http:// is not taken from a reference", hint);
  }
  refuse(source, "only https:// and docker:// may stand in front of a reference");
}

/** What no part may hold, told apart so that each gets its own reason; user information comes first. */
function checkCharacters(source: Source, text: string): void {
  const hint = "Write the plain name, not an address";
  const [, after, ...more] = text.split("@");
  if (more.length > 0 || (after?.includes("/") && !DIGEST_START.test(after))) {
    refuse(source, "user information does not belong here", "Use --username, or log in first");
  }
  if (text === "") refuse(source, "it is empty");
  if (/\s/.test(text)) refuse(source, "it has white space");
  // deno-lint-ignore no-control-regex
  if (/[\x00-\x1f\x7f]/.test(text)) refuse(source, "it has a control character");
  if (/[^\x20-\x7e]/.test(text)) refuse(source, "it has a character outside ASCII");
  for (const character of ["%", "?", "#", "\\"]) {
    if (text.includes(character)) refuse(source, `it has a "${character}"`, hint);
  }
  if (text.startsWith("-")) refuse(source, 'it begins with "-", as an option does');
}

function looksLikeRegistry(part: string): boolean {
  return part === "localhost" || /[.:A-Z]/.test(part);
}

function readRegistry(source: Source, text: string): RegistryHost {
  const isIpv6 = text.startsWith("[");
  const end = isIpv6 ? text.indexOf("]") + 1 : text.indexOf(":");
  if (!isIpv6 && end !== text.lastIndexOf(":")) {
    refuse(source, "the registry has more than one colon", "Put an IPv6 address into brackets");
  }
  const written = (end < 0 ? text : text.slice(0, end)).toLowerCase();
  const tail = end < 0 ? "" : text.slice(end);
  const host = isIpv6 ? readIpv6(source, written) : readDomain(source, written);
  if (tail === "") {
    if (looksLikeRegistry(host) || /[a-z]/.test(host)) return host as RegistryHost;
    refuse(source, "a registry of one word needs a letter or a port");
  }
  const port = /^:[0-9]{1,5}$/.test(tail) ? Number(tail.slice(1)) : 0;
  if (port < 1 || port > 65535) refuse(source, "the port is not a number from 1 to 65535");
  return `${host}:${port}` as RegistryHost;
}

function readDomain(source: Source, host: string): string {
  if (host === "") refuse(source, "the registry has no host");
  if (host.length > LONGEST_HOST) {
    refuse(source, `the registry's host has more than ${LONGEST_HOST} characters`);
  }
  if (host.endsWith(".")) refuse(source, "the registry's host ends with a dot");
  for (const label of host.split(".")) {
    if (/^[a-z0-9-]+$/.test(label) && !label.startsWith("-") && !label.endsWith("-")) continue;
    refuse(source, 'the registry\'s host is not letters, digits and "-", joined by single dots');
  }
  if (!URL.canParse(`https://${host}`)) refuse(source, "the registry's host is not a valid host");
  const { hostname } = new URL(`https://${host}`);
  if (hostname === host) return host;
  refuse(source, `the registry's host is an unusual spelling of ${hostname}`, `Write ${hostname}`);
}

function readIpv6(source: Source, host: string): string {
  const valid = /^\[[0-9a-f:]+\]$/.test(host) && URL.canParse(`https://${host}`);
  if (!valid) refuse(source, "the registry is not an IPv6 address in brackets");
  return new URL(`https://${host}`).hostname;
}

function readRepository(source: Source, text: string): Repository {
  if (text === "") refuse(source, "the repository name is missing");
  if (text.length > LONGEST_REPOSITORY) {
    const limit = `at most ${LONGEST_REPOSITORY} are allowed`;
    refuse(source, `the repository name has ${text.length} characters, ${limit}`);
  }
  if (text.startsWith("/")) refuse(source, "the repository name begins with a slash");
  if (text.endsWith("/")) refuse(source, "the repository name ends with a slash");
  if (text.includes("//")) refuse(source, "the repository name has two slashes in a row");
  if (/[A-Z]/.test(text)) refuse(source, "the repository name must be lower case");
  for (const part of text.split("/")) {
    if (isPathPart(part)) continue;
    const rule = 'letters a-z and digits, joined by one ".", one or two "_", or any number of "-"';
    refuse(source, `each part of the repository name must be ${rule}`);
  }
  return text as Repository;
}

/** Runs of letters and digits; what stands between two of them must be a single joint. */
function isPathPart(part: string): boolean {
  const joints = part.split(/[a-z0-9]+/);
  if (joints.length < 2 || joints.at(0) !== "" || joints.at(-1) !== "") return false;
  return joints.slice(1, -1).every((joint) => /^(?:\.|__?|-+)$/.test(joint));
}

function refuse(source: Source, reason: string, hint?: string): never {
  const message = `Cannot read ${source.what} "${shown(source.text)}": ${reason}`;
  throw new RegistryError("reference_invalid", message, hint === undefined ? {} : { hint });
}

/** The text for an error, without what stands before an `@` unless nothing but a digest follows that. */
function shown(text: string): string {
  const at = text.lastIndexOf("@");
  const after = text.slice(at + 1);
  const isDigestLike = at === text.indexOf("@") && DIGEST_START.test(after) && !after.includes("/");
  return printable(at < 0 || isDigestLike ? text : "…@" + after, 80);
}
