import { assertEquals } from "@std/assert";
import { openFlow } from "../../mod.ts";
import { buildImage, buildManifest, distribution, simulateNetwork } from "../registry/mod.ts";

Deno.test("flow.inspect() shows an entry that is no manifest by what the index tells, and asks nothing", async () => {
  const image = buildImage();
  const odd = {
    mediaType: "application/vnd.example.thing.v1+json",
    digest: `sha256:${"b".repeat(64)}`,
    size: 7,
    platform: { os: "wasi", architecture: "wasm" },
  };
  const { mediaType, digest, bytes } = image;
  const listed = { mediaType, digest, size: bytes.length };
  const indexType = "application/vnd.oci.image.index.v1+json";
  const index = buildManifest(
    { schemaVersion: 2, mediaType: indexType, manifests: [listed, odd] },
    indexType,
    { children: [image] },
  );
  const network = simulateNetwork(distribution({ images: { "a/b": { tags: { "1": index } } } }));
  const flow = openFlow({ fetch: network.fetch });
  const { images } = await flow.inspect("registry.example/a/b:1");
  assertEquals(images.map((one) => [one.mediaType, one.size === undefined, one.isMissing]), [
    [mediaType, false, false],
    [odd.mediaType, true, false],
  ]);
  assertEquals(network.requests.filter(({ url }) => url.includes(odd.digest)), []);
});
