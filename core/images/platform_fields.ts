import type { Platform } from "../names/platform.ts";
import { readItem, readList, readWord } from "./field.ts";

const MOST_FEATURES = 100;

/**
 * The platform that a descriptor or a config tells: its `os`, `architecture`, `variant`, `os.version` and
 * `os.features`, as they came; undefined where neither system nor architecture is told, as in the config
 * of a signature, where Go writes "" for both. One told without the other leaves the other `unknown`.
 *
 * @throws RegistryError `protocol` for a value that is no printable ASCII, naming its place
 */
export function readPlatform(
  record: Record<string, unknown>,
  where: string,
): Platform | undefined {
  const os = readWord(record.os, `${where}os`);
  const architecture = readWord(record.architecture, `${where}architecture`);
  const variant = readWord(record.variant, `${where}variant`);
  const osVersion = readWord(record["os.version"], `${where}os.version`);
  const osFeatures = readList(record["os.features"], `${where}os.features`, {
    most: MOST_FEATURES,
    read: (item, place) => readWord(readItem(item, place), place) ?? "",
  });
  if (os === undefined && architecture === undefined) return undefined;
  return {
    os: os ?? "unknown",
    architecture: architecture ?? "unknown",
    ...(variant !== undefined && { variant }),
    ...(osVersion !== undefined && { osVersion }),
    ...(osFeatures !== undefined && { osFeatures }),
  };
}

/** The keys that {@linkcode readPlatform} reads. */
export const PLATFORM_KEYS: readonly string[] = [
  "os",
  "architecture",
  "variant",
  "os.version",
  "os.features",
];
