import { assert, assertEquals } from "@std/assert";
import { startWatch } from "../../core/wire/watch.ts";
import { virtualClock } from "../virtual_clock.ts";

Deno.test("watch.expect() aborts once the time is up, and says what was expected", async () => {
  const clock = virtualClock();
  const watch = startWatch(clock, undefined);
  watch.expect(1000, 5000, "no answer");
  assertEquals(watch.late(), undefined);
  await clock.sleep(999);
  assert(!watch.signal.aborted);
  await clock.sleep(2);
  assert(watch.signal.aborted);
  assertEquals(watch.signal.reason, watch.late());
  assertEquals([watch.late()?.kind, watch.late()?.message], ["slow", "no answer within 1.0 s"]);
  assertEquals(clock.sleepers(), 0);
});

Deno.test("watch.expect() begins anew each time, up to the deadline", async () => {
  const clock = virtualClock();
  const watch = startWatch(clock, undefined);
  for (let turn = 0; turn < 4; turn++) {
    watch.expect(1000, 4500, "nothing more");
    await clock.sleep(900);
    assert(!watch.signal.aborted);
  }
  watch.expect(1000, 4500, "nothing more");
  await clock.sleep(890);
  assert(!watch.signal.aborted);
  await clock.sleep(20);
  assert(watch.signal.aborted);
});

Deno.test("watch.expect() aborts where the deadline has passed", async () => {
  const clock = virtualClock();
  await clock.sleep(10);
  const watch = startWatch(clock, undefined);
  watch.expect(1000, 5, "no answer");
  await clock.sleep(1);
  assertEquals(watch.late()?.message, "no answer within 0.0 s");
});

Deno.test("watch.expect() may be of less time than before", async () => {
  const clock = virtualClock();
  const watch = startWatch(clock, undefined);
  watch.expect(600_000, Infinity, "no answer");
  watch.rest();
  watch.expect(1000, Infinity, "nothing more");
  await clock.sleep(1001);
  assertEquals(watch.late()?.message, "nothing more within 1.0 s");
  assertEquals(clock.sleepers(), 0);
});

Deno.test("watch.rest() lets any time pass, and what is expected then has all its time", async () => {
  const clock = virtualClock();
  const watch = startWatch(clock, undefined);
  watch.expect(1000, Infinity, "nothing more");
  for (const pause of [1, 999, 1000, 1001, 50_000, 10]) {
    await clock.sleep(500);
    watch.rest();
    await clock.sleep(pause);
    assert(!watch.signal.aborted, `after ${pause}`);
    watch.expect(1000, Infinity, "nothing more");
    await clock.sleep(990);
    assert(!watch.signal.aborted, `soon after ${pause}`);
    watch.rest();
    watch.expect(1000, Infinity, "nothing more");
  }
  await clock.sleep(1001);
  assert(watch.signal.aborted);
});

Deno.test("watch.rest() leaves no timer behind although nobody stops the watch", async () => {
  const clock = virtualClock();
  const watch = startWatch(clock, undefined);
  watch.expect(1000, Infinity, "nothing more");
  watch.rest();
  await clock.sleep(2000);
  assertEquals(clock.sleepers(), 0);
  assert(!watch.signal.aborted);
});

Deno.test("watch.stop() lets go of timer and signal", async () => {
  const clock = virtualClock();
  const outer = new AbortController();
  const watch = startWatch(clock, outer.signal);
  watch.expect(1000, Infinity, "no answer");
  watch.stop();
  assertEquals(clock.sleepers(), 0);
  outer.abort("too late");
  await clock.sleep(2000);
  assert(!watch.signal.aborted);
  assertEquals(watch.late(), undefined);
});

Deno.test("watch.signal is aborted by the outer signal with its reason, and the timer goes", () => {
  for (const isBefore of [true, false]) {
    const clock = virtualClock();
    const outer = new AbortController();
    if (isBefore) outer.abort("enough");
    const watch = startWatch(clock, outer.signal);
    watch.expect(1000, Infinity, "no answer");
    outer.abort("enough");
    assertEquals([watch.signal.aborted, watch.signal.reason], [true, "enough"]);
    assertEquals(watch.late(), undefined);
    assertEquals(clock.sleepers(), 0);
  }
});
