import { isRecord } from "../names/record.ts";

const MOST_DIAGNOSTICS = 5;

/** Why a body is not the JSON that was expected. */
export class NotJson extends Error {
  /**
   * - `html`: a page made for people: a proxy, a login form, a web server that is no registry
   * - `cut`: it stops too soon; without a length the transport cannot tell, and a second try may help
   * - `malformed`: anything else
   */
  readonly kind: "html" | "cut" | "malformed";

  /** `body` is as it came: not printable, and perhaps with an echoed secret. */
  constructor(kind: "html" | "cut" | "malformed", body: string) {
    super(body);
    this.kind = kind;
  }
}

/**
 * The value of a JSON object in UTF-8.
 *
 * Bytes that are not UTF-8 are refused rather than replaced: a replaced byte would be another tag.
 *
 * @throws {NotJson}
 */
export function decodeJson(body: Uint8Array): Record<string, unknown> {
  const value = decodeJsonList(body);
  if (!isRecord(value)) throw new NotJson("malformed", decodeText(body));
  return value;
}

/**
 * The value of a JSON object or list in UTF-8.
 *
 * @throws {NotJson}
 */
export function decodeJsonList(
  body: Uint8Array,
): Record<string, unknown> | readonly unknown[] {
  const text = decodeText(body);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new NotJson(kindOf(text), text.trimStart());
  }
  if (isRecord(value) || Array.isArray(value)) return value;
  throw new NotJson("malformed", text);
}

function decodeText(body: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    throw new NotJson("malformed", "bytes that are not UTF-8");
  }
}

/** Whether a body is a page made for people. */
export function isHtml(body: Uint8Array): boolean {
  return new TextDecoder().decode(body.subarray(0, 1024)).trimStart().startsWith("<");
}

/**
 * What an error body says: `CODE: message` of each of its `errors`, or the one text that token
 * endpoints put under other names, as it came. Nothing for a page made for people.
 *
 * Source: OCI distribution specification 1.1, "Error Codes".
 */
export function diagnose(body: Uint8Array): string[] {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(body));
  } catch {
    return [];
  }
  if (!isRecord(value)) return [];
  const entries = Array.isArray(value.errors) ? value.errors : [value];
  return entries.slice(0, MOST_DIAGNOSTICS).map(describe).filter((line) => line !== "");
}

function describe(entry: unknown): string {
  if (!isRecord(entry)) return "";
  const message = [entry.message, entry.details, entry.detail, entry.error_description, entry.error]
    .find((text) => typeof text === "string" && text !== "");
  return [entry.code, message]
    .filter((part) => typeof part === "string" && part !== "")
    .join(": ");
}

function kindOf(text: string): "html" | "cut" | "malformed" {
  const trimmed = text.trim();
  if (trimmed.startsWith("<")) return "html";
  const isCut = (trimmed.startsWith("{") && !trimmed.endsWith("}")) ||
    (trimmed.startsWith("[") && !trimmed.endsWith("]"));
  return trimmed === "" || isCut ? "cut" : "malformed";
}
