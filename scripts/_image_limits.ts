import type { FoundDigest } from "../mod.ts";
import { fullReference } from "./_image_reference.ts";
import { asciiJson } from "./_json.ts";

const HOUR = 3600;

/** What the registry told of its pull quota, for a person. */
export function formatLimits({ target, quota }: FoundDigest): string {
  const { adapter, registry } = target;
  if (quota === undefined) {
    return adapter.pulls === "counted"
      ? `${adapter.title} names no limit of pulls for this reader\n`
      : `${registry} names no limit of pulls\n`;
  }
  const { remaining, limit, span } = quota;
  const all = limit === undefined ? "" : ` of ${limit}`;
  const time = span === undefined ? "" : ` in ${formatSpan(span)}`;
  return `${registry}: ${remaining}${all} pulls left${time}\n`;
}

/** The same as one line of JSON: `{"reference","registry","counted","limit","remaining","span"}`. */
export function limitsJson({ target, quota }: FoundDigest): string {
  const { registry } = target;
  const counted = quota !== undefined;
  return asciiJson({ reference: fullReference(target), registry, counted, ...quota }) + "\n";
}

function formatSpan(seconds: number): string {
  return seconds % HOUR === 0 ? `${seconds / HOUR} h` : `${seconds} s`;
}
