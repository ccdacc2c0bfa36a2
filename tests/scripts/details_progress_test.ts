import { assertEquals, assertRejects } from "@std/assert";
import type { Context } from "../../scripts/_command.ts";
import { helpOption, parseArguments } from "../../scripts/_options.ts";
import { withProgress } from "../../scripts/_progress.ts";
import { createFake } from "./fake.ts";

const OPTIONS = [helpOption, { name: "quiet", help: "" }];

/** A machine whose time is set by hand, and all that was written on it. */
function machine(columns: number | undefined) {
  const { surroundings, events } = createFake();
  const { stderr } = surroundings;
  const context: Context = {
    ...surroundings,
    stderr: { ...stderr, columns: () => columns },
    report: async (error) => {
      await stderr.write(String(error));
      return 7;
    },
  };
  const time = { now: 0 };
  return { context, events, time, now: () => time.now };
}

Deno.test("withProgress() shows a line after a second, on a terminal, and takes it back", async () => {
  const { context, events, time, now } = machine(80);
  const code = await withProgress(parseArguments([], OPTIONS), context, async (inside, show) => {
    show("1 of 4");
    time.now = 999;
    show("2 of 4");
    time.now = 1000;
    show("300 of 400");
    time.now = 1050;
    show("left out");
    time.now = 1100;
    show("4 of 4");
    await inside.stdout.write("data\n");
    await inside.stderr.write("remark\n");
    time.now = 2000;
    show("5");
    return await inside.report("failure");
  }, now);
  assertEquals([code, events], [7, [
    "say \rportolan: 300 of 400",
    "say \rportolan: 4 of 4    ",
    `say \r${" ".repeat(20)}\r`,
    "print data\n",
    "say remark\n",
    "say \rportolan: 5",
    `say \r${" ".repeat(11)}\r`,
    "say failure",
  ]]);
});

Deno.test("withProgress() takes the line back when the work fails", async () => {
  const { context, events, time, now } = machine(12);
  const work = (_: Context, show: (line: string) => void): Promise<number> => {
    time.now = 5000;
    show("a long line");
    return Promise.reject(new Error("no"));
  };
  const args = parseArguments([], OPTIONS);
  await assertRejects(() => withProgress(args, context, work, now), Error, "no");
  assertEquals(events, ["say \rportolan: a", `say \r${" ".repeat(11)}\r`]);
});

for (const [columns, words] of [[undefined, []], [80, ["--quiet"]]] as const) {
  Deno.test(`withProgress() with ${columns} columns and "${words}" shows nothing`, async () => {
    const { context, events, time, now } = machine(columns);
    await withProgress(parseArguments(words, OPTIONS), context, (_, show) => {
      time.now = 5000;
      show("1 of 2");
      return Promise.resolve(0);
    }, now);
    assertEquals(events, []);
  });
}
