import { assert, assertEquals } from "@std/assert";
import { challenged, redirected } from "../flow/internet.ts";
import type { Run } from "../flow/run_listing.ts";
import { inHeader, LOCAL_NAMES, type PointedAt, TARGETS } from "../flow/targets.ts";
import { bytesOf } from "../registry/mod.ts";
import type { Case } from "./run_case.ts";
import {
  amd64,
  blobAnswer,
  breaking,
  endless,
  layer,
  ORIGIN,
  refusal,
  type Twist,
} from "./world.ts";

const blob = await bytesOf(amd64.layers[1] ?? amd64.config);
const config = await bytesOf(amd64.config);
const STORAGE = "https://storage.test/data?X-Signature=s1gn4tur3";
const STATUSES = [301, 302, 303, 307, 308];

/** Everything outside of the registry gets nothing that tells who asks. */
function checkStrays({ requests }: Run): void {
  for (const { origin, url, headers, body } of requests) {
    if (origin === ORIGIN) continue;
    assert(url.startsWith("https:"), url);
    const known = ["accept", "accept-encoding", "range", "user-agent"];
    assertEquals(Object.keys(headers).filter((name) => !known.includes(name)), [], url);
    assertEquals(body, "", url);
  }
}

/** The registry sends the readers of blobs to `location`; whoever is there has what they want. */
function sentTo(
  status: number,
  location: string | undefined,
  bytes: Uint8Array<ArrayBuffer>,
): Twist {
  return ({ url, kind, count }) => {
    if (url.origin !== ORIGIN) return blobAnswer(bytes);
    if (kind === "blob" && count === 1) return redirected(status, location);
    return kind === "other" ? blobAnswer(bytes) : undefined;
  };
}

const ENDS: Readonly<Record<PointedAt["kind"], string>> = {
  own: "ok",
  public: "ok",
  closed: "protocol",
};

function targetCases(target: PointedAt): readonly Case[] {
  const location = inHeader(target.url);
  return STATUSES.flatMap((status) =>
    ([["blob", `@${layer}`, blob], ["config", ":one", config]] as const).map((
      [verb, of, bytes],
    ): Case => ({
      name: `${status} of a ${verb} to ${target.url}`,
      verb,
      of,
      twist: sentTo(status, location, bytes),
      ends: ENDS[target.kind],
      requests: verb === "blob" ? 2 : 3,
      check(run: Run): void {
        checkStrays(run);
        const strays = run.requests.filter(({ origin }) => origin !== ORIGIN);
        assertEquals(strays.length, target.kind === "public" ? 1 : 0, Deno.inspect(strays));
      },
    }))
  );
}

/** What a storage says, to whom the registry has sent the reader with a signed address. */
function storageCase(
  name: string,
  storage: Twist,
  ends: string | readonly string[],
  more: Partial<Case> = {},
): readonly Case[] {
  return ([["blob", `@${layer}`], ["config", ":one"]] as const).map(([verb, of]) => ({
    name: `${name}, ${verb}`,
    verb,
    of,
    twist: (asked) => {
      if (asked.url.origin !== ORIGIN) return storage(asked);
      return asked.kind === "blob" ? redirected(307, STORAGE) : undefined;
    },
    ends,
    ...more,
    check(run: Run): void {
      checkStrays(run);
      const shown = `${Deno.inspect(run.error)}${JSON.stringify(run.exchanges)}`;
      assert(!shown.includes("s1gn4tur3"), `a signature shows: ${shown}`);
      more.check?.(run);
    },
  }));
}

/** Sends on, hop by hop, until `last` hops were made. */
function hops(last: number, between: (hop: number) => string): Twist {
  return ({ url }) => {
    const hop = Number(url.searchParams.get("hop") ?? "1");
    return hop >= last ? refusal(404, "X") : redirected(302, between(hop + 1));
  };
}

const xml = '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>';
const bearer = 'Bearer realm="https://storage.test/token",service="s"';
const evil = 'Bearer realm="https://attacker.test/token",service="s"';

