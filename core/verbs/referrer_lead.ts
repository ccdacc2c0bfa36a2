import type { Fetched } from "../endpoints/manifests.ts";
import {
  findTag,
  listReferrers,
  readReferrersTag,
  type ReferrerPorts,
} from "../endpoints/referrers.ts";
import type { RegistryError } from "../errors.ts";
import { artifactTypeOf } from "../images/artifact_type.ts";
import type { Descriptor } from "../images/descriptor.ts";
import { cosignKind, type ReferrerKind, referrerKind } from "../images/referrer_kind.ts";
import { type CosignTag, cosignTags } from "../images/referrers_tag.ts";
import type { Digest } from "../names/digest.ts";
import type { Tag } from "../names/tag.ts";
import type { Target } from "../target.ts";
import { together } from "../together.ts";
import { failureOf } from "./tag_by_tag.ts";

/** How a referrer was found: by the referrers API, in the list under the referrers tag, by a tag of cosign's. */
export type ReferrerWay = "api" | "tag" | "cosign";

/**
 * A manifest that is about another one. All of it is the registry's word, and anybody who may push can
 * add one: that a signature is there says nothing until it is verified. Texts are not fit to be printed.
 */
export interface Referrer {
  /** Its digest. */
  readonly digest: Digest;
  /** Its manifest's type. */
  readonly mediaType: string;
  /** What kind of artifact it is, where it names one. */
  readonly artifactType?: string;
  /** Bytes of its manifest. */
  readonly size: number;
  /** What it says of itself. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** What it probably is. */
  readonly kind: ReferrerKind;
  /** Every way in which it was found. */
  readonly via: readonly ReferrerWay[];
  /** Cosign's tag, where it was found by that. */
  readonly tag?: Tag;
  /** What refers to it, each once in the whole tree; empty where `depth` ends. */
  readonly referrers: readonly Referrer[];
}

/** A referrer without what refers to it. */
export type BareReferrer = Omit<Referrer, "referrers">;

/** The tag that lists the referrers of one manifest where a registry has no referrers API. */
export interface ReferrersTag {
  /** As in `sha256-<hex>`. */
  readonly name: Tag;
  /** Why it holds no list, as the end of a sentence. */
  readonly reason?: string;
}

/** What is known of one manifest's referrers. */
export interface Lead {
  /** What they refer to. */
  readonly digest: Digest;
  /** Whether the registry answers questions about referrers. */
  readonly api: "supported" | "unsupported";
  /** Why it does not, as the end of a sentence; printable. */
  readonly reason?: string;
  /** The referrers tag, where it was read because there is no API. */
  readonly tag?: ReferrersTag;
  /** The referrers, in the order of the registry, then of cosign's tags. */
  readonly found: readonly BareReferrer[];
  /** What kept others from being found. */
  readonly failures: readonly RegistryError[];
}

/** How referrers are looked for. */
export interface LookUpPorts extends ReferrerPorts {
  /** Ends what is under way when something fails. */
  readonly stop: AbortController;
  /** Whether the referrers API is worth a question. */
  readonly hasApi: boolean;
  /** The one type that is wanted, so that the registry may leave out others. @default any */
  readonly artifactType?: string;
}

/**
 * Looks for a manifest's referrers in all ways at once: the referrers API, and where there is none the
 * referrers tag; cosign's tags. What is found in several ways comes once. A failure of one way is told beside
 * what the others found, and what it found itself before.
 */
export async function lookUp(target: Target, digest: Digest, ports: LookUpPorts): Promise<Lead> {
  const failures: RegistryError[] = [];
  const listing = list(target, digest, ports, failures);

  async function look(cosign: CosignTag): Promise<readonly BareReferrer[]> {
    try {
      const manifest = await findTag(target, cosign.tag, ports);
      return manifest === undefined ? [] : [tagged(cosign, manifest)];
    } catch (error) {
      failures.push(failureOf(error));
      return [];
    }
  }

  const tags = together(cosignTags(digest), look, ports.stop);
  await Promise.allSettled([listing, tags]);
  const lead = await listing;
  const found = merge([...lead.found, ...(await tags).flat()]);
  return { digest, ...lead, found, failures };
}

/** Lists referrers by the API or the referrers tag; what fails is put to `failures`. */
async function list(
  target: Target,
  digest: Digest,
  ports: LookUpPorts,
  failures: RegistryError[],
): Promise<Omit<Lead, "digest" | "failures">> {
  const { hasApi, artifactType } = ports;
  const found: BareReferrer[] = [];
  let known: Pick<Lead, "api" | "reason"> = { api: hasApi ? "supported" : "unsupported" };
  try {
    if (hasApi) {
      const answer = await listReferrers(target, digest, {
        artifactType,
        onEntry: (entry) => found.push(listed(entry, "api")),
      }, ports);
      if (answer.api === "supported") return { ...known, found };
      known = answer;
    }
    const { entries, ...tag } = await readReferrersTag(target, digest, ports);
    return { ...known, tag, found: entries.map((entry) => listed(entry, "tag")) };
  } catch (error) {
    failures.push(failureOf(error));
    return { ...known, found };
  }
}

function listed(descriptor: Descriptor, way: ReferrerWay): BareReferrer {
  const { digest, mediaType, artifactType, size, annotations } = descriptor;
  return {
    digest,
    mediaType,
    ...(artifactType !== undefined && { artifactType }),
    size,
    ...(annotations !== undefined && { annotations }),
    kind: referrerKind(descriptor),
    via: [way],
  };
}

function tagged(cosign: CosignTag, { digest, mediaType, manifest, bytes }: Fetched): BareReferrer {
  const { annotations } = manifest;
  const artifactType = artifactTypeOf(manifest);
  const referrer = listed(
    { digest, mediaType, artifactType, size: bytes.length, annotations },
    "cosign",
  );
  return { ...referrer, kind: cosignKind(cosign, manifest), tag: cosign.tag };
}

/** Each referrer once, as the first way tells it and with what the others add. */
function merge(referrers: readonly BareReferrer[]): readonly BareReferrer[] {
  const all = new Map<Digest, BareReferrer>();
  for (const referrer of referrers) {
    const { kind, via } = all.get(referrer.digest) ?? referrer;
    const isVague = kind === "artifact" || kind === "image";
    all.set(referrer.digest, {
      ...referrer,
      ...all.get(referrer.digest),
      kind: isVague ? referrer.kind : kind,
      via: [...new Set([...via, ...referrer.via])],
    });
  }
  return [...all.values()];
}
