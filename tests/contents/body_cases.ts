import type { Case } from "./run_case.ts";
import { amd64, breaking, endless, index, manifestAnswer, stored, type Twist } from "./world.ts";

const { bytes, digest, mediaType: type } = amd64;
const text = new TextDecoder().decode(bytes);
const LIMIT = 4 * 1024 * 1024;
const HTML = "<!DOCTYPE html><html><title>Sign in\u001b[2J</title></html>";

type Body = string | Uint8Array<ArrayBuffer>;

function flipped(at: number): Uint8Array<ArrayBuffer> {
  const copy = bytes.slice();
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

/** What may come in place of a manifest's bytes. */
const BODIES: readonly (readonly [name: string, body: Body])[] = [
  ...Array.from({ length: 16 }, (_, part): readonly [string, Body] => {
    const at = Math.floor(part * (bytes.length - 1) / 15);
    return [`a bit flipped in byte ${at}`, flipped(at)];
  }),
  ...[0, 1, 2, bytes.length >> 1, bytes.length - 1].map((size): readonly [string, Body] => [
    `the first ${size} bytes`,
    bytes.slice(0, size),
  ]),
  ...[" ", "\n", "\0", "{}", text, "\u202e", "//"].map((more): readonly [string, Body] => [
    `${JSON.stringify(more.slice(0, 4))} behind it`,
    text + more,
  ]),
  ["a space before it", ` ${text}`],
  ["a byte order mark before it", `\ufeff${text}`],
  ["written with spaces", JSON.stringify(JSON.parse(text), null, 2)],
  ["nothing but spaces", "   "],
  [
    "a byte that is no UTF-8",
    new Uint8Array([...bytes.subarray(0, 20), 0xff, ...bytes.subarray(21)]),
  ],
  ["UTF-16", new Uint8Array(new Uint16Array([...text].map((sign) => sign.charCodeAt(0))).buffer)],
  ["null", "null"],
  ["a list", `[${text}]`],
  ["a text", JSON.stringify(text)],
  ["a number", "1e400"],
  ["an empty object", "{}"],
  ["an error", JSON.stringify({ errors: [{ code: "MANIFEST_UNKNOWN", message: "\u001b[2J" }] })],
  ["another manifest", index.bytes],
  ["nested lists", "[".repeat(100_000)],
  ["nested objects", '{"a":'.repeat(50_000)],
  ["control characters", "\u001b]0;x\u0007\u009b2J\u2066"],
];

function manifestOf(body: Body, header: string | null): Twist {
  return ({ kind, name }) =>
    kind === "manifest" && (name === "one" || name === digest)
      ? manifestAnswer({ ...stored(body, type), digest: header })
      : undefined;
}

function bodyCases([what, body]: typeof BODIES[number]): readonly Case[] {
  return [
    {
      name: `${what}, of a pinned manifest`,
      verb: "manifest",
      of: `@${digest}`,
      twist: manifestOf(body, digest),
      ends: "digest_mismatch",
      requests: 3,
    },
    {
      name: `${what}, of a pinned manifest whose header agrees with it`,
      verb: "config",
      of: `@${digest}`,
      twist: manifestOf(body, stored(body).digest),
      ends: "digest_mismatch",
      requests: 3,
    },
    {
      name: `${what}, of a tag whose header says otherwise`,
      verb: "inspect",
      of: ":one",
      twist: manifestOf(body, digest),
      ends: "digest_mismatch",
      requests: 3,
    },
    {
      name: `${what}, of a tag without a header`,
      verb: "manifest",
      of: ":one",
      twist: manifestOf(body, null),
      // A bit may be flipped in a digest or a name, and spaces are as good as none.
      ends: ["ok", "protocol", "unsupported"],
      requests: 6,
    },
  ];
}

async function packed(data: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([data]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// Spaces behind a JSON value are JSON.
const largest = new TextEncoder().encode(text.padEnd(LIMIT, " "));
const zipped = await packed(bytes);
const bomb = await packed(new Uint8Array(64 * 1024 * 1024).fill(0x20));

function answer(body: BodyInit, headers: Record<string, string> = {}): Twist {
  return ({ kind }) => {
    if (kind !== "manifest") return undefined;
    return new Response(body, { headers: { "content-type": type, ...headers } });
  };
}

const gzip = { "content-encoding": "gzip" };

const SIZES: readonly Case[] = [
  {
    name: "a manifest of 4 MiB",
    verb: "manifest",
    of: ":one",
    twist: manifestOf(largest, null),
    ends: "ok",
  },
  ...[`@${digest}`, ":one"].flatMap((of): readonly Case[] => [
    {
      name: `a manifest of 4 MiB and a byte, ${of.slice(0, 4)}`,
      verb: "manifest",
      of,
      twist: manifestOf(new Uint8Array([...largest, 0x20]), digest),
      ends: "too_large",
      requests: 2,
    },
    {
      name: `a manifest that never ends, ${of.slice(0, 4)}`,
      verb: "inspect",
      of,
      twist: ({ kind }) => kind === "manifest" ? new Response(endless()) : undefined,
      ends: "too_large",
      requests: 2,
    },
    {
      name: `a manifest that is a gzip bomb, ${of.slice(0, 4)}`,
      verb: "manifest",
      of,
      twist: answer(bomb, { ...gzip, "content-length": `${bomb.length}` }),
      ends: "too_large",
      requests: 2,
    },
    {
      name: `a manifest in gzip, ${of.slice(0, 4)}`,
      verb: "config",
      of,
      twist: answer(zipped, { ...gzip, "content-length": `${zipped.length}` }),
      ends: "ok",
    },
    {
      name: `a manifest in half a gzip, ${of.slice(0, 4)}`,
      verb: "manifest",
      of,
      twist: ({ kind }) =>
        kind === "manifest"
          ? new Response(breaking(zipped.slice(0, zipped.length >> 1), "ends"), { headers: gzip })
          : undefined,
      ends: "unavailable",
    },
  ]),
];

const PAGES: readonly Case[] = (["manifest", "config", "inspect"] as const).flatMap((verb) =>
  [":one", `@${digest}`].map((of): Case => ({
    name: `a web page with status 200, ${verb} of ${of.slice(0, 4)}`,
    verb,
    of,
    twist: ({ kind }) =>
      kind === "manifest"
        ? new Response(HTML, { headers: { "content-type": "text/html" } })
        : undefined,
    ends: "protocol",
    requests: 2,
  }))
);

/** Bytes in place of a manifest. */
export const BODY_CASES: readonly Case[] = [...BODIES.flatMap(bodyCases), ...SIZES, ...PAGES];
