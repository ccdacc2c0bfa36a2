import { createHash } from "node:crypto";
import type { Case } from "./run_case.ts";
import { amd64, arm64, index, manifestAnswer, refusal, type Twist } from "./world.ts";

const { bytes, digest, mediaType: type } = amd64;
const hex = digest.slice("sha256:".length);
const sha512 = `sha512:${createHash("sha512").update(bytes).digest("hex")}`;

/** What a registry may put for the digest of `amd64`, and what it is. HOSTILE.md, B1 and B3. */
const HEADERS: readonly (readonly [
  value: string | null,
  kind: "junk" | "wrong" | "other algorithm" | "wrong algorithm",
])[] = [
  [null, "junk"],
  ["", "junk"],
  ["sha256:", "junk"],
  [hex, "junk"],
  [`SHA256:${hex}`, "junk"],
  [`sha256:${hex.toUpperCase()}`, "junk"],
  [digest.slice(0, -1), "junk"],
  [`${digest}0`, "junk"],
  [`sha256:${"g".repeat(64)}`, "junk"],
  [`sha512:${hex}`, "junk"],
  [`sha384:${"0".repeat(96)}`, "junk"],
  [`md5:${"0".repeat(32)}`, "junk"],
  [`"${digest}"`, "junk"],
  [`${digest}, ${digest}`, "junk"],
  [`${digest};x`, "junk"],
  ["sha256:../../../other/manifests/latest", "junk"],
  [`sha256:${"%2f".repeat(20)}0000`, "junk"],
  ["x".repeat(8000), "junk"],
  [arm64.digest, "wrong"],
  [`sha256:${"0".repeat(64)}`, "wrong"],
  [`sha512:${"0".repeat(128)}`, "wrong algorithm"],
  [sha512, "other algorithm"],
];

function withHeader(value: string | null, only?: "HEAD" | "GET"): Twist {
  return ({ kind, method }) => {
    if (kind !== "manifest" || (only !== undefined && method !== only)) return undefined;
    return manifestAnswer({ bytes, type, digest: value });
  };
}

function headerCases([value, kind]: typeof HEADERS[number]): readonly Case[] {
  const name = `the digest header ${value?.slice(0, 60)} of ${value?.length} characters`;
  const twist = withHeader(value);
  const isWrong = kind === "wrong" || kind === "wrong algorithm";
  const isUsable = kind !== "junk";
  return [
    {
      name: `${name} of a tag's manifest`,
      verb: "manifest",
      of: ":one",
      twist,
      ends: isWrong ? "digest_mismatch" : "ok",
      told: kind === "other algorithm" ? sha512 : digest,
    },
    // The header is advice: what counts are the bytes.
    { name: `${name} of a pinned manifest`, verb: "manifest", of: `@${digest}`, twist, ends: "ok" },
    {
      name: `${name} under HEAD of a tag`,
      verb: "digest",
      of: ":one",
      twist: withHeader(value, "HEAD"),
      ends: "ok",
      told: isUsable ? value ?? "" : digest,
      requests: isUsable ? 2 : 3,
    },
    {
      name: `${name} under HEAD of a pinned manifest`,
      verb: "digest",
      of: `@${digest}`,
      twist: withHeader(value, "HEAD"),
      ends: kind === "wrong" ? "digest_mismatch" : "ok",
      told: digest,
    },
    {
      name: `${name} of a tag, with another manifest's bytes behind it`,
      verb: "manifest",
      of: ":one",
      twist: ({ kind }) =>
        kind === "manifest"
          ? manifestAnswer({ bytes: index.bytes, type: index.mediaType, digest: value })
          : undefined,
      ends: isUsable ? "digest_mismatch" : "ok",
      told: index.digest,
    },
  ];
}

/** Statuses of HEAD whose GET works: row 46. */
const HEADS: readonly number[] = [400, 404, 405, 406, 410, 501];

function headCases(status: number): readonly Case[] {
  const twist: Twist = ({ method }) =>
    method === "HEAD" ? refusal(status, "UNSUPPORTED") : undefined;
  return [":one", `@${digest}`].map((of): Case => ({
    name: `HEAD answered with ${status}, of ${of.slice(0, 8)}`,
    verb: "digest",
    of,
    twist,
    ends: "ok",
    told: digest,
    requests: 3,
  })).concat({
    name: `HEAD and GET answered with ${status}`,
    verb: "digest",
    of: ":none",
    twist: ({ kind }) => kind === "manifest" ? refusal(status, "X") : undefined,
    ends: ["not_found", "protocol", "unsupported"],
    requests: 3,
  });
}

/** Digests in headers, and what HEAD may be. */
export const HEADER_CASES: readonly Case[] = [
  ...HEADERS.flatMap(headerCases),
  ...HEADS.flatMap(headCases),
  {
    name: "HEAD says one digest, GET gives another manifest: the tag moved",
    verb: "inspect",
    of: ":1",
    twist: ({ kind, name, method }) =>
      kind === "manifest" && name === "1" && method === "HEAD"
        ? manifestAnswer({ bytes, type, digest: arm64.digest })
        : undefined,
    ends: "ok",
    told: index.digest,
  },
  {
    name: "a tag that moves with each answer",
    verb: "config",
    of: ":one",
    twist: ({ kind, name, count }) => {
      if (kind !== "manifest" || name !== "one") return undefined;
      const moved = count % 2 === 0 ? amd64 : arm64;
      return manifestAnswer({ ...moved, type: moved.mediaType });
    },
    ends: "ok",
  },
];
