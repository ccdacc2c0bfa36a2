import { assertEquals } from "@std/assert";
import { backoff, isPassing } from "../../core/wire/retry.ts";

Deno.test("backoff() stays between 0 and 20 s, and never is no number", () => {
  for (let attempt = 1; attempt < 2000; attempt++) {
    for (const random of [0, 0.5, 1]) {
      const wait = backoff(attempt, () => random);
      assertEquals(wait >= 0 && wait <= 20_000, true, `${wait}`);
    }
  }
});

Deno.test("isPassing() retries what passes, and a 403 only with Retry-After", () => {
  const passing = [408, 429, 499, 500, 502, 503, 504, 520, 521, 522, 523, 524, 530];
  for (let status = 200; status < 600; status++) {
    assertEquals(isPassing(status, undefined), passing.includes(status), `${status}`);
  }
  assertEquals(isPassing(403, 1000), true);
  assertEquals(isPassing(404, 1000), false);
});
