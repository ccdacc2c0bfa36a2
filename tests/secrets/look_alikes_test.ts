import { assert, assertEquals } from "@std/assert";
import { openLogins } from "../../core/system/login_sources.ts";
import { removeLogin } from "../../core/system/login_store.ts";
import { builtin, openFlow, type RegistryAdapter, RegistryError, type Target } from "../../mod.ts";
import { base64 } from "../system/examples.ts";
import { fakeMachine } from "../system/fake_machine.ts";
import { lookAlikes } from "./look_alikes.ts";

/** A true host of a registry, and one that is not. */
interface Pair {
  readonly adapter: RegistryAdapter;
  readonly host: string;
  readonly fake: string;
}

const hosts = builtin.flatMap((adapter) => adapter.hosts.map((host) => ({ adapter, host })));
const trueHosts: ReadonlySet<string> = new Set(hosts.map(({ host }) => host));
const pairs: readonly Pair[] = hosts.flatMap(({ adapter, host }) =>
  lookAlikes(host).filter((fake) => !trueHosts.has(fake))
    .map((fake) => ({ adapter, host, fake }))
);

const flow = openFlow();
const [defaultAdapter] = builtin;

/** What a reference to the fake means; nothing where it cannot be read. */
function locate(fake: string): Target | undefined {
  try {
    return flow.locate(`${fake}/team/app`);
  } catch (error) {
    assert(error instanceof RegistryError && error.code === "reference_invalid", fake);
    return undefined;
  }
}

/** A name without a dot is no host, but a part of a repository of the default registry. */
function isRepository({ fake }: Pair, { adapter, repository }: Target): boolean {
  return adapter === defaultAdapter && repository === `${fake}/team/app`;
}

/** The places of a pair where the fake is a registry. */
const reached = pairs.map((pair) => ({ pair, target: locate(pair.fake) }))
  .filter((one): one is { pair: Pair; target: Target } => one.target !== undefined)
  .filter(({ pair, target }) => !isRepository(pair, target));

const SECRET = base64("alice:s3cr3t");

/** A login file with a login for a host under every key that somebody may write. */
function loginFile(host: string): string {
  const keys = [host, `https://${host}`, `https://${host}/v1/`, `http://${host}/v2/`, `${host}/`];
  return JSON.stringify({
    auths: Object.fromEntries([...keys, `${host}/team`].map((key) => [key, { auth: SECRET }])),
  });
}

const FILE = "/home/ann/.docker/config.json";

Deno.test("there are at least 300 look-alikes, and enough of them can be reached", () => {
  assert(pairs.length >= 300, `${pairs.length}`);
  assert(reached.length >= 100, `${reached.length}`);
});

Deno.test(`none of ${pairs.length} look-alikes gets the adapter of a true host`, () => {
  const taken = reached.filter(({ target }) => builtin.includes(target.adapter));
  assertEquals(taken.map(({ pair }) => pair.fake), []);
});

Deno.test(`none of ${reached.length} look-alikes gets the login of a true host`, async () => {
  const given: string[] = [];
  for (const { pair, target } of reached) {
    const { host, fake } = pair;
    const machine = fakeMachine({ files: { [FILE]: loginFile(host) } });
    const { credentials } = await openLogins(machine).find(target);
    if (credentials !== undefined) given.push(`${fake} for ${host}`);
  }
  assertEquals(given, []);
});

Deno.test(`no true host gets the login of ${pairs.length} look-alikes`, async () => {
  const given: string[] = [];
  for (const { adapter, host, fake } of pairs) {
    const machine = fakeMachine({ files: { [FILE]: loginFile(fake) } });
    const query = { adapter, registry: adapter.hosts[0], repository: "team/app" };
    const { credentials } = await openLogins(machine).find(query);
    if (credentials !== undefined) given.push(`${fake} for ${host}`);
  }
  assertEquals(given, []);
});

Deno.test(`no helper of a true host is run for ${reached.length} look-alikes`, async () => {
  const ran: string[] = [];
  for (const { pair, target } of reached) {
    const { host, fake } = pair;
    const machine = fakeMachine({
      files: { [FILE]: JSON.stringify({ credHelpers: { [host]: "test" } }) },
      helpers: { test: () => '{"Username":"alice","Secret":"s3cr3t"}' },
    });
    await openLogins(machine).find(target);
    if (machine.ran.length > 0) ran.push(`${fake} for ${host}`);
  }
  assertEquals(ran, []);
});

Deno.test(`a logout of ${reached.length} look-alikes leaves the login of a true host`, async () => {
  for (const { pair, target } of reached) {
    const text = loginFile(pair.host);
    const machine = fakeMachine({ files: { [FILE]: text } });
    assertEquals(await removeLogin(target, machine), [], pair.fake);
    const left = await machine.readFile(FILE, 1 << 20);
    assertEquals(left.kind === "text" && left.text, text, pair.fake);
  }
});

Deno.test("the true hosts get their logins", async () => {
  for (const { adapter, host } of hosts) {
    const machine = fakeMachine({ files: { [FILE]: loginFile(host) } });
    const { credentials } = await openLogins(machine).find(flow.locate(`${host}/team/app`));
    assert(credentials !== undefined && "username" in credentials, host);
    assertEquals([credentials.username, flow.locate(`${host}/a/b`).adapter], ["alice", adapter]);
  }
});