const STORAGES: readonly Case[] = [
  ...[bearer, evil, `Bearer realm="${ORIGIN}/auth",service="s"`, 'Basic realm="x"', "Negotiate", ""]
    .flatMap((challenge) =>
      storageCase(
        `a storage that answers 401 with ${challenge}`,
        () => challenged(challenge),
        "protocol",
        { requests: 3 },
      )
    ),
  ...[400, 403, 404, 410].flatMap((status) =>
    storageCase(
      `a storage that answers ${status}`,
      () => new Response(xml, { status }),
      ["unavailable", "not_found"],
      { requests: 3 },
    )
  ),
  ...[500, 502, 503, 504].flatMap((status) =>
    storageCase(
      `a storage that answers ${status}`,
      () => new Response(xml, { status }),
      "unavailable",
      { requests: 11 },
    )
  ),
  ...storageCase(
    "a storage that asks for patience",
    () => refusal(429, "X", { "retry-after": "1" }),
    "rate_limited",
    { requests: 11 },
  ),
  ...storageCase(
    "a storage that asks for a day",
    () => refusal(429, "X", { "retry-after": "86400" }),
    "rate_limited",
    { requests: 3 },
  ),
  ...storageCase("a storage that is a web page", () => new Response("<html>"), "digest_mismatch", {
    requests: 5,
  }),
  ...storageCase("a storage with other bytes", () => blobAnswer(amd64.bytes), "digest_mismatch", {
    requests: 5,
  }),
  ...storageCase(
    "a storage with nothing",
    () => new Response(null, { status: 204 }),
    "digest_mismatch",
    { requests: 5 },
  ),
  ...storageCase(
    "a storage that breaks off",
    () => new Response(breaking(blob.slice(0, 9), "fails")),
    "unavailable",
    { requests: 40 },
  ),
  ...storageCase(
    "a storage that stalls",
    () => new Response(breaking(blob.slice(0, 9), "stalls")),
    "unavailable",
    { requests: 40 },
  ),
  ...storageCase(
    "a storage that is not there",
    () => Promise.reject(new Error("client error (Connect): connection refused")),
    "unavailable",
    { requests: 11 },
  ),
  ...storageCase(
    "a storage whose name is unknown",
    () =>
      Promise.reject(
        new Error("client error (Connect): dns error: failed to lookup address information"),
      ),
    "unavailable",
    { requests: 11 },
  ),
  ...storageCase("five hops", hops(5, (hop) => `https://s${hop}.test/?hop=${hop}`), [
    "unavailable",
    "not_found",
  ], { requests: 7 }),
  ...storageCase("six hops", hops(9, (hop) => `https://s${hop}.test/?hop=${hop}`), "protocol", {
    requests: 7,
  }),
  ...storageCase("a loop", hops(99, () => STORAGE), "protocol", { requests: 7 }),
  ...storageCase(
    "a loop of two",
    ({ url }) => redirected(307, url.host === "a.test" ? STORAGE : "https://a.test/"),
    "protocol",
    { requests: 7 },
  ),
  ...[
    "http://storage.test/",
    "http://registry.example/v2/",
    "https://10.0.0.1/",
    "https://localhost/",
    "https://u:p@storage.test/",
    "https://u@other.test/",
    "file:///etc/passwd",
    "data:,x",
    "",
    "https://",
  ].flatMap((location) =>
    storageCase(
      `a storage that sends on to "${location}"`,
      ({ count }) => count === 1 ? redirected(302, location) : refusal(404, "X"),
      location === "" ? ["protocol", "unavailable", "not_found"] : "protocol",
      { requests: 7 },
    )
  ),
  ...storageCase(
    "a storage that sends on without saying where",
    () => redirected(302),
    "protocol",
    { requests: 3 },
  ),
  ...storageCase(
    "a storage that sends back into the registry",
    () => redirected(307, `${ORIGIN}/v2/other/secret/blobs/${layer}`),
    ["protocol", "not_found", "unauthorized", "denied", "unavailable"],
    {
      requests: 8,
      check({ requests }: Run): void {
        const back = requests.filter(({ url }) => url.includes("/other/secret/"));
        for (const { headers } of back) assert(!("authorization" in headers), "with a token");
      },
    },
  ),
  ...["set-cookie", "x-amz-meta", "www-authenticate", "refresh", "location"].flatMap((header) =>
    storageCase(
      `a storage that sends ${header} along`,
      () => {
        const answer = blobAnswer(blob);
        answer.headers.set(header, "c4n4ry=1; Domain=registry.example");
        return answer;
      },
      ["ok", "digest_mismatch"],
      { requests: 5 },
    )
  ),
];

/** Redirects that would hand on what the registry was told. */
const HANDED_ON: readonly Case[] = [
  `https://storage.test/?token=minted-by-the-registry-t0k3n/C4n4ry`,
  `https://storage.test/?token=${encodeURIComponent("minted-by-the-registry-t0k3n/C4n4ry")}`,
  `https://storage.test/minted-by-the-registry-t0k3n/C4n4ry/x`,
].map((location): Case => ({
  name: `a redirect to ${location}`,
  verb: "blob",
  of: `@${layer}`,
  twist: sentTo(307, location, blob),
  ends: "protocol",
  requests: 1,
}));

/** Manifests are the registry's own: a reader with a secret is sent nowhere else. */
const MANIFESTS: readonly Case[] = STATUSES.flatMap((status) =>
  ["digest", "manifest"].map((verb): Case => ({
    name: `${status} of a manifest, ${verb}`,
    verb: verb === "digest" ? "digest" : "manifest",
    of: ":one",
    twist: ({ url, kind }) =>
      url.origin === ORIGIN && kind === "manifest"
        ? redirected(status, "https://storage.test/m")
        : undefined,
    ends: ["protocol", "not_found"],
    requests: 4,
    check: checkStrays,
  }))
);

/** Where blobs and manifests are sent. HOSTILE.md, A2. */
export const REDIRECT_CASES: readonly Case[] = [
  ...[...TARGETS, ...LOCAL_NAMES].flatMap(targetCases),
  ...STORAGES,
  ...HANDED_ON,
  ...MANIFESTS,
  {
    name: "a redirect of a whole answer that never ends",
    verb: "blob",
    of: `@${layer}`,
    twist: ({ url, kind }) => {
      if (url.origin !== ORIGIN) return blobAnswer(blob);
      return kind === "blob"
        ? new Response(endless(), { status: 307, headers: { location: STORAGE } })
        : undefined;
    },
    ends: "ok",
  },
];
