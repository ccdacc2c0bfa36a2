import { streamBlob } from "../endpoints/blobs.ts";
import { putManifest, type SentManifest } from "../endpoints/manifest_writes.ts";
import type { Manifests } from "../endpoints/manifests.ts";
import { readReferrersTag } from "../endpoints/referrers.ts";
import { hasBlob, sendBlob } from "../endpoints/uploads.ts";
import type { ErrorFacts } from "../errors.ts";
import type { Descriptor } from "../images/descriptor.ts";
import type { Digest } from "../names/digest.ts";
import { referrersTag } from "../images/referrers_tag.ts";
import { formatReference, type Repository } from "../names/reference.ts";
import type { Tag } from "../names/tag.ts";
import { fullName, type Target } from "../target.ts";
import { isDigestTag } from "../versions/hash.ts";
import type { Content } from "../wire/content.ts";
import type { Wire } from "../wire/open_wire.ts";
import type { Budget, Operation } from "../wire/operation.ts";
import { writeScope } from "../wire/scope.ts";
import type { CopySource, CopyTarget } from "./ends.ts";
import { askReferrersApi, type ReferrersApis } from "./referrers_api.ts";

/** What an end in a registry takes. */
export interface RegistryPorts {
  /** The way to it. */
  readonly wire: Wire;
  /** The manifests. */
  readonly manifests: Manifests;
  /** Ends whatever is under way. */
  readonly signal?: AbortSignal;
  /** Requests that all of it may send. */
  readonly budget?: Budget;
  /** Bytes of a chunk that uploads are cut into. @default they are not */
  readonly chunk?: number;
  /** What is known of referrers APIs. @default nothing */
  readonly apis?: ReferrersApis;
  /** All tags of a source, where they were listed: what is kept under a digest as tag is not looked for in vain. */
  readonly listed?: ReadonlySet<string>;
}

/** A repository of a registry, to be copied from. */
export function registrySource(place: Target, ports: RegistryPorts): CopySource {
  const { wire, manifests, listed, apis = new Map() } = ports;
  const name = fullName(place);
  const what = `copy from "${formatReference(place)}"`;
  const begin = beginner(place, ports, { what, side: "source" });
  const { ask, pause, clean } = wire;

  const isMissing = (wanted: Tag | Digest) => isDigestTag(wanted) && listed?.has(wanted) === false;

  return {
    name,
    what,
    berth: { registry: place.origin, repository: place.repository },
    async digestOf(wanted: Tag | Digest): Promise<Digest | undefined> {
      if (isMissing(wanted)) return undefined;
      return (await manifests.find(place, wanted, begin()))?.digest;
    },
    readManifest: (wanted: Tag | Digest) => manifests.read(place, wanted, begin()),
    readBlob: ({ digest, size }: Descriptor) =>
      streamBlob(place, { digest, size }, { ask, pause, operation: begin() }),
    async referrersOf(subject: Digest): Promise<readonly Descriptor[]> {
      const operation = begin();
      const referrers = { ask, clean, manifests, operation, apis };
      const answer = await askReferrersApi(place, subject, referrers);
      if (answer.api === "supported") return answer.entries;
      if (isMissing(referrersTag(subject))) return [];
      return (await readReferrersTag(place, subject, referrers)).entries;
    },
  };
}

/** A repository of a registry, to be copied to. */
export function registryTarget(target: Target, ports: RegistryPorts): CopyTarget {
  const { wire, manifests, chunk, apis = new Map() } = ports;
  const { ask, pause, route, clean } = wire;
  const place = { ...target, scope: writeScope(target.repository) };
  const what = `copy to "${formatReference(target)}"`;
  const begin = beginner(target, ports, { what, side: "destination" });

  return {
    name: fullName(target),
    what,
    berth: { registry: target.origin, repository: target.repository },
    async digestOf(name: Tag | Digest): Promise<Digest | undefined> {
      return (await manifests.find(place, name, begin()))?.digest;
    },
    hasBlob: ({ digest }: Descriptor) => hasBlob(place, digest, { ask, operation: begin() }),
    putBlob(
      { digest, size }: Descriptor,
      content: () => Promise<Content>,
      from?: Repository,
    ) {
      const scope = writeScope(target.repository, from);
      const mount = from === undefined ? undefined : { from, place: { ...target, scope } };
      const outbound = { digest, size, content, chunk };
      return sendBlob(place, outbound, { ask, pause, route, operation: begin(), mount });
    },
    putManifest: (name: Tag | Digest, manifest: SentManifest) =>
      putManifest(place, name, manifest, { ask, operation: begin() }),
    async listedReferrers(subject: Digest): Promise<readonly Descriptor[] | undefined> {
      const referrers = { ask, clean, manifests, operation: begin(), apis };
      const answer = await askReferrersApi(place, subject, referrers);
      if (answer.api === "supported") return undefined;
      return (await readReferrersTag(place, subject, referrers)).entries;
    },
  };
}

/** Begins an operation for each request: a copy takes as long as it takes. */
function beginner(
  target: Target,
  { wire, signal, budget }: RegistryPorts,
  { what, side }: { readonly what: string; readonly side: NonNullable<ErrorFacts["side"]> },
): () => Operation {
  return () => wire.begin(what, target, { signal, budget, side });
}
