import { assert, assertEquals, assertRejects } from "@std/assert";
import { RegistryError } from "../../mod.ts";
import type { RepositoryDetails } from "../../core/adapter.ts";
import type { Content } from "../registry/simulated_registry.ts";
import { dockerHub } from "../registry/docker_hub.ts";
import { ghcr } from "../registry/ghcr.ts";
import { quay } from "../registry/quay.ts";
import { openTo } from "../flow/asked.ts";
import { assertClean, GITHUB_TOKEN, runApi } from "./api_world.ts";

/* What the third seed asks with curl: namespaces, and repositories of one. */

function contentOf(namespace: string, count: number): Content {
  const names = Array.from({ length: count }, (_, index) => `${namespace}/r${index}`);
  return Object.fromEntries(names.map((name) => [name, ["latest"]]));
}

const ALICE = { username: "alice", password: "wonderland" };

for (const count of [1, 99, 100, 101, 345]) {
  const content = { ...contentOf("library", count), "other/app": ["1"] };
  const truth = Object.keys(contentOf("library", count)).sort();

  Deno.test(`docker-hub lists the ${count} repositories of a namespace, without a login`, async () => {
    for (const olderPaths of [true, false]) {
      const run = await runApi(
        (now) => dockerHub({ content, now, api: { olderPaths, openPaths: true } }),
        (flow) => flow.repositories("docker.io", "library"),
      );
      assertEquals(run.error, undefined);
      assertClean(run);
      assertEquals([...run.tags].sort(), truth);
      assertEquals(run.warnings, []);
      assertEquals(
        run.asked("hub.docker.com").length,
        Math.ceil(count / 100) + (olderPaths ? 0 : 1),
      );
      for (const [index, item] of run.items.entries()) {
        assertEquals([item.stars, item.pulls], [index, index * 1000]);
        assertEquals(item.isPrivate, false);
        assertEquals(item.updatedAt, index % 5 === 4 ? undefined : "2026-08-01T10:00:00.123Z");
      }
    }
  });

  Deno.test(`quay lists the ${count} repositories of a namespace by its cursor`, async () => {
    const run = await runApi(
      (now) => quay({ content, now }),
      (flow) => flow.repositories("quay.io", "library"),
    );
    assertEquals(run.error, undefined);
    assertClean(run);
    assertEquals([...run.tags].sort(), truth);
    assertEquals(run.warnings, []);
    assertEquals(run.requests.length, Math.ceil(count / 100));
  });

  Deno.test(`ghcr lists the ${count} packages of a user and of an organisation`, async () => {
    for (const organizations of [[], ["library"]]) {
      const run = await runApi(
        (now) => ghcr({ content, now, api: { organizations } }),
        (flow) => flow.repositories("ghcr.io", "library"),
        { flow: { credentials: () => ({ username: "alice", password: GITHUB_TOKEN }) } },
      );
      assertEquals(run.error, undefined);
      assertClean(run);
      assertEquals([...run.tags].sort(), truth);
    }
  });
}

Deno.test("docker-hub shows private repositories to whoever is logged in", async () => {
  const content = contentOf("alice", 3);
  for (const [credentials, count] of [[undefined, 2], [() => ALICE, 3]] as const) {
    const run = await runApi<RepositoryDetails>(
      (now) => dockerHub({ content, now, private: ["alice/r1"] }),
      (flow) => flow.repositories("docker.io", "alice"),
      credentials ? { flow: { credentials } } : {},
    );
    assertEquals(run.error, undefined);
    assertEquals(run.tags.length, count);
    if (count === 3) {
      assertEquals(run.items.map(({ isPrivate }) => isPrivate), [false, true, false]);
    }
  }
});

Deno.test("namespaces of docker-hub are those of the one who is logged in", async () => {
  const open = (now: () => number) =>
    dockerHub({ now, api: { namespaces: { alice: ["library", "acme"] } } });
  const run = await runApi(open, (flow) => flow.namespaces("docker.io"), {
    flow: { credentials: () => ALICE },
  });
  assertEquals(run.error, undefined);
  assertEquals(run.tags, ["alice", "library", "acme"]);
  assertEquals(run.warnings, []);

  const nobody = await runApi(open, (flow) => flow.namespaces("docker.io"));
  assert(nobody.error instanceof RegistryError);
  assertEquals(nobody.error.code, "unauthorized");
  const wrong = await runApi(open, (flow) => flow.namespaces("docker.io"), {
    flow: { credentials: () => ({ ...ALICE, password: "wrong" }) },
  });
  assert(wrong.error instanceof RegistryError);
  assertEquals(wrong.error.code, "unauthorized");
});

Deno.test("namespaces are unsupported where no API tells, and nothing is asked", async () => {
  for (const host of ["quay.io", "ghcr.io", "registry.example"]) {
    const run = await runApi(
      () => [],
      (flow) => flow.namespaces(host),
    );
    assert(run.error instanceof RegistryError);
    assertEquals(run.error.code, "unsupported");
    assertEquals(run.requests.length, 0);
  }
});

Deno.test("a missing namespace is not found", async () => {
  const hub = await runApi(
    (now) => dockerHub({ now }),
    (flow) => flow.repositories("docker.io", "nobody"),
  );
  assert(hub.error instanceof RegistryError);
  // That the documented path, tried second, wants a token, does not unsay it.
  assertEquals(hub.error.code, "not_found");
});

