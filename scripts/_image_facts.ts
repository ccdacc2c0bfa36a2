import { formatPlatform, type ImageDetails, printable } from "../mod.ts";

/** Values of one thing that are shown with their images; of more it is said that they differ. */
const MOST_VALUES = 4;
/** Images that are named behind a value. */
const MOST_NAMES = 3;

/** Hexadecimal digits that tell two images of one platform apart. */
const SHORT = 7;

/** The rows there are, in their order. */
const NAMES = [
  "platform",
  "about",
  "created",
  "author",
  "entrypoint",
  "cmd",
  "env",
  "user",
  "working dir",
  "ports",
  "volumes",
  "stop signal",
  "labels",
  "annotations",
] as const;

/** A row of the screen: its name and its lines. */
export type Row = readonly [name: string, lines: readonly string[]];

/** One line of a row, as one image tells it. */
interface Fact {
  readonly name: typeof NAMES[number];
  /** What it is the value of, as a label's key; empty where the row has one value. */
  readonly key: string;
  readonly text: string;
}

/** What images are called, in their order: see {@linkcode namesOf}. */
export type Names = ReadonlyMap<ImageDetails, string>;

/**
 * The names of an index's images: `linux/amd64`, `attestation of linux/amd64`. Two with one platform are told
 * apart by their digests, as in `linux/amd64 (55bc908)`.
 */
export function namesOf(images: readonly ImageDetails[]): Names {
  const byName = Map.groupBy(images.filter(({ isAttestation }) => !isAttestation), plainName);
  const names = new Map(
    [...byName].flatMap(([name, those]) =>
      those.map((image) =>
        [image, those.length === 1 ? name : `${name} (${short(image)})`] as const
      )
    ),
  );
  const byDigest = new Map([...names].map(([{ digest }, name]) => [digest, name]));
  function nameOf(image: ImageDetails): string {
    const { attests } = image;
    const subject = attests === undefined ? "" : ` of ${byDigest.get(attests) ?? attests}`;
    return names.get(image) ?? `attestation${subject}`;
  }
  return new Map(images.map((image) => [image, nameOf(image)]));
}

function plainName({ platform, artifactType }: ImageDetails): string {
  if (platform !== undefined) return printable(formatPlatform(platform));
  return artifactType === undefined ? "no platform" : printable(artifactType);
}

function short({ digest }: ImageDetails): string {
  return digest.slice(digest.indexOf(":") + 1).slice(0, SHORT);
}

/** Key and value of annotations and labels, each a line. */
export function formatTexts(texts: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(texts).map(([key, value]) => printable(`${key}=${value}`));
}

/** What images say of themselves: what all of them say once, what differs with those that say it. */
export function compareFacts(images: readonly ImageDetails[], names: Names): readonly Row[] {
  const told = images.flatMap((image) => factsOf(image).map((fact) => ({ image, fact })));
  const byName = Map.groupBy(told, ({ fact }) => fact.name);
  return NAMES.flatMap((name): Row[] => {
    const ofName = byName.get(name);
    if (ofName === undefined) return [];
    const byKey = Map.groupBy(ofName, ({ fact }) => fact.key);
    return [[name, [...byKey].flatMap(([key, ofKey]) => linesOf(key, ofKey, { images, names }))]];
  });
}

function linesOf(
  key: string,
  told: readonly { readonly image: ImageDetails; readonly fact: Fact }[],
  { images, names }: { readonly images: readonly ImageDetails[]; readonly names: Names },
): readonly string[] {
  const byText = Map.groupBy(told, ({ fact }) => fact.text);
  if (byText.size > MOST_VALUES) {
    const what = key === "" ? "" : `${printable(key)} `;
    return [`${what}(${byText.size} values; --platform shows one, --json all)`];
  }
  return [...byText].map(([text, tellers]) => {
    const those = new Set(tellers.map(({ image }) => image));
    if (those.size === images.length) return text;
    return `${text}  (${listNames([...those].map((image) => names.get(image) ?? ""))})`;
  });
}

function listNames(names: readonly string[]): string {
  const more = names.length - MOST_NAMES;
  return names.slice(0, MOST_NAMES).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

function factsOf(image: ImageDetails): readonly Fact[] {
  const { subject, config, annotations = {} } = image;
  return [
    ...one("platform", contradiction(image)),
    ...one("about", subject),
    ...one("created", config?.created),
    ...one("author", config?.author),
    ...one("entrypoint", config?.entrypoint && JSON.stringify(config.entrypoint)),
    ...one("cmd", config?.cmd && JSON.stringify(config.cmd)),
    ...keyed("env", (config?.env ?? []).map((text) => [text.split("=", 1)[0] ?? "", text])),
    ...one("user", config && (config.user ?? "root (not set)")),
    ...one("working dir", config?.workingDir),
    ...keyed("ports", (config?.exposedPorts ?? []).map((port) => [port, port])),
    ...keyed("volumes", (config?.volumes ?? []).map((volume) => [volume, volume])),
    ...one("stop signal", config?.stopSignal),
    ...keyed("labels", entriesOf(config?.labels ?? {})),
    ...keyed("annotations", entriesOf(annotations)),
  ];
}

/** The platform by the config where the index tells another; a variant that only one of them tells is none. */
function contradiction({ platform, config }: ImageDetails): string | undefined {
  const built = config?.platform;
  if (platform === undefined || built === undefined) return undefined;
  const isSame = platform.os === built.os && platform.architecture === built.architecture &&
    (platform.variant ?? built.variant) === (built.variant ?? platform.variant);
  return isSame ? undefined : `by the config ${formatPlatform(built)}`;
}

function one(name: Fact["name"], text: string | undefined): readonly Fact[] {
  return text === undefined ? [] : [{ name, key: "", text: printable(text) }];
}

function keyed(
  name: Fact["name"],
  entries: readonly (readonly [key: string, text: string])[],
): readonly Fact[] {
  return entries.map(([key, text]) => ({ name, key, text: printable(text) }));
}

function entriesOf(texts: Readonly<Record<string, string>>): [key: string, text: string][] {
  return Object.entries(texts).map(([key, value]) => [key, `${key}=${value}`]);
}
