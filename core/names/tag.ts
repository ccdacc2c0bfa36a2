import { RegistryError } from "../errors.ts";
import { printable } from "./printable.ts";

/** A checked tag, such as `22.04`; safe as one segment of a path. Only {@linkcode parseTag} and {@linkcode isTag} make one. */
export type Tag = string & { readonly $brand: "tag" };

/** https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests */
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

/**
 * The same text as a {@linkcode Tag}: a letter, digit or underscore, then up to 127 more of these, `.` and `-`.
 *
 * @throws RegistryError `reference_invalid`, saying what is wrong with it
 */
export function parseTag(text: string): Tag {
  if (isTag(text)) return text;
  const reason = tagProblem(text);
  throw new RegistryError(
    "reference_invalid",
    `Cannot read tag "${printable(text, 80)}": ${reason}`,
  );
}

/** Whether this is text that {@linkcode parseTag} takes. `__proto__` is: key a `Map` by tags, not an object. */
export function isTag(value: unknown): value is Tag {
  return typeof value === "string" && value.length <= 128 && TAG.test(value);
}

/** What is wrong with text that is no tag, as the end of a sentence. */
export function tagProblem(text: string): string {
  if (text === "") return "the tag is empty";
  if (text.length > 128) return `the tag has ${text.length} characters, at most 128 are allowed`;
  if (text.startsWith(".") || text.startsWith("-")) {
    return `the tag begins with "${text.charAt(0)}"`;
  }
  return 'a tag has only the letters a-z and A-Z, digits, "_", "." and "-"';
}
