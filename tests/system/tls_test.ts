import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { dirname, join } from "node:path";
import { openFlow, openTlsClients, RegistryError, type TlsFiles } from "../../mod.ts";
import { type Certificate, signCertificate } from "../hosts/authority.ts";
import { type SelfSigned, signReader, startTlsRegistry, type TlsRegistry } from "./tls_registry.ts";

const SERVER: Certificate = await signCertificate(["localhost"]);
const STRANGER: Certificate = await signCertificate(["localhost"]);
const READER: SelfSigned = await signReader("reader of the tests");

/** Lists over a real connection; the answer is the tags or the error. */
async function list({ host }: TlsRegistry, files: TlsFiles): Promise<readonly string[]> {
  using clients = await openTlsClients(files);
  const flow = openFlow({ clientFor: clients.clientFor, retries: 0 });
  const names: string[] = [];
  for await (const { name } of flow.tags(`https://${host}/team/app`)) names.push(name);
  return names;
}

async function refused(registry: TlsRegistry, files: TlsFiles): Promise<string> {
  const error = await assertRejects(() => list(registry, files), RegistryError);
  assertEquals(error.code, "unavailable", error.message);
  assertEquals(registry.requests, []);
  return error.message;
}

/** Writes files by path below a temporary folder, for the time of `body`. */
async function inFolder(
  files: Readonly<Record<string, string>>,
  body: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "portolan-tls-" });
  try {
    for (const [path, text] of Object.entries(files)) {
      await Deno.mkdir(dirname(join(folder, path)), { recursive: true });
      await Deno.writeTextFile(join(folder, path), text);
    }
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("openTlsClients() trusts an authority that is named, and no other one", async () => {
  await using registry = await startTlsRegistry(SERVER);
  await inFolder(
    { "ca.pem": SERVER.authority, "other.pem": STRANGER.authority },
    async (folder) => {
      assertStringIncludes(await refused(registry, {}), "UnknownIssuer");
      const other = { ca: join(folder, "other.pem") };
      assertStringIncludes(await refused(registry, other), "certificate");
      assertEquals(await list(registry, { ca: join(folder, "ca.pem") }), ["1.0"]);
    },
  );
});

Deno.test("openTlsClients() trusts the authority in the folder of the host, and of no other host", async () => {
  await using registry = await startTlsRegistry(SERVER);
  const { host } = registry;
  const rows: readonly (readonly [name: string, works: boolean])[] = [
    [`${host}/ca.crt`, true],
    [`${host}/any name.crt`, true],
    [`${host}/ca.pem`, false],
    [`${host}/ca.cert.bak`, false],
    ["localhost/ca.crt", false],
    [`x${host}/ca.crt`, false],
    [`${host}0/ca.crt`, false],
    [`${host.toUpperCase()}/ca.crt`, false],
    [`127.0.0.1:${host.split(":")[1]}/ca.crt`, false],
    [`registry.example/${host}/ca.crt`, false],
    ["ca.crt", false],
  ];
  for (const [path, works] of rows) {
    await inFolder({ [path]: SERVER.authority }, async (folder) => {
      const files = { hostFolders: ["/nowhere", folder] };
      if (works) assertEquals(await list(registry, files), ["1.0"], path);
      else await assertRejects(() => list(registry, files), RegistryError, "certificate", path);
    });
  }
});

Deno.test("openTlsClients() takes the first folder that a host has, alone", async () => {
  await using registry = await startTlsRegistry(SERVER);
  const files = {
    [`first/${registry.host}/ca.crt`]: STRANGER.authority,
    [`second/${registry.host}/ca.crt`]: SERVER.authority,
  };
  await inFolder(files, async (folder) => {
    const [first, second] = ["first", "second"].map((name) => join(folder, name));
    await refused(registry, { hostFolders: [first ?? "", second ?? ""] });
    assertEquals(await list(registry, { hostFolders: [second ?? "", first ?? ""] }), ["1.0"]);
  });
});

Deno.test("openTlsClients() shows a certificate where the server wants one", async () => {
  await using registry = await startTlsRegistry(SERVER, READER);
  const wrong: SelfSigned = await signReader("somebody else");
  await inFolder({
    "ca.pem": SERVER.authority,
    "cert.pem": READER.certificate,
    "key.pem": READER.key,
    "wrong.pem": wrong.certificate,
    "wrong-key.pem": wrong.key,
    [`certs.d/${registry.host}/ca.crt`]: SERVER.authority,
    [`certs.d/${registry.host}/client.cert`]: READER.certificate,
    [`certs.d/${registry.host}/client.key`]: READER.key,
  }, async (folder) => {
    const [ca, cert, key, wrongCert, wrongKey] = ["ca", "cert", "key", "wrong", "wrong-key"]
      .map((name) => join(folder, `${name}.pem`));
    await refused(registry, { ca });
    await refused(registry, { ca, cert: wrongCert, key: wrongKey });
    await refused(registry, { ca, cert, key, shownTo: ["registry.example"] });
    assertEquals(await list(registry, { ca, cert, key }), ["1.0"]);
    assertEquals(await list(registry, { ca, cert, key, shownTo: [registry.host] }), ["1.0"]);
    assertEquals(await list(registry, { hostFolders: [join(folder, "certs.d")] }), ["1.0"]);
  });
});

Deno.test("openTlsClients() names the file that cannot be used", async () => {
  await inFolder({
    "ca.pem": SERVER.authority,
    "key.pem": READER.key,
    "cert.pem": READER.certificate,
    "empty.pem": "",
    "garbage.pem": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    "certs.d/lonely.example/client.cert": READER.certificate,
    "certs.d/keyed.example/client.key": READER.key,
    "certs.d/empty.example/ca.crt": "",
    "certs.d/good.example/ca.crt": SERVER.authority,
  }, async (folder) => {
    const path = (name: string): string => join(folder, name);
    const rows: readonly (readonly [TlsFiles, string])[] = [
      [{ ca: path("none.pem") }, `"${path("none.pem")}": there is no such file`],
      [{ ca: path("empty.pem") }, `"${path("empty.pem")}": it has no certificate in PEM`],
      [{ ca: path("key.pem") }, `"${path("key.pem")}": it has no certificate in PEM`],
      [{ ca: folder }, `"${folder}": it is a directory`],
      [{ ca: path("garbage.pem") }, `"${path("garbage.pem")}": invalid peer certificate`],
      [
        { cert: path("cert.pem"), key: path("ca.pem") },
        `"${path("ca.pem")}": it has no private key`,
      ],
      [{ cert: path("ca.pem"), key: path("key.pem") }, "KeyMismatch"],
      [{ cert: path("cert.pem") }, "go together"],
      [{ key: path("key.pem") }, "go together"],
    ];
    for (const [files, message] of rows) {
      const error = await assertRejects(() => openTlsClients(files), Error, message);
      assert(!error.message.includes("AAAA"), error.message);
    }
    using clients = await openTlsClients({ hostFolders: [path("certs.d")] });
    const missing = (name: string): string => `"${path("certs.d")}/${name}" is missing`;
    await assertRejects(
      () => clients.clientFor("lonely.example"),
      Error,
      missing("lonely.example/client.key"),
    );
    await assertRejects(
      () => clients.clientFor("keyed.example"),
      Error,
      missing("keyed.example/client.cert"),
    );
    await assertRejects(() => clients.clientFor("empty.example"), Error, "no certificate in PEM");
    assertEquals(await clients.clientFor("other.example"), undefined);
    assert(await clients.clientFor("good.example") !== undefined);
    assertEquals(await clients.clientFor("good.example"), await clients.clientFor("good.example"));
  });
});

Deno.test("openTlsClients() finds a host under its other names, and with the port of https", async () => {
  await inFolder({
    "index.example/ca.crt": SERVER.authority,
    "port.example:443/ca.crt": SERVER.authority,
  }, async (folder) => {
    const namesOf = (host: string): readonly string[] =>
      host === "registry.example" ? ["www.example", "index.example"] : [];
    using clients = await openTlsClients({ hostFolders: [folder] }, namesOf);
    for (const host of ["registry.example", "index.example", "port.example"]) {
      assert(await clients.clientFor(host) !== undefined, host);
    }
    for (
      const host of ["..", ".", "", "www.example", "registry.example:5000", "port.example:444"]
    ) {
      assertEquals(await clients.clientFor(host), undefined, host);
    }
  });
});

Deno.test("openTlsClients() reads no folder and asks nobody when it may not", async () => {
  const resolve = (name: string): string => import.meta.resolve(`../../core/system/${name}`);
  const program = `
    import { usualHostFolders } from "${resolve("host_certificates.ts")}";
    import { openTlsClients } from "${resolve("tls.ts")}";
    console.log(usualHostFolders().join());
    using clients = await openTlsClients({ hostFolders: usualHostFolders() });
    console.log(await clients.clientFor("registry.example"));
    await openTlsClients({ ca: "/etc/hostname" }).catch((error) => console.log(error.message));
  `;
  await inFolder({ "look.ts": program }, async (folder) => {
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", join(folder, "look.ts")],
    }).output();
    assertEquals(new TextDecoder().decode(stderr), "");
    assertEquals(new TextDecoder().decode(stdout).split("\n"), [
      "/etc/containers/certs.d,/etc/docker/certs.d",
      "undefined",
      'Cannot read "/etc/hostname": --allow-read=/etc/hostname is not given',
      "",
    ]);
  });
});
