import { assert, assertEquals } from "@std/assert";
import { openFlow } from "../../mod.ts";
import { buildImage, randomBlob, type TestImage } from "../registry/mod.ts";
import { realTests } from "../real/available.ts";
import { pushImage, startTwoRegistries } from "../real/push_image.ts";
import { runSkopeo } from "../real/skopeo.ts";
import { startScript } from "../scripts/start_script.ts";

const MIB = 2 ** 20;
const LAYERS = 8;
const { test } = realTests(import.meta.url);
const image: TestImage = buildImage({
  layers: Array.from({ length: LAYERS }, (_, seed) => randomBlob(24 * MIB, seed + 1)),
});

test("copy, killed in the middle, sends nothing again that had arrived", async () => {
  await using world = await startTwoRegistries();
  const { source, target } = world;
  await pushImage(source, "a/b", "1", image);
  const names = [`${source.host}/a/b:1`, `${target.host}/a/b:1`] as const;
  const child = startScript("copy", ["--jobs", "1", ...names], ["--allow-env", "--allow-read"]);
  const output = child.output();

  async function held(): Promise<readonly string[]> {
    const answers = await Promise.all(image.blobs.map(async ({ digest }) => {
      const { status } = await fetch(`${target.origin}/v2/a/b/blobs/${digest}`, { method: "HEAD" });
      return status === 200 ? digest : "";
    }));
    return answers.filter((digest) => digest !== "");
  }

  while ((await held()).length < 3) await new Promise((resolve) => setTimeout(resolve, 2));
  child.kill("SIGKILL");
  const { signal } = await output;
  assertEquals(signal, "SIGKILL");
  const before = await held();
  assert(before.length < image.blobs.length, "it was over before it was killed");
  const tag = await fetch(`${target.origin}/v2/a/b/manifests/1`, { method: "HEAD" });
  assertEquals(tag.status, 404);

  const fates = new Map<string, string>();
  const result = await openFlow().copy(...names, {
    onStep: ({ kind, digest, fate }) => void (kind === "blob" && fates.set(digest, fate)),
  });
  assertEquals(result.digest, image.digest);
  for (const { digest } of image.blobs) {
    assertEquals(fates.get(digest), before.includes(digest) ? "present" : "copied");
  }
  const { code, stderr } = await runSkopeo(target, [
    "copy",
    "--quiet",
    "--insecure-policy",
    "--src-tls-verify=false",
    `docker://${names[1]}`,
    `dir:${target.directory}/read-back`,
  ]);
  assertEquals(code, 0, stderr);
});
