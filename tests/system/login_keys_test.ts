import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { builtin } from "../../mod.ts";
import { registryKeys, repositoryKeys, storedKey } from "../../core/system/login_keys.ts";
import { openLogins } from "../../core/system/login_sources.ts";
import { base64, hub, query } from "./examples.ts";
import { fakeMachine } from "./fake_machine.ts";

Deno.test("repositoryKeys() goes from the repository to its first part", () => {
  assertEquals(repositoryKeys(query("registry.example:5000", "a/b/c")), [
    "registry.example:5000/a/b/c",
    "registry.example:5000/a/b",
    "registry.example:5000/a",
  ]);
  assertEquals(repositoryKeys(query("registry.example")), []);
});

Deno.test("registryKeys() begins with the key that Docker stores under", () => {
  for (const target of [query("docker.io", "a"), query("registry.example"), query("[::1]:5000")]) {
    assertEquals(registryKeys(target)[0], storedKey(target));
  }
  assertEquals(storedKey(query("docker.io")), "https://index.docker.io/v1/");
  assertEquals(storedKey(query("registry.example:5000")), "registry.example:5000");
});

Deno.test("registryKeys() takes no aliases of an adapter that does not have the registry", () => {
  const keys = registryKeys({ adapter: { ...hub, credentials: {} }, registry: "registry.example" });
  assert(keys.every((key) => key.includes("registry.example")));
});

Deno.test("registryKeys() and repositoryKeys() hold no key twice, and none of another host", () => {
  const part = fc.stringMatching(/^[a-z0-9]{1,8}$/);
  const host = fc.tuple(part, part).map(([a, b]) => `${a}.${b}.example`);
  fc.assert(fc.property(host, fc.array(part, { minLength: 1, maxLength: 5 }), (host, parts) => {
    const asked = query(host, parts.join("/"));
    const keys = [...repositoryKeys(asked), ...registryKeys(asked)];
    assertEquals(new Set(keys).size, keys.length);
    for (const key of keys) {
      const url = new URL(key.includes("://") ? key : `https://${key}`);
      assertEquals(url.host, host);
    }
  }));
});

/** Every way to write a key that is like that of `host`, and is not it. */
function lookAlikes(host: string): string[] {
  const [first = "", ...labels] = host.split(".");
  const rest = labels.join(".");
  const hosts = [
    ...[`${host}.attacker.test`, `${host}.`, `.${host}`, `evil-${host}`, `evil.${host}`],
    ...[`${host}.evil`, `${host}-evil`, `${host}evil`, `evil${host}`, `x${host}`, `${host}x`],
    ...[`${host}@attacker.test`, `attacker.test@${host}`, `attacker.test/${host}`],
    ...[`attacker.test#${host}`, `attacker.test?${host}`, `attacker.test\\${host}`],
    ...[`${host}:444`, `${host}:80`, `${host}:443`, `${host}:`, `${host}:0443`, `${host}:5000`],
    ...[`${host}%2eattacker.test`, `${host}%00`, `${host}%2f`, `${host}\0`, `${host}\n`],
    ...[` ${host}`, `${host} `, `${host}\t`, `\ufeff${host}`, `${host}\u200b`, `"${host}"`],
    ...[host.toUpperCase(), host[0]?.toUpperCase() + host.slice(1)],
    ...[host.replace(".", "\u3002"), host.replaceAll(".", "%2e"), host.replace(".", "-")],
    ...[host.replaceAll(".", ""), host.replace("o", "0"), host.replace("i", "1")],
    ...[host.replace(/[a-z]/, (letter) => String.fromCodePoint(letter.charCodeAt(0) + 0xfee0))],
    ...[host.replace("a", "\u0430"), host.replace("o", "\u043e"), host.replace("e", "\u0435")],
    ...[`xn--${host}`, `*.${rest}`, `*.${host}`, "*", "", ".", rest, first, `us.${host}`],
    ...[host.slice(1), host.slice(0, -1), `${host}/..`, `${host}//`, `${host}/v3/`, `${host}/%2e`],
    ...[`//${host}`, `/${host}`, `${host}?`, `${host}#`, `~${host}`, `${host}/*`, `^${host}$`],
  ];
  const schemes = ["https://", "http://"].flatMap((scheme) => hosts.map((key) => scheme + key));
  const odd = ["ftp://", "https:", "https:///", "HTTPS://", "file://", "docker://", "oci://"];
  const all = [...hosts, ...schemes, ...odd.map((scheme) => scheme + host)];
  const ends = ["/v1/?a=b", "/v1/#x", "/V1/", "/v1/v1/", "/v10/", "/v1/x", "/../v1/", "/%761/"];
  const paths = ends.map((end) => `https://${host}${end}`);
  const users = [`https://user:pw@${host}/v1/`, `https://@${host}/`, `https://${host}@/v1/`];
  return [...all, ...paths, ...users];
}

/** The keys that do mean a registry may look like those of another spelling of itself. */
function isReally(key: string, hosts: readonly string[]): boolean {
  return hosts.some((host) =>
    key === host || ["https://", "http://"].some((scheme) => key === scheme + host)
  );
}

const CASES = builtin.flatMap((adapter) => {
  const keys = adapter.hosts.flatMap(lookAlikes);
  return [...new Set(keys)].filter((key) => !isReally(key, adapter.hosts))
    .map((key) => ({ adapter, key }));
});

Deno.test("openLogins() gives no registry the login of a look-alike", async () => {
  for (const { adapter, key } of CASES) {
    const auths = JSON.stringify({ auths: { [key]: { auth: base64("ann:canary") } } });
    const machine = fakeMachine({ files: { "/home/ann/.docker/config.json": auths } });
    const asked = { adapter, registry: adapter.hosts[0], repository: "team/app" };
    const { credentials, problem } = await openLogins(machine).find(asked);
    assertEquals([credentials, problem], [undefined, undefined], `${adapter.id} ${key}`);
  }
});

Deno.test("openLogins() gives no look-alike the login of a registry", async () => {
  const hosts = CASES.map(({ key }) => key).filter((key) => /^[a-z0-9.:-]+$/.test(key));
  const auths = Object.fromEntries(
    builtin.flatMap((adapter) =>
      registryKeys({ adapter, registry: adapter.hosts[0] })
        .map((key) => [key, { auth: base64("ann:canary") }])
    ),
  );
  const files = { "/home/ann/.docker/config.json": JSON.stringify({ auths }) };
  const { find } = openLogins(fakeMachine({ files }));
  for (const host of hosts) {
    const adapter = { id: "spec", title: "Specification", hosts: [host] } as const;
    const { credentials } = await find({ adapter, registry: host, repository: "team/app" });
    assertEquals(credentials, undefined, host);
  }
  assert(hosts.length > 100, String(hosts.length));
});

Deno.test("openLogins() is tried with at least 300 look-alikes", () => {
  assert(CASES.length >= 300, String(CASES.length));
});
