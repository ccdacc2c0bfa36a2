import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  type FoundReferrers,
  openFlow,
  type Referrer,
  type ReferrerOptions,
  RegistryError,
} from "../../mod.ts";
import { virtualClock } from "../virtual_clock.ts";
import {
  buildImage,
  buildIndex,
  distribution,
  dockerHub,
  ecrPublic,
  ghcr,
  type Images,
  presets,
  quay,
  type SimulatedNetwork,
  type SimulatedRegistry,
  simulateNetwork,
  type TestImage,
  type TestManifest,
} from "../registry/mod.ts";

const SBOM = "application/spdx+json";
const NOTARY = "application/vnd.cncf.notary.signature";
const CREATED = "org.opencontainers.image.created";

const amd64 = buildImage();
const arm64 = buildImage({ platform: "linux/arm64/v8" });
const app = buildIndex([amd64, arm64]);
const sbom = buildImage({
  subject: app,
  artifactType: SBOM,
  annotations: { [CREATED]: "2026-01-02T03:04:05Z" },
});
const signature = buildImage({ subject: app, artifactType: NOTARY });
const sbomSignature = buildImage({ subject: sbom, artifactType: NOTARY });
const armSbom = buildImage({ subject: arm64, artifactType: "application/vnd.cyclonedx+json" });

/** As cosign attaches it by tag: no subject, an image's config, all that matters in the layers. */
function attached(mediaType: string, predicateType?: string): TestImage {
  const annotations = predicateType === undefined ? undefined : { predicateType };
  return buildImage({ layers: [{ of: "{}", mediaType, annotations }] });
}

const simpleSigning = attached("application/vnd.dev.cosign.simplesigning.v1+json");
const provenance = attached(
  "application/vnd.dsse.envelope.v1+json",
  "https://slsa.dev/provenance/v1",
);
const spdx = attached("text/spdx+json");

function tagOf(manifest: TestManifest, suffix = ""): string {
  return manifest.digest.replace(":", "-") + suffix;
}

const cosigned = {
  [tagOf(app, ".sig")]: simpleSigning,
  [tagOf(app, ".att")]: provenance,
  [tagOf(app, ".sbom")]: spdx,
};
const REFERRERS = [sbom, signature, sbomSignature, armSbom];

/** What a repository holds, with everything that refers to it. */
function held(repository: string, tags: Readonly<Record<string, TestManifest>> = {}): Images {
  return { [repository]: { tags: { "1.0": app, ...tags }, untagged: REFERRERS } };
}

function openTo(registries: SimulatedRegistry | readonly SimulatedRegistry[]): {
  readonly network: SimulatedNetwork;
  ask(reference: string, options?: ReferrerOptions): Promise<FoundReferrers>;
} {
  const network = simulateNetwork(registries);
  const flow = openFlow({ fetch: network.fetch, clock: virtualClock(), random: () => 0 });
  return { network, ask: (reference, options) => flow.referrers(reference, options) };
}

/** A tree as text: `kind[children]`. */
function shape(referrers: readonly Referrer[]): string {
  return referrers.map(({ kind, via, referrers }) => {
    return `${kind} by ${via.join("+")}${referrers.length > 0 ? `[${shape(referrers)}]` : ""}`;
  }).join(", ");
}

function requestsOf({ requests }: SimulatedNetwork): readonly string[] {
  return requests.map(({ method, url }) => {
    return `${method} ${new URL(url).pathname.replace(/^\/v2\/.*?\/(?=manifests|referrers)/, "")}`;
  });
}

const REFERENCE = "registry.example/team/app:1.0";

Deno.test("referrers() finds what the API and cosign's tags know, with what they tell", async () => {
  const { ask, network } = openTo(distribution({ images: held("team/app", cosigned) }));
  const found = await ask(REFERENCE);
  assertEquals<string>(found.digest, app.digest);
  assertEquals([found.api, found.reason, found.tag], ["supported", undefined, undefined]);
  assertEquals(
    shape(found.referrers),
    "sbom by api, signature by api, signature by cosign, provenance by cosign, sbom by cosign",
  );
  const [first, , third] = found.referrers;
  assertEquals<unknown>({ ...first, annotations: { ...first?.annotations } }, {
    digest: sbom.digest,
    mediaType: sbom.mediaType,
    artifactType: SBOM,
    size: sbom.bytes.length,
    annotations: { [CREATED]: "2026-01-02T03:04:05Z" },
    kind: "sbom",
    via: ["api"],
    referrers: [],
  });
  assertEquals<string | undefined>(third?.tag, tagOf(app, ".sig"));
  assertEquals(third?.size, simpleSigning.bytes.length);
  const [head, ...others] = requestsOf(network);
  assertEquals(head, "HEAD manifests/1.0");
  assertEquals(others.toSorted(), [
    ...[".att", ".sbom", ".sig"].map((suffix) => `GET manifests/${tagOf(app, suffix)}`),
    `GET referrers/${app.digest}`,
  ]);
  assertEquals(network.traffic.mostInFlight(), 4);
});

