import { assert, assertEquals } from "@std/assert";
import { type Exchange, type Flow, openFlow, RegistryError } from "../../mod.ts";
import { LOGIN, passwordCanaries } from "../flow/houses.ts";
import { internet } from "../flow/internet.ts";
import { judge, type Law } from "../flow/invariants.ts";
import { recordingFetch, type Run } from "../flow/run_listing.ts";
import { digestOf } from "../registry/mod.ts";
import { virtualClock } from "../virtual_clock.ts";
import { fill, type Holdings, ORIGIN, REPOSITORY, type Twist, worldOf } from "./world.ts";

/** What can be asked. */
export type Verb = "digest" | "manifest" | "inspect" | "config" | "blob";

/** One hostile answer, and what is allowed to come of it. */
export interface Case {
  readonly name: string;
  readonly verb: Verb;
  /** Behind the repository, as in `:1` or `@sha256:...`. */
  readonly of: string;
  readonly platform?: string;
  readonly holdings?: Holdings;
  readonly twist?: Twist;
  /** `ok`, or an error's code; one of several. */
  readonly ends: string | readonly string[];
  /** What `digest` and `manifest` must have told, where they end well. */
  readonly told?: string;
  /** Requests for manifests and blobs, at the most, wherever they went. @default 12 */
  readonly requests?: number;
  /** Whether a mismatch is one of sizes alone. @default false */
  readonly ofSizes?: boolean;
  /** What else has to be true. */
  readonly check?: (run: Run) => void;
}

/** Requests after which a case is stopped. */
const RUNAWAY = 2000;

/** What a verb found: the digests that it vouches for, and the bytes, where it has them. */
interface Found {
  readonly digest: string;
  readonly bytes?: Uint8Array;
}

/** Runs a case with a login or as nobody, and judges it by what must always be true. */
export async function runCase(one: Case, who: "alice" | "nobody"): Promise<void> {
  const { verb, of, platform, ends, told, ofSizes = false } = one;
  const clock = virtualClock();
  const warnings: string[] = [];
  const exchanges: Exchange[] = [];
  const stop = new AbortController();
  const answers = internet(worldOf(await fill(one.holdings), one.twist));
  const network = recordingFetch(answers, clock, () => {
    if (network.requests.length > RUNAWAY) stop.abort(new Error("it never ends"));
  });
  const flow = openFlow({
    clock,
    fetch: network.fetch,
    random: () => 0.5,
    ...(who === "alice" ? { credentials: () => LOGIN } : {}),
    onExchange: (exchange) => void exchanges.push(exchange),
    onWarning: (message) => void warnings.push(message),
  });
  let found: Found | undefined;
  let error: unknown;
  try {
    found = await VERBS[verb](flow, `${REPOSITORY}${of}`, { platform, signal: stop.signal });
  } catch (thrown) {
    error = thrown ?? "threw nothing";
  }
  const run: Run = {
    tags: [],
    error,
    complete: error === undefined,
    warnings,
    exchanges,
    requests: network.requests,
    elapsed: clock.now(),
    sleepers: clock.sleepers(),
    openBodies: network.openBodies(),
  };
  judge(run, { ...LAW, mostRequests: (one.requests ?? 12) + 3 });
  const code = error instanceof RegistryError ? error.code : "ok";
  const wanted = [ends].flat();
  const why = error instanceof Error ? error.message : "it ended well";
  assert(wanted.includes(code), `${code} instead of ${wanted}: ${why}`);
  if (found !== undefined) judgeFound(found, of, told);
  if (code === "digest_mismatch" && !ofSizes) {
    const named = new Set(why.match(/sha(256|512):[0-9a-f]{64,128}/g));
    assertEquals(named.size, 2, `not both digests: ${why}`);
  }
  one.check?.(run);
}

function judgeFound({ digest, bytes }: Found, of: string, told: string | undefined): void {
  if (told !== undefined) assertEquals(digest, told);
  if (bytes === undefined) return;
  if (digest.startsWith("sha256:")) assertEquals(digestOf(bytes), digest, "the bytes are others");
  if (of.startsWith("@") && told === undefined) assertEquals(`@${digest}`, of);
}

type Ask = (
  flow: Flow,
  reference: string,
  options: { readonly platform?: string; readonly signal: AbortSignal },
) => Promise<Found>;

const VERBS: Readonly<Record<Verb, Ask>> = {
  digest: (flow, reference, options) => flow.digest(reference, options),
  manifest: (flow, reference, options) => flow.manifest(reference, options),
  async inspect(flow, reference, options) {
    const { digest } = await flow.inspect(reference, options);
    return { digest };
  },
  async config(flow, reference, options) {
    const { digest, bytes } = await flow.config(reference, options);
    assertEquals(digestOf(bytes), digest, "the config's bytes are others");
    return { digest };
  },
  async blob(flow, reference, { signal }) {
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    for await (const chunk of flow.blob(reference, { signal })) chunks.push(new Uint8Array(chunk));
    const bytes = new Uint8Array(await new Blob(chunks).arrayBuffer());
    return { digest: reference.slice(reference.indexOf("@") + 1), bytes };
  },
};

const LAW: Law = {
  canaries: passwordCanaries([ORIGIN]),
  tokenAudience: [ORIGIN],
  registry: "registry.example",
  adapter: "spec",
};
