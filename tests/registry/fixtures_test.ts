import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import hubSeed from "../fixtures/docker-hub/seed-001.json" with { type: "json" };
import ecrSeed from "../fixtures/ecr-public/seed-000.json" with { type: "json" };
import ghcrRefusals from "../fixtures/ghcr/refusals.json" with { type: "json" };
import ghcrSeed from "../fixtures/ghcr/seed-001.json" with { type: "json" };
import oracleSeed from "../fixtures/oracle/seed-000.json" with { type: "json" };
import quay2024 from "../fixtures/quay/2024-08.json" with { type: "json" };
import quaySeed from "../fixtures/quay/seed-001.json" with { type: "json" };
import {
  dockerHub,
  ecrPublic,
  ghcr,
  oracle,
  quay,
  type SimulatedRegistry,
  simulateNetwork,
} from "./mod.ts";

interface Exchange {
  readonly request: {
    readonly method: string;
    /** `{link}` is the target of the last Link. */
    readonly url: string;
    /** `{token}` is the last token, `{user}` a user's Basic value. */
    readonly headers?: { readonly authorization: string };
  };
  readonly response: Expected;
}

interface Expected {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly patterns?: Readonly<Record<string, string>>;
  readonly absent?: readonly string[];
  readonly body?: string;
  readonly bodyStart?: string;
  readonly bodyEnd?: string;
  /** All fields of a JSON body. */
  readonly fields?: readonly string[];
  readonly values?: Readonly<Record<string, unknown>>;
  readonly tagCount?: number;
  readonly contains?: readonly string[];
  /** Of the first error. */
  readonly code?: string;
}

interface Transcript {
  readonly source: string;
  readonly captured: string;
  readonly exchanges: unknown;
}

/** The tag that ends the captured page of 100 is the hundredth by name; the other names are made up. */
const keycloak = [
  ...Array.from({ length: 99 }, (_, index) => `10.${100 + index}`),
  "23.0.4-0",
  ...Array.from({ length: 50 }, (_, index) => `24.${100 + index}`),
];

const cases: readonly (readonly [name: string, Transcript, SimulatedRegistry])[] = [
  ["docker hub", hubSeed, dockerHub()],
  ["ghcr", ghcrSeed, ghcr()],
  ["ghcr refusals", ghcrRefusals, ghcr()],
  ["quay, era 2023", quaySeed, quay({ era: "2023" })],
  ["quay, era 2024", quay2024, quay({ content: { "keycloak/keycloak": keycloak } })],
  ["oracle", oracleSeed, oracle()],
  ["ecr public", ecrSeed, ecrPublic()],
];

for (const [name, transcript, registry] of cases) {
  Deno.test(`${name} answers as ${transcript.source} shows`, async (t) => {
    const network = simulateNetwork(registry);
    let token = "";
    let link = "";
    for (const { request, response } of transcript.exchanges as readonly Exchange[]) {
      await t.step(`${request.method} ${request.url}`, async () => {
        const authorization = request.headers?.authorization
          .replace("{token}", token).replace("{user}", btoa("alice:wonderland"));
        const received = await network.fetch(request.url.replace("{link}", link), {
          method: request.method,
          headers: authorization === undefined ? {} : { authorization },
          redirect: "manual",
        });
        const body = await received.text();
        judge(received, body, response);
        if (response.fields !== undefined) token = JSON.parse(body).token;
        const target = /^<(.*)>/.exec(received.headers.get("link") ?? "")?.[1];
        if (target !== undefined) link = new URL(target, received.url).href;
      });
    }
  });
}

function judge(received: Response, body: string, expected: Expected): void {
  assertEquals(received.status, expected.status, body.slice(0, 200));
  for (const [name, value] of Object.entries(expected.headers)) {
    assertEquals(received.headers.get(name), value);
  }
  for (const [name, pattern] of Object.entries(expected.patterns ?? {})) {
    assertMatch(received.headers.get(name) ?? "", new RegExp(pattern));
  }
  for (const name of expected.absent ?? []) assertEquals(received.headers.get(name), null);
  if (expected.body !== undefined) assertEquals(body, expected.body);
  if (expected.bodyStart !== undefined) {
    assertEquals(body.slice(0, expected.bodyStart.length), expected.bodyStart);
  }
  if (expected.bodyEnd !== undefined) assert(body.endsWith(expected.bodyEnd));
  if (expected.fields !== undefined) {
    assertEquals(Object.keys(JSON.parse(body)).sort(), [...expected.fields].sort());
  }
  for (const [name, value] of Object.entries(expected.values ?? {})) {
    assertEquals(JSON.parse(body)[name], value);
  }
  if (expected.tagCount !== undefined) {
    assertEquals(JSON.parse(body).tags.length, expected.tagCount);
  }
  for (const tag of expected.contains ?? []) assertStringIncludes(body, `"${tag}"`);
  if (expected.code !== undefined) assertEquals(JSON.parse(body).errors[0].code, expected.code);
}
