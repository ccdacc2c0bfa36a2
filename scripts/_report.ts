import { printable, RegistryError } from "../mod.ts";
import { asciiJson } from "./_json.ts";
import { UsageError } from "./_usage_error.ts";

/** How errors are told: to a person, or to a program as one line of JSON. */
export type ErrorStyle = "text" | "json";

/** The style that goes with what was asked for. Reads raw words, as they may be what is wrong. */
export function errorStyle(words: readonly string[]): ErrorStyle {
  const flags = words.includes("--") ? words.slice(0, words.indexOf("--")) : words;
  const wanted = flags.some((word, index) =>
    word === "--json" || /^--format=(?:nd)?json$/.test(word) ||
    word === "--format" && /^(?:nd)?json$/.test(flags[index + 1] ?? "")
  );
  return wanted ? "json" : "text";
}

/**
 * An error as it goes to stderr, with the final newline. `usage` is the command's usage line, `about` what JSON
 * says it is about.
 */
export function formatError(
  error: unknown,
  style: ErrorStyle,
  usage: string,
  about: Readonly<Record<string, string>> = {},
): string {
  return style === "json" ? jsonError(error, usage, about) : textError(error, usage);
}

/** The usage line of a command, or of the program. */
export function formatUsage(usage: string): string {
  return `usage: ${usage}`;
}

function textError(error: unknown, usage: string): string {
  const lines = [`portolan: ${printable(messageOf(error))}`];
  if (error instanceof RegistryError) {
    const { hint, diagnostics = [] } = error.facts;
    if (hint !== undefined) lines.push(`hint: ${printable(hint)}`);
    for (const diagnostic of diagnostics) lines.push(`registry said: ${printable(diagnostic)}`);
  }
  if (isUsage(error)) lines.push(formatUsage(usage));
  return lines.map((line) => line + "\n").join("");
}

function jsonError(
  error: unknown,
  usage: string,
  about: Readonly<Record<string, string>>,
): string {
  const message = messageOf(error);
  if (error instanceof RegistryError) {
    const { registry, side, status, hint, attempts, retryAt, diagnostics } = error.facts;
    const said = diagnostics?.length ? diagnostics : undefined;
    const facts = { registry, side, status, hint, attempts, retryAt, diagnostics: said };
    return asciiJson({ error: { code: error.code, message, ...about, ...facts } }) + "\n";
  }
  const known = error instanceof UsageError
    ? { code: "usage", message, ...about, hint: formatUsage(usage) }
    : { code: "unforeseen", message, ...about };
  return asciiJson({ error: known }) + "\n";
}

function isUsage(error: unknown): boolean {
  return error instanceof UsageError ||
    error instanceof RegistryError && error.code === "reference_invalid";
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message || error.name : String(error);
  return message === "" ? "Unknown error" : message;
}
