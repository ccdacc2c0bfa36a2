import { assertEquals } from "@std/assert";
import { openFlow } from "../../mod.ts";
import { buildImage, buildIndex } from "../registry/mod.ts";
import { realTests } from "./available.ts";
import { startDockerRegistry } from "./docker_registry.ts";
import { pushImage, pushImages } from "./push_image.ts";

const { test } = realTests("tests/real/referrers_test.ts");

const SBOM = "application/spdx+json";
const NOTARY = "application/vnd.cncf.notary.signature";
const arm64 = buildImage({ platform: "linux/arm64/v8" });
const app = buildIndex([buildImage(), arm64]);
const sbom = buildImage({ subject: app, artifactType: SBOM, annotations: { note: "kept" } });
const signature = buildImage({ subject: sbom, artifactType: NOTARY });
const cosign = buildImage({
  layers: [{ of: "{}", mediaType: "application/vnd.dev.cosign.simplesigning.v1+json" }],
});

function tagOf({ digest }: { readonly digest: string }): string {
  return digest.replace(":", "-");
}

test("referrers() finds on docker-registry what clients keep under tags", async () => {
  await using registry = await startDockerRegistry();
  // Pushed before what lists them; docker-registry itself takes no notice of a subject.
  for (const manifest of [sbom, signature]) {
    await pushImage(registry, "team/app", undefined, manifest);
  }
  const noted = { ...sbom.descriptor, annotations: { note: "kept" } };
  await pushImages(registry, "team/app", {
    "1.0": app,
    [tagOf(app)]: buildIndex([], { also: [noted] }),
    [tagOf(sbom)]: buildIndex([], { also: [signature.descriptor] }),
    [`${tagOf(app)}.sig`]: cosign,
  });
  const exchanges: string[] = [];
  const flow = openFlow({
    onExchange: ({ method, status }) => void exchanges.push(`${method} ${status}`),
  });

  const found = await flow.referrers(`${registry.host}/team/app:1.0`, { depth: 2 });
  assertEquals<string>(found.digest, app.digest);
  assertEquals([found.api, found.reason], ["unsupported", "status 404"]);
  assertEquals<unknown>(found.tag, { name: tagOf(app) });
  const [first, second, ...others] = found.referrers;
  assertEquals<unknown>([first?.digest, first?.kind, first?.via], [sbom.digest, "sbom", ["tag"]]);
  assertEquals({ ...first?.annotations }, { note: "kept" });
  assertEquals<unknown>(first?.referrers.map(({ digest }) => digest), [signature.digest]);
  assertEquals<unknown>([second?.digest, second?.via], [cosign.digest, ["cosign"]]);
  assertEquals(others, []);
  // One for the digest, then the API once, and four tags for each of three manifests.
  assertEquals(exchanges.length, 1 + 1 + 3 * 4);
  assertEquals(exchanges.filter((line) => line === "GET 200").length, 3);
});

test("referrers() finds nothing on docker-registry where there is nothing", async () => {
  await using registry = await startDockerRegistry();
  await pushImage(registry, "team/app", "1.0", app);
  const exchanges: string[] = [];
  const flow = openFlow({
    onExchange: ({ method, status }) => void exchanges.push(`${method} ${status}`),
  });
  const { digest, referrers, tag } = await flow.referrers(`${registry.host}/team/app:1.0`, {
    platform: "linux/arm64",
  });
  assertEquals<unknown>([digest, referrers], [arm64.digest, []]);
  assertEquals<unknown>(tag, { name: tagOf(arm64), reason: "there is no such tag" });
  assertEquals(exchanges.toSorted(), ["GET 200", ...Array(5).fill("GET 404")]);
});
