import { assertEquals, assertStringIncludes } from "@std/assert";
import { dirname, join } from "node:path";
import { signCertificate } from "../hosts/authority.ts";
import { EXAMPLES, openExample, pushedTags } from "../hosts/examples.ts";
import { startTlsWorld } from "../hosts/tls_world.ts";
import { createPerson, type Person } from "../real/person.ts";
import type { RunResult } from "../real/run_command.ts";
import { signReader, startTlsRegistry, type TlsRegistry } from "../system/tls_registry.ts";

const SERVER = await signCertificate(["localhost"]);
const STRANGER = await signCertificate(["localhost"]);

function tags({ host }: TlsRegistry, ann: Person, ...flags: string[]): Promise<RunResult> {
  return ann.portolan(["tags", "--retries", "0", ...flags, `https://${host}/team/app`]);
}

const GOOD: RunResult = { code: 0, stdout: "1.0\n", stderr: "" };

Deno.test("tags --ca trusts an authority; without it, or with another, it exits with 6", async () => {
  await using registry = await startTlsRegistry(SERVER);
  await using ann = await createPerson();
  const ca = await ann.write("ca.pem", SERVER.authority);
  const other = await ann.write("other.pem", STRANGER.authority);
  assertEquals(await tags(registry, ann, "--ca", ca), GOOD);
  for (const flags of [[], ["--ca", other]]) {
    const { code, stdout, stderr } = await tags(registry, ann, ...flags);
    assertEquals([code, stdout], [6, ""], stderr);
    assertStringIncludes(stderr, "certificate");
  }
});

Deno.test("tags finds the authority and certificate of a host where Docker and Podman keep them", async () => {
  const reader = await signReader("ann");
  await using registry = await startTlsRegistry(SERVER, reader);
  const folders = [".config/containers/certs.d", ".config/docker/certs.d", ".docker/certs.d"];
  for (const folder of folders) {
    await using ann = await createPerson();
    const place = join(folder, registry.host);
    await ann.write(join(place, "ca.crt"), SERVER.authority);
    assertEquals((await tags(registry, ann)).code, 6);
    await ann.write(join(place, "client.cert"), reader.certificate);
    const half = await tags(registry, ann);
    assertEquals([half.code, half.stdout], [2, ""], half.stderr);
    assertStringIncludes(half.stderr, `/${registry.host}/client.key" is missing`);
    await ann.write(join(place, "client.key"), reader.key);
    assertEquals(await tags(registry, ann), GOOD);
    const elsewhere = join(ann.home, folder, "registry.example");
    await Deno.rename(join(ann.home, place), elsewhere);
    assertEquals((await tags(registry, ann)).code, 6);
  }
});

Deno.test("tags --cert and --key show a certificate", async () => {
  const reader = await signReader("ann");
  await using registry = await startTlsRegistry(SERVER, reader);
  await using ann = await createPerson();
  const files = {
    ca: SERVER.authority,
    cert: reader.certificate,
    key: reader.key,
    other: STRANGER.key,
  };
  const path = new Map<string, string>();
  for (const [name, text] of Object.entries(files)) {
    path.set(name, await ann.write(`${name}.pem`, text));
  }
  const flags = (...names: string[]): string[] =>
    names.flatMap((name) => [`--${name}`, path.get(name) ?? ""]);
  assertEquals(await tags(registry, ann, ...flags("ca", "cert", "key")), GOOD);
  assertEquals((await tags(registry, ann, ...flags("ca"))).code, 6);
  const missing = join(dirname(path.get("ca") ?? ""), "none.pem");
  const mistakes: readonly (readonly [flags: string[], message: string])[] = [
    [["--ca", missing], `Cannot read "${missing}": there is no such file`],
    [["--cert", missing, ...flags("key")], `Cannot read "${missing}": there is no such file`],
    [[...flags("cert"), "--key", path.get("other") ?? ""], "KeyMismatch"],
    [flags("cert"), 'Cannot use "--cert" alone'],
  ];
  const count = registry.requests.length;
  for (const [words, message] of mistakes) {
    const { code, stdout, stderr } = await tags(registry, ann, ...words);
    assertEquals([code, stdout], [2, ""], stderr);
    assertStringIncludes(stderr, message);
  }
  assertEquals(registry.requests.length, count);
});

Deno.test("login trusts --ca too", async () => {
  await using registry = await startTlsRegistry(SERVER);
  await using ann = await createPerson();
  const ca = await ann.write("ca.pem", SERVER.authority);
  const words = ["login", "--username", "ann", "--password-stdin", "--plain-http", "x.example"];
  const origin = ["--origin", `registry.example=https://${registry.host}`, "registry.example"];
  const done = await ann.portolan([...words, "--ca", ca, ...origin], { input: "p" });
  assertEquals([done.code, done.stdout], [0, ""], done.stderr);
  assertStringIncludes(done.stderr, "did not ask for the login, so it was not tried");
  assertEquals((await ann.portolan([...words, ...origin], { input: "p" })).code, 6);
});

for (const example of EXAMPLES.slice(0, 1)) {
  Deno.test(`tags lists ${example.reference} through HTTPS_PROXY after it gave up reading`, async () => {
    await using world = await startTlsWorld(openExample(example));
    const { HTTPS_PROXY = "", DENO_CERT = "" } = world.environment;
    await using ann = await createPerson();
    const net = `--allow-net=${example.hosts.map((host) => `${host}:443`).join()}`;
    const authority = await Deno.readTextFile(DENO_CERT);
    const first = pushedTags(example).toSorted().slice(0, 1).join();
    async function list(variables: Readonly<Record<string, string>>, ...flags: string[]) {
      const command = ann.command.map((word) => word.startsWith("--allow-net") ? net : word);
      const [program = "", ...args] = [...command, "tags", "--limit", "1", ...flags];
      const { code, stdout, stderr } = await new Deno.Command(program, {
        args: [...args, example.reference],
        env: { ...ann.environment, ...variables },
        clearEnv: true,
      }).output();
      const decoder = new TextDecoder();
      assertEquals([decoder.decode(stderr), decoder.decode(stdout), code], ["", `${first}\n`, 0]);
    }
    await list({ HTTPS_PROXY, DENO_CERT });
    await list({ HTTPS_PROXY }, "--ca", DENO_CERT);
    // Docker Hub's API lives on another host than the one that the folder is named after.
    for (const host of [example.registry, "auth.docker.io"]) {
      await ann.write(`.config/containers/certs.d/${host}/ca.crt`, authority);
    }
    await list({ HTTPS_PROXY });
  });
}
