import { assert, assertEquals } from "@std/assert";
import {
  buildImage,
  buildIndex,
  buildManifest,
  bytesOf,
  digestOf,
  distribution,
  presets,
} from "../registry/mod.ts";
import { realTests } from "./available.ts";
import { startDockerRegistry } from "./docker_registry.ts";
import { playScript, type Step } from "./script.ts";
import { servePlace } from "./served_place.ts";

const { test } = realTests("tests/real/alike_test.ts");

const image = buildImage({ layers: [{ "etc/motd": "hello\n" }] });
const docker = buildImage({ types: "docker", layers: [{ "etc/motd": "hello\n" }] });
const bare = buildImage({ saysType: false, layers: [{ "etc/motd": "hello\n" }] });
const signature = buildImage({ subject: image, artifactType: "test/sig", layers: [] });
const index = buildIndex([image]);
const orphan = buildIndex([buildImage({ config: { created: "1999-01-01T00:00:00Z" } })]);
const list = buildIndex([docker], { types: "docker" });
const oci = image.mediaType;
const absent = digestOf(new TextEncoder().encode("absent"));
const layer = image.layers[0]?.digest ?? "";
const bytes = await bytesOf(image.layers[0] ?? image.config);
const octets = { "content-type": "application/octet-stream" };

function put(name: string, tag: string, manifest: typeof index, type = manifest.mediaType): Step {
  const headers = { "content-type": type };
  return { name, method: "PUT", path: `a/b/manifests/${tag}`, headers, body: manifest.bytes };
}

function get(name: string, path: string, headers: Record<string, string> = {}): Step {
  return { name, path, headers };
}

async function upload(blob: typeof image.config, repository = "a/b"): Promise<readonly Step[]> {
  const body = await bytesOf(blob);
  const path = `{upload}&digest=${blob.digest}`;
  return [
    { name: `begin ${blob.digest}`, method: "POST", path: `${repository}/blobs/uploads/` },
    { name: `put ${blob.digest}`, method: "PUT", path, headers: octets, body },
  ];
}

const begin = (name: string, query = ""): Step => (
  { name, method: "POST", path: `c/d/blobs/uploads/${query}` }
);

const uploads: readonly Step[] = [
  begin("begin"),
  get("status at the start", "{upload}"),
  { name: "patch", method: "PATCH", path: "{upload}", headers: octets, body: bytes.slice(0, 40) },
  get("status after a patch", "{upload}"),
  {
    name: "patch with a range that is wrong",
    method: "PATCH",
    path: "{upload}",
    headers: { ...octets, "content-range": "90-99" },
    body: bytes.slice(40, 50),
  },
  { name: "put the rest", method: "PUT", path: `{upload}&digest=${layer}`, body: bytes.slice(50) },
  get("status of what is done", "{upload}"),
  begin("begin again"),
  { name: "put without a digest", method: "PUT", path: "{upload}", body: bytes },
  { name: "put a malformed digest", method: "PUT", path: "{upload}&digest=x", body: bytes },
  { name: "put another digest", method: "PUT", path: `{upload}&digest=${absent}`, body: bytes },
  get("status of what failed", "{upload}"),
  begin("begin to cancel"),
  { name: "cancel", method: "DELETE", path: "{upload}" },
  { name: "cancel again", method: "DELETE", path: "{upload}" },
  { ...begin("post a whole blob", `?digest=${layer}`), headers: octets, body: bytes },
  begin("mount", `?mount=${layer}&from=a/b`),
  begin("mount what is absent", `?mount=${absent}&from=a/b`),
  begin("mount from nowhere", `?mount=${layer}`),
  begin("mount from a missing repository", `?mount=${layer}&from=no/no`),
  begin("mount nonsense", "?mount=x&from=a/b"),
  { name: "head of what was mounted", method: "HEAD", path: `c/d/blobs/${layer}` },
];

