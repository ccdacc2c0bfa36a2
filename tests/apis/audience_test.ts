import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  type CredentialSource,
  environmentCredentials,
  openFlow,
  RegistryError,
} from "../../mod.ts";
import { LOGIN, PASSWORD } from "../flow/houses.ts";
import { assertWhole, GITHUB_TOKEN, HOUSES, listDetails, REPOSITORY } from "./api_world.ts";
import {
  assertOnlyAt,
  assertTokensApart,
  CONTENT,
  ghcr,
  hub,
  listAs,
  quay,
  STORED,
  TAGS,
} from "./logins.ts";

Deno.test("ghcr without a token lists by V2 and says once what is missing", async () => {
  const run = await listAs(ghcr, undefined);
  assertWhole(run, TAGS);
  assertEquals(run.warnings.length, 1);
  assert(run.warnings[0]?.includes("api.github.com answers nobody without a token"));
  assertEquals(run.asked("api.github.com"), []);
});

Deno.test("GITHUB_TOKEN goes to api.github.com and nowhere else", async () => {
  const source = environmentCredentials((name) =>
    name === "GITHUB_TOKEN" ? GITHUB_TOKEN : undefined
  );
  const run = await listDetails(ghcr, { content: CONTENT }, { flow: { credentials: source } });
  assertWhole(run, TAGS);
  assertEquals(run.warnings, []);
  for (const { digest } of run.items) assert(digest !== undefined);
  assertOnlyAt(run, GITHUB_TOKEN, ["https://api.github.com"]);

  // Nor does another registry get it.
  for (const house of [hub, quay]) {
    const other = await listDetails(house, { content: CONTENT }, { flow: { credentials: source } });
    assertWhole(other, TAGS);
    assertOnlyAt(other, GITHUB_TOKEN, []);
  }
});

Deno.test("ghcr falls back where its token is unknown, or not good for packages", async () => {
  const unknown: Readonly<Record<string, readonly string[]>> = {};
  for (const tokens of [unknown, { [GITHUB_TOKEN]: ["repo"] }]) {
    const api = { tokens };
    for (const more of [{}, STORED]) {
      const run = await listDetails(ghcr, { content: CONTENT, api }, {
        flow: {
          credentials: ({ registry }) =>
            registry === "api.github.com" ? { registryToken: GITHUB_TOKEN, ...more } : undefined,
        },
      });
      assertWhole(run, TAGS);
      assert(run.warnings.length >= 1 && run.warnings.length <= 2, run.warnings.join("\n"));
      assertOnlyAt(run, GITHUB_TOKEN, ["https://api.github.com"]);
    }
  }
});

Deno.test("ghcr with a password that is no token lists by V2", async () => {
  const run = await listAs(ghcr, LOGIN);
  assertWhole(run, TAGS);
  assertOnlyAt(run, PASSWORD, ["https://ghcr.io"]);
});

Deno.test("quay asks its API as nobody, and V2 with the robot's password", async () => {
  const robot = { username: "ansible+reader", password: "r0b0t-C4n4ry-s3cret" };
  for (const isPrivate of [false, true]) {
    const run = await listAs(quay, robot, {
      users: { [robot.username]: robot.password },
      private: isPrivate ? [REPOSITORY] : [],
    });
    assertWhole(run, TAGS);
    assertEquals(run.warnings.length, isPrivate ? 1 : 0);
    for (const { url, headers } of run.requests) {
      if (url.includes("/api/v1/")) assertEquals(headers.authorization, undefined);
    }
    assertTokensApart(run);
  }
});

Deno.test("quay's own credentials are still read from the environment", () => {
  const environment: Readonly<Record<string, string>> = {
    QUAY_USERNAME: "a+b",
    QUAY_PASSWORD: "c",
    DOCKER_USERNAME: "d",
    DOCKER_PASSWORD: "e",
    GITHUB_TOKEN,
  };
  const source = environmentCredentials((name) => environment[name]);
  const found = new Map<string, unknown>();
  for (const house of HOUSES) {
    const { adapter } = openFlow().locate(house.reference);
    for (const registry of [house.registry, house.host]) {
      found.set(registry, source({ adapter, registry }));
    }
  }
  const { username, password } = Object.assign(
    { username: "", password: "" },
    found.get("quay.io"),
  );
  assertEquals([username, password], ["a+b", "c"]);
  assertEquals(
    Object.assign({ registryToken: "" }, found.get("api.github.com")).registryToken,
    GITHUB_TOKEN,
  );
});

Deno.test("an API is left alone where its registry was replaced by another", async () => {
  for (const house of HOUSES) {
    const run = await listDetails(house, { content: CONTENT }, {
      flow: {
        credentials: () => LOGIN,
        origins: { [house.registry]: "https://mirror.example" },
      },
    });
    assert(run.error instanceof RegistryError, house.adapter);
    const isApart = house.host !== house.registry;
    assertEquals(run.warnings.length, isApart ? 1 : 0);
    if (isApart) assertStringIncludes(run.warnings[0] ?? "", `--origin ${house.host}=URL`);
    assertEquals(
      new Set(run.requests.map(({ origin }) => origin)),
      new Set(["https://mirror.example"]),
    );
  }
});

Deno.test("an API that was replaced too gets the login, and the true one nothing", async () => {
  const run = await listDetails(hub, { content: CONTENT, users: { alice: PASSWORD } }, {
    flow: {
      credentials: ({ registry }) => registry === "docker.io" ? LOGIN : undefined,
      origins: {
        "docker.io": "https://registry-1.docker.io",
        "auth.docker.io": "https://auth.docker.io",
        "hub.docker.com": "https://index.docker.io",
      },
    },
  });
  assertWhole(run, TAGS);
  assertEquals(run.asked("hub.docker.com"), []);
  assert(run.asked("index.docker.io").includes("/v2/auth/token"));
});

Deno.test("credentials are looked up once for a registry and its API together", async () => {
  const asked: string[] = [];
  const credentials: CredentialSource = ({ registry, repository }) => {
    asked.push(`${registry} ${repository}`);
    return undefined;
  };
  const run = await listDetails(hub, {
    content: CONTENT,
    faults: ({ url }) =>
      url.includes("hub.docker.com") ? new Response("", { status: 404 }) : undefined,
  }, { flow: { credentials } });
  assertWhole(run, TAGS);
  assertEquals(asked.toSorted(), [`docker.io ${REPOSITORY}`, "hub.docker.com undefined"]);
});

Deno.test("a token for GitHub's API is used beside a password for its registry, without a source's name", async () => {
  const credentials: CredentialSource = ({ registry }) =>
    registry === "api.github.com"
      ? { registryToken: GITHUB_TOKEN }
      : { username: "me", password: "x y" };
  const run = await listDetails(ghcr, { content: CONTENT }, { flow: { credentials } });
  assert(run.asked("api.github.com").length > 0);
  assertOnlyAt(run, GITHUB_TOKEN, ["https://api.github.com"]);
});
