import { RegistryError } from "../errors.ts";
import {
  essenceOf,
  isImageType,
  isIndexType,
  isSchema1Type,
  type ManifestType,
  OCI_IMAGE,
  OCI_INDEX,
} from "../names/media_type.ts";
import { printable } from "../names/printable.ts";
import { broken, readWord, refuseLookAlikes } from "./field.ts";

/** What a registry says that knows no better, or that keeps its manifests as files. */
const GENERIC: readonly string[] = ["application/json", "application/octet-stream", "text/plain"];
const KNOWN: readonly string[] = [
  "schemaVersion",
  "mediaType",
  "config",
  "layers",
  "manifests",
  "subject",
  "artifactType",
  "annotations",
  "fsLayers",
];
const NAME = "the manifest";

/**
 * The one type that a manifest has by its `Content-Type`, its `mediaType` and its fields.
 *
 * Either type may be missing; a generic `Content-Type` counts as missing. With neither, the fields tell
 * between the two types of OCI, whose specification lets `mediaType` out. The fields always have a say:
 * `manifests` makes an index, `config` and `layers` an image, and both together nothing. A field that is
 * there counts, even if it is `null`.
 *
 * @throws RegistryError `protocol` if the three disagree, `unsupported` for a type that is not read
 */
export function manifestTypeOf(
  record: Record<string, unknown>,
  contentType: string | undefined,
): ManifestType {
  refuseLookAlikes(record, KNOWN, NAME);
  const told = readWord(record.mediaType, "mediaType");
  const sent = sentType(contentType);
  refuseSchema1(record, [told, sent]);
  const mediaType = agreedType(told, sent);
  const isIndex = isIndexByFields(record);
  if (record.schemaVersion !== 2) throw broken("schemaVersion", "it is not 2");
  if (mediaType === undefined) return isIndex ? OCI_INDEX : OCI_IMAGE;
  if (isIndexType(mediaType) !== isIndex) {
    const fields = isIndex ? '"manifests"' : '"config" or "layers"';
    throw broken(NAME, `its type is "${mediaType}", but it has ${fields}`);
  }
  return mediaType;
}

/** The type that the registry told, undefined where it told none worth the name. */
function sentType(contentType: string | undefined): string | undefined {
  if (contentType === undefined || contentType === "") return undefined;
  const essence = essenceOf(contentType);
  if (essence === undefined) {
    throw broken(NAME, `its Content-Type "${printable(contentType, 80)}" cannot be read`);
  }
  return GENERIC.includes(essence) ? undefined : essence;
}

function refuseSchema1(
  record: Record<string, unknown>,
  types: readonly (string | undefined)[],
): void {
  const isNamed = types.some((type) => type !== undefined && isSchema1Type(type));
  if (!isNamed && record.schemaVersion !== 1) return;
  const reason = "it is a Docker image of schema 1, a format that has been given up";
  const hint =
    "Build the image anew, or pull it with an old tool and push it with a current one, " +
    "and it gets a manifest of today.";
  throw new RegistryError("unsupported", `Cannot read ${NAME}: ${reason}`, { hint });
}

function agreedType(told: string | undefined, sent: string | undefined): ManifestType | undefined {
  if (told !== undefined && sent !== undefined && told !== sent) {
    throw broken(NAME, `its type is "${told}", but its Content-Type is "${sent}"`);
  }
  const type = told ?? sent;
  if (type === undefined || isImageType(type) || isIndexType(type)) return type;
  if (told === undefined) throw broken(NAME, `it has no type, and its Content-Type is "${sent}"`);
  throw new RegistryError("unsupported", `Cannot read ${NAME}: its type "${type}" is not known`);
}

function isIndexByFields(record: Record<string, unknown>): boolean {
  const [isIndex, isImage, isSchema1] = [["manifests"], ["config", "layers"], ["fsLayers"]]
    .map((names) => names.some((name) => Object.hasOwn(record, name)));
  if (isSchema1) throw broken(NAME, 'it has "fsLayers", as only schema 1 does');
  if (isIndex && isImage) throw broken(NAME, "it has the fields of an index and those of an image");
  if (!isIndex && !isImage) {
    throw broken(NAME, "it has neither the fields of an index nor an image's");
  }
  return isIndex === true;
}
