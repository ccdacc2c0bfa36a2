import { assert, assertEquals } from "@std/assert";
import { type Flow, openFlow, RegistryError } from "../../mod.ts";
import {
  buildImage,
  contentFaults,
  type ContentTrouble,
  distribution,
  type Faults,
  randomBlob,
  simulateNetwork,
  type TestImage,
} from "../registry/mod.ts";
import { virtualClock } from "../virtual_clock.ts";
import { expectWhole } from "./whole.ts";

/** Repositories of ten tags; 1000 take a minute or two. */
const REPOSITORIES = Number(Deno.env.get("PORTOLAN_SCALE") ?? 60);
const TAGS = 10;
/** How many requests of a hundred go wrong. */
const PERCENT = 5;
/** Repositories that are copied at once. */
const AT_ONCE = 8;
/** Runs after which all must be there. */
const MOST_RUNS = 4;
const USER = "alice";
const SECRET = "wonderland";

const TROUBLES: readonly ContentTrouble[] = [
  { kind: "status", status: 500 },
  { kind: "status", status: 503, retryAfter: "1" },
  { kind: "status", status: 429 },
  { kind: "status", status: 401 },
  { kind: "status", status: 404 },
  { kind: "lost" },
  { kind: "lost", done: true },
  { kind: "cut", at: 10 },
  { kind: "stalled", at: 10 },
  { kind: "flipped-bit", at: 3 },
  { kind: "request-cut", at: 5 },
  { kind: "upload-lost" },
  { kind: "header", name: "docker-content-digest", value: `sha256:${"1".repeat(64)}` },
  { kind: "header", name: "location", value: "https://evil.example/x" },
];
const KINDS = ["manifest", "blob", "referrers", "uploads", "upload"] as const;

Deno.test(`copies() carry ${REPOSITORIES} repositories through ${PERCENT} % of faults: all equal, none lost, none half`, async () => {
  const images = manyImages();
  const random = seeded(1);
  const clock = virtualClock();
  let armed = true;
  let faulty = 0;
  const kinds: readonly Faults[] = TROUBLES.map((does) =>
    contentFaults(KINDS.map((on) => ({ on, does })))
  );
  const faults: Faults = (request, count, answer) => {
    if (!armed || random() * 100 >= PERCENT) return undefined;
    faulty++;
    return kinds[Math.floor(random() * kinds.length)]?.(request, count, answer);
  };
  const options = { auth: "token", users: { [USER]: SECRET }, now: clock.wall, faults } as const;
  const network = simulateNetwork([
    distribution({ ...options, host: "source.example", images }),
    distribution({ ...options, host: "target.example", content: {} }),
  ]);
  const flow = openFlow({
    clock,
    random,
    fetch: network.fetch,
    credentials: () => ({ username: USER, password: SECRET }),
  });
  const wanted = Object.entries(images).flatMap(([repository, { tags }]) =>
    Object.entries(tags).map(([tag, image]) => ({ name: `${repository}:${tag}`, image }))
  );
  let left: readonly Wanted[] = wanted;
  const failed: number[] = [];
  for (let run = 0; run < MOST_RUNS && left.length > 0; run++) {
    left = await copyAll(left, flow);
    failed.push(left.length);
  }
  const asked = network.traffic.exchanges.length;
  armed = false;
  const repositories = Object.keys(images);
  const there = await expectWhole(network.fetch, "target.example", USER, SECRET, { repositories });
  assertEquals(left.map(({ name }) => name), []);
  for (const { name, image } of wanted) assertEquals(there.get(name), image.digest);
  assertEquals(there.size, wanted.length);
  assertEquals(clock.sleepers(), 0);
  assert(faulty > asked * PERCENT / 200, `${faulty} faults in ${asked} requests`);
  assert(asked < wanted.length * 40, `${asked} requests; failed: ${failed}`);
  // Most faults are got over within a run.
  assert((failed[0] ?? 0) < wanted.length / 2, `failed: ${failed}`);
});

interface Wanted {
  readonly name: string;
  readonly image: TestImage;
}

/** Copies all, a few at once, and gives back those that failed. */
async function copyAll(wanted: readonly Wanted[], flow: Flow): Promise<readonly Wanted[]> {
  const copies = flow.copies();
  const failed: Wanted[] = [];
  const queue = wanted.values();

  async function work(): Promise<void> {
    for (const each of queue) {
      const { name, image } = each;
      try {
        const { digest } = await copies.copy(`source.example/${name}`, `target.example/${name}`);
        assertEquals(digest, image.digest);
      } catch (error) {
        if (!(error instanceof RegistryError)) throw error;
        assert(error.facts.side !== undefined, error.message);
        failed.push(each);
      }
    }
  }

  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return failed;
}

/** Images of a layer that all share, one of their repository, one of their own. */
function manyImages(): Readonly<Record<string, { readonly tags: Record<string, TestImage> }>> {
  const base = randomBlob(2000, 1);
  return Object.fromEntries(
    Array.from({ length: REPOSITORIES }, (_, at) => {
      const repository = `team${at % 7}/app${at}`;
      const shared = randomBlob(500, at + 10);
      const tags: Record<string, TestImage> = {};
      for (let tag = 0; tag < TAGS; tag++) {
        tags[`1.${tag}`] = buildImage({
          layers: [base, shared, { of: `${repository} ${tag}` }],
        });
      }
      return [repository, { tags }];
    }),
  );
}

/** Numbers from 0 to 1 that look random and are the same each time: mulberry32. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6D2B79F5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
