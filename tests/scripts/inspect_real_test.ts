import { assertEquals, assertStringIncludes } from "@std/assert";
import { realTests } from "../real/available.ts";
import { startDockerRegistry } from "../real/docker_registry.ts";
import { pushImages } from "../real/push_image.ts";
import { skopeoConfig, skopeoManifest } from "../real/skopeo_read.ts";
import { buildImage, buildIndex, bytesOf, type TestImage } from "../registry/mod.ts";
import { finishScript, type ScriptOutcome, startScript } from "./start_script.ts";

const { test } = realTests("tests/scripts/inspect_real_test.ts");

const annotations = { title: "Grüße \u202e" };
const here = buildImage({ layers: [{ a: "1" }, 1_000_000], annotations });
const arm64 = buildImage({ platform: "linux/arm64/v8", types: "docker" });
const images = {
  oci: here,
  docker: buildImage({ types: "docker", layers: [{ a: "docker" }] }),
  untold: buildImage({ saysType: false }),
  index: buildIndex([here, arm64], { attestations: true, annotations }),
  list: buildIndex([buildImage({ types: "docker" }), arm64], { types: "docker" }),
};

/** What a script prints, which must end well. */
async function print(script: string, ...words: readonly string[]): Promise<ScriptOutcome> {
  const outcome = await finishScript(startScript(script, words));
  assertEquals([outcome.code, outcome.stderr], [0, ""]);
  return outcome;
}

function textOf({ bytes }: ScriptOutcome): string {
  return new TextDecoder().decode(bytes);
}

test("manifest and inspect --raw equal skopeo inspect --raw byte for byte", async () => {
  await using registry = await startDockerRegistry();
  await pushImages(registry, "team/app", images);
  for (const name of Object.keys(images)) {
    const expected = await skopeoManifest(registry, `team/app:${name}`);
    const reference = `${registry.host}/team/app:${name}`;
    assertEquals((await print("manifest", reference)).bytes, expected);
    assertEquals((await print("inspect", "--raw", reference)).bytes, expected);
  }
});

test("inspect --config --raw equals skopeo inspect --config --raw byte for byte", async () => {
  await using registry = await startDockerRegistry();
  await pushImages(registry, "team/app", images);
  for (const name of ["oci", "docker", "untold"]) {
    const expected = await skopeoConfig(registry, `team/app:${name}`);
    const reference = `${registry.host}/team/app:${name}`;
    assertEquals((await print("inspect", "--config", "--raw", reference)).bytes, expected);
  }
  const words = [
    "--config",
    "--raw",
    "--platform",
    "linux/arm64",
    `${registry.host}/team/app:index`,
  ];
  assertEquals((await print("inspect", ...words)).bytes, await bytesOf(arm64.config));
});

test("digest, inspect and blob agree with what was pushed to docker-registry", async () => {
  await using registry = await startDockerRegistry();
  await pushImages(registry, "team/app", images);
  const app = `${registry.host}/team/app`;
  const references = Object.keys(images).map((name) => `${app}:${name}`);
  const digests = Object.entries(images)
    .map(([name, { digest }]) => `${app}:${name}@${digest}\n`).join("");
  assertEquals(textOf(await print("digest", ...references)), digests);
  const chosen = ["--config", "--platform", "linux/arm64", `${app}:list`];
  assertEquals(textOf(await print("digest", ...chosen)), `${arm64.config.digest}\n`);
  const screen = textOf(await print("inspect", `${app}:index`));
  for (const text of ["linux/amd64", "linux/arm64/v8", "attestation of linux/arm64/v8"]) {
    assertStringIncludes(screen, `\n${text} `);
  }
  assertStringIncludes(screen, "annotations   title=Grüße \\u{202e}\n");
  for (const { digest, size } of partsOf(here)) {
    assertEquals((await print("blob", `${app}@${digest}`)).bytes.length, size);
  }
});

function partsOf({ config, layers }: TestImage): TestImage["layers"] {
  return [config, ...layers];
}
