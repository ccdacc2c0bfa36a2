import { assertEquals, assertMatch } from "@std/assert";
import { type ErrorCode, RegistryError } from "../../mod.ts";
import { EXIT, exitCodeOf } from "../../scripts/_exit.ts";
import { errorStyle, formatError } from "../../scripts/_report.ts";
import { UsageError } from "../../scripts/_usage_error.ts";

const codes: Readonly<Record<ErrorCode, number>> = {
  reference_invalid: 2,
  not_found: 3,
  denied: 3,
  unauthorized: 4,
  blocked: 4,
  rate_limited: 5,
  unavailable: 6,
  incomplete: 7,
  protocol: 8,
  digest_mismatch: 8,
  too_large: 8,
  unsupported: 8,
};

Deno.test("exitCodeOf() follows the promised table", () => {
  for (const [code, expected] of Object.entries(codes)) {
    assertEquals(exitCodeOf(new RegistryError(code as ErrorCode, "x")), expected, code);
  }
  assertEquals(exitCodeOf(new UsageError("x")), 2);
  for (const error of [new Error("x"), new TypeError("x"), "x", undefined]) {
    assertEquals(exitCodeOf(error), 1);
  }
  const all = Object.values(EXIT).map(([code]) => code);
  assertEquals(all, [0, 1, 2, 3, 4, 5, 6, 7, 8, 130]);
});

const full = new RegistryError("rate_limited", "Cannot list \u001b é", {
  registry: "r.example",
  status: 429,
  hint: "Wait\u202e",
  attempts: 5,
  retryAt: new Date(0),
  diagnostics: ["TOOMANY: slow\ndown"],
});

Deno.test("formatError() prints message, hint and diagnostics, each on a line", () => {
  assertEquals(
    formatError(full, "text", "u"),
    "portolan: Cannot list \\u{1b} é\nhint: Wait\\u{202e}\nregistry said: TOOMANY: slow\\u{a}down\n",
  );
});

Deno.test("formatError() gives one line of ASCII JSON with what is known", () => {
  const text = formatError(full, "json", "u");
  assertMatch(text, /^[\x20-\x7e]*\n$/);
  assertEquals(
    text,
    '{"error":{"code":"rate_limited","message":"Cannot list \\u001b \\u00e9","registry":"r.example","status":429,' +
      '"hint":"Wait\\u202e","attempts":5,"retryAt":"1970-01-01T00:00:00.000Z","diagnostics":["TOOMANY: slow\\ndown"]}}\n',
  );
  assertEquals(
    formatError(new RegistryError("not_found", "No \u007f😀"), "json", "u"),
    '{"error":{"code":"not_found","message":"No \\u007f\\ud83d\\ude00"}}\n',
  );
});

Deno.test("formatError() adds the usage line to a mistake of the caller", () => {
  assertEquals(formatError(new UsageError("x"), "text", "u"), "portolan: x\nusage: u\n");
  const invalid = new RegistryError("reference_invalid", "x", { hint: "h" });
  assertEquals(formatError(invalid, "text", "u"), "portolan: x\nhint: h\nusage: u\n");
});

Deno.test("formatError() shows no stack of whatever was thrown", () => {
  for (
    const [thrown, message] of [[new Error("x"), "x"], [new TypeError(), "TypeError"], [
      "",
      "Unknown error",
    ]]
  ) {
    assertEquals(formatError(thrown, "text", "u"), `portolan: ${message}\n`);
    assertEquals(
      formatError(thrown, "json", "u"),
      `{"error":{"code":"unforeseen","message":"${message}"}}\n`,
    );
  }
});

Deno.test("errorStyle() follows the format, also where other words are wrong", () => {
  for (
    const words of [
      "--json",
      "--x --json",
      "--format json",
      "--format=ndjson a",
      "a --format ndjson",
    ]
  ) {
    assertEquals(errorStyle(words.split(" ")), "json", words);
  }
  for (const words of ["a", "-- --json", "--format lines", "--format", "--jsonx", "--format=api"]) {
    assertEquals(errorStyle(words.split(" ")), "text", words);
  }
});
