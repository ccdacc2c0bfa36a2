import type { RegistryError } from "../errors.ts";
import type { Digest } from "../names/digest.ts";
import type { Platform } from "../names/platform.ts";
import type { Target } from "../target.ts";
import type { Operation } from "../wire/operation.ts";
import type { Chartroom } from "./chartroom.ts";
import { checkCount } from "./count.ts";
import { fullNameOf, type ImageOptions, nameOf, platformOf } from "./image_target.ts";
import { type ImagePorts, platformEntry, platformImage } from "./platform_image.ts";
import {
  type BareReferrer,
  type Lead,
  lookUp,
  type LookUpPorts,
  type Referrer,
  type ReferrersTag,
} from "./referrer_lead.ts";
import { stopOf, together } from "../together.ts";

/** Referrers of referrers of referrers of referrers. */
const MOST_DEPTH = 4;
/** Manifests that one question asks about. */
const MOST_ASKED = 1000;

/** How referrers are asked for. */
export interface ReferrerOptions extends ImageOptions {
  /** Only artifacts of one of these types. @default any type */
  readonly artifactTypes?: readonly string[];
  /** Only those with all of these annotations; `true` takes any value. @default any */
  readonly annotations?: Readonly<Record<string, string | true>>;
  /**
   * Referrers of referrers, from 1 to 4 deep; one that does not pass the filters stays where one
   * that refers to it does. @default 1
   */
  readonly depth?: number;
}

/** The referrers of an image. */
export interface FoundReferrers {
  /** What was asked for. */
  readonly target: Target;
  /** What they refer to: what the tag points to, or the platform's image. */
  readonly digest: Digest;
  /** Whether the registry answers questions about referrers. */
  readonly api: "supported" | "unsupported";
  /** Why it does not, as the end of a sentence; printable. */
  readonly reason?: string;
  /** The referrers tag, where it was read because there is no API. */
  readonly tag?: ReferrersTag;
  /** What was found, in the order of the registry, then of cosign's tags. */
  readonly referrers: readonly Referrer[];
  /** Whether all ways were gone to their end. */
  readonly complete: boolean;
  /** Why not: `incomplete`, or `digest_mismatch` where content was forged. */
  readonly shortfall?: RegistryError;
}

/** What can be asked about what others say of an image. */
export interface ReferrerVerbs {
  /**
   * Finds signatures, SBOMs and attestations: by the referrers API, or the referrers tag where there is
   * none, and by cosign's three tags at the same time. That takes 4 to 6 requests where the list is one
   * page, and 4 for each referrer where `depth` asks for more. Where pulls are counted, each tag that
   * is there is one. Where something was found and something failed, as a list that breaks off, what was
   * found is returned with `shortfall`.
   *
   * @throws {RegistryError} `reference_invalid`, `not_found`, what failed where nothing was found;
   *   `too_large` where it leads to more than 1000 manifests
   * @throws {RangeError} if `depth` is not from 1 to 4
   */
  referrers(reference: string, options?: ReferrerOptions): Promise<FoundReferrers>;
}

/** Makes the verb. */
export function referrerVerbs(chartroom: Chartroom): ReferrerVerbs {
  const { locate, ask, begin, pause, clean, manifests } = chartroom;

  async function referrers(
    reference: string,
    options: ReferrerOptions = {},
  ): Promise<FoundReferrers> {
    const { depth = 1, maxRequests, artifactTypes = [] } = options;
    checkCount("depth", depth, "list referrers");
    if (depth > MOST_DEPTH) {
      throw new RangeError(`Cannot list referrers: "depth" is at most ${MOST_DEPTH}, not ${depth}`);
    }
    const platform = platformOf(options);
    const target = locate(reference);
    const { stop, signal } = stopOf(options.signal);
    const what = `list the referrers of "${fullNameOf(target)}"`;
    const operation = begin(what, target, { signal, maxRequests });
    const ports = { ask, pause, clean, manifests, operation, stop, configs: new Map() };

    const subject = await subjectOf(target, platform, ports);
    const artifactType = artifactTypes.length === 1 ? artifactTypes[0] : undefined;
    const crawl = { ...ports, depth, artifactType };
    const root = await lookUp(target, subject, atLevel(1, crawl));
    const failures = [...root.failures];
    const [first] = failures;
    if (first !== undefined && root.found.length === 0) throw worstOf(failures) ?? first;
    if (root.api === "unsupported" && root.found.length === 0 && subject === target.digest) {
      // Nobody has said yet that it is there at all.
      await manifests.resolve(target, subject, operation);
    }
    const children = await childrenFrom(target, root, crawl, failures);

    function grow(digest: Digest): readonly Referrer[] {
      return (children.get(digest) ?? [])
        .map((one) => ({ ...one, referrers: grow(one.digest) }))
        .filter((one) => one.referrers.length > 0 || passes(one, options));
    }

    const { digest, api, reason, tag } = root;
    const facts = { target, digest, api, reason, tag, referrers: grow(subject) };
    const worst = worstOf(failures);
    if (worst === undefined) return { ...facts, complete: true };
    return { ...facts, complete: false, shortfall: shortfallOf(worst, operation) };
  }

  return { referrers };
}

