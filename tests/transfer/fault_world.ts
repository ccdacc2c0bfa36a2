import { assert, assertEquals } from "@std/assert";
import {
  type CopiesOptions,
  type CopyOptions,
  type CopyResult,
  type CopyStep,
  type Exchange,
  type FlowOptions,
  openFlow,
  RegistryError,
} from "../../mod.ts";
import {
  buildImage,
  buildIndex,
  type ContentFault,
  contentFaults,
  distribution,
  type DistributionOptions,
  type Images,
  randomBlob,
  type SimulatedHost,
  type SimulatedNetwork,
  type SimulatedRegistry,
  simulateNetwork,
  type TestManifest,
} from "../registry/mod.ts";
import { type VirtualClock, virtualClock } from "../virtual_clock.ts";
import { expectWhole } from "./whole.ts";

/** Where images are copied from, and its password. */
export const SOURCE = "source.example";
/** Where images are copied to, and its password. */
export const TARGET = "target.example";
/** What only the source may see. */
export const SOURCE_SECRET = "s0urce-C4n4ry-p4ssw0rd";
/** What only the target may see. */
export const TARGET_SECRET = "t4rget-C4n4ry-p4ssw0rd";
/** The user at both. */
const USER = "alice";
/** The name of what is copied. */
export const REPOSITORY = "team/app";

/** One platform with a layer that is streamed, and small ones. */
export const amd64: TestManifest = buildImage({
  layers: [{ "etc/motd": "amd64\n" }, randomBlob(1_100_000, 7), 3000],
});
/** Another platform, which shares a layer. */
export const arm64: TestManifest = buildImage({
  platform: "linux/arm64/v8",
  layers: [{ "etc/motd": "arm64\n" }, 3000],
});
/** Both. */
export const index: TestManifest = buildIndex([amd64, arm64]);
/** What refers to the index. */
export const sbom: TestManifest = buildImage({
  artifactType: "application/spdx+json",
  layers: [{ of: '{"spdxVersion":"SPDX-2.3"}', mediaType: "application/spdx+json" }],
  subject: index,
});

/** A world of two registries, and how a copy between them is disturbed. */
export interface FaultCase {
  /** What happens at the source. */
  readonly source?: readonly ContentFault[];
  /** What happens at the target. */
  readonly target?: readonly ContentFault[];
  /** The source's habits. */
  readonly sourceOptions?: DistributionOptions;
  /** The target's habits. */
  readonly targetOptions?: DistributionOptions;
  /** What the source holds under tag `1`. @default the index, with an SBOM */
  readonly images?: Images;
  /** More hosts, which nobody should be sent to. */
  readonly others?: readonly SimulatedHost[];
  /** How the copy is made. */
  readonly copy?: CopyOptions & CopiesOptions;
  /** What may be thrown besides errors of the library: the reason of a signal. */
  readonly stops?: unknown;
  /** Milliseconds between two pieces of a blob from the source. @default 0 */
  readonly pause?: number;
  /** Whether children may be missing at the target. @default false */
  readonly sparse?: boolean;
  /** The most requests. @default 400 */
  readonly most?: number;
  /** How the flow is opened. */
  readonly flow?: Pick<FlowOptions, "timeout" | "retries" | "adapters">;
}

/** What came of a copy. */
export interface FaultRun {
  /** What it returned, if it did. */
  readonly result?: CopyResult;
  /** What it threw, if it did. */
  readonly error?: unknown;
  /** What it told of. */
  readonly steps: readonly CopyStep[];
  /** All that went over the wire. */
  readonly network: SimulatedNetwork;
  /** All that a trace shows. */
  readonly exchanges: readonly Exchange[];
  /** Virtual milliseconds. */
  readonly elapsed: number;
}

/** The most requests that any copy of the index may take, faults included. */
const MOST_REQUESTS = 400;
/** The most virtual milliseconds that any copy may take: an hour is nobody's patience. */
const MOST_TIME = 3_600_000;
/** Real milliseconds after which a case hangs. */
const HANGS = 20_000;

