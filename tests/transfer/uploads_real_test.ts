import { assertEquals } from "@std/assert";
import { openFlow } from "../../mod.ts";
import { realTests } from "../real/available.ts";
import { pushImage, startTwoRegistries } from "../real/push_image.ts";
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
