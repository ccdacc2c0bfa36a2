import { assertEquals, assertStringIncludes } from "@std/assert";
import { tags } from "../../scripts/tags.ts";
import { createFake, runFake } from "./fake.ts";

const USAGE = "usage: portolan tags [options] REF...\n";

/** Command lines, and what the message must say: the input, and what was expected. */
const mistakes: readonly (readonly [words: readonly string[], message: string])[] = [
  [[], "Cannot list tags: expected at least one reference, got none"],
  [["--json"], "Cannot list tags: expected at least one reference, got none"],
  [["--"], "Cannot list tags: expected at least one reference, got none"],
  [["--bogus", "a"], 'Unknown flag "--bogus": see --help for those there are'],
  [["--limt", "3", "a"], 'Unknown flag "--limt": did you mean --limit'],
  [["--bogus=secret", "a"], 'Unknown flag "--bogus": see'],
  [["--no-quiet", "a"], 'Unknown flag "--no-quiet"'],
  [["--__proto__", "x", "a"], 'Unknown flag "--__proto__"'],
  [["--__proto__.limit=1", "a"], 'Unknown flag "--__proto__.limit"'],
  [["--constructor", "a"], 'Unknown flag "--constructor"'],
  [["--limit.x=1", "a"], 'Unknown flag "--limit.x"'],
  [["-l", "a"], 'Unknown flag "-l"'],
  [["-hq", "a"], 'Unknown flag "-hq"'],
  [["---quiet", "a"], 'Unknown flag "---quiet"'],
  [["--=x", "a"], 'Unknown flag "--"'],
  [["-5", "a"], 'Unknown flag "-5"'],
  [["a", "--limit"], 'Cannot read "--limit": expected a value (N)'],
  [["--limit=", "a"], 'Cannot read "--limit": expected a value (N)'],
  [["--limit", "", "a"], 'Cannot read "--limit": expected a value (N), got ""'],
  [["--limit", "--json", "a"], 'Cannot read "--limit": expected a value (N), got "--json"'],
  [["--limit", "-1", "a"], 'Cannot read "--limit": expected a value (N), got "-1"'],
  [["--limit", "--", "a"], 'Cannot read "--limit": expected a value (N)'],
  [["--limit=-1", "a"], 'Cannot read "--limit -1": expected a whole number from 1'],
  [["--limit=0", "a"], 'Cannot read "--limit 0": expected a whole number from 1'],
  [["--limit=1.5", "a"], 'Cannot read "--limit 1.5": expected a whole number from 1'],
  [["--limit=1e3", "a"], 'Cannot read "--limit 1e3": expected a whole number from 1'],
  [["--limit=0x10", "a"], 'Cannot read "--limit 0x10": expected a whole number from 1'],
  [["--limit= 5", "a"], 'Cannot read "--limit  5": expected a whole number from 1'],
  [["--limit=9999999999999999", "a"], "expected a whole number from 1"],
  [["--limit", "ubuntu"], 'Cannot read "--limit ubuntu": expected a whole number from 1'],
  [["--page-size", "none", "a"], 'Cannot read "--page-size none": expected a whole number from 1'],
  [["--retries", "-1", "a"], 'Cannot read "--retries": expected a value (N), got "-1"'],
  [["--retries=two", "a"], 'Cannot read "--retries two": expected a whole number from 0'],
  [["--timeout=0", "a"], 'Cannot read "--timeout 0": expected seconds above 0, up to 2147483'],
  [["--timeout=0.0", "a"], 'Cannot read "--timeout 0.0": expected seconds above 0'],
  [["--timeout=2147484", "a"], 'Cannot read "--timeout 2147484": expected seconds'],
  [["--timeout=1m", "a"], 'Cannot read "--timeout 1m": expected seconds'],
  [["--timeout=.", "a"], 'Cannot read "--timeout .": expected seconds'],
  [["--timeout=Infinity", "a"], 'Cannot read "--timeout Infinity": expected seconds'],
  [["--quiet=x", "a"], 'Cannot read "--quiet": expected no value, got "x"'],
  [["--quiet=", "a"], 'Cannot read "--quiet": expected no value, got ""'],
  [["--json=true", "a"], 'Cannot read "--json": expected no value, got "true"'],
  [["--format", "yaml", "a"], 'Cannot read "--format yaml": expected lines, json, ndjson, table'],
  [["--format=__proto__", "a"], 'Cannot read "--format __proto__": expected lines'],
  [["--json", "--format=api", "a"], 'Cannot use "--json" with "--format api": expected one'],
  [["--origin", "registry.example", "a"], 'Cannot read "--origin registry.example": expected HOST'],
  [["--origin==http://x", "a"], "expected HOST=URL, as in registry.example=http://127.0.0.1:5000"],
  [["--origin=r.example=", "a"], 'Cannot read "--origin r.example="'],
  [["--origin=r.example=ftp://x", "a"], 'Cannot read "--origin r.example=ftp://x"'],
  [["--origin=r.example=x:5000", "a"], 'Cannot read "--origin r.example=x:5000"'],
  [["--origin=r.example=http://x/path", "a"], "expected HOST=URL"],
  [["--origin=r.example=http://x?q", "a"], "expected HOST=URL"],
  [["--origin=r.example=http://u:p@x", "a"], 'Cannot read "--origin ...@x": expected HOST=URL'],
  [["--origin=https://r.example/p=http://x", "a"], "expected HOST=URL"],
  [["--origin=__proto__=http://x", "a"], "expected HOST=URL"],
  [["--plain-http=a/b", "a"], 'Cannot read "--plain-http a/b": expected a host or host:port'],
  [["--plain-http=r.example:99999", "a"], "expected a host or host:port"],
  [["--trust-realm=*.example", "a"], "expected a host or host:port"],
  [["--username", "me", "a"], 'Cannot use "--username" alone: expected "--password-stdin" with it'],
  [["--password-stdin", "a"], 'Cannot use "--password-stdin" alone: expected "--username U"'],
  [
    ["--username=me", "--password-stdin", "--anonymous", "a"],
    'Cannot use "--username" with "--anonymous": expected one of them',
  ],
  [["--password-stdin", "--anonymous", "a"], '"--password-stdin" with "--anonymous"'],
  [["--username=me", "--anonymous", "a"], '"--username" with "--anonymous"'],
  [
    ["--username=me", "--password-stdin", "a", "quay.io/o/b"],
    'Cannot use "--username" for "docker.io", "quay.io": expected a single registry',
  ],
  [["a:1"], 'Cannot list tags of "a:1"'],
  [["a", `b@sha256:${"0".repeat(64)}`], "Cannot list tags of"],
  [["UPPER"], 'Cannot read reference "UPPER"'],
  [[""], 'Cannot read reference ""'],
  [["-"], 'Cannot read reference "-"'],
  [["--", "--json"], 'Cannot read reference "--json"'],
];

for (const [words, message] of mistakes) {
  Deno.test(`tags refuses ${JSON.stringify(words)} and prints its usage`, async () => {
    const fake = createFake({ repositories: { "docker.io/library/a": [["1"]] } });
    const { code, stdout, stderr } = await runFake(tags, words, fake);
    assertEquals([code, stdout, fake.asked.length <= 1], [2, "", true]);
    assertEquals(fake.events.some((event) => event.startsWith("ask")), false);
    if (errorsAreJson(words)) {
      const { error } = JSON.parse(stderr);
      assertEquals([error.code, error.hint], ["usage", USAGE.trim()]);
      assertStringIncludes(error.message, message);
      return;
    }
    assertEquals(stderr.startsWith("portolan: "), true);
    assertStringIncludes(stderr, message);
    assertEquals(stderr.endsWith(USAGE), true);
  });
}

function errorsAreJson(words: readonly string[]): boolean {
  return words.includes("--json") && words[0] !== "--";
}

Deno.test("tags shows a mistake's control characters escaped", async () => {
  const { stderr } = await runFake(tags, ["--format=\u001b]0;x\u0007", "a"]);
  assertStringIncludes(stderr, 'Cannot read "--format \\u{1b}]0;x\\u{7}"');
});
