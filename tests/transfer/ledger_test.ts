import { assertEquals, assertRejects } from "@std/assert";
import { RegistryError } from "../../mod.ts";
import { parseDigest } from "../../core/names/digest.ts";
import { type Errand, openLedger } from "../../core/transfer/ledger.ts";

const digest = parseDigest(`sha256:${"a".repeat(64)}`);

function errand(more: Partial<Errand> = {}): Errand {
  return {
    kind: "blob",
    source: { name: "source.example/app", what: 'copy from "source.example/app:1"' },
    target: { name: "target.example/app", what: 'copy to "target.example/app:1"' },
    digest,
    signal: new AbortController().signal,
    ...more,
  };
}

Deno.test("once() does work once for all that ask, and keeps what it came to", async () => {
  const ledger = openLedger(1);
  let count = 0;
  const work = () => Promise.resolve(++count);
  assertEquals(await Promise.all([1, 2, 3].map(() => ledger.once(errand(), work))), [1, 1, 1]);
  assertEquals(await ledger.once(errand(), work), 1);
});

Deno.test("once() takes a blob and a manifest of one digest for two things", async () => {
  const ledger = openLedger(1);
  assertEquals(await ledger.once(errand(), () => Promise.resolve("blob")), "blob");
  const manifest = errand({ kind: "manifest" });
  assertEquals(await ledger.once(manifest, () => Promise.resolve("manifest")), "manifest");
});

Deno.test("once() lets go whoever waits for another's work and is stopped", async () => {
  const ledger = openLedger(1);
  const { promise, resolve } = Promise.withResolvers<string>();
  const first = ledger.once(errand(), () => promise);
  const stop = new AbortController();
  const second = ledger.once(errand({ signal: stop.signal }), () => Promise.resolve("second"));
  const reason = new Error("enough");
  stop.abort(reason);
  assertEquals(await assertRejects(() => second), reason);
  const late = ledger.once(errand({ signal: stop.signal }), () => Promise.resolve("late"));
  assertEquals(await assertRejects(() => late), reason);
  resolve("first");
  assertEquals(await first, "first");
});

Deno.test("once() does anew what another gave up, and tells all of what failed", async () => {
  const ledger = openLedger(1);
  const stop = new AbortController();
  const { promise, reject } = Promise.withResolvers<string>();
  const first = ledger.once(errand({ signal: stop.signal }), () => promise);
  const second = ledger.once(errand(), () => Promise.resolve("second"));
  stop.abort();
  reject(stop.signal.reason);
  await assertRejects(() => first);
  assertEquals(await second, "second");

  const failure = new RegistryError("denied", "no");
  const other = errand({ kind: "manifest" });
  const failing = [1, 2].map(() => ledger.once(other, () => Promise.reject(failure)));
  for (const each of failing) assertEquals(await assertRejects(() => each), failure);
});

Deno.test("once() tells another's failure in the words of each that waits", async () => {
  const ledger = openLedger(1);
  for (const side of ["source", "destination"] as const) {
    const direction = side === "source" ? "from" : "to";
    const wordsOf = (tag: string) => `copy ${direction} "${side}.example/app:${tag}"`;
    const errands = ["1", "2"].map((tag) =>
      errand({
        source: { name: "y", what: wordsOf(tag) },
        target: { name: "x", what: wordsOf(tag) },
      })
    );
    const failure = new RegistryError("denied", `Cannot ${wordsOf("1")}: status 403`, { side });
    const failing = errands.map((each) => ledger.once(each, () => Promise.reject(failure)));
    const told = await Promise.all(failing.map((each) => assertRejects(() => each, RegistryError)));
    assertEquals(told.map(({ message }) => message), [
      `Cannot ${wordsOf("1")}: status 403`,
      `Cannot ${wordsOf("2")}: status 403`,
    ]);
    assertEquals(
      told.map(({ code, facts }) => [code, facts.side]),
      Array(2).fill(["denied", side]),
    );
  }
});

Deno.test("once() does anew what failed at the source of another", async () => {
  const ledger = openLedger(1);
  const failure = new RegistryError("not_found", "no", { side: "source" });
  const first = ledger.once(errand(), () => Promise.reject(failure));
  const other = errand({ source: { name: "other.example/app", what: "copy" } });
  const second = ledger.once(other, () => Promise.resolve("second"));
  assertEquals(await assertRejects(() => first), failure);
  assertEquals(await second, "second");
});

Deno.test("once() does manifests anew for another source, and all for a target that lost it", async () => {
  const ledger = openLedger(1);
  const source = { name: "other.example/app", what: "copy" };
  const lost = { ...errand().target, life: 1 };
  const rows: readonly (readonly [Partial<Errand>, boolean])[] = [
    [{ source }, false],
    [{ target: lost }, true],
    [{ kind: "manifest", source }, true],
    [{ kind: "referrers", source }, true],
    [{ kind: "referrers", isRefresh: true }, true],
  ];
  for (const [more, isAnew] of rows) {
    await ledger.once(errand({ kind: more.kind ?? "blob" }), () => Promise.resolve(false));
    assertEquals(await ledger.once(errand(more), () => Promise.resolve(true)), isAnew);
  }
});
