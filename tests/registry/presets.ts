import type { ContentHabits } from "./content_habits.ts";
import type { DistributionOptions } from "./distribution_options.ts";

/** The registries whose habits can be told as options of `distribution()`. */
export type PresetName =
  | "distribution28"
  | "distribution30"
  | "distribution310"
  | "distribution311"
  | "harbor"
  | "gitlab"
  | "artifactRegistry"
  | "acr"
  | "registryK8s"
  | "zot"
  | "gitea"
  | "jfrog"
  | "nexus"
  | "ecrPrivate";

const distribution28Habits: ContentHabits = {
  accept: "converts",
  referrers: "missing",
  location: "absolute",
  singlePost: false,
  outOfOrder: "ignored",
  missingParts: 400,
  unknownType: 400,
  tagDelete: 400,
};

/**
 * What bends a spec-true registry into a named one: `distribution({ ...presets.harbor, content })`. A field that is missing was
 * not established, and is as the spec says.
 */
export const presets: Readonly<Record<PresetName, DistributionOptions>> = {
  // CNCF distribution, tag v2.8.3, 2023-10-02: n and last ignored, storage order, no Link, null for no tags.
  distribution28: {
    query: "ignored",
    order: "scattered",
    link: "none",
    emptyTags: "null",
    contentType: "application/json; charset=utf-8",
    // No referrers; the rest: Debian's docker-registry 2.8.2 asked on 2026-11-21, which tests/real/alike_test.ts asks again.
    habits: distribution28Habits,
  },
  // Tag v3.0.0, 2025-04-01: sorted, no cap, 400 for a bad n, one tag skipped after a `last` that is gone, null past the end.
  distribution30: { unknownLast: "skip-one", emptyTags: "null", habits: { referrers: "missing" } },
  // Tag v3.1.0, commit c6f552e5d, 2026-04-06: n above 1000 is a 400.
  distribution310: {
    maxPage: 1000,
    aboveMax: 400,
    emptyTags: "null",
    habits: { referrers: "missing" },
  },
  // Tag v3.1.1, 2026-05-01: clamped instead; without n still everything.
  // Referrers are not implemented: PR 4828, open 2026-03.
  distribution311: { maxPage: 1000, emptyTags: "null", habits: { referrers: "missing" } },
  // v2auth/auth.go, token/creator.go, registry/util/util.go, metadatalist.go (30 minutes), 2026-08-21.
  harbor: {
    host: "harbor.example",
    auth: "token",
    realm: "harbor.example/service/token",
    service: "harbor-registry",
    challengeStyle: "basic-after-authorization",
    basicRealm: "harbor",
    expiresIn: 1800,
    // oras-go comment (compressed); harbor #17097, 2022 (mount); c/image, of 2.10.2 (UNKNOWN).
    habits: {
      compressed: true,
      missingFrom: 401,
      unknownManifest: { code: "UNKNOWN", message: "unknown: artifact not found" },
    },
  },
  // wud Gitlab.ts, oras-go #1396 (2026-09); 100 a page from gitlab #359277; the 1000 is unverified.
  gitlab: {
    host: "registry.gitlab.com",
    auth: "token",
    realm: "gitlab.com/jwt/auth",
    service: "container_registry",
    defaultPage: 100,
    maxPage: 1000,
    // Both: oras-go #1396, 2026-09-05.
    habits: { referrers: "missing", digestTags: true },
  },
  // ggcr #1643 (2023, about 1000 a page), google/list.go (child, manifest), c/image comment (challenge only on /v2/).
  artifactRegistry: {
    host: "us-docker.pkg.dev",
    auth: "token",
    openReads: true,
    realm: "us-docker.pkg.dev/v2/token",
    challengeStyle: "ping-only",
    defaultPage: 1000,
    maxPage: 1000,
    // gardener/cc-utils PR 1557, 2026-04: a login page in HTML.
    habits: {
      referrers: {
        status: 302,
        location: "https://accounts.google.com/ServiceLogin",
        there: "html",
      },
    },
    manifestMap: true,
  },
  // Azure/acr docs/AAD-OAuth.md; #749, 2024-04 (n=10000 gives 1000).
  acr: {
    host: "example.azurecr.io",
    auth: "token",
    realm: "example.azurecr.io/oauth2/token",
    tokenField: "access_token",
    expiresIn: null,
    maxPage: 1000,
    linkQuery: "last={last}&n={n}&orderby=",
    // Azure/acr PR 764, 2024 (Accept); #217, 2019 (a store that takes no Authorization; its first part is made up).
    habits: {
      accept: "needed",
      redirect: { host: "eusmanaged0.blob.core.windows.net", status: 307 },
    },
  },
  // registry.k8s.io handlers.go, 2026-08-06; issue #326, 2026-07-07. The path of the second host is made up.
  registryK8s: {
    host: "registry.k8s.io",
    redirectsTo: { host: "us-west1-docker.pkg.dev", prefix: "k8s-artifacts-prod/images/" },
    habits: { referrers: "missing" },
    defaultPage: 1000,
    maxPage: 1000,
  },
  // routes.go, 2026-08-21: 200 with a lower-case, unquoted challenge; an unknown last is an empty 404.
  zot: {
    host: "zot.example",
    auth: "basic",
    openReads: true,
    ping: "welcomes",
    challengeStyle: "unquoted",
    basicRealm: "zot",
    unknownLast: 404,
    linkQuery: "n={n}&last={last}",
  },
  // container.go; two headers since 1.27 (U); the Link on the last page in newer versions.
  gitea: {
    host: "gitea.example",
    auth: "token",
    realm: "gitea.example/v2/token",
    service: "container_registry",
    challengeScope: "*",
    challengeStyle: "two-headers",
    basicRealm: "Gitea Container Registry",
    tokenField: "token",
    expiresIn: null,
    lastPageLink: true,
    // container.go, 2022: a mount looks for the digest everywhere; manifests up to 10 MiB.
    habits: { mounts: "anywhere", manifestMax: 10 * 2 ** 20 },
  },
  // renovate #15080, 2022-12, PR 20745, 2023-03; digests among the tags: skopeo #2346, 2024-06-03. The token's habits are not known.
  jfrog: {
    host: "example.jfrog.io",
    auth: "token",
    realm: "example.jfrog.io/v2/token",
    basicRealm: "Artifactory Realm",
    link: "wrong-path",
    extraElements: ["sha256:9834876dcfb05cb167a5c24953eba58c4ac89b1adf57f28f2f9d09af107ee8f0"],
    // Referrers by the fallback tag only.
    habits: { referrers: "missing" },
    headers: {
      "docker-distribution-api-version": "registry/2.0",
      "x-jfrog-version": "Artifactory/7.41.7 74107900",
    },
  },
  // Null elements: skopeo #2409, 2024-09-02. The Link of a connector port, which answers 400: nexus-public #1011, 2026-06-05.
  nexus: { host: "nexus.example", link: "prefixed", extraElements: [null] },
  // docker_registry2 #34, 2019 (absolute Link, text/plain, unsorted); renovate ecr.ts, 2026-07-17 (405 above 1000, the challenge).
  ecrPrivate: {
    host: "123456789012.dkr.ecr.us-east-1.amazonaws.com",
    auth: "basic",
    users: { AWS: "authorization-token" },
    basicRealm: 'https://123456789012.dkr.ecr.us-east-1.amazonaws.com/",service="ecr.amazonaws.com',
    order: "scattered",
    cursor: "opaque",
    link: "absolute",
    defaultPage: 100,
    maxPage: 1000,
    aboveMax: 405,
    contentType: "text/plain; charset=utf-8",
    // containers-roadmap #2831, 2026-06-24 (PATCH); sdk-container-builds PR 279, 2023 (201, 5 MiB); c/image (mediaType).
    habits: { patchStatus: 201, discardsLater: true, chunkMin: 5 * 2 ** 20, needsOwnType: true },
  },
};
