import { assert, assertEquals } from "@std/assert";
import { type Credentials, RegistryError } from "../../mod.ts";
import type { TagDetails } from "../../core/adapter.ts";
import { LOGIN, PASSWORD } from "../flow/houses.ts";
import { holds } from "../flow/invariants.ts";
import {
  type ApiHouse,
  type ApiRun,
  HOUSES,
  listDetails,
  REPOSITORY,
  tagsUpTo,
} from "./api_world.ts";

export const STORED = { stored: true, source: "~/.docker/config.json" };
export const TAGS = tagsUpTo(250);
export const CONTENT = { [REPOSITORY]: TAGS };
export const HUB = "https://hub.docker.com";

function houseOf(adapter: string): ApiHouse {
  const house = HOUSES.find((each) => each.adapter === adapter);
  assert(house !== undefined);
  return house;
}

export const hub = houseOf("docker-hub");
export const quay = houseOf("quay");
export const ghcr = houseOf("ghcr");

type Options = Parameters<typeof listDetails>[1];

/** Lists with details as whoever logs in at the registry. */
export function listAs(
  house: ApiHouse,
  credentials: Credentials | undefined,
  options: Options = {},
) {
  const users = { [LOGIN.username]: PASSWORD };
  return listDetails(house, { content: CONTENT, users, ...options }, {
    flow: { credentials: ({ registry }) => registry === house.registry ? credentials : undefined },
  });
}

/** Where in a run a text went, and whether anybody can see it. */
export function assertOnlyAt(
  run: ApiRun<TagDetails>,
  secret: string,
  origins: readonly string[],
): void {
  for (const { origin, url, headers, body } of run.requests) {
    if (origins.includes(origin)) continue;
    const sent = [url, ...Object.entries(headers).flat(), body].join("\n");
    assert(!holds(sent, secret), `${secret} went to ${url}`);
  }
  const shown = [
    run.warnings.join("\n"),
    JSON.stringify(run.exchanges),
    run.error instanceof Error ? `${run.error.stack}${Deno.inspect(run.error, { depth: 9 })}` : "",
    run.error instanceof RegistryError ? JSON.stringify(run.error.facts) : "",
  ].join("\n");
  assert(!holds(shown, secret), `${secret} shows in ${shown}`);
}

/** The bearer tokens that an origin was sent, and to whom else each of them went. */
export function assertTokensApart(run: ApiRun<TagDetails>): void {
  const homes = new Map<string, Set<string>>();
  for (const { origin, headers } of run.requests) {
    const [scheme, token] = (headers.authorization ?? "").split(" ");
    if (scheme !== "Bearer" || token === undefined) continue;
    homes.set(token, (homes.get(token) ?? new Set()).add(origin));
  }
  for (const [token, origins] of homes) assertEquals(origins.size, 1, `${token}: ${[...origins]}`);
}
