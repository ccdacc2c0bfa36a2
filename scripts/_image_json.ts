import { formatPlatform, type ImageDetails, type Inspection, type Platform } from "../mod.ts";
import { asciiJson, asciiText } from "./_json.ts";
import { fullReference } from "./_image_reference.ts";

/** All that is known of an image as one line of JSON: the library's names, platforms as in `linux/arm64/v8`. */
export function formatInspection(inspection: Inspection): string {
  const { target, images, ...rest } = inspection;
  return asciiJson({
    reference: fullReference(target),
    adapter: target.adapter.id,
    ...rest,
    images: images.map(toRecord),
  }) + "\n";
}

/**
 * Bytes of JSON as they are. Only for a terminal, which a control character beyond ASCII could lead astray,
 * those are written as JSON's own escapes.
 *
 * @param columns the width of the terminal, where there is one
 */
export function rawJson(bytes: Uint8Array, columns: number | undefined): string | Uint8Array {
  return columns === undefined ? bytes : asciiText(new TextDecoder().decode(bytes));
}

/** Bytes of JSON as JSON that a terminal can show, indented. */
export function prettyJson(bytes: Uint8Array): string {
  return asciiJson(JSON.parse(new TextDecoder().decode(bytes)), 2) + "\n";
}

function toRecord({ platform, config, ...rest }: ImageDetails): object {
  const { platform: built, ...told } = config ?? {};
  return {
    ...rest,
    platform: textOf(platform),
    config: config && { platform: textOf(built), ...told },
  };
}

function textOf(platform: Platform | undefined): string | undefined {
  return platform && formatPlatform(platform);
}
