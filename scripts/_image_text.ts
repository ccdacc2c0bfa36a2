import { formatPlatform, type ImageDetails, type Inspection, printable } from "../mod.ts";
import { compareFacts, formatTexts, type Names, namesOf, type Row } from "./_image_facts.ts";
import { fullReference } from "./_image_reference.ts";
import { formatSize } from "./_image_size.ts";
import { fitTable } from "./_table.ts";

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
  const names = namesOf(images);
  const only = images.find((image) => image.digest === digest);
  const described = images.filter(({ isAttestation, size }) =>
    !isAttestation && size !== undefined
  );
  const dates = new Set(described.map(({ config }) => config?.created));
  const facts = compareFacts(described, names)
    .filter(([name]) => name !== "created" || dates.size === 1);
  const title = `${fullReference(target)}\n`;
  const overview = only === undefined
    ? [
      title + formatRows(indexRows(inspection, options)),
      images.length === 0 ? "" : tableOf(names, dates.size > 1, options.columns),
      facts.length === 0 ? "" : factsTitle(described, names) + formatRows(facts),
    ]
    : [title + formatRows([...imageRows(only), ...facts])];
  const layers = options.layers === true
    ? [...names].map((named) => layersOf(named, options.columns))
    : [];
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

function factsTitle(images: readonly ImageDetails[], names: Names): string {
  return images.length === 1
    ? `of ${images.map((image) => names.get(image)).join()}\n`
    : `of ${countKinds(images)}, or of those in parentheses\n`;
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

function kindOf({ isAttestation, isMissing, artifactType, size }: ImageDetails): string {
  if (isAttestation) return "attestation";
  // Of a type that is not read.
  if (size === undefined && !isMissing) return "other";
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

/** A line an image. */
function tableOf(names: Names, isDated: boolean, columns: number | undefined): string {
  const header = ["PLATFORM", "DIGEST", "SIZE", "LAYERS", ...(isDated ? ["CREATED"] : [])];
  return fitTable(header, (cut) =>
    [...names].map(([image, name]) => {
      const { digest, isMissing, size, layers, config } = image;
      const held = size === undefined
        ? [isMissing ? "missing" : "-", "-"]
        : [formatSize(size), String(layers.length)];
      const made = isDated ? [config?.created ?? "-"] : [];
      return [name, cut(digest), ...held, ...made];
    }), columns);
}

/** A line a layer, with the name that artifacts give to files. */
function layersOf(
  [image, name]: readonly [image: ImageDetails, name: string],
  columns: number | undefined,
): string {
  if (image.isMissing) return "";
  const title = `layers of ${name}\n`;
  if (image.layers.length === 0) return `${title}none\n`;
  const files = image.layers.map(({ annotations }) =>
    annotations?.["org.opencontainers.image.title"]
  );
  const named = files.some((file) => file) ? ["NAME"] : [];
  return title +
    fitTable(
      ["DIGEST", "SIZE", "TYPE", ...named],
      (cut) =>
        image.layers.map(({ digest, size, mediaType }, at) => {
          const file = files[at];
          return [
            cut(digest),
            formatSize(size),
            printable(mediaType),
            ...(file ? [printable(file)] : []),
          ];
        }),
      columns,
    );
}

function formatRows(rows: readonly Row[]): string {
  return rows.flatMap(([name, lines]) =>
    lines.map((line, index) => (index === 0 ? name : "").padEnd(MARGIN) + line + "\n")
  ).join("");
}
