import { buildImage, descriptorOf } from "./image.ts";
import { dockerTypes, ociTypes } from "./media_types.ts";
import { buildManifest, defined, type TestDescriptor, type TestManifest } from "./test_manifest.ts";

/** How an index is made. Equal options make equal bytes. */
export interface IndexOptions {
  /** The index's annotations. */
  readonly annotations?: Readonly<Record<string, string>>;
  /**
   * Whether each image gets an attestation as BuildKit adds it: a manifest for `unknown/unknown` whose descriptor names the
   * image's digest (docs.docker.com/build/metadata/attestations/attestation-storage).
   * @default false
   */
  readonly attestations?: boolean;
  /**
   * The family of media types.
   * @default "oci"
   */
  readonly types?: "oci" | "docker";
  /** The manifest which this one is about. */
  readonly subject?: TestManifest | TestDescriptor;
  /** Which kind of artifact it is. */
  readonly artifactType?: string;
  /** Descriptors at the end of `manifests`, of things which need not be anywhere. */
  readonly also?: readonly TestDescriptor[];
}

/** Builds an index of images; its children come in the order given, then the attestations. */
export function buildIndex(
  images: readonly TestManifest[],
  options: IndexOptions = {},
): TestManifest {
  const { annotations, subject, artifactType, also = [] } = options;
  const mediaType = (options.types === "docker" ? dockerTypes : ociTypes).index;
  const attestations = options.attestations === true ? images.map(attestationOf) : [];
  const content = defined({
    schemaVersion: 2,
    mediaType,
    artifactType,
    manifests: [
      ...images.map(({ descriptor }) => descriptor),
      ...attestations.map(({ descriptor }) => descriptor),
      ...also,
    ],
    subject: subject && descriptorOf(subject),
    annotations,
  });
  return buildManifest(content, mediaType, {
    children: [...images, ...attestations],
    artifactType,
  });
}

/** A provenance statement about an image, as BuildKit stores it. */
function attestationOf(image: TestManifest): TestManifest {
  const predicateType = "https://slsa.dev/provenance/v0.2";
  const statement = {
    _type: "https://in-toto.io/Statement/v0.1",
    predicateType,
    subject: [{ name: "image", digest: { sha256: image.digest.slice("sha256:".length) } }],
    predicate: { builder: { id: "" }, buildType: "https://mobyproject.org/buildkit@v1" },
  };
  const made = buildImage({
    platform: "unknown/unknown",
    layers: [{
      of: JSON.stringify(statement),
      mediaType: "application/vnd.in-toto+json",
      annotations: { "in-toto.io/predicate-type": predicateType },
    }],
  });
  const annotations = {
    "vnd.docker.reference.digest": image.digest,
    "vnd.docker.reference.type": "attestation-manifest",
  };
  return { ...made, descriptor: { ...made.descriptor, annotations } };
}
