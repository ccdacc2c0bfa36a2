/**
 * One way to ask any container registry: which tags are there?
 *
 * ```ts
 * import { openFlow } from "@portolan/portolan";
 *
 * const flow = openFlow();
 * flow.locate("ubuntu").repository; // "library/ubuntu"
 *
 * async function show(): Promise<void> {
 *   for await (const tag of flow.tags("registry.example/team/app")) console.log(tag.name);
 *   const [newest] = await flow.latest("registry.example/team/app", { like: "21.0.1" });
 *   console.log(newest?.name);
 * }
 * ```
 *
 * @module
 */
import { builtin, defaultRegistry } from "./adapters/mod.ts";
import { type Flow, type FlowOptions, openFlow as openCoreFlow } from "./core/flow.ts";

export { builtin };
export type {
  ApiChecks,
  ApiListing,
  ApiLogin,
  ApiPage,
  NamespaceDetails,
  RegistryAdapter,
  RegistryApi,
  RegistryCredentials,
  RegistryPages,
  RegistryUploads,
  RepositoryDetails,
  TagDetails,
} from "./core/adapter.ts";
export type { CredentialQuery, Credentials, CredentialSource } from "./core/credentials.ts";
export type { TagEntry } from "./core/endpoints/tags.ts";
export type { Fetched, Resolved } from "./core/endpoints/manifests.ts";
export type { PullQuota } from "./core/endpoints/pull_quota.ts";
export { RegistryError } from "./core/errors.ts";
export type { ErrorCode, ErrorFacts } from "./core/errors.ts";
export type { Flow, FlowOptions } from "./core/flow.ts";
export type { HistoryEntry, ImageConfig } from "./core/images/config.ts";
export type { Descriptor } from "./core/images/descriptor.ts";
export type {
  ImageIndex,
  ImageManifest,
  Manifest,
  ManifestFields,
} from "./core/images/manifest.ts";
export type { ReferrerKind } from "./core/images/referrer_kind.ts";
export type { Digest } from "./core/names/digest.ts";
export type { ImageType, IndexType } from "./core/names/media_type.ts";
export { formatPlatform, parsePlatform } from "./core/names/platform.ts";
export type { Platform } from "./core/names/platform.ts";
export { printable } from "./core/names/printable.ts";
export { formatReference, parseReference } from "./core/names/reference.ts";
export type { Reference, RegistryHost, Repository } from "./core/names/reference.ts";
export type { Tag } from "./core/names/tag.ts";
export type { Clock } from "./core/system/clock.ts";
export { environmentCredentials } from "./core/system/environment.ts";
export { usualHostFolders } from "./core/system/host_certificates.ts";
export type { LoginTarget } from "./core/system/login_keys.ts";
export type {
  LoginFinding,
  LoginOptions,
  LoginSearch,
  LookedAt,
} from "./core/system/login_sources.ts";
export type { LoginKeeping } from "./core/system/login_store.ts";
export { systemLogins } from "./core/system/logins.ts";
export type { Logins } from "./core/system/logins.ts";
export { dropReading } from "./core/system/permission.ts";
export { openTlsClients } from "./core/system/tls.ts";
export type { TlsClients, TlsFiles } from "./core/system/tls.ts";
export type { Target } from "./core/target.ts";
export type { Aliases, AliasOptions, AliasVerbs } from "./core/verbs/aliases.ts";
export type { DetailsListing, DetailsOptions, DetailsVerbs } from "./core/verbs/details.ts";
export type { LatestOptions, ListingVerbs, TagListing, TagOptions } from "./core/verbs/listing.ts";
export type { CopyResult } from "./core/transfer/copy.ts";
export { parseEndName } from "./core/transfer/end_name.ts";
export type { EndName } from "./core/transfer/end_name.ts";
export { isOwnedTag } from "./core/transfer/owned.ts";
export type { CopyPlan } from "./core/transfer/rehearsal.ts";
export type { CopyFate, CopyStep, CopyWatcher } from "./core/transfer/progress.ts";
export type { MirrorPlan, PlanEntry, PlanProblem } from "./core/transfer/plan_entry.ts";
export { planDigest } from "./core/transfer/plan_digest.ts";
export { planJobs } from "./core/transfer/plan_jobs.ts";
export type { PlanJob } from "./core/transfer/plan_jobs.ts";
export { readPlan } from "./core/transfer/plan_read.ts";
export type { PlanReading } from "./core/transfer/plan_read.ts";
export { readReport } from "./core/transfer/report.ts";
export type {
  MirrorReport,
  ReportedError,
  RepositoryReport,
  TagFate,
  TagReport,
} from "./core/transfer/report.ts";
export type { Shard } from "./core/transfer/shard.ts";
export type { Copies, CopiesOptions, CopyOptions, CopyVerbs } from "./core/verbs/copy.ts";
export type { MirrorOptions, MirrorVerbs } from "./core/verbs/mirror.ts";
export type { ImageOptions } from "./core/verbs/image_target.ts";
export type { FoundConfig, FoundDigest, FoundManifest, ImageVerbs } from "./core/verbs/images.ts";
export type { StoredConfig } from "./core/verbs/platform_image.ts";
export type { Harbour, RepositoryOptions, RepositoryVerbs } from "./core/verbs/repositories.ts";
export type { ImageDetails, Inspection } from "./core/verbs/inspection.ts";
export type { Referrer, ReferrersTag, ReferrerWay } from "./core/verbs/referrer_lead.ts";
export type { FoundReferrers, ReferrerOptions, ReferrerVerbs } from "./core/verbs/referrers.ts";
export type { FindOptions, Latest } from "./core/versions/latest.ts";
export { newestRelease } from "./core/versions/newest_release.ts";
export type { NewestRelease } from "./core/versions/newest_release.ts";
export type { SelectOptions, SelectRule } from "./core/versions/options.ts";
export { compareTags, orderKey } from "./core/versions/order.ts";
export { openSelection, selectTags } from "./core/versions/select.ts";
export type { LeftOut, Selected } from "./core/versions/ranking.ts";
export type { Selectable, Selection } from "./core/versions/select.ts";
export { parseVersion, tagKind } from "./core/versions/shape.ts";
export type { TagKind, Version } from "./core/versions/shape.ts";
export type { Part } from "./core/versions/tail.ts";
export { parseChallenges } from "./core/wire/challenge.ts";
export type { Challenge } from "./core/wire/challenge.ts";
export type { WireOptions } from "./core/wire/open_wire.ts";
export type { Exchange } from "./core/wire/trace.ts";

/**
 * Opens a flow over the built-in adapters, or over `options.adapters`: put your own before them as in
 * `[acme, ...builtin]`.
 *
 * @throws {TypeError} if an origin is not one
 * @throws {RangeError} if `timeout` or `retries` is out of range
 */
export function openFlow(options: FlowOptions = {}): Flow {
  return openCoreFlow({
    ...options,
    adapters: options.adapters ?? builtin,
    defaultRegistry: options.defaultRegistry ?? defaultRegistry,
  });
}