Deno.test("a namespace that is none changes no address", async () => {
  const odd = [
    "",
    "..",
    "../users",
    "a/../b",
    "a?b",
    "a#b",
    "a%2fb",
    "library/",
    "/library",
    "A",
    "a b",
    "a\u0000",
    "a&public=false",
    "namespaces/../x",
  ];
  for (const namespace of odd) {
    for (const host of ["docker.io", "quay.io", "ghcr.io", "registry.example"]) {
      const flow = openTo(() => Response.json({}), { credentials: () => ALICE });
      const error = await assertRejects(
        () => Array.fromAsync(flow.repositories(host, namespace)),
        RegistryError,
        undefined,
        `${host} ${namespace}`,
      );
      assertEquals(error.code, "reference_invalid", `${host} ${namespace}`);
    }
  }
});

Deno.test("names that are none are left out, and it is said", async () => {
  const results = [
    { name: "good" },
    { name: "../x" },
    { name: "\u001b[31mred" },
    { name: "UPPER" },
    { name: 5 },
    null,
    { name: "a", namespace: "b/../c" },
  ];
  const warnings: string[] = [];
  const flow = openTo(() => Response.json({ count: results.length, next: null, results }), {
    onWarning: (message) => void warnings.push(message),
  });
  const found = await Array.fromAsync(flow.repositories("docker.io", "library"));
  assertEquals(found.map(({ name }) => name), ["library/good"]);
  assertEquals(warnings, [
    "docker.io/library: left out of the list: 6 that are no repositories",
  ]);
});

Deno.test("an API that answers without a list of repositories, or in circles, is an error", async () => {
  const answers: Readonly<Record<string, unknown>> = {
    "docker.io": { count: 1e9, next: "x", results: [{ name: "a" }] },
    "quay.io": { repositories: [{ name: "a" }], next_page: "again" },
  };
  for (const host of ["docker.io", "quay.io"]) {
    for (
      const body of [answers[host], {}, [], { detail: "no" }, { results: null }, {
        results: {},
        repositories: {},
      }]
    ) {
      let requests = 0;
      const flow = openTo(() => {
        requests++;
        return Response.json(body);
      });
      const error = await assertRejects(
        () => Array.fromAsync(flow.repositories(host, "library")),
        RegistryError,
      );
      const code = body === answers[host] ? "incomplete" : "protocol";
      assertEquals(error.code, code, `${host} ${JSON.stringify(body)}`);
      assert(requests < 30, `${requests}`);
    }
    const empty = openTo(() =>
      Response.json({ repositories: [], next_page: "again", results: [] })
    );
    if (host === "docker.io") {
      assertEquals(await Array.fromAsync(empty.repositories(host, "library")), []);
    } else {await assertRejects(() =>
        Array.fromAsync(empty.repositories(host, "library")), RegistryError);}
  }
});

/** Where repositories may be missing: a total that changes, one that is not reached, a name that comes twice. */
const MOVED: Readonly<Record<string, (page: number) => unknown>> = {
  "the total changes": (page) => ({ count: 300 - page, next: page < 3 ? "x" : null }),
  "the total is not reached": (page) => ({ count: 301, next: page < 4 ? "x" : null }),
  "a name comes twice": (page) => ({
    count: 300,
    next: page < 3 ? "x" : null,
    results: Array.from({ length: 100 }, (_, index) => ({ name: `r${page % 2}-${index}` })),
  }),
};
for (const [what, change] of Object.entries(MOVED)) {
  Deno.test(`a list of repositories that moves while it is read is incomplete: ${what}`, async () => {
    const flow = openTo((_, { searchParams }) => {
      const page = Number(searchParams.get("page"));
      const results = Array.from({ length: 100 }, (_, index) => ({ name: `r${page}-${index}` }));
      if (page > 3) results.length = 0;
      return Response.json(Object.assign({ results }, change(page)));
    });
    const found: string[] = [];
    const error = await assertRejects(async () => {
      for await (const { name } of flow.repositories("docker.io", "library")) found.push(name);
    }, RegistryError);
    assertEquals(error.code, "incomplete");
    assertEquals(
      error.message,
      'Cannot list repositories of "docker.io/library": the list changed while it was read: ' +
        "repositories may be missing",
    );
    assert(found.length >= 200, `${found.length}`);
  });
}

Deno.test("ghcr's packages of several pages are looked at twice, and incomplete where they moved", async () => {
  for (const moved of [false, true]) {
    const asked: number[] = [];
    const flow = openTo((_, { searchParams }) => {
      const page = Number(searchParams.get("page"));
      asked.push(page);
      const isAgain = asked.filter((each) => each === page).length > 1;
      const names = Array.from({ length: 250 }, (_, index) => ({ name: `r${index}` }))
        .slice(moved && isAgain ? 1 : 0);
      return Response.json(names.slice(page * 100 - 100, page * 100));
    }, { credentials: () => ({ username: "alice", password: GITHUB_TOKEN }) });
    const list = () => Array.fromAsync(flow.repositories("ghcr.io", "library"));
    if (!moved) assertEquals((await list()).length, 250);
    else assertEquals((await assertRejects(list, RegistryError)).code, "incomplete");
  }
});
