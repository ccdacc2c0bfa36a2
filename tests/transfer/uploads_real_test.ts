import { assertEquals } from "@std/assert";
import { openFlow } from "../../mod.ts";
import { realTests } from "../real/available.ts";
import { pushImage, startTwoRegistries } from "../real/push_image.ts";
import { buildImage, randomBlob } from "../registry/mod.ts";
import { startCuttingProxy } from "./cutting_proxy.ts";
import { sha512Image } from "./sha512_image.ts";

const { test } = realTests(import.meta.url);

test("copy() carries a layer of sha512 to a registry that tells its digest as sha256", async () => {
  await using world = await startTwoRegistries();
  const { source, target } = world;
  const image = sha512Image();
  await pushImage(source, "a/b", "1", image);
  const { digest } = await openFlow().copy(`${source.host}/a/b:1`, `${target.host}/a/b:1`);
  assertEquals(digest, image.digest);
  const answer = await fetch(`${target.origin}/v2/a/b/blobs/${image.blobs.at(-1)?.digest}`);
  assertEquals(await answer.text(), "layer of sha512");
});

for (const mib of [5, 25, 45]) {
  test(`copy() begins a chunked upload anew that was cut after ${mib} MiB`, async () => {
    await using world = await startTwoRegistries();
    const { source, target } = world;
    const image = buildImage({ layers: [randomBlob(50 * 2 ** 20, mib)] });
    await pushImage(source, "a/b", "1", image);
    const plan = { way: "up", at: mib * 2 ** 20 } as const;
    await using proxy = startCuttingProxy(target.origin, plan);
    const options = { chunk: 20 * 2 ** 20 };
    const flow = openFlow({ random: () => 0 });
    const { digest } = await flow.copy(`${source.host}/a/b:1`, `${proxy.host}/a/b:1`, options);
    assertEquals([proxy.cuts, digest], [1, image.digest]);
  });
}
