import { RegistryError } from "../errors.ts";
import { type Digest, isDigest } from "../names/digest.ts";
import { parsePlatform } from "../names/platform.ts";
import { printable } from "../names/printable.ts";
import type { Tag } from "../names/tag.ts";
import { stopOf } from "../together.ts";
import type { Archives } from "../transfer/archive_writer.ts";
import { copyImage, type CopyResult } from "../transfer/copy.ts";
import { parseEndName } from "../transfer/end_name.ts";
import type { CopySource, CopyTarget } from "../transfer/ends.ts";
import {
  type LayoutName,
  type LayoutPorts,
  layoutSource,
  layoutTarget,
} from "../transfer/layout.ts";
import { openLedger } from "../transfer/ledger.ts";
import type { CopyWatcher } from "../transfer/progress.ts";
import { type RegistryPorts, registrySource, registryTarget } from "../transfer/registry_end.ts";
import type { ReferrersApis } from "../transfer/referrers_api.ts";
import { countedBudget, rehearse } from "../transfer/rehearsal.ts";
import { type Budget, budgetOf } from "../wire/operation.ts";
import type { Chartroom } from "./chartroom.ts";
import { checkCount } from "./count.ts";
import { nameOf } from "./image_target.ts";

/** What copies that run together share. */
export interface CopiesOptions {
  /** Blobs under way at once. @default 6 */
  readonly jobs?: number;
  /** Bytes of a chunk that uploads are cut into. @default they are not */
  readonly chunk?: number;
  /** Requests that all of it may take; one more is an error. @default Infinity */
  readonly maxRequests?: number;
  /**
   * Whether nothing is to be written: the result then has a `plan`. Manifests are read for it, blobs are not.
   *
   * @default false
   */
  readonly dryRun?: boolean;
}

