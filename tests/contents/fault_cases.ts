import type { Case, Verb } from "./run_case.ts";
import { amd64, breaking, index, layer, refusal, type Twist } from "./world.ts";

/** A fault, what comes of it when it strikes once, and when it strikes for ever. */
type Fault = readonly [
  name: string,
  answer: () => Response | Promise<Response>,
  once: string | readonly string[],
  always: string | readonly string[],
];

const HTML = "<html><title>Sign in</title></html>";
const start = index.bytes.slice(0, 40);
const type = { "content-type": index.mediaType };

function lost(reason: string): Promise<Response> {
  return Promise.reject(new Error(`client error (SendRequest): ${reason}`));
}

/** Rows 1 to 8, 17 to 24 and 31, 32 of HOSTILE.md, section 2. */
const FAULTS: readonly Fault[] = [
  ["429 and a second", () => refusal(429, "TOOMANY", { "retry-after": "1" }), "ok", "rate_limited"],
  ["429", () => refusal(429, "TOOMANYREQUESTS"), "ok", "rate_limited"],
  [
    "429 and a day",
    () => refusal(429, "X", { "retry-after": "86400" }),
    "rate_limited",
    "rate_limited",
  ],
  ["403 and a second", () => refusal(403, "X", { "retry-after": "1" }), "ok", "rate_limited"],
  ...[408, 500, 502, 503, 504, 522].map((status): Fault => [
    `${status}`,
    () => refusal(status, "X"),
    "ok",
    "unavailable",
  ]),
  ["503 with a web page", () => new Response(HTML, { status: 503 }), "ok", "unavailable"],
  ["a reset", () => lost("connection reset by peer"), "ok", "unavailable"],
  ["silence", () => new Promise(() => {}), "ok", "unavailable"],
  [
    "a cut body",
    () => new Response(breaking(start, "fails"), { headers: type }),
    "ok",
    "unavailable",
  ],
  [
    "a stalled body",
    () => new Response(breaking(start, "stalls"), { headers: type }),
    "ok",
    "unavailable",
  ],
  [
    "no body, then silence",
    () => new Response(breaking(start.slice(0, 0), "stalls")),
    "ok",
    "unavailable",
  ],
  ["a body that ends early", () => new Response(breaking(start, "ends"), { headers: type }), "ok", [
    "digest_mismatch",
    "protocol",
  ]],
];

interface Position {
  readonly name: string;
  readonly verb: Verb;
  readonly of: string;
  readonly platform?: string;
  strikes(asked: Parameters<Twist>[0]): boolean;
  /** Requests for all the rest. */
  readonly others: number;
}

const POSITIONS: readonly Position[] = [
  {
    name: "HEAD of a tag",
    verb: "digest",
    of: ":1",
    strikes: ({ method }) => method === "HEAD",
    others: 1,
  },
  {
    name: "the index",
    verb: "inspect",
    of: ":1",
    strikes: ({ name }) => name === "1",
    others: 6,
  },
  {
    name: "a child",
    verb: "inspect",
    of: ":1",
    strikes: ({ name }) => name === amd64.digest,
    others: 6,
  },
  {
    name: "a config",
    verb: "config",
    of: ":1",
    platform: "linux/amd64",
    strikes: ({ name }) => name === amd64.config.digest,
    others: 2,
  },
  {
    name: "a blob",
    verb: "blob",
    of: `@${layer}`,
    strikes: ({ kind }) => kind === "blob",
    others: 0,
  },
];

const READS_BODY = (name: string): boolean => name.includes("body");

/** Faults that pass, and that do not, at each place. */
export const FAULT_CASES: readonly Case[] = POSITIONS.flatMap((position) =>
  FAULTS.filter(([name]) => position.verb !== "digest" || !READS_BODY(name)).flatMap(
    ([fault, answer, once, always]) =>
      [1, Infinity].map((times): Case => {
        const { name, verb, of, platform, strikes, others } = position;
        let struck = 0;
        // What was handed out of a stream cannot be taken back.
        const cut = verb === "blob" && READS_BODY(fault);
        const spoilt = ["digest_mismatch", "unavailable"];
        const ends = times === 1 ? once : always;
        return {
          name: `${fault} ${times === 1 ? "once" : "for ever"} at ${name}`,
          verb,
          of,
          platform,
          twist: (asked) => {
            if (!strikes(asked)) return undefined;
            // Each run of a case begins anew.
            if (asked.count === 1) struck = 0;
            return struck++ < times ? answer() : undefined;
          },
          ends: cut ? [...spoilt, ...times === 1 ? ["ok"] : []] : ends,
          requests: others + 11,
        };
      }),
  )
);

/** Statuses that no patience changes, at each place. */
export const STATUS_CASES: readonly Case[] = POSITIONS.flatMap((
  { name, verb, of, platform, strikes },
) =>
  [201, 204, 206, 304, 400, 401, 402, 403, 404, 405, 406, 410, 416, 451, 501, 505].map((
    status,
  ): Case => ({
    name: `${status} at ${name}`,
    verb,
    of,
    platform,
    twist: (asked) => {
      if (!strikes(asked)) return undefined;
      const isBare = status === 204 || status === 304;
      return isBare ? new Response(null, { status }) : refusal(status, "X");
    },
    ends: [
      "protocol",
      "not_found",
      "denied",
      "unauthorized",
      "unsupported",
      "digest_mismatch",
      ...(status === 505 ? ["unavailable"] : []),
      // HEAD is not the last word, and a child may be missing.
      ...(verb === "digest" || (name === "a child" && status === 404) ? ["ok"] : []),
    ],
    requests: 14,
  }))
);
