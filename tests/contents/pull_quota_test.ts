import { assertEquals } from "@std/assert";
import { pullQuotaOf } from "../../core/endpoints/pull_quota.ts";

function quota(remaining?: string, limit?: string): ReturnType<typeof pullQuotaOf> {
  const headers = new Headers();
  if (remaining !== undefined) headers.set("RateLimit-Remaining", remaining);
  if (limit !== undefined) headers.set("RateLimit-Limit", limit);
  return pullQuotaOf(headers);
}

Deno.test("pullQuotaOf() reads what a registry says of pulls", () => {
  // docker/docs, usage/pulls.md
  assertEquals(quota("20;w=21600", "100;w=21600"), { remaining: 20, limit: 100, span: 21_600 });
  assertEquals(quota("0;w=21600", "100;w=21600"), { remaining: 0, limit: 100, span: 21_600 });
  assertEquals(quota("20"), { remaining: 20 });
  assertEquals(quota("20", "100"), { remaining: 20, limit: 100 });
  assertEquals(quota("20", "100;w=60"), { remaining: 20, limit: 100, span: 60 });
  assertEquals(quota("20;w=60", "junk"), { remaining: 20, span: 60 });
});

Deno.test("pullQuotaOf() gives nothing where nothing is counted, or nothing can be read", () => {
  assertEquals(quota(), undefined);
  assertEquals(quota(undefined, "100;w=21600"), undefined);
  const junk = ["", "-1", "1.5", "1e3", "x", "20;w=", "20;w=-1", "20;x=1", "20;w=1;w=2", "٢"];
  for (const text of [...junk, "20, 20", "9".repeat(13), "NaN", "20;w=1".repeat(5000)]) {
    assertEquals(
      quota(new TextDecoder("latin1").decode(new TextEncoder().encode(text))),
      undefined,
    );
  }
});