Deno.test("referrers() of a digest asks for no digest", async () => {
  const { ask, network } = openTo(distribution({ images: held("team/app") }));
  const { referrers } = await ask(`registry.example/team/app@${app.digest}`);
  assertEquals(referrers.length, 2);
  assertEquals(network.requests.length, 4);
});

Deno.test("referrers() asks for each tag that is absent once", async () => {
  const { ask, network } = openTo(distribution({
    images: held("team/app"),
    habits: { referrers: "missing" },
  }));
  const { api, reason, referrers } = await ask(REFERENCE);
  assertEquals([api, reason, referrers], ["unsupported", "status 404", []]);
  assertEquals(network.requests.length, 6);
});

Deno.test("referrers() merges what is found in two ways", async () => {
  const tags = { [tagOf(app, ".sig")]: signature, [tagOf(app, ".sbom")]: sbom };
  const { ask } = openTo(distribution({ images: held("team/app", tags) }));
  const { referrers } = await ask(REFERENCE);
  assertEquals(shape(referrers), "sbom by api+cosign, signature by api+cosign");
  assertEquals<unknown>(referrers.map(({ tag }) => tag), [tagOf(app, ".sbom"), tagOf(app, ".sig")]);
});

Deno.test("referrers() takes cosign's tag for a kind that the type does not tell", async () => {
  const plain = buildImage({ subject: app, artifactType: "application/x" });
  const { ask } = openTo(distribution({
    images: { "team/app": { tags: { "1.0": app, [tagOf(app, ".sig")]: plain } } },
  }));
  const { referrers } = await ask(REFERENCE);
  assertEquals(shape(referrers), "signature by api+cosign");
  assertEquals(referrers[0]?.artifactType, "application/x");
});

for (const pageSize of [1, 2, 3]) {
  Deno.test(`referrers() reads pages of ${pageSize}`, async () => {
    const many = Array.from(
      { length: 7 },
      (_, at) => buildImage({ subject: app, artifactType: `application/x${at}` }),
    );
    const images = { "team/app": { tags: { "1.0": app }, untagged: many } };
    const { ask } = openTo(distribution({ images, habits: { referrersPage: pageSize } }));
    const { referrers } = await ask(REFERENCE);
    assertEquals(
      referrers.map(({ artifactType }) => artifactType),
      many.map(({ descriptor }) => descriptor.artifactType),
    );
  });
}

for (const referrersFilter of [true, false]) {
  Deno.test(`referrers() filters where the registry ${referrersFilter ? "does" : "does not"}`, async () => {
    const { ask } = openTo(distribution({
      images: held("team/app", cosigned),
      habits: { referrersFilter, referrersPage: 1 },
    }));
    assertEquals(shape((await ask(REFERENCE, { artifactTypes: [SBOM] })).referrers), "sbom by api");
    const both = await ask(REFERENCE, { artifactTypes: [SBOM, NOTARY] });
    assertEquals(shape(both.referrers), "sbom by api, signature by api");
    assertEquals((await ask(REFERENCE, { artifactTypes: ["application/none"] })).referrers, []);
  });
}

Deno.test("referrers() filters by annotations, all of those given", async () => {
  const { ask } = openTo(distribution({ images: held("team/app", cosigned) }));
  const rows: readonly (readonly [Readonly<Record<string, string | true>>, number])[] = [
    [{}, 5],
    [{ [CREATED]: true }, 1],
    [{ [CREATED]: "2026-01-02T03:04:05Z" }, 1],
    [{ [CREATED]: "2026" }, 0],
    [{ [CREATED]: true, other: true }, 0],
    [{ constructor: "x" }, 0],
    [Object.fromEntries([["__proto__", true]]), 0],
  ];
  for (const [annotations, count] of rows) {
    assertEquals((await ask(REFERENCE, { annotations })).referrers.length, count);
  }
});