/** Of several failures forged content, or else the first. */
function worstOf(failures: readonly RegistryError[]): RegistryError | undefined {
  return failures.find(({ code }) => code === "digest_mismatch") ?? failures[0];
}

function shortfallOf(failure: RegistryError, operation: Operation): RegistryError {
  const { code, facts } = failure;
  if (code === "digest_mismatch" || code === "incomplete") return failure;
  const reason = `not all could be asked: ${operation.reasonOf(failure)}`;
  return operation.fail("incomplete", reason, facts, failure);
}

/** What referrers refer to: a platform's image, or what the reference names. */
async function subjectOf(
  target: Target,
  platform: Platform | undefined,
  ports: ImagePorts,
): Promise<Digest> {
  const { manifests, operation } = ports;
  if (platform === undefined) {
    return target.digest ?? (await manifests.resolve(target, nameOf(target), operation)).digest;
  }
  const fetched = await manifests.read(target, nameOf(target), operation);
  const { manifest } = fetched;
  const { digest } = manifest.kind === "index"
    ? await platformEntry(target, manifest, platform, ports)
    : await platformImage(target, fetched, platform, ports);
  return digest;
}

/** How a tree of referrers is looked for. */
interface Crawl extends Omit<LookUpPorts, "hasApi"> {
  readonly depth: number;
}

/**
 * What refers to each manifest of the tree, level by level; each referrer once, where it is seen first. A level
 * that fails, as it is put to `failures`, is the last one.
 */
async function childrenFrom(
  target: Target,
  root: Lead,
  crawl: Crawl,
  failures: RegistryError[],
): Promise<ReadonlyMap<Digest, readonly BareReferrer[]>> {
  const { depth, operation, stop } = crawl;
  const seen = new Set([root.digest]);
  const children = new Map<Digest, readonly BareReferrer[]>();

  function keep({ digest, found }: Lead): readonly BareReferrer[] {
    const fresh = found.filter((one) => !seen.has(one.digest) && seen.add(one.digest));
    children.set(digest, fresh);
    return fresh;
  }

  let level = keep(root);
  for (let asked = 1, at = 2; at <= depth && failures.length === 0; at++) {
    asked += level.length;
    if (asked > MOST_ASKED) {
      const reason = `it leads to more than ${MOST_ASKED} manifests`;
      throw operation.fail("too_large", reason, { hint: `--depth ${at - 1} asks about less` });
    }
    const ports = atLevel(at, crawl, root);
    const leads = await together(level, ({ digest }) => lookUp(target, digest, ports), stop);
    failures.push(...leads.flatMap((lead) => lead.failures));
    level = leads.flatMap(keep);
  }
  return children;
}

/** Above the last level every type is needed, for what refers to it. */
function atLevel(
  level: number,
  { depth, artifactType, ...ports }: Crawl,
  root?: Lead,
): LookUpPorts {
  return {
    ...ports,
    hasApi: root?.api !== "unsupported",
    ...(level === depth && { artifactType }),
  };
}

function passes(
  { artifactType, annotations = {} }: Referrer,
  { artifactTypes = [], annotations: wanted = {} }: ReferrerOptions,
): boolean {
  if (artifactTypes.length > 0 && !artifactTypes.includes(artifactType ?? "")) return false;
  return Object.entries(wanted).every(([name, value]) =>
    Object.hasOwn(annotations, name) && (value === true || annotations[name] === value)
  );
}
