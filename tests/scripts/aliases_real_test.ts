import { assertEquals } from "@std/assert";
import { realTests } from "../real/available.ts";
import { startDockerRegistry } from "../real/docker_registry.ts";
import { pushImages } from "../real/push_image.ts";
import { skopeoManifest } from "../real/skopeo_read.ts";
import { buildImage, buildIndex } from "../registry/mod.ts";
import { finishScript, startScript } from "./start_script.ts";

const { test } = realTests("tests/scripts/aliases_real_test.ts");

const image = buildImage({ layers: [{ a: "1" }] });
const index = buildIndex([buildImage({ platform: "linux/arm64" }), image], { attestations: true });
const list = buildIndex([buildImage({ types: "docker" })], { types: "docker" });
const images = { latest: index, "2.0": index, "2": index, "1.0": list, "0.9": list, plain: image };

/** What a script prints, which must end well. */
async function print(script: string, ...words: readonly string[]): Promise<string> {
  const { code, bytes, stderr } = await finishScript(startScript(script, words));
  assertEquals([code, stderr], [0, ""]);
  return new TextDecoder().decode(bytes);
}

test("aliases and tags --details of docker-registry agree with what skopeo reads", async () => {
  await using registry = await startDockerRegistry();
  await pushImages(registry, "team/app", images);
  const repository = `${registry.host}/team/app`;
  assertEquals(await print("aliases", repository), "2.0\n2\n");
  assertEquals(await print("aliases", `${repository}:0.9`), "1.0\n");
  assertEquals(await print("aliases", `${repository}@${image.digest}`), "plain\n");

  const { tags } = JSON.parse(await print("tags", "--details", "--json", repository));
  for (const { name, mediaType, platforms, sizeOf, createdAt } of tags) {
    const bytes = await skopeoManifest(registry, `team/app:${name}`);
    const manifest = JSON.parse(new TextDecoder().decode(bytes));
    assertEquals(mediaType, manifest.mediaType);
    assertEquals([sizeOf, createdAt], ["linux/amd64", "2024-02-29T12:00:00.000Z"]);
    const count = manifest.manifests?.filter((entry: { annotations?: unknown }) => {
      return entry.annotations === undefined;
    }).length;
    assertEquals(platforms.length, count ?? 1);
  }
  assertEquals(tags.length, 6);
});
