import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { readReferrers } from "../../core/images/referrers.ts";
import { cosignTags, referrersTag } from "../../core/images/referrers_tag.ts";
import { parseDigest } from "../../core/names/digest.ts";
import { isTag } from "../../core/names/tag.ts";
import {
  bytes,
  descriptor,
  DIGEST,
  DOCKER_INDEX,
  HEX,
  image,
  index,
  OCI_IMAGE,
  OCI_INDEX,
  refusal,
} from "./documents.ts";

Deno.test("referrersTag() is the digest with a hyphen, of sha512 cut to 64 digits", () => {
  assertEquals<string>(referrersTag(parseDigest(DIGEST)), `sha256-${HEX}`);
  const long = parseDigest(`sha512:${HEX}${"f".repeat(64)}`);
  assertEquals<string>(referrersTag(long), `sha512-${HEX}`);
});

Deno.test("cosignTags() are three, and none for sha512, where they would be no tags", () => {
  assertEquals<unknown>(cosignTags(parseDigest(DIGEST)), [
    { kind: "signature", tag: `sha256-${HEX}.sig` },
    { kind: "attestation", tag: `sha256-${HEX}.att` },
    { kind: "sbom", tag: `sha256-${HEX}.sbom` },
  ]);
  assertEquals(cosignTags(parseDigest(`sha512:${HEX}${HEX}`)), []);
});

Deno.test("referrersTag() and cosignTags() make tags of every digest", () => {
  const digest = fc.stringMatching(/^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/);
  fc.assert(fc.property(digest, (text) => {
    const parsed = parseDigest(text);
    assert(isTag(referrersTag(parsed)));
    assert(cosignTags(parsed).every(({ tag }) => isTag(tag)));
  }));
});

Deno.test("readReferrers() reads a page of the API", () => {
  const entry = descriptor({
    mediaType: `"${OCI_IMAGE}"`,
    artifactType: `"application/vnd.example.sbom"`,
    annotations: `{"org.opencontainers.image.created":"2024-01-01T00:00:00Z"}`,
  });
  const text = index({ manifests: `[${entry},${descriptor({ artifactType: `""` })}]` });
  const [first, second] = readReferrers(bytes(text), `${OCI_INDEX}; charset=utf-8`);
  assertEquals(first?.artifactType, "application/vnd.example.sbom");
  assertEquals(first?.annotations?.["org.opencontainers.image.created"], "2024-01-01T00:00:00Z");
  assertEquals(second?.artifactType, undefined);
});

Deno.test("readReferrers() reads an empty page, also without a type of its own", () => {
  for (const manifests of ["[]", "null"]) {
    for (const mediaType of ["", `"${OCI_INDEX}"`]) {
      assertEquals(readReferrers(bytes(index({ manifests, mediaType })), OCI_INDEX), []);
    }
  }
});

const NO_INDEX: readonly (readonly [contentType: string | undefined, text: string])[] = [
  [undefined, index()],
  ["", index()],
  ["application/json", index()],
  ["text/html; charset=utf-8", "<!doctype html><title>Sign in</title>"],
  [OCI_IMAGE, image()],
  [DOCKER_INDEX, index({ mediaType: `"${DOCKER_INDEX}"` })],
  [`${OCI_INDEX}, ${OCI_INDEX}`, index()],
  ["text/\u202ehtml", index()],
];

for (const [contentType, text] of NO_INDEX) {
  Deno.test(`readReferrers() says that ${JSON.stringify(contentType)} is no list of referrers`, () => {
    const { code, message } = refusal(() => readReferrers(bytes(text), contentType));
    assertEquals(code, "unsupported");
    assertStringIncludes(message, "not an OCI index");
  });
}

const BROKEN: readonly (readonly [name: string, text: string])[] = [
  ["an image", image({ mediaType: "" })],
  ["a page for people", "<html>"],
  ["an index of another type", index({ mediaType: `"${DOCKER_INDEX}"` })],
  ["a digest that is a path", index({ manifests: `[${descriptor({ digest: `"sha256:../"` })}]` })],
  ["no list", index({ manifests: "" })],
];

for (const [name, text] of BROKEN) {
  Deno.test(`readReferrers() refuses ${name} in the name of an OCI index`, () => {
    assertEquals(refusal(() => readReferrers(bytes(text), OCI_INDEX)).code, "protocol");
  });
}
