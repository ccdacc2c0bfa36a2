import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  ACCEPTED_MANIFESTS,
  essenceOf,
  isForeignLayerType,
  isImageConfigType,
  isImageType,
  isIndexType,
  isSchema1Type,
} from "../../core/names/media_type.ts";

Deno.test("ACCEPTED_MANIFESTS asks for the four types that are read, and no other", () => {
  const types = ACCEPTED_MANIFESTS.split(", ");
  assertEquals(types.length, 4);
  assert(types.every((type) => isImageType(type) !== isIndexType(type)));
  assert(types.every((type) => essenceOf(type) === type));
});

const ESSENCES: readonly (readonly [contentType: string, essence: string | undefined])[] = [
  ["application/json", "application/json"],
  ["Application/JSON", "application/json"],
  ["application/json; charset=utf-8", "application/json"],
  ["application/json;charset=utf-8;x=y", "application/json"],
  ["  application/json  ;", "application/json"],
  ["application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.index.v1+json"],
  ["", undefined],
  [";", undefined],
  ["json", undefined],
  ["application/", undefined],
  ["/json", undefined],
  ["a/b/c", undefined],
  ["*/*", undefined],
  ["application/json, text/html", undefined],
  ["application json", undefined],
  ["application/json\n", "application/json"],
  ["application/\u001bjson", undefined],
  ["application/jſon", undefined],
  ["application/\u212aml", "application/kml"],
  [`a/${"b".repeat(253)}`, `a/${"b".repeat(253)}`],
  [`a/${"b".repeat(254)}`, undefined],
];

for (const [contentType, essence] of ESSENCES) {
  Deno.test(`essenceOf() of ${JSON.stringify(contentType).slice(0, 60)} is ${`${essence}`.slice(0, 40)}`, () => {
    assertEquals(essenceOf(contentType), essence);
  });
}

Deno.test("essenceOf() gives a type that it gives again, or nothing", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), fc.string(), (type, parameters) => {
    const essence = essenceOf(`${type}/x;${parameters}`);
    if (essence === undefined) return;
    assertEquals(essenceOf(essence), essence);
    assert(/^[!-~]+$/.test(essence));
  }));
});

const PREDICATES: readonly (readonly [(type: string) => boolean, types: readonly string[]])[] = [
  [isImageType, [
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
  ]],
  [isIndexType, [
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
  ]],
  [isSchema1Type, [
    "application/vnd.docker.distribution.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v1+prettyjws",
  ]],
  [isImageConfigType, [
    "application/vnd.oci.image.config.v1+json",
    "application/vnd.docker.container.image.v1+json",
  ]],
  [isForeignLayerType, [
    "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
    "application/vnd.oci.image.layer.nondistributable.v1.tar",
    "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
    "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd",
  ]],
];
const ALL = PREDICATES.flatMap(([, types]) => types);
const OTHERS = ["", "application/json", "application/vnd.oci.image.layer.v1.tar+gzip", "__proto__"];

for (const [predicate, types] of PREDICATES) {
  Deno.test(`${predicate.name}() knows its types to the letter and no others`, () => {
    const bent = types.flatMap((
      type,
    ) => [type.toUpperCase(), `${type} `, `${type}; charset=utf-8`]);
    const taken = [...ALL, ...OTHERS, ...bent].filter((type) => predicate(type));
    assertEquals(taken, [...types]);
  });
}
