import { formatPlatform, type ImageIndex, parsePlatform, RegistryError } from "../mod.ts";
import type { Arguments, Option } from "./_options.ts";
import { UsageError } from "./_usage_error.ts";

/** Platforms that a hint names. */
const MOST_NAMES = 40;

/** The flag that chooses one image of an index. */
export const platformOption: Option = {
  name: "platform",
  value: "OS/ARCH[/VARIANT]",
  help: "the image for this platform alone, as in linux/arm64/v8",
};

/**
 * The platform that was asked for, in its usual spelling: `linux/arm64` for `Linux/aarch64`.
 *
 * @throws UsageError for one that cannot be read
 */
export function readPlatform(args: Arguments): string | undefined {
  return readPlatforms(args)?.at(-1);
}

/**
 * All the platforms that were asked for, if any were, where the flag may be repeated.
 *
 * @throws UsageError for one that cannot be read
 */
export function readPlatforms(args: Arguments): readonly string[] | undefined {
  return args.has("platform") ? args.all("platform").map(readOne) : undefined;
}

/** What helps where one image of an index was meant: the platforms that it names, without attestations. */
export function choosePlatformHint({ manifests }: ImageIndex): string {
  const platforms = manifests.flatMap(({ platform = [] }) => platform)
    .filter(({ os }) => os !== "unknown").map(formatPlatform);
  const names = [...new Set(platforms)].slice(0, MOST_NAMES).join(", ");
  return `--platform chooses one: ${names === "" ? "it names none" : `there is ${names}`}`;
}

function readOne(text: string): string {
  try {
    return formatPlatform(parsePlatform(text));
  } catch (cause) {
    if (!(cause instanceof RegistryError)) throw cause;
    const expected = "OS/ARCH[/VARIANT], as in linux/amd64 or linux/arm64/v8";
    throw new UsageError(`Cannot read "--platform ${text}": expected ${expected}`, { cause });
  }
}
