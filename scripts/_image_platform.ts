import { formatPlatform, parsePlatform, RegistryError } from "../mod.ts";
import type { Arguments, Option } from "./_options.ts";
import { UsageError } from "./_usage_error.ts";

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

function readOne(text: string): string {
  try {
    return formatPlatform(parsePlatform(text));
  } catch (cause) {
    if (!(cause instanceof RegistryError)) throw cause;
    const expected = "OS/ARCH[/VARIANT], as in linux/amd64 or linux/arm64/v8";
    throw new UsageError(`Cannot read "--platform ${text}": expected ${expected}`, { cause });
  }
}
