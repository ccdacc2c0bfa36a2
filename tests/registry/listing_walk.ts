import type { SimulatedNetwork } from "./network.ts";

/** All pages of a listing, each Link resolved against the URL before it; for the tests of the simulators themselves. */
export async function walkListing(
  network: SimulatedNetwork,
  url: string,
  authorization?: string,
): Promise<unknown[][]> {
  const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
  const pages: unknown[][] = [];
  for (let next: string | undefined = url; next !== undefined && pages.length < 100;) {
    const answer: Response = await network.fetch(next, { headers });
    if (answer.status !== 200) throw new Error(`${answer.status}: ${await answer.text()}`);
    pages.push((await answer.json()).tags);
    const target: string | undefined = /^<(.*)>/.exec(answer.headers.get("link") ?? "")?.[1];
    next = target === undefined ? undefined : new URL(target, next).href;
  }
  return pages;
}

/** The Authorization that a token endpoint gives. */
export async function askToken(
  network: SimulatedNetwork,
  url: string,
  user?: string,
): Promise<string> {
  const headers: Record<string, string> = user === undefined
    ? {}
    : { authorization: `Basic ${btoa(user)}` };
  const body = await (await network.fetch(url, { headers })).json();
  return `Bearer ${body.token ?? body.access_token}`;
}