const manifests: readonly Step[] = [
  put("push", "v1", image),
  put("push by digest", image.digest, image),
  put("push by another digest", absent, image),
  put("push as another type", "v2", image, index.mediaType),
  put("push as JSON", "v2", image, "application/json"),
  put("push nonsense", "v2", buildManifest(new TextEncoder().encode("nonsense"), oci)),
  put("push under a tag that is none", "-v2", image),
  put("push without its own type", "bare", bare),
  put("push without its blobs", "v3", buildImage({ layers: [{ "etc/motd": "absent\n" }] })),
  put("push an index", "index", index),
  put("push an index without its child", "orphan", orphan),
  put("push for Docker", "docker", docker),
  put("push a list", "list", list),
  put("push a signature", "signed", signature),
  ...[oci, "*/*", docker.mediaType, "", `text/plain, ${oci};q=0.5`].map((accept) =>
    get(`get accepting ${accept}`, "a/b/manifests/v1", { accept })
  ),
  { name: "head", method: "HEAD", path: "a/b/manifests/v1", headers: { accept: oci } },
  get("get unless it is that", "a/b/manifests/v1", {
    accept: oci,
    "if-none-match": `"${image.digest}"`,
  }),
  get("get by digest", `a/b/manifests/${image.digest}`, { accept: oci }),
  get("get by digest, accepting nothing", `a/b/manifests/${image.digest}`),
  get("get an index", "a/b/manifests/index", { accept: index.mediaType }),
  get("get an index, accepting images", "a/b/manifests/index", { accept: oci }),
  get("get a list, accepting images", "a/b/manifests/list", { accept: docker.mediaType }),
  get("get for Docker by digest", `a/b/manifests/${docker.digest}`),
  get("get a missing tag", "a/b/manifests/missing", { accept: oci }),
  { name: "head of a missing tag", method: "HEAD", path: "a/b/manifests/missing" },
  get("get a missing digest", `a/b/manifests/${absent}`, { accept: oci }),
  get("get of a missing repository", "x/y/manifests/v1", { accept: oci }),
  get("referrers", `a/b/referrers/${image.digest}`),
  { name: "post a manifest", method: "POST", path: "a/b/manifests/v1" },
];

const ranges = ["2-5", "2-", "-3", "2-5000", "5000-5001", "5-2"].map((range): Step =>
  get(`bytes=${range}`, `a/b/blobs/${layer}`, { range: `bytes=${range}` })
);

const blobs: readonly Step[] = [
  get("get a blob", `a/b/blobs/${layer}`),
  { name: "head of a blob", method: "HEAD", path: `a/b/blobs/${layer}` },
  ...ranges,
  get("get a missing blob", `a/b/blobs/${absent}`),
  get("get a malformed blob", "a/b/blobs/sha256:00"),
  get("get a blob of a missing repository", `x/y/blobs/${layer}`),
  { name: "put a blob", method: "PUT", path: `a/b/blobs/${layer}` },
];

const deletes: readonly Step[] = [
  ["delete a tag", "a/b/manifests/v1"],
  ["delete a missing manifest", `a/b/manifests/${absent}`],
  ["delete", `a/b/manifests/${image.digest}`],
  ["delete again", `a/b/manifests/${image.digest}`],
  ["delete a blob", `a/b/blobs/${layer}`],
  ["delete it again", `a/b/blobs/${layer}`],
  ["delete a missing blob", `a/b/blobs/${absent}`],
].map(([name = "", path = ""]) => ({ name, method: "DELETE", path }));

const afterwards: readonly Step[] = [
  get("get what was deleted", "a/b/manifests/v1", { accept: oci }),
  get("get the blob that was deleted", `a/b/blobs/${layer}`),
  { name: "head of its copy", method: "HEAD", path: `c/d/blobs/${layer}` },
];

test("distribution() as distribution28 answers as Debian's docker-registry does", async () => {
  const script = [
    ...(await Promise.all(
      [...image.blobs, ...docker.blobs, signature.config].map((blob) => upload(blob)),
    )).flat(),
    ...uploads,
    ...manifests,
    ...blobs,
    ...deletes,
    ...afterwards,
  ];
  await using real = await startDockerRegistry();
  const options = { ...presets.distribution28, host: "registry.example", content: {} };
  await using simulated = await servePlace(distribution(options));
  const expected = await playScript(real.origin, script);
  const given = await playScript(simulated.origin, script);
  for (const { name } of script) assertEquals(given[name], expected[name], name);
  assert(script.length > 80, `${script.length}`);
});
