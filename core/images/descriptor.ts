import { type Digest, digestProblem, isDigest } from "../names/digest.ts";
import type { Platform } from "../names/platform.ts";
import { printable } from "../names/printable.ts";
import {
  broken,
  readItem,
  readList,
  readRecord,
  readTexts,
  readWord,
  refuseLookAlikes,
} from "./field.ts";
import { PLATFORM_KEYS, readPlatform } from "./platform_fields.ts";

/** What points at content, by its digest. Source: OCI image specification 1.1, "Content Descriptors". */
export interface Descriptor {
  /** The content's type as it was told: printable ASCII, no more is known. */
  readonly mediaType: string;
  /** The digest of the content. */
  readonly digest: Digest;
  /** Bytes of the content. */
  readonly size: number;
  /** What the content runs on. */
  readonly platform?: Platform;
  /** What kind of artifact a manifest is, as the referrers API tells it. */
  readonly artifactType?: string;
  /** Frozen, without a prototype; names and values are any text at all and not fit to be printed. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Where else the content may be; for showing only, and not fit to be printed: nothing here follows them. */
  readonly urls?: readonly string[];
}

const KNOWN: readonly string[] = [
  "mediaType",
  "digest",
  "size",
  "platform",
  "artifactType",
  "annotations",
  "urls",
];
const MOST_URLS = 100;

/**
 * A descriptor of a parsed document.
 *
 * Strict: a digest that {@linkcode isDigest} takes, a size that is a whole number from 0 to 2^53 - 1, a
 * type of 1 to 255 characters. What is optional may be `null`, but not of another kind. Keys that are
 * not known are ignored, unless they differ from a known one by case alone.
 *
 * @param where its place in the document, as in `manifests[3]`
 * @throws RegistryError `protocol` naming the place, as in `manifests[3].digest`
 */
export function readDescriptor(value: unknown, where: string): Descriptor {
  const record = readRecord(value, where);
  if (record === undefined) throw broken(where, "there is no descriptor");
  refuseLookAlikes(record, KNOWN, where);
  const mediaType = readWord(record.mediaType, `${where}.mediaType`);
  if (mediaType === undefined) throw broken(`${where}.mediaType`, "the type is missing");
  const platform = platformOf(record.platform, `${where}.platform`);
  const artifactType = readWord(record.artifactType, `${where}.artifactType`);
  const annotations = readTexts(record.annotations, `${where}.annotations`);
  const urls = readList(record.urls, `${where}.urls`, { most: MOST_URLS, read: readItem });
  return {
    mediaType,
    digest: digestOf(record.digest, `${where}.digest`),
    size: sizeOf(record.size, `${where}.size`),
    ...(platform !== undefined && { platform }),
    ...(artifactType !== undefined && { artifactType }),
    ...(annotations !== undefined && { annotations }),
    ...(urls !== undefined && { urls }),
  };
}

/**
 * A digest of a parsed document.
 *
 * @param where its place in the document, as in `manifests[3].digest`
 * @throws RegistryError `protocol` naming the place and saying what is wrong with it
 */
export function digestOf(value: unknown, where: string): Digest {
  const text = readItem(value, where);
  if (isDigest(text)) return text;
  throw broken(where, `"${printable(text, 80)}": ${digestProblem(text)}`);
}

function sizeOf(value: unknown, where: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  const told = typeof value === "number" ? `${value}` : "it";
  throw broken(where, `${told} is not a whole number from 0 to 2^53 - 1`);
}

function platformOf(value: unknown, where: string): Platform | undefined {
  const record = readRecord(value, where);
  if (record === undefined) return undefined;
  refuseLookAlikes(record, PLATFORM_KEYS, where);
  return readPlatform(record, `${where}.`);
}