Deno.test("referrers() goes as deep as it is asked to", async () => {
  const { ask, network } = openTo(distribution({ images: held("team/app") }));
  assertEquals(shape((await ask(REFERENCE)).referrers), "sbom by api, signature by api");
  network.reset();
  const two = await ask(REFERENCE, { depth: 2 });
  assertEquals(shape(two.referrers), "sbom by api[signature by api], signature by api");
  // The digest, then four for the image and for each of two referrers.
  assertEquals(network.requests.length, 13);
  const deep = await ask(REFERENCE, { depth: 4 });
  assertEquals(shape(deep.referrers), shape(two.referrers));
});

Deno.test("referrers() keeps what a filter leaves out where something that refers to it passes", async () => {
  const { ask } = openTo(distribution({ images: held("team/app") }));
  const { referrers } = await ask(REFERENCE, { depth: 2, artifactTypes: [NOTARY] });
  assertEquals(shape(referrers), "sbom by api[signature by api], signature by api");
});

Deno.test("referrers() without an API asks for it once, however deep", async () => {
  const tags = {
    [tagOf(app)]: buildIndex([], { also: [sbom.descriptor] }),
    [tagOf(sbom, ".sig")]: simpleSigning,
  };
  const { ask, network } = openTo(distribution({
    images: held("team/app", tags),
    habits: { referrers: "missing" },
  }));
  const { referrers } = await ask(REFERENCE, { depth: 3 });
  assertEquals(shape(referrers), "sbom by tag[signature by cosign]");
  assertEquals(requestsOf(network).filter((line) => line.includes("referrers/")).length, 1);
});

Deno.test("referrers() ends where things refer to each other, however deep it may go", async () => {
  // Nothing honest can do that, for a digest cannot contain itself.
  const faults = (request: Request): Response | undefined => {
    const { pathname } = new URL(request.url);
    if (!pathname.includes("/referrers/")) return undefined;
    const body = JSON.stringify({
      schemaVersion: 2,
      manifests: [app, sbom, signature].map(({ descriptor }) => descriptor),
    });
    const type = "application/vnd.oci.image.index.v1+json";
    return new Response(body, { headers: { "content-type": type } });
  };
  const { ask, network } = openTo(distribution({ images: held("team/app"), faults }));
  const { referrers } = await ask(REFERENCE, { depth: 4 });
  assertEquals(shape(referrers), "sbom by api, signature by api");
  assertEquals(network.requests.length, 13);
});

Deno.test("referrers() ends at more than a thousand manifests to ask about", async () => {
  let made = 0;
  const faults = (request: Request): Response | undefined => {
    const { pathname } = new URL(request.url);
    if (!pathname.includes("/referrers/")) return undefined;
    const { mediaType } = sbom;
    const manifests = Array.from({ length: 11 }, () => {
      return { mediaType, digest: `sha256:${(++made).toString(16).padStart(64, "0")}`, size: 1 };
    });
    const type = "application/vnd.oci.image.index.v1+json";
    const body = JSON.stringify({ schemaVersion: 2, manifests });
    return new Response(body, { headers: { "content-type": type } });
  };
  const { ask, network } = openTo(distribution({ images: held("team/app"), faults }));
  const error = await assertRejects(() => ask(REFERENCE, { depth: 4 }), RegistryError);
  assertEquals([error.code, error.facts.hint], ["too_large", "--depth 3 asks about less"]);
  assertStringIncludes(error.message, "more than 1000 manifests");
  assertEquals(network.requests.length, 1 + 4 * (1 + 11 + 121));
});

Deno.test("referrers() of one platform's image", async () => {
  const { ask } = openTo(distribution({ images: held("team/app") }));
  const found = await ask(REFERENCE, { platform: "linux/arm64" });
  assertEquals<string>(found.digest, arm64.digest);
  assertEquals(shape(found.referrers), "sbom by api");
  const error = await assertRejects(
    () => ask(REFERENCE, { platform: "linux/s390x" }),
    RegistryError,
  );
  assertEquals(error.code, "not_found");
});

