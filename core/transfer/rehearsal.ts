import type { SentManifest } from "../endpoints/manifest_writes.ts";
import type { Arrival } from "../endpoints/uploads.ts";
import type { Descriptor } from "../images/descriptor.ts";
import type { Digest } from "../names/digest.ts";
import type { Repository } from "../names/reference.ts";
import type { Tag } from "../names/tag.ts";
import type { Content } from "../wire/content.ts";
import type { Budget } from "../wire/operation.ts";
import type { CopySource, CopyTarget } from "./ends.ts";

/** What a copy would take. What several copies share is counted with the first that needs it. */
export interface CopyPlan {
  /** Blobs that would be sent. */
  readonly blobs: number;
  /** Their bytes. */
  readonly bytes: number;
  /** Blobs that the registry would be asked to take from another of its repositories: it need not. */
  readonly mounts: number;
  /** Bytes of those. */
  readonly mountBytes: number;
  /** Manifests that would be put, under tags and digests. */
  readonly manifests: number;
  /** Requests, about: tokens and what fails come on top. */
  readonly requests: number;
  /** Manifests that are read of the source: pulls, where it counts them. The plan has read them already. */
  readonly reads: number;
}

/** A copy that is played, and not done. */
export interface Rehearsal {
  /** The source, which counts. */
  readonly source: CopySource;
  /** The target, which is asked what it has, and is sent nothing. */
  readonly target: CopyTarget;
  /** What was played so far. */
  plan(): CopyPlan;
}

/** A budget that knows what was spent through it. */
export interface CountedBudget extends Budget {
  /** Requests. */
  readonly spent: number;
}

/** Counts what one of several that share a budget spends. */
export function countedBudget(shared: Budget): CountedBudget {
  let spent = 0;
  return {
    most: shared.most,
    get left() {
      return shared.left;
    },
    spend(): void {
      spent++;
      shared.spend();
    },
    get spent() {
      return spent;
    },
  };
}

/** Puts ends in the place of others: they answer as those do, and what is written is written down. */
export function rehearse(
  source: CopySource,
  target: CopyTarget,
  { budget, chunk = Infinity }: { readonly budget: CountedBudget; readonly chunk?: number },
): Rehearsal {
  const plan = { blobs: 0, bytes: 0, mounts: 0, mountBytes: 0, manifests: 0, reads: 0 };
  let requests = 0;

  return {
    source: {
      ...source,
      readManifest(name: Tag | Digest) {
        plan.reads++;
        return source.readManifest(name);
      },
    },
    target: {
      ...target,
      putBlob(
        { size }: Descriptor,
        _content: () => Promise<Content>,
        from?: Repository,
      ): Promise<Arrival> {
        if (from !== undefined) {
          requests++;
          plan.mounts++;
          plan.mountBytes += size;
          return Promise.resolve("mounted");
        }
        // GET there, POST and PUT here, and before PUT what the chunks take; on disk none.
        if (source.berth !== undefined) requests++;
        if (target.berth !== undefined) {
          requests += 2 + (size > chunk ? Math.ceil(size / chunk) : 0);
        }
        plan.blobs++;
        plan.bytes += size;
        return Promise.resolve("sent");
      },
      putManifest(_name: Tag | Digest, _manifest: SentManifest): Promise<void> {
        if (target.berth !== undefined) requests++;
        plan.manifests++;
        return Promise.resolve();
      },
      finish: undefined,
    },
    plan: () => ({ ...plan, requests: requests + budget.spent }),
  };
}
