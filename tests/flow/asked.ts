import { type Flow, openFlow, RegistryError } from "../../mod.ts";
import type { FlowOptions } from "../../mod.ts";
import { virtualClock } from "../virtual_clock.ts";

/** What a registry in a test answers. */
export type Answer = (request: Request, url: URL) => Response | Promise<Response>;

/** Opens a flow whose every host is answered by `answer`, on a clock that takes no real time. */
export function openTo(answer: Answer, options: FlowOptions = {}): Flow {
  return openFlow({
    clock: virtualClock(),
    random: () => 0,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      return await answer(request, new URL(request.url));
    },
    ...options,
  });
}

/** The tags of a listing, or the code of the error that ended it. */
export async function outcome(flow: Flow, reference: string): Promise<string[] | string> {
  const names: string[] = [];
  try {
    for await (const tag of flow.tags(reference)) names.push(tag.name);
    return names;
  } catch (error) {
    if (error instanceof RegistryError) return error.code;
    throw error;
  }
}

/** The error that ends a listing. */
export async function failureOf(flow: Flow, reference: string): Promise<RegistryError> {
  try {
    for await (const _ of flow.tags(reference));
  } catch (error) {
    if (error instanceof RegistryError) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

/** A listing of these tags. */
export function listing(...tags: readonly string[]): Response {
  return Response.json({ tags });
}

/** A refusal that names a token endpoint, and other challenges behind it. */
export function challenge(realm: string, more: string = ""): Response {
  const header = `Bearer realm="${realm}",service="s"${more}`;
  return new Response("{}", { status: 401, headers: { "www-authenticate": header } });
}

/** User name and password of a request, `name:password`, if it has some. */
export function passwordOf(request: Request): string | undefined {
  const [scheme, value = ""] = (request.headers.get("authorization") ?? "").split(" ");
  return scheme === "Basic" ? atob(value) : undefined;
}
