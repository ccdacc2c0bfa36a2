import { assert, assertEquals } from "@std/assert";
import { printable, RegistryError } from "../../mod.ts";
import type { Received, Run } from "./run_listing.ts";

/** Something that must stay where it belongs. */
export interface Canary {
  readonly what: string;
  readonly value: string;
  /** The only origins that may receive it. */
  readonly audience: readonly string[];
}

/** What a run is judged by. */
export interface Law {
  readonly canaries: readonly Canary[];
  /** The origins that may receive a bearer token. */
  readonly tokenAudience: readonly string[];
  /** Every tag that the server has; a listing that ends normally is exactly this. */
  readonly truth?: readonly string[];
  /** Whether `truth` is only to be sampled, because of a limit. */
  readonly limited?: boolean;
  /** @default 40 */
  readonly mostRequests?: number;
  /** Virtual milliseconds. @default 905_000 */
  readonly mostTime?: number;
  /** The registry and the adapter that an error must name. */
  readonly registry?: string;
  readonly adapter?: string;
}

/** Judges a run; throws at the first broken invariant. */
export function judge(run: Run, law: Law): void {
  const canaries = [...law.canaries, ...tokensOf(run.requests, law.tokenAudience)];
  for (const received of run.requests) judgeRequest(received, canaries, law);
  for (const [where, text] of visibleText(run)) {
    for (const canary of canaries) {
      assert(!holds(text, canary.value), `${canary.what} shows in ${where}: ${text.slice(0, 600)}`);
    }
  }
  for (const warning of run.warnings) assertPrintable("a warning", warning);
  judgeEnd(run, law);
  if (run.error === undefined) judgeSuccess(run, law);
  else judgeFailure(run, law);
}

function judgeRequest(received: Received, canaries: readonly Canary[], law: Law): void {
  const { origin, url, headers, body } = received;
  const authorization = headers.authorization ?? "";
  if (authorization.startsWith("Bearer ")) {
    assert(law.tokenAudience.includes(origin), `a bearer token went to ${origin}`);
  }
  assert(!("cookie" in headers), `a cookie went to ${origin}`);
  const bytes = [url, ...Object.entries(headers).flat(), body].join("\n");
  for (const canary of canaries) {
    if (canary.audience.includes(origin)) continue;
    assert(!holds(bytes, canary.value), `${canary.what} went to ${origin}: ${bytes}`);
  }
}

function judgeEnd(run: Run, law: Law): void {
  const { mostRequests = 40, mostTime = 905_000 } = law;
  assert(run.requests.length <= mostRequests, `${run.requests.length} requests`);
  assert(run.elapsed <= mostTime, `${run.elapsed} ms of virtual time`);
  assertEquals(run.sleepers, 0, "timers are left");
  assertEquals(run.openBodies, 0, "bodies are open");
  assertEquals(new Set(run.tags).size, run.tags.length, "a tag came twice");
}

function judgeSuccess(run: Run, law: Law): void {
  if (law.truth === undefined) return;
  if (law.limited) {
    for (const tag of run.tags) assert(law.truth.includes(tag), `${tag} is not the server's`);
    return;
  }
  assert(run.complete, "it ended normally and is not complete");
  assertEquals([...run.tags].sort(), [...law.truth].sort(), "the list is not the server's truth");
}

function judgeFailure(run: Run, law: Law): void {
  const { error } = run;
  assert(error instanceof RegistryError, `not a RegistryError: ${Deno.inspect(error)}`);
  assert(!run.complete, "it failed and is complete");
  assertEquals(error.code === "incomplete", run.tags.length > 0, `${error.code}: ${error.message}`);
  assert(error.facts.registry !== undefined, "the error names no registry");
  assert(error.facts.adapter !== undefined, "the error names no adapter");
  if (law.registry !== undefined) assertEquals(error.facts.registry, law.registry);
  if (law.adapter !== undefined) assertEquals(error.facts.adapter, law.adapter);
  assertPrintable("the message", error.message);
  assert(error.message.startsWith("Cannot "), error.message);
  assert(error.message.length < 1500, `a message of ${error.message.length} characters`);
  for (const line of [error.facts.request, error.facts.hint, ...error.facts.diagnostics ?? []]) {
    assertPrintable("a fact", line ?? "");
  }
}

function assertPrintable(where: string, text: string): void {
  assertEquals(printable(text, 100_000), text, `${where} is not printable`);
}

/** Every text that a user or a log may see. */
function visibleText(run: Run): (readonly [where: string, text: string])[] {
  const texts: (readonly [string, string])[] = [
    ...run.warnings.map((text) => ["a warning", text] as const),
    ...run.exchanges.map((exchange) => ["the trace", JSON.stringify(exchange)] as const),
  ];
  const { error } = run;
  if (!(error instanceof Error)) return texts;
  texts.push(["the message", error.message], ["the stack", error.stack ?? ""]);
  texts.push(["Deno.inspect", Deno.inspect(error, { depth: 10, strAbbreviateSize: 100_000 })]);
  if (error instanceof RegistryError) texts.push(["the facts", JSON.stringify(error.facts)]);
  return texts;
}

/** Each token that went out is a canary of its own. */
function tokensOf(requests: readonly Received[], audience: readonly string[]): Canary[] {
  const values = requests.map(({ headers }) => headers.authorization ?? "")
    .filter((text) => text.startsWith("Bearer ")).map((text) => text.slice("Bearer ".length));
  return [...new Set(values)].map((value) => ({ what: "a bearer token", value, audience }));
}

/** Pieces of a secret so long are the secret. */
const WINDOW = 16;
const STEP = 6;

/** Whether `text` holds a secret, or a telling piece of it: as it is, in base64, percent-encoded, or as JSON writes it. */
export function holds(text: string, secret: string): boolean {
  return needles(secret).some((needle) => text.includes(needle));
}

const known = new Map<string, readonly string[]>();

function needles(secret: string): readonly string[] {
  const ready = known.get(secret);
  if (ready !== undefined) return ready;
  const bytes = new TextEncoder().encode(secret);
  const base64 = btoa(String.fromCharCode(...bytes)).replaceAll("=", "");
  const percent = encodeURIComponent(secret);
  const forms = new Set([secret, base64, percent, percent.toLowerCase()]);
  const all = [...new Set([...forms].flatMap(windows))];
  if (known.size > 500) known.clear();
  known.set(secret, all);
  return all;
}

function windows(text: string): string[] {
  if (text.length <= WINDOW) return text.length < 6 ? [] : [text];
  const starts = Array.from({ length: Math.floor((text.length - WINDOW) / STEP) + 1 });
  return starts.map((_, index) => text.slice(index * STEP, index * STEP + WINDOW));
}

/** Why a case failed, on one line. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  // deno-lint-ignore no-control-regex
  return text.replaceAll(/\x1b\[\d+m/g, "").replaceAll(/\s+/g, " ").slice(0, 300);
}
