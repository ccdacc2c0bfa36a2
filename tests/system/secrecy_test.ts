import { assert } from "@std/assert";
import { openLogins } from "../../core/system/login_sources.ts";
import { removeLogin, storeLogin } from "../../core/system/login_store.ts";
import type { ProgramEnd } from "../../core/system/run_program.ts";
import { base64, query } from "./examples.ts";
import { type FakeMachine, fakeMachine, type FakeOptions } from "./fake_machine.ts";

const CANARY = "canary-p4ssword";
const FORMS: readonly string[] = [
  CANARY,
  encodeURIComponent(CANARY),
  base64(CANARY),
  base64(`ann:${CANARY}`),
  // What an error of JSON.parse would quote.
  CANARY.slice(0, 9),
  base64(`ann:${CANARY}`).slice(0, 9),
];
const PATH = "/home/ann/.docker/config.json";
const registry = query("registry.example", "team/app");

const whole = JSON.stringify({
  auths: {
    "registry.example": { auth: base64(`ann:${CANARY}`), identitytoken: CANARY, password: CANARY },
  },
  credHelpers: { "other.example": CANARY },
});

/** A file cut at every byte, with every byte replaced, and with values of wrong types. */
function brokenFiles(): string[] {
  const cuts = [...whole].map((_, index) => whole.slice(0, index));
  const flips = [...whole].map((_, index) =>
    whole.slice(0, index) + "\x00" + whole.slice(index + 1)
  );
  const values = [`"${CANARY}"`, `["${CANARY}"]`, `{"${CANARY}":1}`, `{"auth":["${CANARY}"]}`];
  const types = ["auths", "credHelpers", "credsStore"].flatMap((key) =>
    values.flatMap((value) => [
      `{"${key}":${value}}`,
      `{"${key}":{"registry.example":${value}}}`,
      `{"auths":{"registry.example":{"${key}":${value},"auth":${value}}}}`,
    ])
  );
  return [...cuts, ...flips, ...types, CANARY, `ann:${CANARY}`, `{${CANARY}`];
}

const ENDS: readonly ProgramEnd[] = [
  { kind: "missing" },
  { kind: "refused", reason: "permission denied" },
  { kind: "killed", reason: "was killed" },
  { kind: "ended", code: 1, stdout: CANARY },
  { kind: "ended", code: 0, stdout: CANARY },
  { kind: "ended", code: 0, stdout: `{"Secret":"${CANARY}"}` },
  { kind: "ended", code: 0, stdout: `{"Username":"a:${CANARY}","Secret":"${CANARY}"}` },
  { kind: "ended", code: 0, stdout: `{"Username":["${CANARY}"],"Secret":"${CANARY}"}` },
  {
    kind: "ended",
    code: 0,
    stdout: `{"ServerURL":"${CANARY}","Username":"a","Secret":"${CANARY}"}`,
  },
];

/** All that a machine like this makes us say. */
async function sayings(options: FakeOptions): Promise<string[]> {
  const said: string[] = [];
  const note = (value: unknown) => said.push(Deno.inspect(value, { depth: 9, showHidden: true }));

  async function attempt(act: (machine: FakeMachine) => Promise<unknown>): Promise<void> {
    try {
      await act(fakeMachine(options));
    } catch (error) {
      note(error);
    }
  }

  for (const strict of [false, true]) {
    await attempt(async (machine) => {
      const logins = openLogins(machine, { strict, onWarning: note });
      await logins.credentials(registry);
      note(logins);
      const { problem, looked } = await logins.find(registry);
      note([problem, looked]);
    });
  }
  await attempt((machine) => storeLogin(registry, { username: "ann", password: CANARY }, machine));
  await attempt((machine) => storeLogin(registry, { identityToken: CANARY }, machine));
  await attempt((machine) => storeLogin(registry, { username: "a:b", password: CANARY }, machine));
  await attempt((machine) => removeLogin(registry, machine));
  return said;
}

function assertSilent(said: readonly string[], about: string): void {
  for (const text of said) {
    for (const form of FORMS) assert(!text.includes(form), `${about}: ${text}`);
  }
}

Deno.test("a login file that is broken in any way shows in no message", async () => {
  for (const text of brokenFiles()) {
    // The name of a helper is shown on purpose; this is one only where it is in the right place.
    if (text.includes(`"credsStore":"${CANARY}"`)) continue;
    if (text.includes(`"credHelpers":{"registry.example":"${CANARY}"`)) continue;
    assertSilent(await sayings({ files: { [PATH]: text } }), text);
    assertSilent(await sayings({ variables: { DOCKER_AUTH_CONFIG: text } }), text);
  }
});

Deno.test("what a helper writes shows in no message", async () => {
  const files = { [PATH]: '{"credsStore":"pass"}' };
  for (const end of ENDS) {
    assertSilent(await sayings({ files, helpers: { pass: () => end } }), Deno.inspect(end));
  }
});

Deno.test("a login that works shows in nothing but itself", async () => {
  const files = { [PATH]: '{"credsStore":"pass"}' };
  const answer = `{"Username":"ann","Secret":"${CANARY}"}`;
  assertSilent(await sayings({ files, helpers: { pass: () => answer } }), "helper");
  assertSilent(await sayings({ files: { [PATH]: whole } }), "file");
  assertSilent(await sayings({ variables: { DOCKER_AUTH_CONFIG: whole } }), "variable");
});
