import { formatPlatform, type ImageDetails, type Inspection, printable } from "../mod.ts";
import { compareFacts, formatTexts, nameOf, type Row } from "./_image_facts.ts";
import { fullReference } from "./_image_reference.ts";
import { formatSize } from "./_image_size.ts";
import { formatTable } from "./_table.ts";

/** Characters of a digest on a narrow terminal: hexadecimal digits as many as Docker shows. */
const SHORT = "sha256:".length + 12;
/** How the types of an image's layers begin. */
const USUAL_LAYERS: readonly string[] = [
  "application/vnd.oci.image.layer.",
  "application/vnd.docker.image.rootfs.",
];
/** Types of layers that are named. */
const MOST_TYPES = 3;
/** Columns for the name of a row. */
const MARGIN = 14;

/** How an inspection is shown. */
export interface ScreenOptions {
  /** The width of the terminal. @default as wide as it takes */
  readonly columns?: number;
  /** Whether each layer has a line. @default false */
  readonly layers?: boolean;
  /** The platform that was asked for. @default all */
  readonly platform?: string;
}

/** An inspection for a person. What all images have in common is said once; all of it is safe to print. */
export function formatScreen(inspection: Inspection, options: ScreenOptions = {}): string {
  const { target, images, digest } = inspection;
  const only = images.find((image) => image.digest === digest);
  const described = images.filter((image) => !image.isAttestation && !image.isMissing);
  const dates = new Set(described.map(({ config }) => config?.created));
  const facts = compareFacts(described).filter(([name]) => name !== "created" || dates.size === 1);
  const title = `${fullReference(target)}\n`;
  const overview = only === undefined
    ? [
      title + formatRows(indexRows(inspection, options)),
      images.length === 0 ? "" : tableOf(images, dates.size > 1, options.columns),
      facts.length === 0 ? "" : factsTitle(described) + formatRows(facts),
    ]
    : [title + formatRows([...imageRows(only), ...facts])];
  const layers = options.layers === true ? images.map((image) => layersOf(image, images)) : [];
  return [...overview, ...layers].filter((part) => part !== "").join("\n");
}

function imageRows(image: ImageDetails): readonly Row[] {
  const { digest, mediaType, platform, artifactType, configDescriptor, layers, size } = image;
  const kind = artifactType === undefined ? "image" : `artifact ${printable(artifactType)}`;
  return [
    ["digest", [digest]],
    ["type", [`${kind} (${printable(mediaType)})`]],
    ...row("platform", platform && printable(formatPlatform(platform))),
    ...row("size", size === undefined ? undefined : `${formatSize(size)} of config and layers`),
    ["layers", [countLayers(layers)]],
    ...row("config", configDescriptor?.digest),
  ];
}

/** How many, and of which types where those are no layers of an image, as in an old signature. */
function countLayers(layers: ImageDetails["layers"]): string {
  const types = [...new Set(layers.map(({ mediaType }) => mediaType))];
  const strange = types.filter((type) => !USUAL_LAYERS.some((usual) => type.startsWith(usual)));
  const told = strange.slice(0, MOST_TYPES).map((type) => printable(type)).join(", ");
  return `${layers.length}${told && `: ${told}`}`;
}

function indexRows(inspection: Inspection, { platform }: ScreenOptions): readonly Row[] {
  const { digest, mediaType, artifactType, annotations = {}, images } = inspection;
  const contents = platform === undefined ? `index of ${countKinds(images)}` : "index";
  const missing = images.filter(({ isMissing }) => isMissing).length;
  return [
    ["digest", [digest]],
    ["type", [`${contents} (${printable(mediaType)})`]],
    ...row("artifact", artifactType && printable(artifactType)),
    ...row("shown", platform),
    ["size", [`${formatSize(storedSize(images))} of configs and layers, shared ones once`]],
    ...row("missing", missing === 0 ? undefined : `${missing}, not held by the registry`),
    ...(Object.keys(annotations).length === 0
      ? []
      : [["annotations", formatTexts(annotations)] as const]),
  ];
}

function factsTitle(images: readonly ImageDetails[]): string {
  return images.length === 1
    ? `of ${images.map((image) => nameOf(image, images)).join()}\n`
    : `of ${images.length} images, or of those in parentheses\n`;
}

function row(name: string, text: string | undefined): readonly Row[] {
  return text === undefined ? [] : [[name, [text]]];
}

function countKinds(images: readonly ImageDetails[]): string {
  const kinds = Map.groupBy(images, kindOf);
  const counts = [...kinds].map(([kind, { length }]) =>
    `${length} ${kind}${length > 1 ? "s" : ""}`
  );
  return counts.join(", ") || "nothing";
}

function kindOf({ isAttestation, artifactType }: ImageDetails): string {
  if (isAttestation) return "attestation";
  return artifactType === undefined ? "image" : "artifact";
}

/** Bytes of all that is stored, whatever several images share counted once. */
function storedSize(images: readonly ImageDetails[]): number {
  const blobs = images.flatMap(({ configDescriptor, layers }) =>
    configDescriptor === undefined ? layers : [configDescriptor, ...layers]
  );
  const sizes = new Map(blobs.map(({ digest, size }) => [digest, size]));
  return sizes.values().reduce((sum, size) => sum + size, 0);
}

/** A line an image. Where a terminal is too narrow, digests are cut: in a pipe they never are. */
function tableOf(
  images: readonly ImageDetails[],
  isDated: boolean,
  columns: number = Infinity,
): string {
  const header = ["PLATFORM", "DIGEST", "SIZE", "LAYERS", ...(isDated ? ["CREATED"] : [])];
  function rows(cut: (digest: string) => string): readonly string[][] {
    return images.map((image) => {
      const { digest, isMissing, size, layers, config } = image;
      const held = size === undefined
        ? [isMissing ? "missing" : "-", "-"]
        : [formatSize(size), String(layers.length)];
      const made = isDated ? [config?.created ?? "-"] : [];
      return [nameOf(image, images), cut(digest), ...held, ...made];
    });
  }
  const table = formatTable(header, rows((digest) => digest));
  if (table.split("\n").every((line) => line.length <= columns)) return table;
  return formatTable(header, rows((digest) => digest.slice(0, SHORT)));
}

/** A line a layer, with the name that artifacts give to files. */
function layersOf(image: ImageDetails, images: readonly ImageDetails[]): string {
  if (image.isMissing) return "";
  const title = `layers of ${nameOf(image, images)}\n`;
  if (image.layers.length === 0) return `${title}none\n`;
  const rows = image.layers.map(({ digest, size, mediaType, annotations }) => {
    const name = annotations?.["org.opencontainers.image.title"];
    return [digest, formatSize(size), printable(mediaType), ...(name ? [printable(name)] : [])];
  });
  const names = rows.some(({ length }) => length > 3) ? ["NAME"] : [];
  return title + formatTable(["DIGEST", "SIZE", "TYPE", ...names], rows);
}

function formatRows(rows: readonly Row[]): string {
  return rows.flatMap(([name, lines]) =>
    lines.map((line, index) => (index === 0 ? name : "").padEnd(MARGIN) + line + "\n")
  ).join("");
}
