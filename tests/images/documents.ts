import { assert, assertEquals } from "@std/assert";
import { type ErrorCode, RegistryError } from "../../core/errors.ts";
import { printable } from "../../core/names/printable.ts";

export const HEX: string = "0123456789abcdef".repeat(4);
export const DIGEST: string = `sha256:${HEX}`;
export const OCI_IMAGE = "application/vnd.oci.image.manifest.v1+json";
export const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
export const DOCKER_IMAGE = "application/vnd.docker.distribution.manifest.v2+json";
export const DOCKER_INDEX = "application/vnd.docker.distribution.manifest.list.v2+json";
export const SCHEMA_1 = "application/vnd.docker.distribution.manifest.v1+json";
export const SIGNED_SCHEMA_1 = "application/vnd.docker.distribution.manifest.v1+prettyjws";

/** Members of an object as raw JSON, so that a value can be what no serialiser writes. */
export type Members = Readonly<Record<string, string>>;

/** The object of raw members; one of "" is left out. */
export function object(members: Members): string {
  const given = Object.entries(members).filter(([, raw]) => raw !== "");
  return `{${given.map(([name, raw]) => `${JSON.stringify(name)}:${raw}`).join(",")}}`;
}

export function descriptor(members: Members = {}): string {
  return object({
    mediaType: `"application/vnd.oci.image.layer.v1.tar+gzip"`,
    digest: `"${DIGEST}"`,
    size: "1234",
    ...members,
  });
}

export function image(members: Members = {}): string {
  return object({
    schemaVersion: "2",
    mediaType: `"${OCI_IMAGE}"`,
    config: descriptor({ mediaType: `"application/vnd.oci.image.config.v1+json"` }),
    layers: `[${descriptor()}]`,
    ...members,
  });
}

export function index(members: Members = {}): string {
  return object({
    schemaVersion: "2",
    mediaType: `"${OCI_INDEX}"`,
    manifests: `[${descriptor({ mediaType: `"${OCI_IMAGE}"` })}]`,
    ...members,
  });
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** What was thrown, once it is known to be fit for a terminal: printable, and no longer than a screen. */
export function refusal(parse: () => unknown): { code: ErrorCode | "none"; message: string } {
  try {
    parse();
  } catch (error) {
    assert(error instanceof RegistryError, `${error}`);
    const { code, message, facts } = error;
    assertEquals(printable(message, 1000), message);
    assertEquals(printable(facts.hint ?? ""), facts.hint ?? "");
    assert(message.startsWith("Cannot read "), message);
    return { code, message };
  }
  return { code: "none", message: "" };
}