for (const depth of [0, -1, 1.5, 5, Infinity, NaN]) {
  Deno.test(`referrers() refuses a depth of ${depth}`, async () => {
    const { ask } = openTo(distribution());
    await assertRejects(() => ask(REFERENCE, { depth }), RangeError, '"depth"');
  });
}

/** What each registry is known to answer; `reason` where it has no API. */
const REGISTRIES: readonly {
  readonly name: string;
  readonly registry: SimulatedRegistry;
  readonly reference: string;
  readonly reason?: string;
  readonly tag?: string;
}[] = [
  {
    name: "Docker Hub",
    registry: dockerHub({ images: held("team/app", cosigned) }),
    reference: "team/app:1.0",
  },
  {
    name: "GHCR",
    registry: ghcr({ images: held("team/app", cosigned) }),
    reference: "ghcr.io/team/app:1.0",
    reason: "status 303 redirects to https://github.com/-/v2/packages/container",
    tag: "there is no such tag",
  },
  {
    name: "Quay",
    registry: quay({ images: held("team/app", cosigned) }),
    reference: "quay.io/team/app:1.0",
  },
  {
    name: "ECR Public",
    registry: ecrPublic({ images: held("team/app", cosigned) }),
    reference: "public.ecr.aws/team/app:1.0",
  },
  {
    name: "GitLab",
    registry: distribution({ ...presets.gitlab, images: held("team/app", cosigned) }),
    reference: "registry.gitlab.com/team/app:1.0",
    reason: "status 404",
    tag: "it is the image itself",
  },
  {
    name: "Artifact Registry",
    registry: distribution({ ...presets.artifactRegistry, images: held("p/r/app", cosigned) }),
    reference: "us-docker.pkg.dev/p/r/app:1.0",
    reason: "status 302 redirects to https://accounts.google.com/ServiceLogin",
    tag: "there is no such tag",
  },
  {
    name: "Harbor",
    registry: distribution({ ...presets.harbor, images: held("team/app", cosigned) }),
    reference: "harbor.example/team/app:1.0",
  },
  {
    name: "CNCF distribution",
    registry: distribution({ ...presets.distribution28, images: held("team/app", cosigned) }),
    reference: "registry.example/team/app:1.0",
    reason: "status 404",
    tag: "there is no such tag",
  },
];

const BY_COSIGN = "signature by cosign, provenance by cosign, sbom by cosign";

for (const { name, registry, reference, reason, tag } of REGISTRIES) {
  Deno.test(`referrers() knows what ${name} answers`, async () => {
    const { ask, network } = openTo(registry);
    const found = await ask(reference);
    assertEquals(found.reason, reason);
    assertEquals(found.tag?.reason, tag);
    const byApi = reason === undefined ? "sbom by api, signature by api, " : "";
    assertEquals(shape(found.referrers), byApi + BY_COSIGN);
    const elsewhere = network.requests.filter(({ url }) => /github\.com|google\.com/.test(url));
    assertEquals(elsewhere, []);
  });
}

Deno.test("referrers() reads the referrers tag of a registry that keeps one", async () => {
  const list = buildIndex([], { also: [sbom.descriptor, signature.descriptor] });
  const images = held("team/app", { [tagOf(app)]: list });
  for (const preset of [presets.gitlab, presets.artifactRegistry, presets.distribution28]) {
    const { ask } = openTo(distribution({ ...preset, images }));
    const { referrers, tag } = await ask(`${preset.host ?? "registry.example"}/team/app:1.0`);
    assertEquals(shape(referrers), "sbom by tag, signature by tag");
    assertEquals<unknown>(tag, { name: tagOf(app) });
  }
});

Deno.test("referrers() of an image that is not there, on a registry that minds", async () => {
  const { ask } = openTo(quay({ images: held("team/app") }));
  const error = await assertRejects(
    () => ask(`quay.io/team/app@${"sha256:" + "0".repeat(64)}`),
    RegistryError,
  );
  assertEquals(error.code, "not_found");
  const gone = await assertRejects(() => ask("quay.io/team/app:gone"), RegistryError);
  assertEquals(gone.code, "not_found");
});

Deno.test("referrers() of an image that is gone still finds what refers to it, on a registry that keeps that", async () => {
  const images = { "team/app": { tags: { other: amd64 }, untagged: REFERRERS } };
  const { ask } = openTo(distribution({ images }));
  const { referrers } = await ask(`registry.example/team/app@${app.digest}`);
  assertEquals(referrers.length, 2);
});