/** Copies tag `1` in a disturbed world and judges what nobody may break, whatever happens. */
export async function runFaultCase(disturbed: FaultCase): Promise<FaultRun> {
  const clock = virtualClock();
  let armed = true;
  const now = () => clock.wall();

  function registry(
    host: string,
    secret: string,
    list: readonly ContentFault[],
    options: DistributionOptions,
  ): SimulatedRegistry {
    const faults = contentFaults(list);
    return distribution({
      host,
      auth: "token",
      users: { [USER]: secret },
      now,
      ...options,
      faults: (...asked) => armed ? faults(...asked) : undefined,
    });
  }

  const images = disturbed.images ?? { [REPOSITORY]: { tags: { "1": index }, untagged: [sbom] } };
  const source = registry(SOURCE, SOURCE_SECRET, disturbed.source ?? [], {
    images,
    ...disturbed.sourceOptions,
  });
  const target = registry(TARGET, TARGET_SECRET, disturbed.target ?? [], {
    images: {},
    content: {},
    ...disturbed.targetOptions,
  });
  const network = simulateNetwork([source, target, { hosts: disturbed.others ?? [] }]);
  const steps: CopyStep[] = [];
  const exchanges: Exchange[] = [];
  const flow = openFlow({
    clock,
    random: () => 0.5,
    fetch: disturbed.pause === undefined
      ? network.fetch
      : slowed(network.fetch, disturbed.pause, clock),
    ...disturbed.flow,
    credentials: ({ registry: host }) => ({
      username: USER,
      password: host === SOURCE ? SOURCE_SECRET : TARGET_SECRET,
    }),
    onExchange: (exchange) => void exchanges.push(exchange),
  });
  const outcome = await withinReal(settle(flow.copy(
    `${SOURCE}/${REPOSITORY}:1`,
    `${TARGET}/${REPOSITORY}:1`,
    { ...disturbed.copy, onStep: (step) => void steps.push(step) },
  )));
  const run = { ...outcome, steps, network, exchanges, elapsed: clock.now() };
  await rest();
  assertEquals(clock.sleepers(), 0, "timers are left");
  assertEquals(network.traffic.inFlight(), 0, "exchanges are left");
  const { most = MOST_REQUESTS } = disturbed;
  assert(exchanges.length <= most, `${exchanges.length} requests`);
  if (run.error === undefined || run.error !== disturbed.stops) judge(run, images);
  armed = false;
  const { sparse } = disturbed;
  const copied = await expectWhole(network.fetch, TARGET, USER, TARGET_SECRET, { sparse });
  if (run.error === undefined) {
    assertEquals(copied.get(`${REPOSITORY}:1`), run.result?.digest, "the tag is another image");
  }
  return run;
}

function judge({ error, result, network, exchanges, elapsed }: FaultRun, images: Images): void {
  const { requests } = network;
  assert(elapsed <= MOST_TIME, `${elapsed} virtual ms`);
  if (error === undefined) {
    assertEquals(result?.sourceDigest, images[REPOSITORY]?.tags["1"]?.digest);
  } else assert(error instanceof RegistryError, Deno.inspect(error));
  if (error instanceof RegistryError) {
    assert(error.facts.side !== undefined, `no side: ${error.message}`);
    const said = JSON.stringify([error.message, error.facts]);
    assert(!said.includes(SOURCE_SECRET) && !said.includes(TARGET_SECRET), said);
  }
  assert(!/C4n4ry/.test(JSON.stringify(exchanges)), "a secret in the trace");
  const secrets: readonly (readonly [string, string])[] = [
    [SOURCE, SOURCE_SECRET],
    [TARGET, TARGET_SECRET],
  ];
  for (const [host, secret] of secrets) {
    const basic = btoa(`${USER}:${secret}`);
    for (const request of requests.filter((each) => each.host !== host)) {
      const all = JSON.stringify(request);
      assert(!all.includes(secret) && !all.includes(basic), `${request.host} saw ${secret}`);
    }
  }
  const sent = (at: string): Set<string | undefined> =>
    new Set(requests.filter(({ host }) => host === at).map(({ headers }) => headers.authorization));
  const both = sent(SOURCE).intersection(sent(TARGET));
  both.delete(undefined);
  assertEquals([...both], [], "a token for one end was sent to the other");
  for (const request of requests.filter(({ host }) => host !== SOURCE && host !== TARGET)) {
    assertEquals(request.headers.authorization, undefined, `${request.host} saw a token`);
  }
}

/** A fetch whose blobs come in pieces, one each so many milliseconds. */
function slowed(
  fetch: typeof globalThis.fetch,
  ms: number,
  clock: VirtualClock,
): typeof globalThis.fetch {
  return async (input, init) => {
    const answer = await fetch(input, init);
    const isBlob = init?.method === "GET" && String(input).startsWith(`https://${SOURCE}/`) &&
      String(input).includes("/blobs/");
    if (!isBlob || answer.body === null) return answer;
    const wait = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      async transform(chunk, controller): Promise<void> {
        await clock.sleep(ms, init?.signal ?? undefined);
        controller.enqueue(chunk);
      },
    });
    const { status, headers } = answer;
    return new Response(answer.body.pipeThrough(wait), { status, headers });
  };
}

async function settle(work: Promise<CopyResult>): Promise<Pick<FaultRun, "result" | "error">> {
  try {
    return { result: await work };
  } catch (error) {
    return { error: error ?? "threw nothing" };
  }
}

/** Lets what was let go come to its end. */
async function rest(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
}

async function withinReal<T>(work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error("It hangs")), HANGS);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
