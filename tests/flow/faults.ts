import { START } from "../virtual_clock.ts";
import type { House } from "./houses.ts";
import type { Faults } from "../registry/simulated_registry.ts";

/** Where a fault strikes. */
export type Position = "token" | "first page" | "middle page";

/** What becomes of a listing. `heals` means the whole truth in the end. */
export type Fate = "heals" | "fails";

/** A row of the fault list in HOSTILE.md, section 2. */
export interface Fault {
  readonly row: number;
  readonly name: string;
  /** What is answered, or thrown, in the server's place. */
  answer(request: Request): Response | Promise<Response>;
  /** When it strikes once. @default "heals" */
  readonly once?: Fate;
  /** When it strikes for ever. @default "fails" */
  readonly always?: Fate;
  /** Of the error on a first page, when it strikes for ever. */
  readonly code?: string;
  /** Where it makes sense. @default all */
  readonly positions?: readonly Position[];
  /** How often the same request may be sent at the most. @default 5 */
  readonly attempts?: number;
  /** At the least, in virtual milliseconds, when it strikes once. @default 0 */
  readonly waits?: number;
}

/** The fault, at a position of a house, so many times. */
export function strike(house: House, position: Position, fault: Fault, times: number): Faults {
  let struck = 0;
  return (request) => {
    if (!isAt(house, position, request) || struck >= times) return undefined;
    struck++;
    return fault.answer(request);
  };
}

function isAt(house: House, position: Position, request: Request): boolean {
  const url = new URL(request.url);
  const atRealm = `${url.origin}${url.pathname}` === house.realm;
  if (position === "token") return atRealm;
  if (!url.pathname.endsWith("/tags/list")) return false;
  // The unauthorised question of a reader who knows no realm yet is no page.
  if (house.wantsToken && !request.headers.has("authorization")) return false;
  const isLater = url.searchParams.has("last") || url.searchParams.has("next_page");
  return isLater === (position === "middle page");
}

/** An answer with a body of this text. */
export function said(
  status: number,
  text: string | null = "",
  headers: HeadersInit = {},
): Response {
  return new Response(text, { status, headers });
}

/** An error in the shape of the distribution spec. */
export function refused(
  status: number,
  headers: Record<string, string> = {},
  message: string = "no",
): Response {
  const body = JSON.stringify({ errors: [{ code: "SOME_CODE", message }] });
  return said(status, body, { "content-type": "application/json", ...headers });
}

/** A body that gives `text`, and then fails, stalls or ends. */
export function body(
  text: string,
  end: "fails" | "stalls" | "ends",
  headers: HeadersInit = {},
): Response {
  const bytes = new TextEncoder().encode(text);
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller): void | Promise<void> {
      if (bytes.length > 0 && given < 1) {
        given++;
        return controller.enqueue(bytes);
      }
      if (end === "ends") return controller.close();
      if (end === "stalls") return new Promise(() => {});
      controller.error(new TypeError("error reading a body from connection"));
    },
  }, { highWaterMark: 0 });
  let given = 0;
  return new Response(stream, { status: 200, headers });
}

/** Rejects as Deno's fetch does: text in the cause, no code. */
export function broken(reason: string): Promise<Response> {
  return Promise.reject(new Error(`client error (Connect): ${reason}`));
}

/** The HTTP date, `seconds` after the start of a run. */
export function dateAt(seconds: number, skew: number = 0): string {
  return new Date(START + skew + seconds * 1000).toUTCString();
}