/** How one image is copied. */
export interface CopyOptions extends CopyWatcher {
  /**
   * The platforms of an index that are wanted; the copy is then an index of its own. What is no index must
   * be for one of them.
   *
   * @default all
   */
  readonly platforms?: readonly string[];
  /** Whether what is no index goes as it is, whatever platform it is for. @default false */
  readonly anySingle?: boolean;
  /** Whether signatures, attestations and SBOMs go along. @default true */
  readonly referrers?: boolean;
  /**
   * Whether they are looked up, and copied, although the tag is the same at both ends: what was signed since
   * it was copied then comes too. What the destination has under cosign's tags, as signatures of its own, is
   * replaced by what the source has there, which otherwise costs a warning.
   *
   * @default false
   */
  readonly refreshReferrers?: boolean;
  /**
   * All tags of the source's repository, where they were listed before: signatures and the like that lie
   * under digests written as tags are then looked for only where they are.
   */
  readonly sourceTags?: ReadonlySet<string>;
  /** Ends it early; it then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Copies that know of each other: no blob is sent twice. */
export interface Copies {
  /** Copies one image; see {@linkcode CopyVerbs.copy}. */
  copy(source: string, destination: string, options?: CopyOptions): Promise<CopyResult>;
}

/** What can be carried from one place to another. */
export interface CopyVerbs {
  /**
   * Copies an image with all that belongs to it, between registries and OCI image layouts on disk
   * (`oci:PATH[:TAG]`, `oci-archive:FILE[:TAG]`). A destination without a tag gets the tag of the source.
   *
   * @throws {RegistryError} with `facts.side` where one end failed
   */
  copy(
    source: string,
    destination: string,
    options?: CopyOptions & CopiesOptions,
  ): Promise<CopyResult>;
  /** Opens copies that share what they know. */
  copies(options?: CopiesOptions): Copies;
  /**
   * The tags of the images in a layout, `oci:PATH` or `oci-archive:FILE`; those of signatures are left out.
   *
   * @throws {RegistryError} `reference_invalid` for a reference, `not_found` where there is no layout
   */
  layoutTags(name: string, options?: Pick<CopyOptions, "signal">): Promise<readonly Tag[]>;
}

/** What ends of either kind take. */
type EndPorts = RegistryPorts & LayoutPorts;

/** Copies that share their requests with other work. */
export interface SharedCopies {
  /** Opens copies, as of {@linkcode CopyVerbs}, on a budget that there is. */
  copies(options?: CopiesOptions, budget?: Budget): Copies;
}

/** A source that is open. */
interface Origin {
  readonly source: CopySource;
  /** What is copied. */
  readonly from: Tag | Digest;
  /** The tag that a destination without one gets. */
  readonly tag?: Tag;
  /** Whether its tag or its digest was written, so that nothing else can be meant. */
  readonly isExact: boolean;
}

/** Makes the verbs. */
export function copyVerbs(chartroom: Chartroom): CopyVerbs & SharedCopies {
  const { locate, manifests } = chartroom;

  async function openSource(
    text: string,
    ports: EndPorts,
  ): Promise<Origin> {
    const end = parseEndName(text);
    if (end.kind === "registry") {
      const target = locate(end.reference);
      const from = nameOf(target);
      const tag = isDigest(from) ? target.tag : from;
      return { source: registrySource({ ...target, tag }, ports), from, tag, isExact: true };
    }
    const source = layoutSource(end, ports);
    const from = await source.resolve(end.name);
    return { source, from, tag: isDigest(from) ? end.tag : from, isExact: isDigest(end.name) };
  }

  function openTarget(
    text: string,
    { tag: usual, isExact }: Origin,
    ports: EndPorts,
  ): { readonly target: CopyTarget; readonly to?: Tag } {
    const end = parseEndName(text);
    if (end.kind !== "registry") {
      if (end.name !== end.tag) throw noTag(text, end);
      return { target: layoutTarget(end, ports), to: end.tag ?? usual };
    }
    const place = locate(end.reference);
    const to = place.tag ?? usual;
    if (place.digest !== undefined) {
      const reason = "what arrives there is known by its own digest";
      throw refused(text, reason, "Leave out the digest");
    }
    // Registries clear away what has no tag: that must be meant.
    if (to === undefined && !isExact) {
      throw refused(text, "what is copied has no tag", `Name a tag: ${printable(text, 300)}:TAG`);
    }
    return { target: registryTarget({ ...place, tag: to }, ports), to };
  }

  function copies(
    { jobs = 6, chunk, maxRequests, dryRun }: CopiesOptions = {},
    budget?: Budget,
  ): Copies {
    checkCount("jobs", jobs, "copy");
    checkCount("chunk", chunk, "copy");
    checkCount("maxRequests", maxRequests, "copy");
    const ledger = openLedger(jobs);
    const archives: Archives = new Map();
    const apis: ReferrersApis = new Map();
    const shared = budget ?? budgetOf(maxRequests);

    async function copy(
      sourceName: string,
      destination: string,
      options: CopyOptions = {},
    ): Promise<CopyResult> {
      const { stop, signal } = stopOf(options.signal);
      const budget = countedBudget(shared);
      const ports = { wire: chartroom, manifests, signal, budget, chunk, archives, apis };
      const platforms = options.platforms?.map(parsePlatform);
      const origin = await openSource(sourceName, { ...ports, listed: options.sourceTags });
      const { source, from } = origin;
      const { target, to } = openTarget(destination, origin, ports);
      const ways = { ledger, stop, signal, onWarning: chartroom.warn };
      const voyage = { ...options, ...ways, source, target, platforms };
      if (!dryRun) return await copyImage(from, to, voyage);
      const { plan, ...ends } = rehearse(source, target, { budget, chunk });
      return { ...await copyImage(from, to, { ...voyage, ...ends }), plan: plan() };
    }

    return { copy };
  }

  async function layoutTags(
    name: string,
    { signal }: Pick<CopyOptions, "signal"> = {},
  ): Promise<readonly Tag[]> {
    const end = parseEndName(name);
    if (end.kind !== "registry") return await layoutSource(end, { signal }).tags();
    throw new RegistryError("reference_invalid", `Cannot read "${name}": it is no layout`);
  }

  return {
    layoutTags,
    copy: (source: string, destination: string, options: CopyOptions & CopiesOptions = {}) =>
      copies(options).copy(source, destination, options),
    copies,
  };
}

function refused(destination: string, reason: string, hint: string): RegistryError {
  const message = `Cannot copy to "${printable(destination, 300)}": ${reason}`;
  return new RegistryError("reference_invalid", message, { hint, side: "destination" });
}

/** The name of an entry is written as a tag alone, so that every client can read it. */
function noTag(destination: string, { kind, path, name = "", tag }: LayoutName): RegistryError {
  const hint = `Write ${kind}:${printable(path, 300)}:${tag ?? "TAG"}`;
  return refused(destination, `"${printable(name, 130)}" is no tag`, hint);
}
