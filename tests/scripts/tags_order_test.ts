import { assert, assertEquals } from "@std/assert";
import { RegistryError } from "../../mod.ts";
import { runCommand } from "../../scripts/_cli.ts";
import { ClosedOutput } from "../../scripts/_output.ts";
import { tags } from "../../scripts/tags.ts";
import { createFake, runFake, type Step } from "./fake.ts";

Deno.test("tags prints a page before it asks for the next, in one write", async () => {
  const fake = createFake({ repositories: { "docker.io/library/a": [["1", "2"], ["3"]] } });
  await runFake(tags, ["a"], fake);
  assertEquals(fake.events, ["ask library/a", "print 1\n2\n", "ask library/a", "print 3\n"]);
});

Deno.test("tags works on all references at once and prints them in the order given", async () => {
  const slow = Promise.withResolvers<void>();
  const fake = createFake({
    repositories: {
      "docker.io/library/a": [["1"], slow.promise, ["2"]],
      "docker.io/library/b": [["3"], ["4"]],
    },
  });
  const running = runCommand(tags, ["a", "b"], fake.surroundings);
  await settled();
  assertEquals(fake.stdout, ["docker.io/library/a:1\n"]);
  assertEquals(fake.events.filter((event) => event === "ask library/b").length, 2);
  slow.resolve();
  assertEquals(await running, 0);
  assertEquals(fake.stdout, [
    "docker.io/library/a:1\n",
    "docker.io/library/a:2\n",
    "docker.io/library/b:3\n",
    "docker.io/library/b:4\n",
  ]);
});

Deno.test("tags prints what was kept as soon as its turn comes, before the next page", async () => {
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const fake = createFake({
    repositories: {
      "docker.io/library/a": [first.promise, ["1"]],
      "docker.io/library/b": [["2"], second.promise, ["3"]],
    },
  });
  const running = runCommand(tags, ["a", "b"], fake.surroundings);
  await settled();
  assertEquals(fake.stdout, []);
  first.resolve();
  await settled();
  assertEquals(fake.stdout.join(""), "docker.io/library/a:1\ndocker.io/library/b:2\n");
  second.resolve();
  assertEquals(await running, 0);
  assertEquals(fake.stdout.at(-1), "docker.io/library/b:3\n");
});

Deno.test("tags has at most eight references under way", async () => {
  const gates = Array.from({ length: 12 }, () => Promise.withResolvers<void>());
  const names = gates.map((_, index) => `r${index}`);
  const fake = createFake({
    repositories: Object.fromEntries(
      gates.map((gate, index): [string, Step[]] => [
        `docker.io/library/r${index}`,
        [gate.promise, [String(index)]],
      ]),
    ),
  });
  const running = runCommand(tags, names, fake.surroundings);
  await settled();
  assertEquals(fake.events.length, 8);
  gates[3]?.resolve();
  await settled();
  assertEquals(fake.events.filter((event) => event === "ask library/r8").length, 1);
  assert(!fake.events.includes("ask library/r9"));
  for (const gate of gates) gate.resolve();
  assertEquals(await running, 0);
  const expected = names.map((name, index) => `docker.io/library/${name}:${index}\n`);
  assertEquals(fake.stdout, expected);
});

Deno.test("tags exits with the code of the first reference in order that failed", async () => {
  const slow = Promise.withResolvers<void>();
  const fake = createFake({
    repositories: {
      "docker.io/library/a": [["1"]],
      "docker.io/library/b": [slow.promise, new RegistryError("rate_limited", "b is late")],
      "docker.io/library/c": [new RegistryError("unavailable", "c is down")],
    },
  });
  const running = runFake(tags, ["a", "b", "c", "a"], fake);
  await settled();
  slow.resolve();
  assertEquals(await running, {
    code: 5,
    stdout: "docker.io/library/a:1\ndocker.io/library/a:1\n",
    stderr: "portolan: b is late\nportolan: c is down\n",
  });
});

Deno.test("tags ends quietly when nobody reads its output, and stops what is under way", async () => {
  const never = Promise.withResolvers<void>();
  const fake = createFake({
    repositories: {
      "docker.io/library/a": [["1"], ["2"]],
      "docker.io/library/b": [never.promise],
    },
    stdout: { write: () => Promise.reject(new ClosedOutput("closed")) },
  });
  assertEquals(await runFake(tags, ["a", "b"], fake), { code: 0, stdout: "", stderr: "" });
  assertEquals(fake.events.filter((event) => event === "ask library/a").length, 1);
  assert(fake.asked.at(1)?.options.signal?.aborted);
});

for (const format of ["lines", "json"]) {
  Deno.test(`tags --format ${format} exits with 130 when interrupted, what was printed stays`, async () => {
    const never = Promise.withResolvers<void>();
    const fake = createFake({
      repositories: {
        "docker.io/library/a": [["1"], never.promise],
        "docker.io/library/b": [["2"]],
      },
    });
    const running = runFake(tags, ["--format", format, "a", "b"], fake);
    await settled();
    fake.interrupt.abort();
    const stdout = format === "lines" ? "docker.io/library/a:1\n" : "";
    assertEquals(await running, { code: 130, stdout, stderr: "" });
  });
}

Deno.test("tags tells of an unforeseen error without a stack and goes on", async () => {
  const fake = createFake({
    repositories: {
      "docker.io/library/a": [new TypeError("boom\u001b[31m")],
      "docker.io/library/b": [["2"]],
    },
  });
  assertEquals(await runFake(tags, ["a", "b"], fake), {
    code: 1,
    stdout: "docker.io/library/b:2\n",
    stderr: "portolan: boom\\u{1b}[31m\n",
  });
});

/** Lets everything happen that can happen by itself. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 5));
}
