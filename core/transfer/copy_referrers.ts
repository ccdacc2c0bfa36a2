import type { Fetched } from "../endpoints/manifests.ts";
import { isAttestation } from "../images/attestation.ts";
import type { Descriptor } from "../images/descriptor.ts";
import { cosignTags, referrersTag } from "../images/referrers_tag.ts";
import type { Digest } from "../names/digest.ts";
import { OCI_INDEX } from "../names/media_type.ts";
import type { Tag } from "../names/tag.ts";
import { digestOf } from "../system/hash.ts";
import { together } from "../together.ts";
import { copyAs, copyTree } from "./copy_tree.ts";
import type { Voyage } from "./voyage.ts";

/** Referrers of referrers of referrers: the signature of an SBOM, and so on. */
const MOST_DEPTH = 4;

/**
 * Copies what refers to an image and to each of its platforms: what the referrers API lists, or the
 * referrers tag, and what cosign keeps under tags of its own.
 *
 * @param state whether the image itself is there, or comes last
 */
export async function copyReferrers(
  fetched: Fetched,
  voyage: Voyage,
  state: "there" | "coming",
): Promise<void> {
  const { digest, manifest } = fetched;
  const image = state === "coming" ? fetched : undefined;
  const entries = manifest.kind === "index" ? manifest.manifests : [];
  const children = entries.filter((entry) => !isAttestation(entry));
  let subjects = new Set([digest, ...children.map((child) => child.digest)]);
  // A list is a stranger's word: it may lead back to where it began.
  let seen: ReadonlySet<Digest> = new Set();
  for (let depth = 1; depth <= MOST_DEPTH && subjects.size > 0; depth++) {
    const copyOne = (subject: Digest) => copyAbout(subject, image, voyage);
    const found = await together([...subjects], copyOne, voyage.stop);
    seen = seen.union(subjects);
    subjects = new Set(found.flat()).difference(seen);
  }
}

/**
 * Copies what refers to one manifest.
 *
 * @param image the one that is coming
 * @returns the referrers that are there now
 */
async function copyAbout(
  subject: Digest,
  image: Fetched | undefined,
  voyage: Voyage,
): Promise<readonly Digest[]> {
  const { source, target, ledger, stop, signal, refreshReferrers: isRefresh } = voyage;
  const errand = { kind: "referrers", source, target, digest: subject, isRefresh, signal } as const;
  return await ledger.once(errand, async () => {
    let entries: readonly Descriptor[] = [];
    const look = async () => {
      entries = await source.referrersOf(subject);
    };
    await together([look, () => copyCosign(subject, voyage)], (work) => work(), stop);
    if (entries.length === 0) return [];
    // Some take nothing about what they do not have, and its tag comes last.
    if (subject === image?.digest) await copyAs(undefined, image, "copied", voyage);
    const isThere = await together(entries, (entry) => copyTree(entry, voyage, { depth: 1 }), stop);
    // A registry may refuse a list that names what it has not.
    const there = entries.filter((_, at) => isThere[at]);
    await list(subject, there, voyage);
    return there.map(({ digest }) => digest);
  });
}

async function copyCosign(subject: Digest, voyage: Voyage): Promise<void> {
  const { source, target, stop, refreshReferrers = false } = voyage;

  async function copyIfThere(tag: Tag): Promise<void> {
    const digest = await source.digestOf(tag);
    if (digest === undefined) return;
    const there = await target.digestOf(tag);
    if (there === digest) return;
    if (there !== undefined && !refreshReferrers) {
      // Perhaps it was signed there, by others.
      const fate = "is left as it is: --refresh-referrers replaces it";
      voyage.onWarning?.(`${target.name}:${tag} is another than at the source, and ${fate}`);
      return;
    }
    await copyAs(tag, await source.readManifest(digest), "copied", voyage);
  }

  await together(cosignTags(subject), ({ tag }) => copyIfThere(tag), stop);
}

/** Keeps the referrers tag of a target that takes no note of subjects itself. */
async function list(
  subject: Digest,
  entries: readonly Descriptor[],
  { target, onStep }: Voyage,
): Promise<void> {
  const listed = await target.listedReferrers(subject);
  if (listed === undefined) return;
  const known = new Set(listed.map(({ digest }) => digest));
  const missing = entries.filter(({ digest }) => !known.has(digest));
  if (missing.length === 0) return;
  const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [...listed, ...missing] };
  const bytes = new TextEncoder().encode(JSON.stringify(index));
  const digest = await digestOf(bytes, "sha256");
  const tag = referrersTag(subject);
  await target.putManifest(tag, { digest, mediaType: OCI_INDEX, bytes });
  onStep?.({ kind: "tag", tag, digest, mediaType: OCI_INDEX, size: bytes.length, fate: "made" });
}
