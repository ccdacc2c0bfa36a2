import { assert } from "@std/assert";
import { type Exchange, openFlow } from "../../mod.ts";
import { judge } from "../flow/invariants.ts";
import { recordingFetch, type Run, runListing } from "../flow/run_listing.ts";
import { virtualClock } from "../virtual_clock.ts";
import { type Kind, KINDS, LAW, ORIGIN } from "./kinds.ts";

/** What a reader does: list a repository, or try the login at `/v2/`. */
export type Errand = "listing" | "door";

/**
 * Has a reader with this kind of secret do an errand at https://registry.example, where `handle` is the
 * whole internet, and judges all that came of it.
 */
export async function runCase(errand: Errand, kind: Kind, handle: typeof fetch): Promise<Run> {
  const run = errand === "door" ? await runDoor(kind, handle) : await runListing(
    "registry.example/team/app",
    handle,
    { flow: { credentials: () => KINDS[kind], retries: 1 } },
  );
  judge(run, LAW);
  for (const { origin, headers, body, url } of run.requests) {
    if (origin === ORIGIN) continue;
    assert(!("authorization" in headers), `authorization at ${url}`);
    assert(body === "", `a body at ${url}`);
    assert(url.startsWith("https:"), url);
  }
  return run;
}

/** The same as `runListing()` for a login that is tried. */
async function runDoor(kind: Kind, handle: typeof fetch): Promise<Run> {
  const clock = virtualClock();
  const warnings: string[] = [];
  const exchanges: Exchange[] = [];
  const network = recordingFetch(handle, clock);
  const flow = openFlow({
    clock,
    fetch: network.fetch,
    random: () => 0.5,
    retries: 1,
    credentials: () => KINDS[kind],
    onExchange: (exchange) => void exchanges.push(exchange),
    onWarning: (message) => void warnings.push(message),
  });
  const started = clock.now();
  let error: unknown;
  try {
    await flow.checkLogin("registry.example");
  } catch (thrown) {
    error = thrown ?? "threw nothing";
  }
  return {
    tags: [],
    error,
    complete: false,
    warnings,
    exchanges,
    requests: network.requests,
    elapsed: clock.now() - started,
    sleepers: clock.sleepers(),
    openBodies: network.openBodies(),
  };
}
