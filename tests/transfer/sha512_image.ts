import { createHash } from "node:crypto";
import { buildImage, buildManifest, type TestBlob, type TestManifest } from "../registry/mod.ts";

/** An image with a layer whose digest is one of sha512. */
export function sha512Image(): TestManifest {
  const layer = sha512Blob(new TextEncoder().encode("layer of sha512"));
  const base = buildImage({ layers: [{ a: "b" }] });
  const document = JSON.parse(new TextDecoder().decode(base.bytes));
  const mediaType = "application/vnd.oci.image.layer.v1.tar";
  document.layers.push({ mediaType, digest: layer.digest, size: layer.size });
  return buildManifest(document, base.mediaType, { blobs: [...base.blobs, layer] });
}

function sha512Blob(bytes: Uint8Array<ArrayBuffer>): TestBlob {
  return {
    digest: `sha512:${createHash("sha512").update(bytes).digest("hex")}`,
    size: bytes.length,
    open: (from = 0, to = bytes.length) =>
      new Blob([bytes.slice(from, to)]).stream() as ReadableStream<Uint8Array<ArrayBuffer>>,
  };
}
