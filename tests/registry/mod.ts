/**
 * Simulated container registries, for tests of whatever talks to one: each as a function from request to response, in process as
 * a `fetch` or over real sockets. What they do comes from recorded exchanges and from the registries' own sources, written beside
 * each habit; nothing comes from a client.
 *
 * ```ts
 * import { dockerHub, simulateNetwork } from "@portolan/portolan/testing";
 *
 * const network = simulateNetwork(dockerHub({ content: { "library/app": ["1.0", "1.1"] } }));
 * const answer = await network.fetch("https://registry-1.docker.io/v2/");
 * if (answer.status !== 401 || network.requests.length !== 1) throw new Error("unexpected");
 * ```
 *
 * @module
 */
export type {
  Content,
  Faults,
  Images,
  RegistryOptions,
  RepositoryImages,
  SimulatedHost,
  SimulatedRegistry,
} from "./simulated_registry.ts";
export type { RecordedRequest } from "./recorded_request.ts";
export type { Exchange, Traffic } from "./traffic.ts";
export { type SimulatedNetwork, simulateNetwork } from "./network.ts";
export { distribution } from "./distribution.ts";
export type {
  ChallengeStyle,
  DistributionAuth,
  DistributionBody,
  DistributionExtras,
  DistributionOptions,
  DistributionPages,
} from "./distribution_options.ts";
export type {
  BlobRedirect,
  ContentHabits,
  ReadHabits,
  ReferrersElsewhere,
  ReferrersHabits,
  WriteHabits,
} from "./content_habits.ts";
export {
  buildImage,
  descriptorOf,
  type ImageOptions,
  type LayerOptions,
  type TestImage,
} from "./image.ts";
export { imagesOf } from "./images_of.ts";
export { buildIndex, type IndexOptions } from "./image_index.ts";
export {
  buildManifest,
  type ManifestOptions,
  type TestDescriptor,
  type TestManifest,
  type TestPlatform,
} from "./test_manifest.ts";
export { blobOf, bytesOf, digestOf, randomBlob, type TestBlob } from "./test_blob.ts";
export type { PullLimit } from "./pull_limit.ts";
export { sampleContent, sampleOf } from "./content.ts";
export { type ServedRegistry, type ServeOptions, serveRegistry } from "./serve.ts";
export { dockerHub, type DockerHubOptions, type TooManyRequests } from "./docker_hub.ts";
export { ghcr, type GhcrOptions } from "./ghcr.ts";
export { quay, type QuayOptions } from "./quay.ts";
export type { DockerHubApiOptions } from "./docker_hub_api.ts";
export type { GhcrApiOptions } from "./ghcr_api.ts";
export type { QuayApiOptions } from "./quay_api.ts";
export type { TagChange, TagShelfOptions } from "./tag_shelf_api.ts";
export { oracle, type OracleOptions } from "./oracle.ts";
export { ecrPublic, type EcrPublicOptions } from "./ecr_public.ts";
export { type PresetName, presets } from "./presets.ts";
export {
  badUtf8Answer,
  challengeAnswer,
  endlessAnswer,
  type EndlessPages,
  endlessPages,
  gzipBombAnswer,
  htmlAnswer,
  listingAnswer,
  redirectAnswer,
  slowAnswer,
  type SlowOptions,
  truncatedAnswer,
} from "./hostile.ts";
export { type ContentFault, contentFaults, type ContentTrouble } from "./content_faults.ts";
export { type Cut, type CutServer, cutServer, rawAnswer } from "./cut_server.ts";
export { type AdapterCase, adapterCases, type AdapterWorld } from "./conformance.ts";
export type { Credentials, RegistryAdapter } from "../../mod.ts";
