import type { Asked } from "../wire/ask.ts";
import type { Operation } from "../wire/operation.ts";

const KIB = 1024;
const USUAL_CHUNK = 64 * KIB * KIB;
/** Smaller chunks are not taken from the command line. */
const LEAST_CHUNK = 64 * KIB;

/**
 * The error for a part of a blob that is too much at once.
 *
 * @param sent its bytes; 0 where no smaller one would do
 */
export function tooLarge({ answer }: Asked, sent: number, operation: Operation): Error {
  const { status, diagnostics, request } = answer;
  const reason = "the registry, or a proxy in front of it, takes no blob as large as this at once";
  const chunk = sent > USUAL_CHUNK ? USUAL_CHUNK : 2 ** Math.floor(Math.log2(sent / 2));
  const size = chunk < KIB * KIB ? `${chunk / KIB}KiB` : `${chunk / KIB / KIB}MiB`;
  const hint = chunk < LEAST_CHUNK ? undefined : `--chunk-size ${size} sends it in chunks`;
  return operation.fail("too_large", reason, { status, diagnostics, request, hint });
}
