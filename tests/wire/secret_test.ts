import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { inspect } from "node:util";
import { Secret } from "../../core/wire/secret.ts";

const AUDIENCE = ["https://registry.example", "http://127.0.0.1:5000"];
const VALUE = "c4n4ry-0123456789";
const SECRETS: readonly (readonly [name: string, secret: Secret])[] = [
  ["Basic", Secret.basic("alice", VALUE, AUDIENCE)],
  ["Bearer", Secret.bearer(VALUE, AUDIENCE)],
  ["Refresh", Secret.refresh(VALUE, AUDIENCE)],
];

const NEAR = [
  "https://registry.example/x",
  "https://registry.example:443/",
  "http://127.0.0.1:5000/y",
];
const FAR = [
  "http://registry.example/",
  "https://registry.example:444/",
  "https://registry.example./",
  "https://a.registry.example/",
  "https://example/",
  "http://127.0.0.1/",
  "https://127.0.0.1:5000/",
  "blob:https://registry.example/x",
  "file:///registry.example",
  "data:,x",
];

Deno.test("Secret.attach() sets nothing for an address outside of the audience", () => {
  for (const [name, secret] of SECRETS) {
    for (const url of FAR) {
      const headers = new Headers();
      const form = new URLSearchParams();
      assertEquals(secret.reaches(new URL(url)), url.startsWith("blob:"), `${name} ${url}`);
      if (url.startsWith("blob:")) continue; // its origin is the registry's; nothing is sent to it
      assertEquals(secret.attach({ headers, form }, new URL(url)), false);
      assertEquals([[...headers], [...form]], [[], []]);
    }
    for (const url of NEAR) {
      const headers = new Headers();
      const form = new URLSearchParams();
      assertEquals(secret.attach({ headers, form }, new URL(url)), true, `${name} ${url}`);
      assertEquals(headers.has("authorization"), name !== "Refresh");
      assertEquals(form.has("refresh_token"), name === "Refresh");
    }
  }
});

Deno.test("Secret shows nothing of itself", () => {
  for (const [name, secret] of SECRETS) {
    const wrapped = {
      a: [secret],
      b: new Map([[secret, secret]]),
      e: new Error("x", { cause: secret }),
    };
    const shown = [
      `${secret}`,
      String(secret),
      JSON.stringify(wrapped),
      Deno.inspect(wrapped, { depth: 9, showHidden: true }),
      inspect(wrapped, { depth: 9, showHidden: true }),
      Object.entries(secret).join(),
      Reflect.ownKeys(secret).map(String).join(),
      JSON.stringify(Object.getOwnPropertyDescriptors(secret)),
    ];
    for (const text of shown) {
      assert(!text.includes(VALUE), `${name}: ${text}`);
      assert(!text.includes(btoa(`alice:${VALUE}`)), `${name}: ${text}`);
    }
  }
});

Deno.test("Secret.redact() leaves no secret in any text that holds it", () => {
  const password = fc.string({ minLength: 4, maxLength: 40, unit: "grapheme" })
    .filter((text) => text.trim().length > 3 && !"[redacted]".includes(text));
  fc.assert(fc.property(password, fc.string(), fc.string(), (value, before, after) => {
    const secret = Secret.basic("u", value, []);
    const forms = [value, encodeURIComponent(value)];
    for (const form of forms) {
      const text = secret.redact(`${before}${form}${after}`);
      assert(!text.replaceAll("[redacted]", "").includes(form), text);
    }
  }));
});
