import fc from "fast-check";
import { WORDS } from "../../core/versions/words.ts";
import { LISTS } from "./lists.ts";

const words = WORDS.map(({ word }) => word);
const number = fc.oneof(
  fc.nat(30).map(String),
  fc.stringMatching(/^\d{1,20}$/),
  fc.constantFrom("0", "00", "007", "20240111", "2024", "8f2ef3e"),
);
const name = fc.constantFrom(
  "",
  "alpine",
  "slim",
  "alpine3.19",
  "jammy",
  "sha256",
  "latest",
  ...words,
);
const separator = fc.constantFrom("", ".", "-", "_", "..");
const built = fc.array(fc.tuple(fc.oneof(number, number, name), separator), {
  minLength: 1,
  maxLength: 9,
}).map((pieces) => pieces.flat().join("").slice(0, 128))
  .filter((text) => /^\w[\w.-]*$/.test(text));

/** Tags of any kind: real ones, ones built from the pieces of real ones, and noise. */
export const anyTag: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...LISTS.flatMap(({ tags }) => tags)),
  { arbitrary: built, weight: 3 },
  fc.stringMatching(/^\w[\w.-]{0,12}$/),
  fc.constantFrom("__proto__", "constructor", "toString", "x".repeat(128), "1".repeat(128)),
);
