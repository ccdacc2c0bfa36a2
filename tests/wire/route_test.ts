import { assert, assertEquals, assertThrows } from "@std/assert";
import { builtin, openFlow } from "../../mod.ts";
import { createRoutes } from "../../core/wire/route.ts";
import { LOGIN, passwordCanaries } from "../flow/houses.ts";
import { challenged, internet, json } from "../flow/internet.ts";
import { judge } from "../flow/invariants.ts";
import { runListing } from "../flow/run_listing.ts";

const HERE = "http://127.0.0.1:5000";

Deno.test("openFlow() sends all that is meant for a rerouted registry to its new origin alone", async () => {
  for (const adapter of builtin) {
    for (const name of adapter.hosts) {
      const handle = internet((url, request) => {
        if (!url.pathname.endsWith("/tags/list")) return json({ token: "t0k3n-0123456789abc" });
        return request.headers.has("authorization")
          ? json({ tags: ["1"] })
          : challenged(`Bearer realm="${HERE}/token"`);
      });
      const run = await runListing(`${adapter.hosts[0]}/team/app`, handle, {
        flow: { origins: { [name.toUpperCase()]: HERE }, credentials: () => LOGIN },
      });
      judge(run, { canaries: passwordCanaries([HERE]), tokenAudience: [HERE], truth: ["1"] });
      assertEquals(run.error, undefined);
      assertEquals([...new Set(run.requests.map(({ origin }) => origin))], [HERE], name);
    }
  }
});

Deno.test("openFlow() follows a realm that names the true host of a rerouted registry to its new origin", async () => {
  const handle = internet((url, request) => {
    if (url.pathname === "/token") return json({ token: "t0k3n-0123456789abc" });
    return request.headers.has("authorization")
      ? json({ tags: ["1"] })
      : challenged('Bearer realm="https://registry.example/token"');
  });
  const run = await runListing("registry.example/team/app", handle, {
    flow: { origins: { "registry.example": HERE }, credentials: () => LOGIN },
  });
  judge(run, { canaries: passwordCanaries([HERE]), tokenAudience: [HERE], truth: ["1"] });
  assertEquals([run.error, run.warnings], [undefined, []]);
});

Deno.test("openFlow() speaks plain HTTP to loopback and to what it was told, and to nobody else", () => {
  const flow = openFlow({ plainHttp: ["registry.example:5000", "Old.Example"] });
  const rows: readonly (readonly [reference: string, origin: string])[] = [
    ["localhost/a", "http://localhost"],
    ["localhost:5000/a", "http://localhost:5000"],
    ["127.0.0.1:5000/a", "http://127.0.0.1:5000"],
    ["[::1]:5000/a", "http://[::1]:5000"],
    ["https://localhost:5000/a", "https://localhost:5000"],
    ["registry.example:5000/a", "http://registry.example:5000"],
    ["old.example/a", "http://old.example"],
    ["registry.example/a", "https://registry.example"],
    ["registry.example:5001/a", "https://registry.example:5001"],
    ["registry.example:80/a", "https://registry.example:80"],
    ["localhost.example/a", "https://localhost.example"],
    ["127.0.0.1.example/a", "https://127.0.0.1.example"],
    ["192.168.1.1/a", "https://192.168.1.1"],
  ];
  for (const [reference, origin] of rows) assertEquals(flow.locate(reference).origin, origin);
});

Deno.test("openFlow() takes an origin and nothing more for one", () => {
  const wrong = [
    "",
    "registry.example",
    "ftp://registry.example",
    "https://",
    "https://a/b",
    "https://a/?b",
    "https://a/#b",
    "https://u:p@a",
    "javascript:1",
  ];
  for (const origin of wrong) {
    assertThrows(() => openFlow({ origins: { "registry.example": origin } }), TypeError);
  }
  const error = assertThrows(() => openFlow({ origins: { a: "https://u:s3cr3t@b" } }), TypeError);
  assert(!error.message.includes("s3cr3t"));
});

Deno.test("createRoutes() leaves hosts alone that have no route", () => {
  const routes = createRoutes({ "a.example": HERE }, [], []);
  for (
    const address of ["https://a.example:444/x", "https://b.a.example/x", "https://a.example./x"]
  ) {
    assertEquals(routes.route(new URL(address)).href, address);
  }
  assertEquals(routes.route(new URL("https://a.example:443/x?y=1")).href, `${HERE}/x?y=1`);
});
